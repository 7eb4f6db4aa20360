"""What a retraining is asked to do, as the row of a job keeps it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from copytaster.model.errors import ArchiveError

#: The kind of job that a retraining is.
RETRAIN = "retrain"


@dataclass(frozen=True, slots=True)
class Order:
    """A retraining to do.

    Attributes
    ----------
    preset : str or None
        How to fit; ``None``: as the champion was.
    seeds : bool or None
        Whether to learn from the seed articles too; ``None``: if the champion did.
    promote : bool
        Whether a challenger that passes the gate is to serve.
    margin, topic_margin : float or None
        How much worse, 0 to 1, all topics together and one topic may be; ``None``: as usual.
    topics, freeze : tuple of str
        Slugs of the only topics that are fitted anew, or of those that are not; at most one of
        the two, and then no preset. Empty: all are.

    Raises
    ------
    ArchiveError
        If it asks for both, or for a preset besides.
    """

    preset: str | None = None
    seeds: bool | None = None
    promote: bool = True
    margin: float | None = None
    topic_margin: float | None = None
    topics: tuple[str, ...] = ()
    freeze: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.topics and self.freeze:
            raise ArchiveError(
                "topics and freeze exclude each other: name the topics to fit anew, or those to "
                "leave as they are"
            )
        if self.preset is not None and (self.topics or self.freeze):
            raise ArchiveError(
                "a preset is for all topics: leave it out, and those named are fitted as the "
                "others were"
            )

    def as_json(self) -> dict[str, Any]:
        """Return what differs from the usual, by name."""
        usual = asdict(Order())
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
            if value != usual[name]
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Order":
        """Return the order that a job's request says.

        Raises
        ------
        ArchiveError
            If it asks for what this version does not know, or for what excludes each other.
        """
        known = {one.name for one in fields(cls)}
        strange = sorted(found.keys() - known - {"event"})
        if strange:
            raise ArchiveError(f"this Copytaster cannot do what the job asks: {', '.join(strange)}")
        given: dict[str, Any] = {
            name: slugs(value) if name in {"topics", "freeze"} else value
            for name, value in found.items()
            if name in known
        }
        return cls(**given)


def slugs(given: Iterable[str]) -> tuple[str, ...]:
    """Return the slugs *given*, sorted and each once, so that equal wishes are equal orders."""
    return tuple(sorted(set(given)))
