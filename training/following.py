"""What of a changed taxonomy a tagger can follow at once, and what waits for the next training."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from copytaster.model.taxonomy import Taxonomy, Topic
from copytaster.training import newcomer

_EXCLUSIVE = "topics exclude each other here, so every score would change"


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a tagger's topics.

    Attributes
    ----------
    kept : tuple of int
        The columns that stay.
    topics : tuple of Topic
        What they are called now.
    new : tuple of Topic
        Topics that get a column.
    waiting : tuple of str
        What only a training can do, in words.
    """

    kept: tuple[int, ...]
    topics: tuple[Topic, ...]
    new: tuple[Topic, ...]
    waiting: tuple[str, ...]

    def taxonomy(self, wanted: Taxonomy) -> Taxonomy:
        """Return the tagger's topics, with those redirects of *wanted* that lead to them."""
        topics = (*self.topics, *self.new)
        slugs = frozenset(topic.slug for topic in topics)
        return Taxonomy(placed(topics, wanted), "the tagger", wanted.redirects.within(slugs))


def plan(now: Taxonomy, wanted: Taxonomy, *, exclusive: bool) -> Plan:
    """Return what becomes of the topics *now* in a tagger that is to have those *wanted*.

    Slugs, names and definitions follow at once, and so do topics that are retired, split into
    parts that are there, or added with something to begin with. A merger waits for a training: no
    column is the one or the other of two. Where topics exclude each other, only renames do not.
    """
    found = _Planning(now, wanted, exclusive=exclusive)
    kept, topics = [], []
    for column, topic in enumerate(now):
        stays = found.stays(topic)
        if stays is not None:
            kept.append(column)
            topics.append(stays)
    if not kept:
        return Plan(tuple(range(len(now))), now.topics, (), ("a tagger must keep a topic",))
    return Plan(tuple(kept), tuple(topics), tuple(found.new()), tuple(found.waiting))


class _Planning:
    """Decides topic by topic, and takes down what waits."""

    def __init__(self, now: Taxonomy, wanted: Taxonomy, *, exclusive: bool) -> None:
        self._now = frozenset(now.slugs)
        self._wanted = {topic.slug: topic for topic in wanted}
        self._redirects = wanted.redirects
        self._exclusive = exclusive
        self._claims = Counter(end for slug in self._gone() for end in wanted.redirects.ends(slug))
        self._renamed: set[str] = set()
        self.waiting: list[str] = []

    def stays(self, topic: Topic) -> Topic | None:
        """Return what the topic is from now on, ``None`` where its column goes."""
        slug = topic.slug
        if slug in self._wanted:
            return self._wanted[slug]
        if slug not in self._redirects:
            return self._wait(topic, "is not in the taxonomy any more, but was not retired either")
        ends = self._redirects.ends(slug)
        if len(ends) == 1 and ends[0] not in self._now and self._claims[ends[0]] == 1:
            self._renamed.add(ends[0])
            return self._wanted[ends[0]]
        if self._exclusive:
            return self._wait(topic, _EXCLUSIVE)
        if len(ends) == 1:
            return self._wait(topic, f"is a part of {ends[0]} from the next training on")
        without = [end for end in ends if end not in self._now and not self._can_begin(end)]
        return self._wait(topic, f"has a part {without[0]} without a column") if without else None

    def new(self) -> Iterable[Topic]:
        """Yield the topics that get a column."""
        for slug, topic in self._wanted.items():
            if slug in self._now or slug in self._renamed:
                continue
            if self._exclusive:
                self._wait(topic, _EXCLUSIVE)
            elif self._can_begin(slug):
                yield topic
            elif not self._claims[slug]:
                self._wait(topic, "has neither signature terms nor a definition to begin with")

    def _gone(self) -> list[str]:
        return [s for s in self._now if s not in self._wanted and s in self._redirects]

    def _can_begin(self, slug: str) -> bool:
        return not self._exclusive and bool(newcomer.examples(self._wanted[slug]))

    def _wait(self, topic: Topic, why: str) -> Topic:
        self.waiting.append(f"{topic.slug}: {why}")
        return topic


def placed(topics: Sequence[Topic], wanted: Iterable[Topic]) -> tuple[Topic, ...]:
    """Return *topics*, each below the nearest above it, by all topics *wanted*, that is there."""
    slugs = frozenset(topic.slug for topic in topics)
    parent = {topic.slug: topic.parent for topic in (*wanted, *topics)}
    return tuple(replace(topic, parent=_above(topic, parent, slugs)) for topic in topics)


def _above(topic: Topic, parent: dict[str, str | None], slugs: frozenset[str]) -> str | None:
    """Return the nearest topic above that is among *slugs*."""
    above = topic.parent
    while above is not None and above not in slugs:
        above = parent.get(above)
    return above
