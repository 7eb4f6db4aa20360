"""What came of a retraining."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from copytaster.training.evaluation import plain
from copytaster.training.ruling import Ruling

#: ``kept``: it passed, and was not to be promoted. ``overtaken``: meanwhile another one was.
Kind = Literal["promoted", "kept", "refused", "too few", "overtaken", "nothing new"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a retraining.

    Attributes
    ----------
    kind : Kind
    version : str or None
        The challenger's; ``None`` where none was trained.
    champion : str or None
        What serves now.
    words : tuple of str
        Sentences for people.
    learned, held_out : int
        Articles that the challenger learned from, and that were kept to judge it.
    ruling : Ruling or None
        The gate's, where it was asked.
    """

    kind: Kind
    version: str | None
    champion: str | None
    words: tuple[str, ...]
    learned: int = 0
    held_out: int = 0
    ruling: Ruling | None = None

    @property
    def short(self) -> Mapping[str, Any] | None:
        """What the gate said, in short; JSON."""
        if self.ruling is None:
            return None
        micro = self.ruling.micro
        return {
            "promote": self.ruling.promote,
            "articles": self.ruling.articles,
            "stories": self.ruling.stories,
            "micro": None if micro is None else plain(micro.champion),
            "micro_after": None if micro is None else plain(micro.challenger),
            "refused": [
                {"check": reason.check, "topic": reason.topic}
                for reason in self.ruling.reasons
                if not reason.passed
            ],
        }

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as a job keeps it."""
        return {
            "outcome": self.kind,
            "version": self.version,
            "champion": self.champion,
            "words": list(self.words),
            "learned": self.learned,
            "held_out": self.held_out,
            "verdict": self.short,
        }
