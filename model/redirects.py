"""What old slugs mean today: topics that were renamed, merged, split or retired."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from copytaster.model.errors import TaxonomyError

#: For each old slug those that it means now: one (renamed or merged), several (split) or none.
Targets = Mapping[str, tuple[str, ...]]


class Labels(NamedTuple):
    """What is known of an article, in slugs.

    Attributes
    ----------
    yes, no : frozenset of str
    unknown : frozenset of str
        Topics of which nothing is known, even where a topic that is not listed is a no.
    """

    yes: frozenset[str]
    no: frozenset[str]
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Redirects:
    """Where old slugs lead.

    Attributes
    ----------
    targets : mapping of str to tuple of str
        A slug that leads to itself is a topic that took others in, so that a no to one of these
        alone is no longer a no to all of it.
    source : str
        Where they came from, for errors.

    Raises
    ------
    TaxonomyError
        If redirects lead in a circle, naming it.
    """

    targets: Targets = field(default_factory=lambda: MappingProxyType({}))
    source: str = field(default="taxonomy", compare=False)

    def __post_init__(self) -> None:
        done: set[str] = set()
        for slug in self.targets:
            self._walk(slug, (), done)

    def __contains__(self, slug: str) -> bool:
        return slug in self._old

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._old))

    def __bool__(self) -> bool:
        return bool(self.targets)

    def ends(self, slug: str) -> tuple[str, ...]:
        """Return the topics that *slug* means today: itself where nothing is said of it."""
        if slug not in self._old:
            return (slug,)
        return tuple(dict.fromkeys(end for to in self.targets[slug] for end in self.ends(to)))

    def names(self, topic: str) -> frozenset[str]:
        """Return the old slugs that mean *topic* and nothing else."""
        return frozenset(slug for slug in self._old if self.ends(slug) == (topic,))

    def within(self, topics: AbstractSet[str]) -> "Redirects":
        """Return the redirects of slugs that are not among *topics* to slugs that are."""
        kept = {s: to for s, to in self.targets.items() if (s in topics) != (s in self._old)}
        while astray := [s for s, to in kept.items() if not {*to} <= topics | kept.keys()]:
            for slug in astray:
                del kept[slug]
        return Redirects(kept, self.source)

    def today(self, yes: AbstractSet[str], no: AbstractSet[str]) -> Labels:
        """Return what labels of any age say of today's topics.

        What is said of today's slug itself goes before what an old one says. Else a yes to an old
        slug is a yes to the topic that it was renamed to or merged into; after a split, nothing is
        known of its parts. A no is a no to each part, and to a topic that others were merged into
        if all of them have one. Slugs of no topic and no redirect stay as they are.
        """
        given = frozenset(yes) | frozenset(no)
        if given.isdisjoint(self._old):
            return Labels(frozenset(yes), frozenset(no) - yes)
        reading = _Reading(self, frozenset(yes), frozenset(no))
        said = {slug: reading.of(slug) for old in given for slug in self.ends(old)}
        return Labels(*(frozenset(s for s, how in said.items() if how == kind) for kind in _KINDS))

    @cached_property
    def into(self) -> Mapping[str, tuple[str, ...]]:
        """For each slug, those that lead to it in one step."""
        found: dict[str, tuple[str, ...]] = {}
        for slug, targets in self.targets.items():
            for target in targets:
                found[target] = (*found.get(target, ()), slug)
        return found

    @cached_property
    def _old(self) -> frozenset[str]:
        return frozenset(slug for slug, targets in self.targets.items() if targets != (slug,))

    def _walk(self, slug: str, way: tuple[str, ...], done: set[str]) -> None:
        if slug in way:
            circle = " -> ".join((*way[way.index(slug) :], slug))
            raise TaxonomyError(self.source, f"redirects lead in a circle: {circle}")
        if slug not in done and slug in self._old:
            for target in self.targets[slug]:
                self._walk(target, (*way, slug), done)
        done.add(slug)


_KINDS = ("yes", "no", "unknown")


@dataclass(frozen=True)
class _Reading:
    """One article's labels, followed back from today's slugs to those that were given."""

    redirects: Redirects
    yes: frozenset[str]
    no: frozenset[str]

    def of(self, slug: str) -> str | None:
        """Return what is said of *slug*: yes, no, unknown, or ``None`` for nothing."""
        if slug in self.yes:
            return "yes"
        if slug in self.no:
            return "no"
        before = [old for old in self.redirects.into.get(slug, ()) if old != slug]
        whole = [self.of(old) for old in before if len(self.redirects.targets[old]) == 1]
        parts = [self.of(old) for old in before if len(self.redirects.targets[old]) > 1]
        if "yes" in whole:
            return "yes"
        took_in = slug in self.redirects.targets and slug not in self.redirects
        if "no" in parts or (whole and set(whole) == {"no"} and not took_in):
            return "no"
        return "unknown" if "unknown" in whole or {"yes", "unknown"} & {*parts} else None
