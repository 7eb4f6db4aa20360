"""Topics that exclude each other: how far one is ahead of all the others together."""

import numpy as np
from numpy.typing import NDArray

#: At most so many steps are taken along the way from an article without a known word to the one
#: explained, usually five, until no more than this share of the largest change is missing.
_STEPS, _NEAR = 60, 2.0**-52


def ahead(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ln p / (1 - p) of each topic's share p = exp(score) / sum of all exp(scores).

    Parameters
    ----------
    scores : ndarray of shape (..., n_topics), float64
        Of two topics or more.

    Returns
    -------
    ndarray of the same shape, float64
        In the same order from low to high as the scores.
    """
    best = scores.argmax(axis=-1)[..., np.newaxis]
    above = scores - np.take_along_axis(scores, best, axis=-1)
    share = np.exp(above)
    rest = share.copy()
    np.put_along_axis(rest, best, 0.0, axis=-1)
    rest = rest.sum(axis=-1, keepdims=True)  # of all but the best
    others = rest + (1.0 - share)
    np.put_along_axis(others, best, rest, axis=-1)
    return np.asarray(above - np.log(np.maximum(others, np.finfo(np.float64).tiny)))


def mixture(
    start: NDArray[np.float64], end: NDArray[np.float64], topic: int
) -> NDArray[np.float64]:
    """Return how much of each topic's change makes the change of one topic's lead.

    Parameters
    ----------
    start, end : ndarray of shape (n_topics,), float64
        Scores of an article without a known word, and of the one to explain.
    topic : int
        The column of the topic that leads or falls behind.

    Returns
    -------
    ndarray of shape (n_topics,), float64
        1 for the topic, and for its rivals shares of -1, so that their product with *end* - *start*
        is the difference between what :func:`ahead` says of *end* and of *start*.

    Notes
    -----
    The shares are the rivals' own at that point of the straight way from start to end at which
    they make the whole change: there is one, by the mean value theorem.
    """
    others = np.delete(np.arange(len(start)), topic)
    begin, change = start[others], (end - start)[others]
    total = _together(begin + change) - _together(begin)
    at = _where(begin, change, total)
    found = np.zeros(len(start))
    found[topic] = 1.0
    found[others] = -_shares(begin + at * change)
    return found


def _where(begin: NDArray[np.float64], change: NDArray[np.float64], total: float) -> float:
    """Return the point of the way, 0 to 1, at which the rivals' shares make the *total* change.

    What they make rises along the way: Newton's steps find it, and halvings where these leave it.
    """
    low, high, at = 0.0, 1.0, 0.5
    square, near = change * change, _NEAR * float(np.abs(change).max())
    for _ in range(_STEPS):
        shares = _shares(begin + at * change)
        made = float(shares @ change)
        if abs(made - total) <= near:
            break
        if made < total:
            low = at
        else:
            high = at
        rise = float(shares @ square) - made * made
        at += (total - made) / rise if rise > 0 else 2.0
        if not low < at < high:
            at = (low + high) / 2
    return at


def _together(scores: NDArray[np.float64]) -> float:
    best = float(scores.max())
    return best + float(np.log(np.exp(scores - best).sum()))


def _shares(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    share = np.exp(scores - scores.max())
    return np.asarray(share / share.sum())
