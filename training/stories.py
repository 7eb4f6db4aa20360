"""Which articles belong together, because one updates, repeats or resembles another."""

import hashlib
from collections.abc import Hashable, Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from copytaster.archive.labelled import LabelledArticle
from copytaster.training import near_duplicates


def stories(articles: Sequence[LabelledArticle]) -> NDArray[np.int64]:
    """Tell stories apart: a chain, and articles with equal or nearly equal text, are one story.

    Articles that are joined through others are one story too. Nearly equal is what
    :func:`copytaster.training.near_duplicates.pairs` finds in headline and text.

    Returns
    -------
    ndarray of shape (n_articles,), int64
        The story of each article, in the order of first appearance.
    """
    texts = [f"{item.article.headline}\n{item.article.text}" for item in articles]
    keys = [_story_keys(item, text) for item, text in zip(articles, texts, strict=True)]
    for earlier, later, _ in near_duplicates.pairs(texts):
        keys[later].append(keys[earlier][0])
    return _components(keys)


def groups(articles: Sequence[LabelledArticle], told_apart: NDArray[np.int64]) -> NDArray[np.int64]:
    """Tell apart what may not be torn apart: stories, and the groups that the data names.

    Parameters
    ----------
    articles : sequence of LabelledArticle
    told_apart : ndarray of shape (n_articles,), int64
        Their stories, from :func:`stories`.

    Returns
    -------
    ndarray of shape (n_articles,), int64
        The group of each article, in the order of first appearance.
    """
    keys: list[list[Hashable]] = [[("story", story)] for story in told_apart.tolist()]
    for item, own in zip(articles, keys, strict=True):
        if item.group is not None:
            own.append(("group", item.group))
    return _components(keys)


def _story_keys(item: LabelledArticle, text: str) -> list[Hashable]:
    """Return what ties an article to others; a chain may be named by the id of its first."""
    keys: list[Hashable] = [("story", item.id), hashlib.sha256(text.encode()).digest()]
    if item.article.chain is not None:
        keys.append(("story", item.article.chain))
    return keys


def _components(keys: Sequence[Sequence[Hashable]]) -> NDArray[np.int64]:
    columns: dict[Hashable, int] = {}
    edges = [
        (row, columns.setdefault(key, len(columns))) for row, own in enumerate(keys) for key in own
    ]
    rows, tied = np.array(edges, dtype=np.int64).T
    nodes = len(keys) + len(columns)
    graph = sp.csr_matrix((np.ones(len(rows)), (rows, len(keys) + tied)), (nodes, nodes))
    found = connected_components(graph, directed=False)[1][: len(keys)]
    _, first, inverse = np.unique(found, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[inverse], dtype=np.int64)
