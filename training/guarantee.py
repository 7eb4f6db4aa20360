"""From which score a topic's precision is proven: the tier ``auto``."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from copytaster.training.config import Recipe
from copytaster.training.corpus import YES

#: Each tested threshold takes in so many times the articles of the one before.
_GROWTH = 1.25


def precision_bound(n_right: int, n: int, confidence: float) -> float:
    """Return the Clopper-Pearson lower bound, 0 to 1, of the precision of *n_right* in *n*."""
    return float(beta.ppf(1 - confidence, n_right, n - n_right + 1)) if n_right else 0.0


def proven(
    scores: NDArray[np.float64],
    labels: NDArray[np.int8],
    recipe: Recipe,
    at_least: float = -math.inf,
) -> float:
    """Return the lowest threshold whose precision is proven, ``inf`` for none.

    Parameters
    ----------
    scores : ndarray of shape (n_articles,), float64
        Out-of-fold scores of one topic, for articles of different stories.
    labels : ndarray of shape (n_articles,), int8
        1 yes, 0 no, -1 unknown.
    recipe : Recipe
        Gives the precision to prove and the confidence of the proof.
    at_least : float
        Thresholds below it are not tried.

    Notes
    -----
    Thresholds are tested from high to low and the first that fails ends the walk, so that for
    each topic the chance of a wrong proof is at most 1 - confidence (fixed-sequence testing:
    Angelopoulos et al., Learn then Test, 2021). Which thresholds are tested follows from the
    scores alone, not from the labels of the articles scored.
    """
    known = labels >= 0
    order = np.argsort(-scores[known], kind="stable")
    ranked, right = scores[known][order], np.cumsum(labels[known][order] == YES)
    found = math.inf
    for n in _sizes(len(ranked), recipe):
        if n < len(ranked) and ranked[n] == ranked[n - 1]:
            continue  # a threshold cannot part equal scores
        bound = precision_bound(int(right[n - 1]), n, recipe.auto_confidence)
        if bound < recipe.auto_precision or ranked[n - 1] < at_least:
            break
        found = float(ranked[n - 1])
    return found


def _sizes(n_articles: int, recipe: Recipe) -> list[int]:
    """Return the smallest sample that can prove anything, and ever larger ones."""
    size = math.ceil(math.log(1 - recipe.auto_confidence) / math.log(recipe.auto_precision))
    sizes = []
    while size <= n_articles:
        sizes.append(size)
        size = math.ceil(size * _GROWTH)
    return sizes
