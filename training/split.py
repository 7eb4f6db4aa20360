"""Parts of a corpus that do not leak into each other."""

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from copytaster.model.errors import CorpusError

_FEWEST = 2


def folds(groups: NDArray[np.int64], n_folds: int, seed: int) -> NDArray[np.int64]:
    """Deal articles into folds so that no group is torn apart.

    Parameters
    ----------
    groups : ndarray of shape (n_articles,), int64
        The group of each article.
    n_folds : int
        How many folds; fewer are made where there are fewer groups.
    seed : int
        Seed of the shuffle of the groups.

    Returns
    -------
    ndarray of shape (n_articles,), int64
        The fold, from 0, of each article.

    Raises
    ------
    CorpusError
        If there are not two groups to part.
    """
    n_groups = len(np.unique(groups))
    if n_groups < _FEWEST:
        raise CorpusError(
            f"{len(groups)} article(s) in {n_groups} group: at least 2 groups are needed to hold "
            "one out; add articles, or give unrelated ones different 'group' or 'chain' values"
        )
    splitter = GroupKFold(min(n_folds, n_groups), shuffle=True, random_state=seed)
    fold = np.empty(len(groups), dtype=np.int64)
    for number, (_, held_out) in enumerate(splitter.split(groups, groups=groups)):
        fold[held_out] = number
    return fold


def held_back(groups: NDArray[np.int64], share: float, seed: int) -> NDArray[np.bool_]:
    """Draw whole groups that together hold about *share* of the articles.

    Returns
    -------
    ndarray of shape (n_articles,), bool
        Whether the article is held back.
    """
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    drawn = np.random.default_rng(seed).permutation(len(sizes))
    before = np.cumsum(sizes[drawn]) - sizes[drawn]
    return np.isin(group, drawn[before < share * len(groups)])
