"""What changes for articles when one tagger takes the place of another."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from copytaster.model.tagger import Tagger
from copytaster.model.types import Article, Tagging, Tier

#: So many articles are tagged at a time.
_BATCH = 256

Tiers = Mapping[str, Tier | None]


@dataclass(slots=True)
class TopicDifference:
    """How many articles change for one topic.

    Attributes
    ----------
    before, after : int
        Articles that carry the tag.
    gained, lost, moved : int
        Articles that get it anew, that lose it, and that keep it in another tier.
    """

    before: int = 0
    after: int = 0
    gained: int = 0
    lost: int = 0
    moved: int = 0

    @property
    def changed(self) -> int:
        """Articles for which the topic's tag changes."""
        return self.gained + self.lost + self.moved

    def count(self, topic: str, change: "Change") -> None:
        """Count an article."""
        was, is_now = topic in change.before, topic in change.after
        self.before += was
        self.after += is_now
        self.gained += is_now and not was
        self.lost += was and not is_now
        self.moved += was and is_now and change.before[topic] != change.after[topic]


@dataclass(frozen=True, slots=True)
class Change:
    """One article's tags before and after.

    Attributes
    ----------
    article : Article
    before, after : Mapping of str to Tier
        The topics' slugs to the tiers of their tags.
    """

    article: Article
    before: Tiers
    after: Tiers


@dataclass(slots=True)
class Difference:
    """What changes for some articles.

    Attributes
    ----------
    articles : int
        How many were tagged.
    other_tags, other_tiers : int
        How many get other topics, and how many the same topics with another tier.
    topics : dict of str to TopicDifference
        Those that either tagger has put on an article.
    examples : list of Change
        The first ones that get other topics.
    """

    articles: int = 0
    other_tags: int = 0
    other_tiers: int = 0
    topics: dict[str, TopicDifference] = field(default_factory=dict)
    examples: list[Change] = field(default_factory=list)

    def count(self, change: Change, examples: int) -> None:
        """Count an article, and keep it while there are fewer *examples*."""
        self.articles += 1
        for topic in {**change.before, **change.after}:
            self.topics.setdefault(topic, TopicDifference()).count(topic, change)
        if change.before.keys() != change.after.keys():
            self.other_tags += 1
            if len(self.examples) < examples:
                self.examples.append(change)
        elif change.before != change.after:
            self.other_tiers += 1


def compare(
    before: Tagger,
    after: Tagger,
    articles: Iterable[Article],
    examples: int = 10,
    done: Callable[[int], object] = lambda _: None,
) -> Difference:
    """Tag *articles* with two taggers, and count what differs.

    Parameters
    ----------
    before, after : Tagger
    articles : iterable of Article
    examples : int
        At most so many articles are kept.
    done : callable
        Called with the number of articles compared so far.
    """
    found = Difference()
    each = iter(articles)
    while batch := list(itertools.islice(each, _BATCH)):
        both = zip(batch, before.tag(batch), after.tag(batch), strict=True)
        for article, old, new in both:
            found.count(Change(article, _tiers(old), _tiers(new)), examples)
        done(found.articles)
    return found


def golden(*taggers: Tagger) -> Iterator[Article]:
    """Yield the golden inputs of *taggers*, each once: texts of the terms that weigh most."""
    seen = set()
    for tagger in taggers:
        for one in tagger.manifest.golden:
            if (one.headline, one.text) not in seen:
                seen.add((one.headline, one.text))
                yield Article(one.text, one.headline)


def _tiers(tagging: Tagging) -> Tiers:
    return {tag.topic: tag.tier for tag in tagging.tags}
