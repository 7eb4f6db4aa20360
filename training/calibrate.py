"""Fitting confidences to out-of-fold scores."""

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from copytaster.model.calibration import Calibration
from copytaster.training.corpus import YES

#: Topics with fewer yes labels share one calibration.
MIN_POSITIVES = 10
_NO_PENALTY = 1e6
_SHALLOWEST = 0.05


def fit(scores: NDArray[np.float64], labels: NDArray[np.int8]) -> Calibration:
    """Fit Platt's sigmoid for each topic on its known labels.

    Parameters
    ----------
    scores : ndarray of shape (n_articles, n_topics), float64
        Out-of-fold scores.
    labels : ndarray of shape (n_articles, n_topics), int8
        1 yes, 0 no, -1 unknown.

    Notes
    -----
    Platt, Probabilistic outputs for support vector machines, 1999, with his smoothed targets.
    A topic with fewer than 10 yes, or whose score says nothing, takes the fit to all topics.
    """
    pooled = _platt(scores.ravel(), labels.ravel())
    shared = pooled if pooled is not None else (1.0, 0.0)
    fitted = []
    for column, known in zip(scores.T, labels.T, strict=True):
        own = _platt(column, known) if np.sum(known == YES) >= MIN_POSITIVES else None
        fitted.append(own or shared)
    return Calibration(
        np.array([slope for slope, _ in fitted]), np.array([offset for _, offset in fitted])
    )


def _platt(scores: NDArray[np.float64], labels: NDArray[np.int8]) -> tuple[float, float] | None:
    known = labels >= 0
    scores, truth = scores[known], labels[known] == YES
    n_yes, n_no = int(truth.sum()), int((~truth).sum())
    if not n_yes or not n_no:
        return None
    target = np.where(truth, (n_yes + 1) / (n_yes + 2), 1 / (n_no + 2))
    # A soft target is a yes and a no of one article, each with its share as weight.
    model = LogisticRegression(C=_NO_PENALTY, tol=1e-8, max_iter=1000)
    model.fit(
        np.concatenate([scores, scores])[:, np.newaxis],
        np.repeat([1, 0], len(scores)),
        sample_weight=np.concatenate([target, 1 - target]),
    )
    slope, offset = float(model.coef_[0, 0]), float(model.intercept_[0])
    return (slope, offset) if slope >= _SHALLOWEST else None
