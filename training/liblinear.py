"""One column of the linear layer by scikit-learn: the oracle of any faster way."""

import warnings
from copy import copy

import numpy as np
import scipy.sparse as sp
import sklearn
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC


def fit(
    X: sp.csr_matrix,
    yes: NDArray[np.bool_],
    weights: NDArray[np.float64],
    squared_scale: NDArray[np.float64],
    C: float,
    tolerance: float,
) -> tuple[NDArray[np.float64], float]:
    """Return the column, with the scale folded in, and its intercept.

    Parameters
    ----------
    X : csr_matrix of shape (n_articles, n_features), float64
    yes : ndarray of shape (n_articles,), bool
        Both values must occur.
    weights : ndarray of shape (n_articles,), float64
    squared_scale : ndarray of shape (n_features,), float64
        The square of what each feature is multiplied by.
    C : float
        Inverse strength of the penalty.
    tolerance : float
        Of the solver.
    """
    scale = np.sqrt(squared_scale)
    scaled = copy(X)
    scaled.data = X.data * scale.take(X.indices)
    for dual in (True, False):  # the primal where the dual does not converge
        model = LinearSVC(C=C, dual=dual, tol=tolerance, random_state=0)
        with (
            warnings.catch_warnings(action="ignore", category=ConvergenceWarning),
            sklearn.config_context(assume_finite=True),
        ):
            model.fit(scaled, yes, sample_weight=weights)
        if model.n_iter_ < model.max_iter:
            break
    return model.coef_[0] * scale, float(model.intercept_[0])
