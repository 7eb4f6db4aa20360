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


def current(corpus: Corpus) -> NDArray[np.int8]:
    """Return the labels of *corpus* without those that are older than their topic.

    A no to an article from before the first that is about the topic says little of how often it
    comes now, so it becomes unknown; where neither is dated, it stays.

    Returns
    -------
    ndarray of shape (n_articles, n_topics), int8
    """
    dates = np.array([split.seconds(item.article) for item in corpus.articles])[:, np.newaxis]
    first = np.where((corpus.labels == YES) & ~np.isnan(dates), dates, np.inf).min(axis=0)
    older = (corpus.labels == NO) & (dates < first) & np.isfinite(first)
    return np.where(older, UNKNOWN, corpus.labels).astype(np.int8)
