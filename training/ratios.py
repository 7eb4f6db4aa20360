"""How much each feature tells of each topic: naive Bayes log-count ratios."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from copytaster.training.corpus import UNKNOWN, YES


def squared_scales(
    X: sp.csr_matrix, labels: NDArray[np.int8], weights: NDArray[np.float64], ratio_weight: float
) -> NDArray[np.float64]:
    """Return 1 + w r^2 for each feature and topic, of shape (n_features, n_topics), float64.

    Parameters
    ----------
    X : csr_matrix of shape (n_articles, n_features), float64
    labels : ndarray of shape (n_articles, n_topics), int8
        1 yes, 0 no, -1 unknown.
    weights : ndarray of shape (n_articles,), float64
        The weight of each article.
    ratio_weight : float
        w.

    Notes
    -----
    r is the ln of the feature's share of the topic's yes articles over its share of its no
    articles; both sums of feature values begin at 1. Wang and Manning, Baselines and bigrams,
    ACL 2012, in a softer form.
    """
    if not ratio_weight:
        return np.ones((X.shape[1], labels.shape[1]))
    yes, unknown = (_sums(X, labels == label, weights) for label in (YES, UNKNOWN))
    no = np.maximum((X.T @ weights)[:, np.newaxis] - yes - unknown, 0.0)
    yes, no = yes + 1.0, no + 1.0
    ratio = np.log(yes / no) - np.log(yes.sum(axis=0) / no.sum(axis=0))
    return np.asarray(1.0 + ratio_weight * ratio * ratio)


def _sums(
    X: sp.csr_matrix, chosen: NDArray[np.bool_], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return each feature's sum over each topic's *chosen* articles: few, as a rule."""
    if not chosen.any():  # as unknown labels, as a rule
        return np.zeros((X.shape[1], chosen.shape[1]))
    articles = sp.csc_matrix(chosen).multiply(weights[:, np.newaxis]).tocsc()
    return np.asarray((X.T @ articles).toarray())
