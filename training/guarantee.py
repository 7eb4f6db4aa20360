"""From which score a topic's precision is proven: the tier ``auto``."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from copytaster.training.corpus import YES
from copytaster.training.ranking import highest

#: Each tested threshold takes in so many times the articles of the one before.
_GROWTH = 1.1
#: The walk starts with this share of the articles that the linear layer itself says yes to.
_START = 0.5
#: An estimate of what is missing looks at this many articles at least, and reckons with so many
#: at most.
_FEW = 5
_FAR = 100_000


@dataclass(frozen=True, slots=True)
class Target:
    """What ``auto`` promises for a topic.

    Attributes
    ----------
    precision : float
        Share, 0 to 1, of the tags that are right.
    confidence : float
        Chance, 0 to 1, that a proof of it is not wrong.
    """

    precision: float
    confidence: float

    @property
    def fewest(self) -> int:
        """The smallest sample that can prove it: all of its articles right."""
        return math.ceil(math.log(1 - self.confidence) / math.log(self.precision))


@dataclass(frozen=True, slots=True)
class Proof:
    """What held-out articles prove.

    Attributes
    ----------
    threshold : float
        The lowest proven threshold; ``inf`` where nothing is proven.
    right, n : int
        Of the *n* held-out articles at or above it, so many are right.
    bound : float
        Lower bound, 0 to 1, of the precision there.
    """

    threshold: float = math.inf
    right: int = 0
    n: int = 0
    bound: float = 0.0

    @property
    def found(self) -> bool:
        """Whether anything is proven."""
        return self.threshold < math.inf


def precision_bound(right: int, n: int, confidence: float) -> float:
    """Return the Clopper-Pearson lower bound, 0 to 1, of the precision of *right* in *n*.

    Clopper and Pearson, Biometrika 26 (1934): the 1 - confidence quantile of
    Beta(right, n - right + 1).
    """
    return float(betaincinv(right, n - right + 1, 1 - confidence)) if right else 0.0


def ladder(scores: NDArray[np.float64], target: Target, share: float = 1.0) -> NDArray[np.float64]:
    """Return the thresholds to test, from high to low, chosen without a look at any label.

    Parameters
    ----------
    scores : ndarray of shape (n_articles,), float64
        Out-of-fold scores of one topic.
    target : Target
    share : float
        How many articles will be tested for each one in *scores*.

    Returns
    -------
    ndarray of shape (n_thresholds,), float64
        Each lies just above a score, the k-th highest, so that the articles above it are a fair
        sample of all that score so high. The first leaves half of the positive scores above
        it, or as many as a proof needs at least.
    """
    ranked = -np.sort(-scores)
    size = math.ceil(max(1, target.fewest / share, _START * np.count_nonzero(ranked > 0)))
    rungs = []
    while size < len(ranked):
        rungs.append(np.nextafter(ranked[size], np.inf))
        size = math.ceil(size * _GROWTH)
    return np.unique(rungs)[::-1]


def prove(
    thresholds: NDArray[np.float64],
    scores: NDArray[np.float64],
    labels: NDArray[np.int8],
    target: Target,
    at_least: float = -math.inf,
) -> Proof:
    """Return the proof at the lowest of *thresholds* whose precision is proven.

    Parameters
    ----------
    thresholds : ndarray of shape (n_thresholds,), float64
        From high to low.
    scores : ndarray of shape (n_articles,), float64
        Held-out scores of one topic, for articles of different stories.
    labels : ndarray of shape (n_articles,), int8
        1 yes, 0 no, -1 unknown.
    target : Target
    at_least : float
        Thresholds below it are not tried.

    Notes
    -----
    Fixed-sequence testing: thresholds are tested in the given order and the first that fails ends
    the walk, so that the chance of any wrong proof is at most 1 - confidence (Angelopoulos et
    al., Learn then Test, 2021). Thresholds with too few articles above them to prove anything are
    skipped. What this takes for granted: docs/accuracy.md.
    """
    known = labels >= 0
    scores, truth = scores[known], labels[known] == YES
    found = Proof()
    for threshold in thresholds[thresholds >= at_least].tolist():
        above = scores >= threshold
        right, n = int(truth[above].sum()), int(above.sum())
        if n < target.fewest:
            continue  # too few to be tested, whatever their labels
        bound = precision_bound(right, n, target.confidence)
        if bound < target.precision:
            break
        found = Proof(threshold, right, n, bound)
    return found


def missing(scores: NDArray[np.float64], labels: NDArray[np.int8], target: Target) -> int | None:
    """Estimate how many more articles about the topic a first proof would likely take.

    It reckons that more articles come with the same scores and the same precision (the mean
    under Jeffreys' prior) as those here, and takes the threshold that then needs the fewest.

    Returns
    -------
    int or None
        ``None`` where no threshold is precise enough for more articles alone to prove it.
    """
    known = labels >= 0
    truth = labels[known] == YES
    # Among more than these the precision is too low, were all yes labels among them.
    most = math.ceil((np.count_nonzero(truth) + 0.5) / target.precision)
    right = np.cumsum(truth[highest(scores[known], most)])
    needed = []
    n = _FEW
    while n <= len(right):
        precision = (float(right[n - 1]) + 0.5) / (n + 1)
        sample = _sample(precision, target)
        if sample is not None:
            needed.append(max(0.0, sample / n - 1) * int(truth.sum()))
        n = math.ceil(n * _GROWTH)
    return max(1, math.ceil(min(needed))) if needed else None


def _sample(precision: float, target: Target) -> int | None:
    """Return how many articles, right with *precision*, likely prove the target."""
    if precision <= target.precision:
        return None
    low, high = target.fewest - 1, target.fewest
    while not _proves(precision, high, target):
        low, high = high, 2 * high
        if high > _FAR:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        if _proves(precision, middle, target):
            high = middle
        else:
            low = middle
    return high


def _proves(precision: float, n: int, target: Target) -> bool:
    return precision_bound(round(precision * n), n, target.confidence) >= target.precision
