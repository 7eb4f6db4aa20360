"""Whether confidences mean what they say: Brier score, log loss, calibration error, bins."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Below this confidence nearly every pair is a clear no, and would drown the rest in the bins.
CLEAR_NO = 0.05
#: How many bins the error over all topics has.
BINS = 15
#: A bin of fewer pairs says more about chance than about calibration.
_FEWEST = 10
_EPS = float(np.finfo(np.float64).eps)


class Bin(NamedTuple):
    """Pairs of neighbouring confidences: mean confidence, share that is a yes, how many."""

    confidence: float
    share: float
    n: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far confidences can be taken at their word; every figure is nan without a pair.

    Attributes
    ----------
    brier : float
        Mean squared difference between confidence and truth, 0 (best) to 1.
    log_loss : float
        Mean negative log of the probability given to the truth, nats, 0 (best) and up.
    ece : float
        Expected calibration error, 0 (best) to 1, over the pairs above ``CLEAR_NO``.
    pairs : int
        How many these are.
    reliability : tuple of Bin
        The bins of that error, by rising confidence: the points of a reliability diagram.
    """

    brier: float
    log_loss: float
    ece: float
    pairs: int
    reliability: tuple[Bin, ...]


def judge(confidence: NDArray[np.float64], truth: NDArray[np.bool_], most_bins: int) -> Reliability:
    """Judge confidences, 0 to 1, by what was true, both of shape (n_pairs,), float64 and bool."""
    above = confidence > CLEAR_NO
    bins = equal_mass(confidence[above], truth[above], most_bins)
    return Reliability(
        brier=brier(confidence, truth),
        log_loss=log_loss(confidence, truth),
        ece=calibration_error(bins),
        pairs=int(above.sum()),
        reliability=bins,
    )


def brier(confidence: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Return the mean of (confidence - truth)^2 (Brier 1950), nan without a pair."""
    return float(np.mean((confidence - truth) ** 2)) if confidence.size else np.nan


def log_loss(confidence: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Return the mean of -ln p(truth), p kept off 0 by 2.2e-16; nan without a pair."""
    if not confidence.size:
        return np.nan
    clipped = np.clip(confidence, _EPS, 1 - _EPS)
    return float(-np.mean(np.log(np.where(truth, clipped, 1 - clipped))))


def equal_mass(
    confidence: NDArray[np.float64], truth: NDArray[np.bool_], most: int
) -> tuple[Bin, ...]:
    """Part pairs, sorted by confidence, into bins of equal numbers (to one).

    Parameters
    ----------
    confidence, truth : ndarray of shape (n_pairs,), float64 and bool
    most : int
        At most so many bins; fewer where a bin would hold fewer than 10 pairs.

    Notes
    -----
    Nguyen and O'Connor, Posterior calibration and exploratory analysis for natural language
    processing models, EMNLP 2015: bins of equal mass, so that each is equally well measured.
    """
    if not confidence.size:
        return ()
    order = np.argsort(confidence, kind="stable")
    parts = np.array_split(order, min(most, max(1, confidence.size // _FEWEST)))
    return tuple(
        Bin(float(confidence[part].mean()), float(truth[part].mean()), part.size) for part in parts
    )


def calibration_error(bins: tuple[Bin, ...]) -> float:
    """Return sum n_b / n |share_b - confidence_b|, nan without a bin.

    Notes
    -----
    Naeini, Cooper and Hauskrecht, Obtaining well calibrated probabilities using Bayesian
    binning, AAAI 2015.
    """
    if not bins:
        return np.nan
    gaps = sum(part.n * abs(part.share - part.confidence) for part in bins)
    return gaps / sum(part.n for part in bins)
