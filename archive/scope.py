"""Which topics a retraining fits anew, where it leaves the others as they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from copytaster.archive.order import Order
from copytaster.model.errors import ArchiveError
from copytaster.model.taxonomy import Taxonomy, advice

_EXCLUSIVE = (
    "topics exclude each other in the tagger that serves (preset desk), so that every score "
    "depends on all of them and none can be fitted alone; retrain the whole"
)
#: More slugs than these are counted, not listed.
_LISTED = 5


@dataclass(frozen=True, slots=True)
class Scope:
    """The topics that are fitted anew, and those that stay.

    Attributes
    ----------
    refitted, frozen : tuple of str
        Slugs, in the order of the taxonomy.
    alone : bool
        Whether those to refit were named, not those to freeze.
    """

    refitted: tuple[str, ...]
    frozen: tuple[str, ...]
    alone: bool

    @classmethod
    def of(
        cls, order: Order, taxonomy: Taxonomy | None, *, exclusive: bool = False
    ) -> "Scope | None":
        """Return what *order* asks for of a tagger with the topics of *taxonomy*.

        Old slugs mean what they mean today. ``None`` where the order asks for the whole.

        Parameters
        ----------
        order : Order
        taxonomy : Taxonomy or None
            ``None``: nothing serves yet.
        exclusive : bool
            Whether the topics exclude each other.

        Raises
        ------
        ArchiveError
            If nothing serves, topics exclude each other, an unknown topic is named, with those of
            a like name, or no topic is left to be fitted.
        """
        if not order.topics and not order.freeze:
            return None
        if taxonomy is None:
            raise ArchiveError(
                "topics and freeze need a tagger that serves, whose other topics stay as they "
                "are; retrain the whole first"
            )
        if exclusive:
            raise ArchiveError(_EXCLUSIVE)
        named = _today(order.topics or order.freeze, taxonomy)
        named_first = tuple(slug for slug in taxonomy.slugs if slug in named)
        others = tuple(slug for slug in taxonomy.slugs if slug not in named)
        if order.topics:
            return cls(named_first, others, alone=True)
        if not others:
            raise ArchiveError("freeze names every topic, so there is none to fit anew")
        return cls(others, named_first, alone=False)

    @property
    def words(self) -> str:
        """Which are refitted: ``trade alone``, ``all but sport``."""
        if self.alone:
            return f"{_listed(self.refitted)} alone"
        return f"all but {_listed(self.frozen)}"

    def keeping(self, slugs: Sequence[str]) -> "Scope":
        """Return the scope in which *slugs* are frozen too; there may be none left to refit."""
        refitted = tuple(slug for slug in self.refitted if slug not in slugs)
        frozen = tuple(slug for slug in self.refitted if slug in slugs)
        return Scope(refitted, (*self.frozen, *frozen), self.alone)


def _today(slugs: Iterable[str], taxonomy: Taxonomy) -> frozenset[str]:
    """Return the topics that *slugs* mean today."""
    found: set[str] = set()
    for slug in slugs:
        ends = frozenset(taxonomy.redirects.ends(slug)) & frozenset(taxonomy.slugs)
        if not ends:
            raise ArchiveError(f"unknown topic {slug!r}; {advice(slug, taxonomy.slugs)}")
        found |= ends
    return frozenset(found)


def _listed(slugs: Sequence[str]) -> str:
    if len(slugs) > _LISTED:
        return f"{len(slugs)} topics"
    return slugs[0] if len(slugs) == 1 else f"{', '.join(slugs[:-1])} and {slugs[-1]}"
