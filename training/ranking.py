"""The highest scores, from high to low."""

import numpy as np
from numpy.typing import NDArray


def highest(scores: NDArray[np.float64], n: int) -> NDArray[np.int64]:
    """Return the places of the *n* highest scores, and of all equal to the last, from high to low.

    Parameters
    ----------
    scores : ndarray of shape (n_scores,), float64
    n : int
        At least 1; of more than there are, all are returned.

    Returns
    -------
    ndarray of int64
        Of equal scores the first comes first.
    """
    if n >= len(scores):
        return np.argsort(-scores, kind="stable")
    chosen = np.flatnonzero(scores >= np.partition(scores, len(scores) - n)[len(scores) - n])
    return np.asarray(chosen[np.argsort(-scores[chosen], kind="stable")])
