"""The pointer file: which version serves, and everything that has served before it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast

from copytaster.model.errors import ArtifactError

Kind = Literal["promote", "rollback"]
_UNKNOWN = "the pointer was written without a history entry"


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of the champion.

    Attributes
    ----------
    at : datetime
        When, in UTC, to the second.
    version : str
        The version that serves from then on.
    kind : {"promote", "rollback"}
    by, why : str
        Who did it and the reason given; empty where nobody said.
    forced : bool
        Whether it was done against, or without, a verdict of the gate.
    verdict : Mapping or None
        What the gate said, in short, as whoever promoted it passed it on.
    """

    at: datetime
    version: str
    kind: Kind
    by: str = ""
    why: str = ""
    forced: bool = False
    verdict: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the entry as a line of the pointer file holds it."""
        found: dict[str, Any] = {
            "at": self.at.astimezone(UTC).isoformat(timespec="seconds"),
            "version": self.version,
            "kind": self.kind,
            "by": self.by,
            "why": self.why,
            "forced": self.forced,
        }
        return found if self.verdict is None else {**found, "verdict": dict(self.verdict)}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Entry":
        """Return the entry of a line.

        Raises
        ------
        KeyError, TypeError, ValueError
            If a field is missing or malformed.
        """
        at, verdict = datetime.fromisoformat(found["at"]), found.get("verdict")
        if at.tzinfo is None or found["kind"] not in {"promote", "rollback"}:
            raise ValueError("at or kind")
        if not isinstance(found["forced"], bool) or not isinstance(verdict, dict | None):
            raise TypeError("forced or verdict")
        words = (found["version"], found["by"], found["why"])
        if not all(isinstance(word, str) for word in words):
            raise TypeError("version, by or why")
        version, by, why = words
        return cls(at, version, cast("Kind", found["kind"]), by, why, found["forced"], verdict)


@dataclass(frozen=True, slots=True)
class History:
    """What the pointer file says.

    Its first line is the version that serves; each further line is one :class:`Entry` as JSON,
    oldest first. It is one file so that the pointer and its history can never disagree.

    Attributes
    ----------
    champion : str or None
        The version that the first line names, here or not; ``None`` without a pointer.
    entries : tuple of Entry
        Oldest first. The last one is the champion's.
    """

    champion: str | None = None
    entries: tuple[Entry, ...] = ()

    @classmethod
    def parse(cls, text: str, path: Path, changed: datetime) -> "History":
        """Return the history in the *text* of the pointer file at *path*.

        A pointer from before there was a history, or edited by hand, names a champion that its
        entries do not: it gets an entry of the time at which the file was *changed*.

        Raises
        ------
        ArtifactError
            If a line is no entry.
        """
        first, *lines = text.split("\n")
        champion = first.strip()
        entries = tuple(_entry(line, n, path) for n, line in enumerate(lines, 2) if line.strip())
        if is_name(champion) and (not entries or entries[-1].version != champion):
            entries += (Entry(changed, champion, "promote", why=_UNKNOWN),)
        return cls(champion, entries)

    def dumps(self) -> str:
        """Return the text of the pointer file; there must be a champion."""
        lines = [json.dumps(entry.as_json(), ensure_ascii=False) for entry in self.entries]
        text = "\n".join((self.champion or "", *lines, ""))
        # A shell may hand over bytes that are not UTF-8, as lone surrogates.
        return text.encode("utf-8", "replace").decode()

    def then(self, entry: Entry) -> "History":
        """Return the history with *entry* as its newest."""
        return History(entry.version, (*self.entries, replace(entry, at=_whole(entry.at))))

    def below(self) -> list[str]:
        """Return what rolling back returns to, again and again: the nearest first.

        Promotions pile up, and a rollback takes the champion off the pile. So rolling back
        twice goes two champions back, not forth and back, and a version that was rolled back
        from is not returned to unless it is promoted again.
        """
        pile: list[str] = []
        for entry in self.entries:
            if entry.kind == "rollback":
                del pile[-1:]
                while pile and pile[-1] != entry.version:
                    pile.pop()
            if not pile or pile[-1] != entry.version:
                pile.append(entry.version)
        return pile[-2::-1]

    def served(self) -> list[str]:
        """Return every version that has served, once, the one that served last first."""
        return once(entry.version for entry in reversed(self.entries))


def once(versions: Iterable[str]) -> list[str]:
    """Return *versions* without repeats, in order."""
    return list(dict.fromkeys(versions))


def is_name(version: str) -> bool:
    """Return whether *version* can be a folder's name, and is not a hidden one's."""
    return bool(version) and Path(version).name == version and not version.startswith(".")


def _whole(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


def _entry(line: str, number: int, path: Path) -> Entry:
    try:
        return Entry.from_json(json.loads(line))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        problem = f"line {number} is no entry of its history ({error})"
        advice = "restore the file, or delete that line; its first line names the champion"
        raise ArtifactError(path, problem, advice) from None
