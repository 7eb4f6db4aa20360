"""What is counted of replies: each counter has a place, so that a batch is counted at once."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import get_args

from copytaster.model.taxonomy import Taxonomy
from copytaster.model.types import Review, Tagging

TIERS = ("auto", "suggest")
REVIEWS = get_args(Review)


def counters(taxonomy: Taxonomy) -> list[Hashable]:
    """Return what each place counts: the tiers of every topic in turn, then the reviews."""
    tags = [("tag", topic, tier) for topic in taxonomy.slugs for tier in TIERS]
    return [*tags, *(("review", review) for review in REVIEWS)]


def places(found: Iterable[Tagging], place_of: Mapping[Hashable, int]) -> Iterator[int]:
    """Yield the places of what *found* counts for; *place_of* is of all counters."""
    for tagging in found:
        if tagging.review is not None:
            yield place_of["review", tagging.review]
        for tag in tagging.tags:
            if tag.tier is not None:
                yield place_of["tag", tag.topic, tag.tier]
