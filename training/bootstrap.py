"""How far a figure could be off, had other stories been in the data: bootstrap intervals."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.stats import beta

#: Resamples, and the share of them that an interval spans.
RESAMPLES = 1000
COVERAGE = 0.95
#: Resamples drawn at once, which bounds the memory.
_CHUNK = 100


def resample(counts: sp.csr_matrix, seed: int = 0, n: int = RESAMPLES) -> NDArray[np.float64]:
    """Sum counts over stories drawn with replacement, again and again.

    Parameters
    ----------
    counts : csr_matrix of shape (n_counts, n_stories)
        What each story adds to each count.
    seed : int
        Seed of the draws.
    n : int
        How many resamples.

    Returns
    -------
    ndarray of shape (n, n_counts), float64

    Notes
    -----
    Whole stories are drawn, since articles of one story are right or wrong together: the
    cluster bootstrap, Davison and Hinkley, Bootstrap methods and their application, 1997, 3.8.
    """
    rng = np.random.default_rng(seed)
    n_stories = counts.shape[1]
    sums = np.empty((n, counts.shape[0]))
    for start in range(0, n, _CHUNK):
        size = min(_CHUNK, n - start)
        drawn = rng.integers(0, n_stories, (size, n_stories))
        drawn += np.arange(size)[:, np.newaxis] * n_stories
        times = np.bincount(drawn.ravel(), minlength=size * n_stories)
        sums[start : start + size] = (counts @ times.reshape(size, n_stories).T).T
    return sums


def interval(replicates: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 2.5th and 97.5th percentile of a figure's *replicates*, shape (n,), float64.

    Replicates that are nan, where the figure was not defined, are left out; (nan, nan) where
    none is left.
    """
    defined = replicates[~np.isnan(replicates)]
    if not defined.size:
        return np.nan, np.nan
    tail = 50 * (1 - COVERAGE)
    low, high = np.percentile(defined, [tail, 100 - tail])
    return float(low), float(high)


def exact(right: int, n: int) -> tuple[float, float]:
    """Return the two-sided 95 % Clopper-Pearson interval of the share *right* of *n*, n > 0.

    It stands in where all of *n* are right, or none: resampling them shows no spread at all.
    """
    tail = (1 - COVERAGE) / 2
    low = float(beta.ppf(tail, right, n - right + 1)) if right else 0.0
    high = float(beta.ppf(1 - tail, right + 1, n - right)) if right < n else 1.0
    return low, high
