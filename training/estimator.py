"""One linear classifier a topic, fitted only on the articles whose label is known."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from copytaster.training.config import Recipe
from copytaster.training.corpus import YES

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
        Threads; liblinear's primal solver holds no lock and draws no random number.
    tick : callable or None
        Called after each topic.

    Notes
    -----
    Squared hinge loss with an L2 penalty in the primal: Fan et al., LIBLINEAR, JMLR 9 (2008). Each
    column is the average of one fitted to the features and one fitted to the features times
    their naive Bayes log-count ratios (Wang and Manning, Baselines and bigrams, ACL 2012); over
    the same features, an average of linear models is a linear model.
    """
    with threadpool_limits(1):
        columns = Parallel(n_jobs=n_jobs, prefer="threads", return_as="generator")(
            delayed(_fit_topic)(X, labels[:, topic], weights, recipe)
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
    X: sp.csr_matrix, labels: NDArray[np.int8], weights: NDArray[np.float64], recipe: Recipe
) -> tuple[NDArray[np.float64], float]:
    known = np.flatnonzero(labels >= 0)
    y, weights = labels[known] == YES, weights[known]
    if y.all() or not y.any():
        return np.zeros(X.shape[1]), 1.0 if y.size and y.all() else -1.0
    rows = X if known.size == X.shape[0] else X[known]
    coef, intercept = np.zeros(X.shape[1]), 0.0
    for share, C, scale in (
        (1.0 - recipe.nb_share, recipe.C, None),
        (recipe.nb_share, recipe.nb_strength, _log_count_ratio(rows, y, weights)),
    ):
        if share > 0:
            model = LinearSVC(C=C, dual=False)
            model.fit(rows if scale is None else _scaled(rows, scale), y, sample_weight=weights)
            column = model.coef_[0] if scale is None else model.coef_[0] * scale
            coef, intercept = coef + share * column, intercept + share * float(model.intercept_[0])
    return coef, intercept


def _log_count_ratio(
    X: sp.csr_matrix, y: NDArray[np.bool_], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return ln of each feature's share of the yes articles over its share of the others.

    Both sums of feature values begin at 1. Shape (n_features,), float64.
    """
    yes = 1.0 + X.T @ (weights * y)
    no = 1.0 + X.T @ (weights * ~y)
    return np.asarray(np.log(yes / yes.sum()) - np.log(no / no.sum()))


def _scaled(X: sp.csr_matrix, scale: NDArray[np.float64]) -> sp.csr_matrix:
    """Return *X* with each column times its *scale*; the places of the values are shared."""
    return sp.csr_matrix((X.data * scale[X.indices], X.indices, X.indptr), shape=X.shape)
