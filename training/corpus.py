"""Labelled articles, read, checked, and turned into a matrix of labels."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copytaster.archive import formats, relabelled
from copytaster.archive.labelled import LabelledArticle, Problem
from copytaster.model import seen
from copytaster.model.errors import CorpusError
from copytaster.model.taxonomy import Taxonomy, advice
from copytaster.model.types import Article
from copytaster.training import stories

YES, NO, UNKNOWN = 1, 0, -1


@dataclass(frozen=True)
class Corpus:
    """Articles to learn from.

    Attributes
    ----------
    articles : tuple of LabelledArticle
    taxonomy : Taxonomy
        The columns of the labels.
    unlabelled : tuple of Article
        More texts, for what is learned from texts alone.
    """

    articles: tuple[LabelledArticle, ...]
    taxonomy: Taxonomy
    unlabelled: tuple[Article, ...] = ()

    @cached_property
    def labels(self) -> NDArray[np.int8]:
        """Labels of shape (n_articles, n_topics), int8: 1 yes, 0 no, -1 unknown."""
        column = {slug: at for at, slug in enumerate(self.taxonomy.slugs)}
        labels = np.empty((len(self.articles), len(column)), dtype=np.int8)
        for row, item in enumerate(self.articles):
            labels[row] = NO if item.complete else UNKNOWN
            for marked, label in ((item.yes, YES), (item.no, NO)):
                labels[row, [column[slug] for slug in marked]] = label
        return labels

    @cached_property
    def stories(self) -> NDArray[np.int64]:
        """What is one story, of shape (n_articles,), int64: :func:`stories.stories`."""
        return stories.stories(self.articles)

    @cached_property
    def groups(self) -> NDArray[np.int64]:
        """What may not be torn apart, of shape (n_articles,), int64: :func:`stories.groups`."""
        return stories.groups(self.articles, self.stories)

    @cached_property
    def keys(self) -> NDArray[np.uint64]:
        """Which articles they are, shape (n_articles,), uint64: :mod:`copytaster.model.seen`.

        The archive's own digest counts where there is one: it is that of the text as it came.
        """
        return seen.of_digests(item.digest or seen.digest(item.article) for item in self.articles)

    @property
    def newest(self) -> str | None:
        """Date of the newest article, ``YYYY-MM-DD``, or ``None`` where none is dated."""
        dates = [i.article.published for i in self.articles if i.article.published is not None]
        return max(date.date().isoformat() for date in dates) if dates else None

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, of all in the articles that training sees, wherever they were read."""
        total = hashlib.sha256()
        for item, group in zip(self.articles, self.groups.tolist(), strict=True):
            article = item.article
            labels = (sorted(item.yes), sorted(item.no), item.complete)
            said = [article.headline, article.text, article.language, article.chain]
            line = json.dumps([said, labels, group])
            total.update(f"{line} {article.published}\n".encode())
        return total.hexdigest()


def load(
    paths: Sequence[Path], taxonomy: Taxonomy | None = None, split: str | None = None
) -> tuple[Corpus, list[Problem]]:
    """Read labelled articles, and whatever is wrong with them.

    Parameters
    ----------
    paths : sequence of Path
        Files or folders in any format of :mod:`copytaster.archive.formats`.
    taxonomy : Taxonomy or None
        The topics, and what old slugs mean; ``None`` takes those that the articles carry.
    split : str or None
        Keep only the articles of this part of a published split.

    Returns
    -------
    corpus : Corpus
        The articles without a problem.
    problems : list of Problem
        In the order of the files.

    Raises
    ------
    CorpusError
        If a file cannot be read or no article is left.
    """
    kept: list[LabelledArticle] = []
    problems: list[Problem] = []
    first: dict[str, LabelledArticle] = {}
    known = frozenset(taxonomy.slugs) if taxonomy is not None else None
    for item in (item for path in paths for item in formats.read(path)):
        if isinstance(item, Problem):
            problems.append(item)
        elif split is None or item.split == split:
            now = item if taxonomy is None else relabelled.today(item, taxonomy)
            problem = _check(now, first, known)
            problems.extend(problem)
            if not problem:
                kept.append(now)
            first.setdefault(item.id, item)
    if not kept:
        part = f" in split {split!r}" if split else ""
        raise CorpusError(_nothing(f"no usable article{part} in", paths, problems))
    if taxonomy is None:
        taxonomy = Taxonomy.from_slugs([slug for item in kept for slug in item.yes | item.no])
    if not taxonomy.topics:
        raise CorpusError(_nothing("no article carries a topic in", paths, problems))
    return Corpus(tuple(kept), taxonomy), problems


def restrict(corpus: Corpus, taxonomy: Taxonomy) -> tuple[Corpus, list[Problem]]:
    """Keep only the labels for the topics of *taxonomy*, which become the columns.

    Old slugs mean what it redirects them to.

    Returns
    -------
    corpus : Corpus
        All the articles.
    problems : list of Problem
        One for each label that was left out.
    """
    known = frozenset(taxonomy.slugs)
    articles = [relabelled.today(item, taxonomy) for item in corpus.articles]
    kept = tuple(replace(i, yes=i.yes & known, no=i.no & known) for i in articles)
    problems = [problem for item in articles for problem in _unknown(item, known)]
    return Corpus(kept, taxonomy, corpus.unlabelled), problems


def must_know(slug: str, taxonomy: Taxonomy) -> None:
    """Raise :class:`CorpusError`, with topics of a like name, if *slug* is not in *taxonomy*."""
    if slug not in taxonomy.slugs:
        raise CorpusError(f"unknown topic {slug!r}; {advice(slug, taxonomy.slugs)}")


def _check(
    item: LabelledArticle, first: dict[str, LabelledArticle], known: frozenset[str] | None
) -> list[Problem]:
    if item.id in first:
        earlier = first[item.id]
        detail = f"{item.id!r} was used at {earlier.source}:{earlier.line}; give each its own id"
        return [Problem("duplicate id", item.source, item.line, detail)]
    return [] if known is None else _unknown(item, known)


def _unknown(item: LabelledArticle, known: frozenset[str]) -> list[Problem]:
    return [
        Problem("unknown topic", item.source, item.line, f"{slug!r}; {advice(slug, known)}")
        for slug in sorted((item.yes | item.no) - known)
    ]


def _nothing(what: str, paths: Sequence[Path], problems: list[Problem]) -> str:
    where = ", ".join(str(path) for path in paths)
    if not problems:
        return f"{what} {where}"
    worst = problems[0]
    return f"{what} {where}; first problem: {worst.source}:{worst.line}: {worst.detail}"
