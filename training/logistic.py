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
    loss = _loss(X, coef, target)
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-np.clip(X @ coef, -500, 500)))
        gradient = X.T @ (p - target) + _RIDGE * coef
        hessian = (X * (p * (1.0 - p))[:, np.newaxis]).T @ X
        hessian += _RIDGE * np.eye(len(coef))
        step = np.linalg.solve(hessian, gradient)
        scale = 1.0
        while (tried := _loss(X, coef - scale * step, target)) > loss and scale > _SMALL:
            scale /= 2
        if scale <= _SMALL or loss - tried <= _SMALL * max(1.0, loss):
            return coef - (scale * step if tried <= loss else 0.0)
        coef, loss = coef - scale * step, tried
    return coef


def _loss(X: NDArray[np.float64], coef: NDArray[np.float64], target: NDArray[np.float64]) -> float:
    z = X @ coef
    fit = float((np.logaddexp(0.0, z) - target * z).sum())
    return fit + 0.5 * _RIDGE * float(coef @ coef)
