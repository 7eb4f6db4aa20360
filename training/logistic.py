"""Logistic regression on a handful of columns, by Newton's method."""

import numpy as np
from numpy.typing import NDArray

_STEPS = 50
_SMALL = 1e-9
#: Keeps the curvature from vanishing where classes are parted without an error.
_RIDGE = 1e-6


def newton(columns: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the coefficients, then the offset, that make *target* likeliest.

    Parameters
    ----------
    columns : ndarray of shape (n, k), float64
        A few columns, of similar scale.
    target : ndarray of shape (n,), float64
        Share of yes, 0 to 1.

    Returns
    -------
    ndarray of shape (k + 1,), float64

    Notes
    -----
    Iteratively reweighted least squares with step halving and a ridge of 1e-6: Hastie,
    Tibshirani and Friedman, The Elements of Statistical Learning, section 4.4.1.
    """
    X = np.column_stack([columns, np.ones(len(columns))])
    coef = np.zeros(X.shape[1])
    z = np.zeros(len(X))
    loss = _loss(z, coef, target)
    for _ in range(_STEPS):
        p = 0.5 * (1.0 + np.tanh(0.5 * z))
        gradient = X.T @ (p - target) + _RIDGE * coef
        hessian = (X.T * (p * (1.0 - p))) @ X
        hessian += _RIDGE * np.eye(len(coef))
        step = np.linalg.solve(hessian, gradient)
        along = X @ step
        scale = 1.0
        while (tried := _loss(z - scale * along, coef - scale * step, target)) > loss:
            scale /= 2
            if scale < _SMALL:
                return coef
        coef, z, gain, loss = coef - scale * step, z - scale * along, loss - tried, tried
        if gain <= _SMALL * max(1.0, loss):
            break
    return coef


def _loss(z: NDArray[np.float64], coef: NDArray[np.float64], target: NDArray[np.float64]) -> float:
    # ln(1 + e^z) = max(z, 0) + ln(1 + e^-|z|)
    fit = np.maximum(z, 0.0).sum() + np.log1p(np.exp(-np.abs(z))).sum() - target @ z
    return float(fit + 0.5 * _RIDGE * (coef @ coef))
