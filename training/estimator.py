"""One linear classifier a topic, fitted only on the articles whose label is known."""

import warnings
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
import sklearn
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from copytaster.training.config import Recipe
from copytaster.training.corpus import NO, YES

#: Values times topics from which starting processes pays.
_LARGE = 200_000_000
#: Of the solver; a finer one moves scores by less than 0.001.
_TOLERANCE = 1e-3
#: Called after each fitted topic.
Tick = Callable[[], None]


@dataclass(frozen=True, slots=True)
class LinearLayer:
    """The fitted columns.

    Attributes
    ----------
    coef : ndarray of shape (n_features, n_topics), float64
    intercept : ndarray of shape (n_topics,), float64
    """

    coef: NDArray[np.float64]
    intercept: NDArray[np.float64]

    def decision_function(self, X: sp.csr_matrix) -> NDArray[np.float64]:
        """Return scores of shape (n_articles, n_topics), float64."""
        return np.asarray(X @ self.coef + self.intercept)


def fit(
    X: sp.csr_matrix,
    labels: NDArray[np.int8],
    weights: NDArray[np.float64],
    recipe: Recipe,
    n_jobs: int = 1,
    tick: Tick | None = None,
) -> LinearLayer:
    """Fit one topic after another; equal input gives equal output, whatever *n_jobs* is.

    Parameters
    ----------
    X : csr_matrix of shape (n_articles, n_features), float64
    labels : ndarray of shape (n_articles, n_topics), int8
        1 yes, 0 no, -1 unknown: left out of that topic's fit.
    weights : ndarray of shape (n_articles,), float64
        The weight of each row in the loss.
    recipe : Recipe
    n_jobs : int
        Processes, where there is enough to do; liblinear's dual solver draws random numbers
        from one generator a process.
    tick : callable or None
        Called after each topic.

    Notes
    -----
    Squared hinge loss with an L2 penalty, in the dual: Fan et al., LIBLINEAR, JMLR 9 (2008). The
    features are scaled by their naive Bayes log-count ratios, a softer form of Wang and Manning,
    Baselines and bigrams, ACL 2012; the scale is folded back into the column.
    """
    scales = _scales(X, labels, weights, recipe.ratio_weight)
    large = X.nnz * labels.shape[1] >= _LARGE
    columns = Parallel(n_jobs=n_jobs if large else 1, return_as="generator")(
        delayed(_fit_topic)(X, labels[:, topic], weights, scales[:, topic], recipe.C)
        for topic in range(labels.shape[1])
    )
    fitted = []
    for column in columns:
        fitted.append(column)
        if tick is not None:
            tick()
    coef = np.stack([coef for coef, _ in fitted], axis=1)
    return LinearLayer(coef, np.array([intercept for _, intercept in fitted]))


def _fit_topic(
    X: sp.csr_matrix,
    labels: NDArray[np.int8],
    weights: NDArray[np.float64],
    scale: NDArray[np.float64],
    C: float,
) -> tuple[NDArray[np.float64], float]:
    known = np.flatnonzero(labels >= 0)
    y = labels[known] == YES
    if y.all() or not y.any():
        return np.zeros(X.shape[1]), 1.0 if y.size and y.all() else -1.0
    rows = X if known.size == X.shape[0] else X[known]
    coef, intercept = _solve(_scaled(rows, scale), y, weights[known], C)
    return coef * scale, intercept


def _solve(
    X: sp.csr_matrix, y: NDArray[np.bool_], weights: NDArray[np.float64], C: float
) -> tuple[NDArray[np.float64], float]:
    """Fit one column in the dual or, where that does not converge, in the primal."""
    for dual in (True, False):
        model = LinearSVC(C=C, dual=dual, tol=_TOLERANCE, random_state=0)
        with (
            warnings.catch_warnings(action="ignore", category=ConvergenceWarning),
            sklearn.config_context(assume_finite=True),
        ):
            model.fit(X, y, sample_weight=weights)
        if model.n_iter_ < model.max_iter:
            break
    return model.coef_[0], float(model.intercept_[0])


def _scales(
    X: sp.csr_matrix, labels: NDArray[np.int8], weights: NDArray[np.float64], ratio_weight: float
) -> NDArray[np.float64]:
    """Return sqrt(1 + w r^2) for each feature and topic, of shape (n_features, n_topics).

    r is the ln of the feature's share of the topic's yes articles over its share of its no
    articles; both sums of feature values begin at 1.
    """
    yes = 1.0 + X.T @ (weights[:, np.newaxis] * (labels == YES))
    no = 1.0 + X.T @ (weights[:, np.newaxis] * (labels == NO))
    ratio = np.log(yes / yes.sum(axis=0)) - np.log(no / no.sum(axis=0))
    return np.asarray(np.sqrt(1.0 + ratio_weight * ratio * ratio))


def _scaled(X: sp.csr_matrix, scale: NDArray[np.float64]) -> sp.csr_matrix:
    """Return *X* with each column times its *scale*; the places of the values are shared."""
    scaled = copy(X)
    scaled.data = X.data * scale.take(X.indices)
    return scaled
