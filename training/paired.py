"""Two taggers on the same articles: which one is better, and whether that could be chance."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.stats import binom

from copytaster.training import bootstrap
from copytaster.training.corpus import YES


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much the second tagger's micro F1 is higher.

    Attributes
    ----------
    first, second : float
        Their micro F1, 0 to 1.
    low, high : float
        One-sided 95 % bounds of ``second - first``.
    """

    first: float
    second: float
    low: float
    high: float

    @property
    def gain(self) -> float:
        """How much higher the second is, -1 to 1."""
        return self.second - self.first


@dataclass(frozen=True, slots=True)
class Discord:
    """On how many stories the second tagger decided better or worse on one topic.

    Attributes
    ----------
    better, worse : ndarray of shape (n_topics,), int64
    """

    better: NDArray[np.int64]
    worse: NDArray[np.int64]

    @property
    def p(self) -> NDArray[np.float64]:
        """Chance, 0 to 1, of as many worse ones from a tagger that is not worse.

        The exact one-sided sign test on what the two decide differently: McNemar,
        Psychometrika 12 (1947), with the binomial distribution in place of its normal limit.
        """
        return np.asarray(binom.sf(self.worse - 1, self.better + self.worse, 0.5))

    @property
    def least_p(self) -> NDArray[np.float64]:
        """The smallest chance that so many different decisions could have shown."""
        return np.exp2(-(self.better + self.worse).astype(np.float64))


def difference(
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
    labels: NDArray[np.int8],
    story: NDArray[np.int64],
    seed: int = 0,
) -> Difference:
    """Compare the micro F1 of two taggers by the paired bootstrap over stories.

    Parameters
    ----------
    first, second : ndarray of shape (n_articles, n_topics), bool
        Their decisions.
    labels : ndarray of shape (n_articles, n_topics), int8
        1 yes, 0 no, -1 unknown; decisions on what is unknown do not count.
    story : ndarray of shape (n_articles,), int64
        Whole stories are drawn.
    seed : int
    """
    counts = np.stack([row for one in (first, second) for row in _f1_parts(one, labels)])
    _, group = np.unique(story, return_inverse=True)
    member = sp.csr_matrix((np.ones(group.size), (np.arange(group.size), group)))
    draws = bootstrap.resample(sp.csr_matrix(counts @ member), seed, 2 * bootstrap.RESAMPLES)
    drawn = _ratio(draws[:, 2], draws[:, 3]) - _ratio(draws[:, 0], draws[:, 1])
    low, high = np.percentile(drawn, [5, 95])
    right_1, both_1, right_2, both_2 = counts.sum(axis=1)
    one, other = _ratio(right_1, both_1), _ratio(right_2, both_2)
    return Difference(float(one), float(other), float(low), float(high))


def discord(
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
    labels: NDArray[np.int8],
    story: NDArray[np.int64],
) -> Discord:
    """Count, a topic, the stories on which the second tagger decided better, or worse.

    The parameters are those of :func:`difference`. A story counts once, as its articles are right
    or wrong together; one on which both were wrong equally often does not count.
    """
    truth, known = labels == YES, labels >= 0
    change = ((second == truth).astype(np.int64) - (first == truth)) * known
    _, group = np.unique(story, return_inverse=True)
    net = np.zeros((int(group.max(initial=-1)) + 1, labels.shape[1]), dtype=np.int64)
    np.add.at(net, group, change)
    return Discord((net > 0).sum(axis=0), (net < 0).sum(axis=0))


def rejected(
    p: NDArray[np.float64], least_p: NDArray[np.float64], alpha: float
) -> NDArray[np.bool_]:
    """Return which of several hypotheses exact tests reject, wrongly any with a chance of *alpha*.

    Parameters
    ----------
    p, least_p : ndarray of shape (n_tests,), float64
        What each test found, and the least that it could have found.
    alpha : float
        Above 0 and below 1.

    Notes
    -----
    Holm, Scandinavian Journal of Statistics 6 (1979), but tests that could not reject anything are
    not counted: Tarone, Biometrics 46 (1990); in steps, Hommel and Krummenauer, Biometrical
    Journal 40 (1998). With ninety topics of which eighty are hardly met, that is what keeps the
    other ten from having to be eight times as far off.
    """
    found = np.zeros(p.shape, dtype=np.bool_)
    while True:
        left = np.flatnonzero(~found)
        at = alpha / max(1, _tests(least_p[left], alpha))
        more = left[p[left] <= at]
        if not more.size:
            return found
        found[more] = True


def _tests(least_p: NDArray[np.float64], alpha: float) -> int:
    """Return the smallest k for which at most k tests can reach alpha / k."""
    for k in range(1, least_p.size + 1):
        if np.count_nonzero(least_p <= alpha / k) <= k:
            return k
    return max(1, least_p.size)


def _f1_parts(decided: NDArray[np.bool_], labels: NDArray[np.int8]) -> list[NDArray[np.float64]]:
    """Return, an article, twice its right tags, and its tags and labels together."""
    truth, known = labels == YES, labels >= 0
    right = 2.0 * (decided & truth).sum(axis=1)
    return [right, (decided & known).sum(axis=1) + truth.sum(axis=1).astype(np.float64)]


def _ratio(right: NDArray[np.float64], both: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(right, both, out=np.zeros_like(right, dtype=np.float64), where=both > 0)
