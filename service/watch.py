"""A look at the registry, twice a second, in every worker: a new champion is loaded and serves.

So is one at the newsroom's own file of topics.
"""

import logging
import os
import time
from pathlib import Path
from threading import Thread

from copytaster.model.errors import ArtifactError
from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from copytaster.service.courtesy import giving_way
from copytaster.service.live import Live, Refusal, Serving
from copytaster.service.metrics import REFUSALS
from copytaster.service.shared import Lock, Note
from copytaster.service.waiting import Waiting

#: Seconds between looks. A look takes some 30 microseconds.
EVERY = 0.5
#: The longest name that a folder can have, in bytes.
_LONGEST = 255
_log = logging.getLogger(__name__)
#: What changes with the files of a version.
_Stamp = tuple[tuple[str, int, int, int], ...]


class Watch:
    """Makes a process serve the champion of a registry.

    A version is loaded aside, with every check and its golden inputs, and serves once it has
    proven itself. One that does not is refused, and not tried again until its files change; what
    served before serves on.

    Parameters
    ----------
    live : Live
    registry : Registry
    key : bytes or None
        The key that versions must be signed with; ``None`` accepts unsigned ones.
    topics : Path or None
        The newsroom's own file of topics, looked at as often; ``None``: there is none.
    """

    def __init__(
        self,
        live: Live,
        registry: Registry,
        key: bytes | None = None,
        topics: Path | None = None,
    ) -> None:
        self._live = live
        self._registry = registry
        self._key = key
        self._waiting = None if topics is None else Waiting(live, topics)
        self._failed: tuple[str, _Stamp] | None = None
        self._retired: Serving | None = None
        #: What any worker made serve last, for one that starts while the champion is refused.
        self._proven = Note(Lock(), _LONGEST)

    def start(self) -> None:
        """Serve the champion, and from now on whatever becomes it; called after the fork."""
        self.look()
        if self._live.refused is not None:
            self._serve_proven()
        Thread(target=self._run, name="copytaster-watch", daemon=True).start()

    def look(self) -> None:
        """Serve the champion if it is another than what serves; never raises."""
        self._retired = None
        if self._waiting is not None:
            self._waiting.look()
        try:
            champion = self._registry.champion()
        except Exception as error:  # noqa: BLE001  # whatever it is, the rest goes on
            self._live.champion = self._failed = None
            self._refuse(None, error)
            return
        self._live.champion = champion
        if champion is None or champion == self._live.now.name:
            self._live.refused = self._failed = None
            return
        attempt = (champion, _stamp(self._registry.folder(champion)))
        if attempt != self._failed:
            self._failed = attempt
            self._try(champion)

    def _run(self) -> None:
        while True:
            time.sleep(EVERY)
            self.look()

    def _try(self, name: str) -> None:
        try:
            self._serve(name)
        except Exception as error:  # noqa: BLE001  # as above
            self._refuse(name, error)
        else:
            self._live.refused = self._failed = None
            self._proven.write(name)

    def _serve(self, name: str) -> None:
        with giving_way():
            tagger = Tagger.load(self._registry.folder(name), self._key)
        # Freeing it takes a while, and is for this thread: it holds it until requests are through.
        self._retired = self._live.now
        self._live.swap(tagger, name)
        _log.warning("%s serves now", tagger.version)  # warnings are what logs show by default

    def _serve_proven(self) -> None:
        name = self._proven.read()
        if name and name != self._live.now.name:
            try:
                self._serve(name)
            except Exception:  # noqa: BLE001  # as above
                _log.exception("%s, which served last, cannot be loaded again", name)

    def _refuse(self, name: str | None, error: Exception) -> None:
        why = told = repr(error)
        if isinstance(error, ArtifactError):
            why, told = str(error), error.told
        found = Refusal(name, told)
        if found != self._live.refused:
            _log.error("%s serves on; the champion is refused: %s", self._live.now.name, why)
            self._live.metrics.add(REFUSALS)
        self._live.refused = found


def _stamp(folder: Path) -> _Stamp:
    try:
        found = sorted((entry.name, entry.stat()) for entry in os.scandir(folder))
    except OSError:  # gone while it was looked at
        return ()
    return tuple((name, of.st_mtime_ns, of.st_ino, of.st_size) for name, of in found)
