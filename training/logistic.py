"""Logistic regression on a handful of columns, by Newton's method."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

try:
    from copytaster.training import _logistic
except ImportError:  # installed where no compiler was
    MOST = 0
else:
    MOST = _logistic.MOST

Array = NDArray[np.float64]

_STEPS = 50
_SMALL = 1e-9
#: Keeps the curvature from vanishing where classes are parted without an error.
_RIDGE = 1e-6


def newton(
    columns: Array,
    target: Array,
    start: Array | None = None,
) -> Array:
    """Return the coefficients, then the offset, that make *target* likeliest.

    Parameters
    ----------
    columns : ndarray of shape (n, k), float64
        A few columns, of similar scale.
    target : ndarray of shape (n,), float64
        Share of yes, 0 to 1.
    start : ndarray of shape (k + 1,), float64, or None
        Where to begin; ``None``: at 0. The nearer, the fewer steps.

    Returns
    -------
    ndarray of shape (k + 1,), float64

    Notes
    -----
    Iteratively reweighted least squares with step halving and a ridge of 1e-6: Hastie,
    Tibshirani and Friedman, The Elements of Statistical Learning, section 4.4.1.
    """
    if not 1 <= columns.shape[1] <= MOST:
        return by_numpy(columns, target, start)
    coef = np.zeros(columns.shape[1] + 1) if start is None else start.astype(np.float64)
    _logistic.newton(np.ascontiguousarray(columns.T), target, coef, _STEPS, _SMALL, _RIDGE)
    return coef


def log_loss(z: Array, truth: NDArray[np.bool_]) -> float:
    """Return the summed log loss, in nats, of logits *z* where the *truth* is known; both (n,)."""
    if MOST:
        return _logistic.loss(z, truth.astype(np.float64))
    return float(np.logaddexp(0.0, np.where(truth, -z, z)).sum())


def by_numpy(columns: Array, target: Array, start: Array | None = None) -> Array:
    """Do what :func:`newton` does, plainly: the oracle of the compiled way."""
    X = np.column_stack([columns, np.ones(len(columns))])
    at = _point(X, target, np.zeros(X.shape[1]) if start is None else start)
    for _ in range(_STEPS):
        step = np.linalg.solve(at.hessian, at.gradient)
        if 0.5 * float(at.gradient @ step) <= _SMALL * max(1.0, at.loss):  # what it would gain
            return at.coef - step
        scale = 1.0
        while (tried := _point(X, target, at.coef - scale * step)).loss > at.loss:
            scale /= 2
            if scale < _SMALL:
                return at.coef
        at = tried
    return at.coef


@dataclass(frozen=True, slots=True)
class _Point:
    """Coefficients with the penalised loss there, its gradient and its Hessian."""

    coef: Array
    loss: float
    gradient: Array
    hessian: Array


def _point(X: Array, target: Array, coef: Array) -> _Point:
    z = X @ coef
    small = np.exp(-np.abs(z))
    share = np.where(z >= 0, 1.0, small) / (1.0 + small)
    # ln(1 + e^z) = max(z, 0) + ln(1 + e^-|z|)
    loss = np.maximum(z, 0.0).sum() + np.log1p(small).sum() - target @ z
    return _Point(
        coef,
        float(loss + 0.5 * _RIDGE * (coef @ coef)),
        X.T @ (share - target) + _RIDGE * coef,
        (X.T * (share * (1.0 - share))) @ X + _RIDGE * np.eye(len(coef)),
    )
