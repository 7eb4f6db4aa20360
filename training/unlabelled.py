"""Texts without labels: what they teach about words, and from when they may be."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from copytaster.archive import formats
from copytaster.archive.labelled import Problem
from copytaster.model.errors import CorpusError
from copytaster.model.scorer import field_text
from copytaster.model.types import Article
from copytaster.training import config, split
from copytaster.training.corpus import Corpus


def load(paths: Sequence[Path]) -> tuple[tuple[Article, ...], list[Problem]]:
    """Read articles for their text alone, and whatever is wrong with them.

    Raises
    ------
    CorpusError
        If a file cannot be read.
    """
    found = [item for path in paths for item in formats.read(path, labels=False)]
    problems = [item for item in found if isinstance(item, Problem)]
    return tuple(item.article for item in found if not isinstance(item, Problem)), problems


def with_unlabelled(
    corpus: Corpus, paths: Sequence[Path], preset: str | None
) -> tuple[Corpus, list[Problem]]:
    """Return *corpus* with the articles of *paths* as unlabelled ones, and what is wrong with them.

    Raises
    ------
    CorpusError
        If a file cannot be read, or the preset learns nothing from texts alone.
    """
    if not paths:
        return corpus, []
    if not config.preset(len(corpus.articles), preset).vectors:
        able = ", ".join(name for name, recipe in config.PRESETS.items() if recipe.vectors)
        raise CorpusError(f"only these presets learn from unlabelled articles: {able}")
    found, problems = load(paths)
    return replace(corpus, unlabelled=found), problems


def texts(corpus: Corpus) -> list[str]:
    """Return the texts of *corpus*: its articles, then the unlabelled ones of no later date.

    What was published after the newest article is left out, so that a tagger trained on the past
    has read nothing of what it is judged by. Undated texts are in.
    """
    dated = [i.article for i in corpus.articles if i.article.published is not None]
    newest = max(map(split.seconds, dated), default=float("inf"))
    earlier = [
        one for one in corpus.unlabelled if one.published is None or split.seconds(one) <= newest
    ]
    read = [item.article for item in corpus.articles] + earlier
    return [field_text(article, "article") for article in read]


def digest(articles: Sequence[Article]) -> str:
    """Return the SHA-256, in hex, of all in *articles* that training may see."""
    total = hashlib.sha256()
    for one in articles:
        total.update(f"{[one.headline, one.text]!r} {one.published}\n".encode())
    return total.hexdigest()
