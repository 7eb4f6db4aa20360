"""Scores of articles by models that have not seen them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copytaster.training.estimator import Tick
from copytaster.training.examples import Examples, Model


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What models say of articles that they have not seen.

    Attributes
    ----------
    scores : ndarray of shape (n_articles, n_topics), float64
        NaN in the rows of articles that no model judged.
    known : ndarray of shape (n_articles,), float64
        Share, 0 to 1, of the article's tokens that the model has seen.
    """

    scores: NDArray[np.float64]
    known: NDArray[np.float64]


def models(
    examples: Examples, fold: NDArray[np.int64], n_jobs: int = 1, tick: Tick | None = None
) -> Iterator[tuple[NDArray[np.int64], Model]]:
    """Yield, fold by fold, the rows held out and the model fitted to all others.

    Parameters
    ----------
    examples : Examples
    fold : ndarray of shape (n_articles,), int64
        The fold of each article; those in fold -1 are neither fitted to nor held out.
    n_jobs : int
        Threads or, without the compiled solver, processes; the result does not depend on it.
    tick : callable or None
        Called after each fitted topic.
    """
    for number in range(int(fold.max()) + 1):
        rest = np.flatnonzero((fold != number) & (fold >= 0))
        yield np.flatnonzero(fold == number), examples.fit(rest, n_jobs, tick)


def judge(
    examples: Examples, fold: NDArray[np.int64], n_jobs: int = 1, tick: Tick | None = None
) -> HeldOut:
    """Judge each article by the model fitted without its fold; parameters as :func:`models`."""
    scores = np.full(examples.labels.shape, np.nan)
    known = np.full(len(scores), np.nan)
    for rows, model in models(examples, fold, n_jobs, tick):
        counts = examples.counts.rows(rows)
        scores[rows], known[rows] = model.scores(counts), model.known(counts)
    return HeldOut(scores, known)
