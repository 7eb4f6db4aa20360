"""How much an article counts by its age: what was news years ago teaches less about today."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from copytaster.model.types import Article
from copytaster.training import split

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
