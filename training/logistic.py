"""Logistic regression on a handful of columns, by Newton's method."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_STEPS = 50
_SMALL = 1e-9
#: Keeps the curvature from vanishing where classes are parted without an error.
_RIDGE = 1e-6


def newton(
    columns: NDArray[np.float64],
    target: NDArray[np.float64],
    start: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
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
    X = np.column_stack([columns, np.ones(len(columns))])
    at = _Point.of(X, np.zeros(X.shape[1]) if start is None else start, target)
    for _ in range(_STEPS):
        p = at.probability()
        gradient = X.T @ (p - target) + _RIDGE * at.coef
        hessian = (X.T * (p * (1.0 - p))) @ X
        hessian += _RIDGE * np.eye(len(at.coef))
        step = np.linalg.solve(hessian, gradient)
        scale = 1.0
        while (tried := _Point.of(X, at.coef - scale * step, target)).loss > at.loss:
            scale /= 2
            if scale < _SMALL:
                return at.coef
        gain, at = at.loss - tried.loss, tried
        if gain <= _SMALL * max(1.0, at.loss):
            break
    return at.coef


@dataclass(frozen=True, slots=True)
class _Point:
    """Coefficients with what follows from them: logits, exp(-|logit|), and the loss."""

    coef: NDArray[np.float64]
    z: NDArray[np.float64]
    small: NDArray[np.float64]
    loss: float

    @classmethod
    def of(
        cls, X: NDArray[np.float64], coef: NDArray[np.float64], target: NDArray[np.float64]
    ) -> "_Point":
        z = X @ coef
        small = np.exp(-np.abs(z))
        # ln(1 + e^z) = max(z, 0) + ln(1 + e^-|z|)
        fit = np.maximum(z, 0.0).sum() + np.log1p(small).sum() - target @ z
        return cls(coef, z, small, float(fit + 0.5 * _RIDGE * (coef @ coef)))

    def probability(self) -> NDArray[np.float64]:
        return np.asarray(np.where(self.z >= 0, 1.0, self.small) / (1.0 + self.small))
