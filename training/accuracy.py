"""Precision, recall and F1 of decisions, with bootstrap intervals."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from copytaster.training import bootstrap
from copytaster.training.corpus import NO, YES
from copytaster.training.metrics import Counts

Interval = tuple[float, float]
_NOWHERE = (np.nan, np.nan)
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Counts, and between what bounds their figures lie.

    Attributes
    ----------
    topics : tuple of Counts
    micro : Counts
        Pooled over topics.
    precision, recall, f1 : ndarray of shape (n_topics,), float64
        0 to 1. Precision is nan without a tag; recall and F1 are nan without a yes label; precision
        and F1 are nan without a no label, as no tag could then be wrong.
    macro_f1 : float
        Mean F1 of the topics that have a yes label.
    f1_within : tuple of (float, float)
        Per topic, the 95 % interval.
    micro_f1_within, macro_f1_within, micro_precision_within : (float, float)
        95 % intervals.
    """

    topics: tuple[Counts, ...]
    micro: Counts
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    macro_f1: float
    f1_within: tuple[Interval, ...]
    micro_f1_within: Interval
    macro_f1_within: Interval
    micro_precision_within: Interval


def measure(
    decided: NDArray[np.bool_],
    labels: NDArray[np.int8],
    stories: NDArray[np.int64],
    seed: int = 0,
) -> Accuracy:
    """Measure decisions against known labels.

    Parameters
    ----------
    decided, labels : ndarray of shape (n_articles, n_topics), bool and int8
    stories : ndarray of shape (n_articles,), int64
        The story of each article, from 0; whole stories are resampled.
    seed : int
        Seed of the resampling.
    """
    truth, known = labels == YES, labels >= 0
    kinds = (decided & truth, decided & known & ~truth, ~decided & truth)
    right, wrong, missed = (kind.sum(axis=0).astype(np.float64) for kind in kinds)
    draws = bootstrap.resample(_per_story(kinds, stories), seed)
    if np.unique(stories).size < _FEWEST:
        draws = np.full_like(draws, np.nan)  # one story says nothing of others
    judged = (labels == NO).any(axis=0)
    drawn = np.split(draws, 3, axis=1)
    f1, drawn_f1 = (
        np.where(judged, _f1(*sums), np.nan) for sums in ((right, wrong, missed), drawn)
    )
    topics = tuple(_counts(*column) for column in zip(right, wrong, missed, strict=True))
    micro = _counts(right.sum(), wrong.sum(), missed.sum())
    pooled = [kind.sum(axis=1) for kind in drawn]
    return Accuracy(
        topics=topics,
        micro=micro,
        precision=np.where(judged, _share(right, right + wrong), np.nan),
        recall=_share(right, right + missed),
        f1=f1,
        macro_f1=mean(f1),
        f1_within=tuple(
            _f1_within(counts, column) if some else _NOWHERE
            for counts, column, some in zip(topics, drawn_f1.T, judged, strict=True)
        ),
        micro_f1_within=_f1_within(micro, _f1(*pooled)),
        macro_f1_within=_macro_within(f1, drawn_f1),
        micro_precision_within=_within(
            micro.right, micro.right + micro.wrong, _share(pooled[0], pooled[0] + pooled[1])
        ),
    )


def mean(values: NDArray[np.float64]) -> float:
    """Return the mean of those *values* that are not nan; nan where all are."""
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if defined.size else np.nan


def _per_story(kinds: tuple[NDArray[np.bool_], ...], stories: NDArray[np.int64]) -> sp.csr_matrix:
    """Return how often each kind of decision on each topic (rows) is met in each story."""
    n_articles = stories.size
    member = sp.csr_matrix((np.ones(n_articles), (np.arange(n_articles), stories)))
    return sp.vstack([sp.csr_matrix(kind, dtype=np.float64).T @ member for kind in kinds]).tocsr()


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    empty = np.full(np.shape(whole), np.nan)
    return np.asarray(np.divide(part, whole, out=empty, where=whole > 0))


def _f1(
    right: NDArray[np.float64], wrong: NDArray[np.float64], missed: NDArray[np.float64]
) -> NDArray[np.float64]:
    f1 = _share(2 * right, 2 * right + wrong + missed)
    return np.where(right + missed > 0, f1, np.nan)


def _counts(right: float, wrong: float, missed: float) -> Counts:
    return Counts(int(right), int(wrong), int(missed))


def _f1_within(counts: Counts, draws: NDArray[np.float64]) -> Interval:
    """Return the interval of F1 = 2 j / (1 + j), j the share right of all tags and labels."""
    if not counts.right + counts.missed:
        return _NOWHERE
    total = counts.right + counts.wrong + counts.missed
    return _within(counts.right, total, draws, lambda share: 2 * share / (1 + share))


def _macro_within(f1: NDArray[np.float64], draws: NDArray[np.float64]) -> Interval:
    """Return the interval of the mean; a topic that a draw has no article of keeps its F1.

    Left out instead, rare topics, which score low, would be left out of most draws.
    """
    carried = ~np.isnan(f1)
    if not carried.any() or np.isnan(draws).all():
        return _NOWHERE
    kept = np.where(np.isnan(draws), f1, draws)[:, carried]
    return bootstrap.interval(kept.mean(axis=1))


def _within(
    right: int,
    n: int,
    draws: NDArray[np.float64],
    figure: Callable[[float], float] = lambda share: share,
) -> Interval:
    """Return the bootstrap's interval; the exact one where all of *n* are right, or none."""
    if not n:
        return _NOWHERE
    if 0 < right < n:
        return bootstrap.interval(draws)
    low, high = bootstrap.exact(right, n)
    return figure(low), figure(high)
