"""Learning curves as inverse power laws, and where they lead."""

import numpy as np
from numpy.typing import NDArray

#: F1 that a topic is taken to approach, unless it does better; docs/decisions.md has how well
#: this foretells.
CEILING = 0.85
#: Fewer different points say nothing of a topic.
_FEWEST = 4
#: A curve that misses its points by more (root mean square, in F1) says nothing.
_ROUGH = 0.1
#: Exponents that are tried.
_EXPONENTS = np.arange(0.02, 2.0, 0.02)


def gains(articles: NDArray[np.int64], f1: NDArray[np.float64], more: int) -> NDArray[np.float64]:
    """Return what *more* articles with each topic are likely to add to its F1.

    Parameters
    ----------
    articles : ndarray of shape (n_points, n_topics), int64
        How many articles with the topic were trained on.
    f1 : ndarray of shape (n_points, n_topics), float64
        The F1 that they gave; nan in the whole column of a topic that is not to be used.
    more : int
        How many more than the most tried.

    Returns
    -------
    ndarray of shape (n_topics,), float64
        0 to 1. nan where fewer than four different numbers of articles were tried, or the
        points lie too far from the curve.

    Notes
    -----
    F1(n) = ceiling - level n^-exponent, a level a topic by least squares and one exponent for
    all topics by least absolute error: five points are too few to tell a topic's own. The
    ceiling is 0.85, or the topic's best F1 where that is higher. The law: Cortes et al.,
    Learning curves: asymptotic values and rate of convergence, NIPS 1993.
    """
    used = ~np.isnan(f1).all(axis=0) & (_different(articles) >= _FEWEST)
    found = np.full(used.size, np.nan)
    if not used.any():
        return found
    n, reached = articles[:, used].astype(np.float64), f1[:, used]
    exponent = min(_EXPONENTS, key=lambda tried: _error(n, reached, tried))
    level = _level(n, reached, exponent)
    rough = np.sqrt(np.nanmean(_residuals(n, reached, exponent) ** 2, axis=0)) > _ROUGH
    most = n.max(axis=0)
    gained = level * (most**-exponent - (most + more) ** -exponent)
    found[used] = np.where(rough, np.nan, np.clip(gained, 0, 1))
    return found


def _different(articles: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many different numbers above 0 each column holds."""
    return np.array([np.unique(column[column > 0]).size for column in articles.T])


def _terms(n: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    """Return n^-exponent, nan for n = 0."""
    return np.asarray(np.where(n > 0, n, np.nan) ** -exponent)


def _level(n: NDArray[np.float64], f1: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    terms = _terms(n, exponent)
    levels = np.nansum(terms * (_ceiling(f1) - f1), axis=0) / np.nansum(terms**2, axis=0)
    return np.asarray(np.maximum(0, levels))


def _ceiling(f1: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.maximum(CEILING, f1.max(axis=0)))


def _residuals(
    n: NDArray[np.float64], f1: NDArray[np.float64], exponent: float
) -> NDArray[np.float64]:
    return np.asarray(_ceiling(f1) - _level(n, f1, exponent) * _terms(n, exponent) - f1)


def _error(n: NDArray[np.float64], f1: NDArray[np.float64], exponent: float) -> float:
    return float(np.nansum(np.abs(_residuals(n, f1, exponent))))
