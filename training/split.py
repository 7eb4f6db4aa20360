"""Parts of a corpus that do not leak into each other."""

from dataclasses import dataclass
from datetime import UTC, datetime
from math import nan

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from copytaster.model.errors import CorpusError
from copytaster.model.types import Article
from copytaster.training.corpus import Corpus

_FEWEST = 2
_TRAIN, _TEST, _DROPPED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Parts:
    """A corpus in three parts; each article's row is in exactly one, in ascending order.

    Attributes
    ----------
    train, test, dropped : ndarray of shape (n_rows,), int64
        Rows to learn from, rows to judge by, and rows that would give the test away.
    """

    train: NDArray[np.int64]
    test: NDArray[np.int64]
    dropped: NDArray[np.int64]


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


def by_time(corpus: Corpus, share: float) -> Parts:
    """Part a corpus into the past and what came after it.

    The newest *share* of the articles is the test, as nearly as whole instants allow: articles
    published at the same instant stay together. A group with articles on both sides keeps the
    older ones in ``train``; its newer ones, updates of what is known by then, are dropped.

    Parameters
    ----------
    corpus : Corpus
        Every article is dated; a date without a time zone is read as UTC.
    share : float
        The share of the articles to test on, above 0 and below 1.

    Raises
    ------
    CorpusError
        If an article has no date, all were published at the same instant, or every newer article
        belongs to an older story.
    """
    published = dates(corpus)
    instants, counts = np.unique(published, return_counts=True)
    if len(instants) < _FEWEST:
        raise CorpusError(
            f"all {len(published)} article(s) were published at {moment(instants[0])}, so none "
            "came after the others; add older or newer articles, or dates with a time of day"
        )
    sizes = np.cumsum(counts[:0:-1])
    chosen = int(np.argmin(np.abs(sizes - share * len(published))))
    boundary = instants[-1 - chosen]
    newer = published >= boundary
    known = np.isin(corpus.groups, corpus.groups[~newer])
    if not (newer & ~known).any():
        raise CorpusError(
            f"each of the {int(newer.sum())} article(s) from {moment(boundary)} on belongs to an "
            "older story or group, so nothing new is left to test on; test on a larger share"
        )
    return Parts(
        train=np.flatnonzero(~newer),
        test=np.flatnonzero(newer & ~known),
        dropped=np.flatnonzero(newer & known),
    )


def at_random(corpus: Corpus, sizes: Parts, seed: int) -> Parts:
    """Deal articles at random into parts as large as those of *sizes*: what is often done.

    Stories are torn apart, and the test is as old as the training articles; for comparison only.
    """
    order = np.random.default_rng(seed).permutation(len(corpus.articles))
    train, test, dropped = np.split(order, np.cumsum([len(sizes.train), len(sizes.test)]))
    return Parts(np.sort(train), np.sort(test), np.sort(dropped))


def groups_at_random(corpus: Corpus, sizes: Parts, seed: int) -> Parts:
    """Deal whole groups at random into parts about as large as those of *sizes*.

    No story is torn apart, but the test is as old as the training articles; beside
    :func:`at_random` it tells what copies and updates give away, beside :func:`by_time` what the
    passing of time costs. The test is never larger than in *sizes*; a group that would overfill
    it goes to ``train``.
    """
    _, group, members = np.unique(corpus.groups, return_inverse=True, return_counts=True)
    part = np.full(len(members), _DROPPED)
    n_test = n_train = 0
    for number in np.random.default_rng(seed).permutation(len(members)).tolist():
        if n_test + members[number] <= len(sizes.test):
            part[number], n_test = _TEST, n_test + members[number]
        elif n_train < len(sizes.train):
            part[number], n_train = _TRAIN, n_train + members[number]
    train, test, dropped = (np.flatnonzero(part[group] == kind) for kind in range(3))
    return Parts(train, test, dropped)


def dates(corpus: Corpus) -> NDArray[np.float64]:
    """Return when each article was published, in seconds since 1970, shape (n_articles,), float64.

    A date without a time zone is read as UTC.

    Raises
    ------
    CorpusError
        If an article has no date.
    """
    undated = [item for item in corpus.articles if item.article.published is None]
    if undated:
        first = undated[0]
        raise CorpusError(
            f"{len(undated)} of {len(corpus.articles)} article(s) have no date, the first at "
            f"{first.source}:{first.line}; give each its 'published' (ISO 8601), or leave it out"
        )
    return np.array([seconds(item.article) for item in corpus.articles])


def seconds(article: Article) -> float:
    """Return when *article* was published, in seconds since 1970; one without a date, nan.

    A date without a time zone is read as UTC.
    """
    date = article.published
    return nan if date is None else date.replace(tzinfo=date.tzinfo or UTC).timestamp()


def moment(seconds: float) -> datetime:
    """Return the instant, in UTC, of *seconds* since 1970."""
    return datetime.fromtimestamp(float(seconds), UTC)
