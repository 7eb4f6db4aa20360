"""What every possible threshold would give: precision and recall along the confidence."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

#: Thresholds on an even grid, and at the confidences of yes articles: together at most 99.
_GRID = 39
_AT_YES = 60


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and recall from some thresholds on; all three of one length, maybe 0.

    Attributes
    ----------
    thresholds : tuple of float
        Confidences, rising.
    precision, recall : tuple of float
        Of tags at or above the threshold, 0 to 1.
    """

    thresholds: tuple[float, ...] = ()
    precision: tuple[float, ...] = ()
    recall: tuple[float, ...] = ()


def curve(confidence: NDArray[np.float64], truth: NDArray[np.bool_]) -> Curve:
    """Return precision and recall at up to 99 thresholds, none where nothing is true.

    Parameters
    ----------
    confidence : ndarray of shape (n_pairs,), float64
    truth : ndarray of shape (n_pairs,), bool
    """
    if not truth.any():
        return Curve()
    ranked, yes = np.sort(confidence), np.sort(confidence[truth])
    at_yes = yes[np.unique(np.linspace(0, yes.size - 1, _AT_YES).round().astype(np.int64))]
    grid = np.arange(1, _GRID + 1) / (_GRID + 1)
    cuts = np.union1d(at_yes, grid[grid <= ranked[-1]])
    given = ranked.size - np.searchsorted(ranked, cuts)
    right = yes.size - np.searchsorted(yes, cuts)
    return Curve(
        tuple(cuts.tolist()), tuple((right / given).tolist()), tuple((right / yes.size).tolist())
    )


def average_precision(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Return the area under precision over recall, 0 to 1, nan where nothing is true."""
    return float(average_precision_score(truth, scores)) if truth.any() else np.nan
