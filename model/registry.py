"""Versions of the tagger in folders, and the name of the one that serves."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from copytaster.model import files
from copytaster.model.errors import ArtifactError
from copytaster.model.history import Entry, History, is_name, once
from copytaster.model.manifest import NAME as MANIFEST

_POINTER = "champion"
_LOCK = ".lock"
#: What the gate writes into a version's folder; its ``promote`` says whether the version may serve.
VERDICT = "verdict.json"
_ACCESS = "let the user that serves read it"
#: So long a version is kept whatever it is: it may be about to be judged, or promoted.
_YOUNG = timedelta(days=1)


def _now() -> datetime:
    return datetime.now(UTC)


class OvertakenError(ArtifactError):
    """Raised if another version became the champion while one was made to follow the last."""


@dataclass(frozen=True, slots=True)
class Registry:
    """The artifacts below one folder.

    Readers need no lock: a version's folder and the pointer each appear whole, in one rename.
    Writers take turns (:meth:`writing`), in all processes that share the folder.

    Attributes
    ----------
    root : Path
        Holds one folder a version, and the file ``champion`` that names one of them.
    key : bytes or None
        The key that versions must be signed with to be promoted; ``None`` for no signature.
    clock : callable
        Returns the time, with its zone.
    """

    root: Path
    key: bytes | None = None
    clock: Callable[[], datetime] = _now

    def folder(self, version: str) -> Path:
        """Return where *version* is, or would be, kept."""
        return self.root / version

    def versions(self) -> list[str]:
        """Return the versions that are here, sorted by name."""
        return sorted(path.parent.name for path in self.root.glob(f"[!.]*/{MANIFEST}"))

    def champion(self) -> str | None:
        """Return the version that serves, or ``None`` before the first promotion.

        Raises
        ------
        ArtifactError
            If the pointer names no version that is here.
        """
        pointer = self.root / _POINTER
        try:
            with pointer.open(encoding="utf-8", errors="replace") as handle:
                version = handle.readline().strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ArtifactError(pointer, f"cannot be read ({error.strerror})", _ACCESS) from None
        if not is_name(version) or not self.folder(version).is_dir():
            raise self._no_such(version, pointer)
        return version

    def history(self) -> History:
        """Return every change of the champion.

        Raises
        ------
        ArtifactError
            If the pointer cannot be read, or a line of it is no entry.
        """
        pointer = self.root / _POINTER
        try:
            with pointer.open("rb") as handle:
                text = handle.read().decode("utf-8", "replace")
                changed = datetime.fromtimestamp(files.changed(handle), UTC)
        except FileNotFoundError:
            return History()
        except OSError as error:
            raise ArtifactError(pointer, f"cannot be read ({error.strerror})", _ACCESS) from None
        return History.parse(text, pointer, changed.replace(microsecond=0))

    def verdict(self, version: str) -> dict[str, Any] | None:
        """Return what the gate said of *version*, or ``None`` if it was never judged.

        Raises
        ------
        ArtifactError
            If there is no such version, or its verdict cannot be read.
        """
        if version not in self.versions():
            raise self._no_such(version, self.root)
        path = self.folder(version) / VERDICT
        try:
            found = json.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as error:
            raise ArtifactError(path, f"cannot be read ({error})", "judge it again") from None
        if not isinstance(found, dict) or not isinstance(found.get("promote"), bool):
            raise ArtifactError(path, "does not say whether to promote", "judge it again")
        return found

    def promote(
        self,
        version: str,
        *,
        by: str = "",
        why: str = "",
        forced: bool = False,
        verdict: Mapping[str, Any] | None = None,
        after: str | None = None,
    ) -> Entry:
        """Make *version* the champion, in one step that survives a power cut.

        The version is opened and proves itself first (:meth:`Tagger.load`), forced or not.
        Promoting the champion changes nothing.

        Parameters
        ----------
        version : str
        by, why : str
            Who promotes it, and the reason, for the history.
        forced : bool
            Whether it is done against, or without, a verdict of the gate.
        verdict : Mapping or None
            What the gate said, in short; JSON.
        after : str or None
            The version that must still be the champion; ``None``: whichever it is.

        Returns
        -------
        Entry
            The newest of the history.

        Raises
        ------
        OvertakenError
            If another is the champion than the one named by *after*.
        ArtifactError
            If there is no such version, or it does not prove itself.
        """
        with self.writing():
            if version not in self.versions():
                raise self._no_such(version, self.root)
            self._prove(version)
            history = self.history()
            if history.champion == version:
                return history.entries[-1]
            self._must_follow(history, after)
            return self._point(
                history, Entry(self.clock(), version, "promote", by, why, forced, verdict)
            )

    def rollback(self, *, by: str = "", why: str = "", after: str | None = None) -> Entry:
        """Return to the champion that served before, as :meth:`History.below` says.

        Parameters
        ----------
        by, why : str
            Who does it, and the reason, for the history.
        after : str or None
            The version that must still be the champion; ``None``: whichever it is.

        Returns
        -------
        Entry
            The newest of the history.

        Raises
        ------
        OvertakenError
            If another is the champion than the one named by *after*.
        ArtifactError
            If there is none, or it is not here any more, or it does not prove itself.
        """
        with self.writing():
            history = self.history()
            self._must_follow(history, after)
            below = history.below()
            if not below:
                champion = history.champion or "the first promotion"
                problem = f"nothing served before {champion}"
                raise ArtifactError(self.root / _POINTER, problem, self._advice())
            if below[0] not in self.versions():
                raise self._no_such(below[0], self.root / _POINTER)
            self._prove(below[0])
            return self._point(history, Entry(self.clock(), below[0], "rollback", by, why))

    def disposable(self, keep: int) -> list[str]:
        """Return the versions that :meth:`prune` would remove, sorted by name."""
        # A folder without a champion is a store of versions, or has lost its pointer.
        if self.champion() is None:
            return []
        history = self.history()
        kept = {*history.served()[: keep + 1], *once(history.below())[:keep]}
        return [one for one in self.versions() if one not in kept and not self._is_young(one)]

    def prune(self, keep: int) -> list[str]:
        """Remove old versions, and return them.

        Kept are the champion, the *keep* others that served last, the *keep* next ones that
        rolling back would return to, and what was saved within a day. Without a champion nothing
        is removed.

        Parameters
        ----------
        keep : int
            At least 0.

        Raises
        ------
        ArtifactError
            If the pointer cannot be read, or names no version that is here.
        """
        with self.writing():
            gone = self.disposable(keep)
            for version in gone:
                files.remove_folder(self.folder(version))
            return gone

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the folder against other writers, for the block; made if need be.

        Whatever lies aside when one gets hold of it was left by a writer that was killed, and is
        removed. Not to be nested: it would wait for itself.
        """
        if not self.root.is_dir():
            self.root.mkdir(parents=True, exist_ok=True)
            files.sync_folder(self.root.parent)
        with files.locked(self.root / _LOCK):
            self._sweep()
            yield

    def _sweep(self) -> None:
        for path in files.left_aside(self.root):
            files.remove(path)
        # What writes into a version's folder need not hold the lock.
        for folder in self.root.glob("[!.]*/"):
            for path in files.left_aside(folder):
                if self._is_young(path.relative_to(self.root)):
                    continue
                files.remove(path)

    def _is_young(self, path: str | Path) -> bool:
        try:
            changed = (self.root / path).stat().st_mtime
        except FileNotFoundError:
            return True
        return self.clock() - datetime.fromtimestamp(changed, UTC) < _YOUNG

    def _prove(self, version: str) -> None:
        # The scorer takes a while to import, and those who only ask for the champion do without.
        from copytaster.model.tagger import Tagger

        Tagger.load(self.folder(version), self.key)

    def _must_follow(self, history: History, after: str | None) -> None:
        if after is not None and history.champion != after:
            problem = f"{history.champion} became the champion meanwhile"
            raise OvertakenError(self.root / _POINTER, problem, "nothing was changed")

    def _point(self, history: History, entry: Entry) -> Entry:
        new = history.then(entry)
        files.write_text(self.root / _POINTER, new.dumps())
        return new.entries[-1]

    def _advice(self) -> str:
        return f"promote one of those here: {', '.join(self.versions()) or 'none'}"

    def _no_such(self, version: str, where: Path) -> ArtifactError:
        return ArtifactError(where, f"no such version: {version!r}", self._advice())
