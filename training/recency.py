"""How much an article counts by its age, and what is older than a topic."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from copytaster.model.types import Article
from copytaster.training import split
from copytaster.training.corpus import NO, UNKNOWN, YES, Corpus

#: Seconds in a year.
_YEAR = 365.25 * 24 * 3600
#: An article never weighs less than this share of the newest one.
_LEAST = 1e-3
#: So many known no since a topic came up tell how often it comes now: docs/decisions.md.
FEWEST = 50


def weights(articles: Sequence[Article], half_life: float | None) -> NDArray[np.float64]:
    """Return each article's weight, with mean 1, of shape (n_articles,), float64.

    Parameters
    ----------
    articles : sequence of Article
    half_life : float or None
        In so many years a weight halves; ``None``: all weigh 1. An article without a date weighs
        what those with one weigh on average.
    """
    found = np.ones(len(articles))
    dated = np.array([row for row, one in enumerate(articles) if one.published is not None], int)
    if half_life is None or not dated.size:
        return found
    seconds = np.array([split.seconds(articles[row]) for row in dated])
    recent = np.maximum(0.5 ** ((seconds.max() - seconds) / (half_life * _YEAR)), _LEAST)
    found[dated] = recent / recent.mean()
    return found


def current(
    corpus: Corpus,
    rows: NDArray[np.int64] | None = None,
    begun: NDArray[np.bool_] | None = None,
) -> NDArray[np.int8]:
    """Return the labels of *corpus* without those that are older than their topic.

    A no to an article from before the first that is about the topic says little of how often it
    comes now, so it becomes unknown. All labels of a topic stay where an article about it has no
    date, since it may be older than any other. They stay too where fewer than :data:`FEWEST` no
    would be left, and the topic has not *begun*: among so few any threshold is far too low, unless
    :func:`thresholds.choose` draws it to the usual.

    Parameters
    ----------
    corpus : Corpus
    rows : ndarray of shape (n_rows,), int64, or None
        The only articles that are looked at; ``None``: all.
    begun : ndarray of shape (n_topics,), bool, or None
        Which topics have made-up articles to lean on: :func:`beginning.begun`; ``None``: none has.

    Returns
    -------
    ndarray of shape (n_rows, n_topics), int8
    """
    chosen = np.arange(len(corpus.articles)) if rows is None else rows
    labels = corpus.labels[chosen]
    when = [split.seconds(corpus.articles[row].article) for row in chosen.tolist()]
    dates = np.array(when)[:, np.newaxis]
    yes, no = labels == YES, labels == NO
    first = np.where(yes, np.nan_to_num(dates, nan=-np.inf), np.inf).min(axis=0, initial=np.inf)
    older = no & (dates < first) & np.isfinite(first)
    enough = (no & ~older).sum(axis=0) >= FEWEST
    if begun is not None:
        enough |= begun
    return np.where(older & enough, UNKNOWN, labels).astype(np.int8)
