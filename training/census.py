"""The facts of a corpus, and whether they are what was asked for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from copytaster.archive.labelled import LabelledArticle
from copytaster.model import shingles
from copytaster.model.taxonomy import Topic
from copytaster.model.text import tokens
from copytaster.training.corpus import Corpus

_PARTS = 4


@dataclass(frozen=True, slots=True)
class Requirements:
    """What a corpus must reach; words are counted by white space, in the body.

    Attributes
    ----------
    articles : int
        At least so many articles.
    topic_articles, hard_negatives : int
        At least so many for each topic.
    words, labels : tuple of (int, int)
        Least and most for each article.
    overlap : float
        No two articles share more, as Jaccard overlap of five-word shingles, 0 to 1.
    """

    articles: int
    topic_articles: int
    hard_negatives: int
    words: tuple[int, int]
    labels: tuple[int, int]
    overlap: float


#: What the default tagger's articles must reach.
SEEDS = Requirements(
    articles=900,
    topic_articles=60,
    hard_negatives=25,
    words=(120, 450),
    labels=(1, 5),
    overlap=0.25,
)


@dataclass(frozen=True, slots=True)
class TopicCensus:
    """One topic's articles.

    Attributes
    ----------
    slug : str
    articles : int
        How many carry it.
    alone : int
        How many of these carry no other topic.
    hard_negatives : int
        How many are marked ``not_topics``, and do use one of its signature terms.
    """

    slug: str
    articles: int
    alone: int
    hard_negatives: int


@dataclass(frozen=True, slots=True)
class Census:
    """The facts of a corpus.

    Attributes
    ----------
    articles, groups : int
    words : tuple of (int, float, int)
        Least, median and most words of a body.
    labels : tuple of int
        How many articles carry 0, 1, 2, … topics.
    topics : tuple of TopicCensus
    vocabulary : tuple of (int, int)
        After each quarter of the articles: tokens read and different tokens seen.
    closest : tuple of (float, str)
        The highest overlap of two articles, 0 to 1, and their ids.
    """

    articles: int
    groups: int
    words: tuple[int, float, int]
    labels: tuple[int, ...]
    topics: tuple[TopicCensus, ...]
    vocabulary: tuple[tuple[int, int], ...]
    closest: tuple[float, str]

    @property
    def cardinality(self) -> float:
        """Topics an article, on average."""
        return sum(n * count for n, count in enumerate(self.labels)) / self.articles


def take(corpus: Corpus) -> Census:
    """Count *corpus*."""
    items = corpus.articles
    lengths = [_words(item) for item in items]
    sizes = [len(item.yes) for item in items]
    overlap, pair = shingles.closest([item.article.text for item in items])
    ids = " and ".join(items[at].id for at in pair) if pair else "none"
    return Census(
        articles=len(items),
        groups=len(set(corpus.groups.tolist())),
        words=(min(lengths), median(lengths), max(lengths)),
        labels=tuple(sizes.count(n) for n in range(max(sizes) + 1)),
        topics=tuple(_topic(topic, items) for topic in corpus.taxonomy),
        vocabulary=tuple(_growth(items)),
        closest=(overlap, ids),
    )


def shortcomings(corpus: Corpus, census: Census, required: Requirements) -> list[str]:
    """Return in words whatever falls short of what is *required*; nothing if nothing does."""
    found = [
        f"{item.id}: {what} is {n}, expected {least} to {most}"
        for item in corpus.articles
        for what, n, (least, most) in (
            ("words", _words(item), required.words),
            ("topics", len(item.yes), required.labels),
        )
        if not least <= n <= most
    ]
    if census.articles < required.articles:
        found.append(f"{census.articles} articles, expected {required.articles} or more")
    for topic in census.topics:
        if topic.articles < required.topic_articles:
            found.append(f"{topic.slug}: {topic.articles} articles of {required.topic_articles}")
        if topic.hard_negatives < required.hard_negatives:
            found.append(
                f"{topic.slug}: {topic.hard_negatives} hard negatives of {required.hard_negatives}"
            )
    overlap, ids = census.closest
    if overlap > required.overlap:
        found.append(f"{ids} overlap by {overlap:.2f}, more than {required.overlap}")
    return found


def mentions(item: LabelledArticle, topic: Topic) -> bool:
    """Say whether the article uses the topic's name or one of its signature terms."""
    text = " ".join(f"{item.article.headline} {item.article.text}".lower().split())
    return any(
        re.search(rf"(?<!\w){re.escape(term.lower())}(?!\w)", text)
        for term in (topic.name, *topic.terms)
    )


def _topic(topic: Topic, items: tuple[LabelledArticle, ...]) -> TopicCensus:
    carriers = [item for item in items if topic.slug in item.yes]
    return TopicCensus(
        slug=topic.slug,
        articles=len(carriers),
        alone=sum(len(item.yes) == 1 for item in carriers),
        hard_negatives=sum(topic.slug in item.no and mentions(item, topic) for item in items),
    )


def _growth(items: tuple[LabelledArticle, ...]) -> Iterator[tuple[int, int]]:
    seen: set[str] = set()
    read = 0
    ends = [len(items) * part // _PARTS for part in range(1, _PARTS + 1)]
    for number, item in enumerate(items, 1):
        found = tokens(item.article.text)
        read += len(found)
        seen.update(found)
        if number in ends:
            yield read, len(seen)


def _words(item: LabelledArticle) -> int:
    return len(item.article.text.split())
