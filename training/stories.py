"""Which articles belong together, because one updates, repeats or resembles another."""

import hashlib
from collections.abc import Hashable, Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from copytaster.archive.labelled import LabelledArticle


def stories(articles: Sequence[LabelledArticle]) -> NDArray[np.int64]:
    """Tell stories apart: articles of one chain, and articles with one text, are one story.

    Returns
    -------
    ndarray of shape (n_articles,), int64
        The story of each article, in the order of first appearance.
    """
    return _components([_story_keys(item) for item in articles])


def groups(articles: Sequence[LabelledArticle]) -> NDArray[np.int64]:
    """Tell apart what may not be torn apart: stories, and the groups that the data names.

    Returns
    -------
    ndarray of shape (n_articles,), int64
        The group of each article, in the order of first appearance.
    """
    keys = [_story_keys(item) for item in articles]
    for item, own in zip(articles, keys, strict=True):
        if item.group is not None:
            own.append(("group", item.group))
    return _components(keys)


def _story_keys(item: LabelledArticle) -> list[Hashable]:
    """Return what ties an article to others; a chain may be named by the id of its first."""
    text = f"{item.article.headline}\n{item.article.text}"
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
