"""From scores to confidences: applying a fitted calibration."""

import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

#: So many values are looked up at once.
_SMALL = 50_000
#: Up to so many are compared with all knots at once.
_FEW = 1_000


@dataclass(frozen=True)
class Calibration:
    """For each topic, a rising curve of straight pieces from score to logit.

    confidence = 1 / (1 + exp(-logit)). Below the first knot and above the last, the first and
    the last piece go on.

    Attributes
    ----------
    scores, logits : ndarray of shape (n_topics, n_knots), float64
        The knots: at least two, and both rows of a topic strictly increasing, so that a higher
        score is always a higher confidence.
    """

    scores: NDArray[np.float64]
    logits: NDArray[np.float64]

    def logit(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return logits for *scores*, both of shape (..., n_topics), float64."""
        return _along(scores, self.scores, self.logits)

    def confidence(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return confidences, 0 to 1, for *scores*, both of shape (..., n_topics), float64."""
        logit = self.logit(scores)
        small = np.exp(-np.abs(logit))
        return np.asarray(np.where(logit >= 0, 1.0, small) / (1.0 + small))

    @cached_property
    def curves(self) -> "tuple[Curve, ...]":
        """Each topic's curve by itself, for one score at a time."""
        return tuple(
            Curve(xs, ys) for xs, ys in zip(self.scores.tolist(), self.logits.tolist(), strict=True)
        )

    def score(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the scores that have the *logits*, both of shape (..., n_topics), float64."""
        return _along(logits, self.logits, self.scores)

    def slope(self, topic: int, low: float, high: float) -> float:
        """Return by how much the topic's logit rises, a unit of score, from *low* to *high*.

        Where both are the same, it is the slope of the piece that they lie on.
        """
        return self.curves[topic].slope(low, high)


class Curve:
    """One topic's curve.

    Parameters
    ----------
    scores, logits : list of float
        Its knots.
    """

    __slots__ = ("_inner", "_logits", "_scores", "_slopes")

    def __init__(self, scores: list[float], logits: list[float]) -> None:
        self._scores, self._logits, self._inner = scores, logits, scores[1:-1]
        self._slopes = [
            (y1 - y0) / (x1 - x0)
            for (x0, x1), (y0, y1) in zip(pairwise(scores), pairwise(logits), strict=True)
        ]

    def confidence(self, score: float) -> float:
        """Return the confidence, 0 to 1, of a score."""
        logit = self.logit(score)
        small = math.exp(-abs(logit))
        return (1.0 if logit >= 0 else small) / (1.0 + small)

    def logit(self, score: float) -> float:
        """Return the logit of a score."""
        piece = bisect_right(self._inner, score)
        return self._logits[piece] + (score - self._scores[piece]) * self._slopes[piece]

    def slope(self, low: float, high: float) -> float:
        """Return by how much the logit rises, a unit of score, as :meth:`Calibration.slope`."""
        if low == high:
            return self._slopes[bisect_right(self._inner, low)]
        return (self.logit(high) - self.logit(low)) / (high - low)


def _along(
    values: NDArray[np.float64], xs: NDArray[np.float64], ys: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Follow each topic's pieces from *xs* to *ys*, both of shape (n_topics, n_knots)."""
    n_topics, n_knots = xs.shape
    many = max(1, _SMALL // n_topics)  # articles at a time, so that what is worked on stays at hand
    rows = values.reshape(-1, n_topics)
    found = np.empty(rows.shape)
    for start in range(0, len(rows), many):
        part = rows[start : start + many]
        piece = _pieces(part, xs[:, 1:-1])
        knot = piece + np.arange(n_topics) * n_knots
        (x0, x1), (y0, y1) = ((of.take(knot), of.take(knot + 1)) for of in (xs, ys))
        found[start : start + many] = y0 + (part - x0) * ((y1 - y0) / (x1 - x0))
    return found.reshape(values.shape)


def _pieces(values: NDArray[np.float64], inner: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return how many *inner* knots, (n_topics, n_inner), each value has reached."""
    if len(inner) == 1:
        return np.searchsorted(inner[0], values, side="right")
    if values.size <= _FEW:
        return np.asarray(np.count_nonzero(values[..., np.newaxis] >= inner, axis=-1))
    reached = np.zeros(values.shape, dtype=np.min_scalar_type(inner.shape[1]))
    for knot in inner.T:
        reached += values >= knot
    return reached.astype(np.int64)
