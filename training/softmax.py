"""Multinomial logistic regression: topics that exclude each other, fitted against each other."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import minimize

from copytaster.training.estimator import LinearLayer
from copytaster.training.lesson import Lesson
from copytaster.training.ratios import squared_scales

#: Strength of the L2 penalty beside rows of weight 1, and of the log-count ratios.
_PENALTY = 2.0
_RATIO_WEIGHT = 1.0
#: How much word vectors weigh beside the words themselves.
_VECTORS = 0.7
#: Of L-BFGS: more steps gain nothing on unseen articles.
_STEPS = 80
_KEPT_STEPS = 7
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class _Problem:
    """The loss of weights W = scales * U + vectors B, and an intercept."""

    X: sp.csr_matrix
    turned: sp.csr_matrix
    truth: NDArray[np.float64]
    weights: NDArray[np.float64]
    scales: NDArray[np.float64]
    vectors: NDArray[np.float64]

    def unpack(self, packed: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Return U, B and the intercept."""
        found = packed.reshape(-1, self.truth.shape[1])
        n_features = self.X.shape[1]
        return found[:n_features], found[n_features:-1], found[-1]

    def layer(self, packed: NDArray[np.float64]) -> LinearLayer:
        """Return W and the intercept."""
        own, shared, intercept = self.unpack(packed)
        coef = self.scales * own
        coef[: len(self.vectors)] += self.vectors @ shared
        return LinearLayer(coef, intercept)

    def loss(self, packed: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Return the penalised loss, in nats, and its gradient."""
        scores = self.layer(packed).decision_function(self.X)
        scores -= scores.max(axis=1, keepdims=True)
        share = np.exp(scores)
        total = share.sum(axis=1, keepdims=True)
        nats = -(self.weights * self.truth * (scores - np.log(total))).sum()
        change = self.weights * (share / total - self.truth)
        by_feature = np.asarray(self.turned @ change)
        own, shared, _ = self.unpack(packed)
        gradient = np.concatenate(
            [
                self.scales * by_feature + _PENALTY * own,
                self.vectors.T @ by_feature[: len(self.vectors)] + _PENALTY * shared,
                change.sum(axis=0, keepdims=True),
            ]
        )
        penalty = _PENALTY / 2 * ((own * own).sum() + (shared * shared).sum())
        return float(nats + penalty), gradient.ravel()


def fit(lesson: Lesson, vectors: NDArray[np.float32]) -> LinearLayer:
    """Fit all topics together; each article has exactly one.

    Parameters
    ----------
    lesson : Lesson
        With one yes in each row and no unknown label.
    vectors : ndarray of shape (n_words, k), float32
        Vectors of the words in the first columns. Their mean in an article is k features more,
        which are folded back into the weights of its words.
    """
    X, labels, weights = lesson.X, lesson.labels, lesson.weights
    squares = squared_scales(X, labels, weights, _RATIO_WEIGHT)
    problem = _Problem(
        X=X,
        turned=X.T.tocsr(),
        truth=labels.astype(np.float64),
        weights=weights[:, np.newaxis],
        scales=np.sqrt(squares),
        vectors=_VECTORS * _centred(vectors, X),
    )
    prior = (weights @ problem.truth + 0.5) / weights.sum()
    start = np.zeros((X.shape[1] + vectors.shape[1] + 1, labels.shape[1]))
    start[-1] = np.log(prior)
    found = minimize(
        problem.loss,
        start.ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _STEPS, "maxcor": _KEPT_STEPS, "ftol": _TOLERANCE},
    )
    return problem.layer(found.x)


def _centred(vectors: NDArray[np.float32], X: sp.csr_matrix) -> NDArray[np.float64]:
    """Return *vectors* less their mean over the words of the articles in *X*."""
    used = np.asarray(X[:, : len(vectors)].sum(axis=0)).ravel()
    found = vectors.astype(np.float64)
    return found - (used @ found) / max(float(used.sum()), 1.0)
