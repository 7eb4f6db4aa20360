"""Wikipedia's current events as a newsroom's stream: a few that are labelled, then months."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from bench.corpora import EVENTS, need
from copytaster.archive.labelled import LabelledArticle
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import corpus as corpora
from copytaster.training import split

#: The share of a month's labels of one topic that are flipped where the month is poisoned.
RATE = 0.3
#: A topic is poisoned only in a month in which so many events have it.
_FEWEST = 10


@dataclass(frozen=True, slots=True)
class Month:
    """What came in within a month.

    Attributes
    ----------
    name : str
        ``YYYY-MM``.
    articles : tuple of LabelledArticle
        With the labels that are right.
    fed : tuple of LabelledArticle
        With the labels that the archive is given.
    poisoned : str or None
        The topic whose labels are wrong there.
    """

    name: str
    articles: tuple[LabelledArticle, ...]
    fed: tuple[LabelledArticle, ...]
    poisoned: str | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """A newsroom's first articles, and what came after them.

    Attributes
    ----------
    taxonomy : Taxonomy
    first : tuple of LabelledArticle
    months : tuple of Month
        One for each in which something came, by date.
    """

    taxonomy: Taxonomy
    first: tuple[LabelledArticle, ...]
    months: tuple[Month, ...]


def events(first: int, last: str) -> Stream:
    """Return the current events up to the month *last*, ``YYYY-MM``; the *first* so many apart."""
    whole, _ = corpora.load([need(EVENTS)])
    return until(cut(whole.articles, whole.taxonomy, first), last)


def cut(articles: Sequence[LabelledArticle], taxonomy: Taxonomy, first: int) -> Stream:
    """Cut dated *articles* into the *first* so many and the months after them."""
    dated = sorted(articles, key=lambda item: split.seconds(item.article))
    parts = [(name, tuple(items)) for name, items in groupby(dated[first:], _month)]
    found = [Month(name, part, part) for name, part in parts]
    return Stream(taxonomy, tuple(dated[:first]), tuple(found))


def until(stream: Stream, last: str) -> Stream:
    """Return *stream* up to the month *last*, ``YYYY-MM``."""
    return replace(stream, months=tuple(one for one in stream.months if one.name <= last))


def poisoned(stream: Stream, every: int, seed: int = 0) -> Stream:
    """Return *stream* with wrong labels fed in *every* so many-th month.

    There, in 30 % of the articles, drawn by lot, the label of one topic, drawn by lot as well, is
    flipped: yes to no, and no to yes.
    """
    rng = np.random.default_rng(seed)
    months = tuple(
        _poisoned(month, rng) if number % every == 0 else month
        for number, month in enumerate(stream.months, 1)
    )
    return replace(stream, months=months)


def _poisoned(month: Month, rng: np.random.Generator) -> Month:
    slugs, counts = np.unique(
        [slug for item in month.articles for slug in item.yes], return_counts=True
    )
    usual = slugs[counts >= _FEWEST].tolist()
    if not usual:
        return month
    topic = str(rng.choice(usual))
    flipped = rng.random(len(month.articles)) < RATE
    fed = tuple(
        replace(item, yes=item.yes ^ {topic}) if wrong else item
        for item, wrong in zip(month.articles, flipped.tolist(), strict=True)
    )
    return replace(month, fed=fed, poisoned=topic)


def _month(item: LabelledArticle) -> str:
    date = item.article.published
    return f"{date:%Y-%m}" if date is not None else ""
