"""Topics of the newsroom's own file that do not serve yet: labels for them are taken already."""

import logging
from pathlib import Path

from copytaster.model.errors import TaxonomyError
from copytaster.model.taxonomy import Taxonomy
from copytaster.service.live import Live

_log = logging.getLogger(__name__)
#: What changes with a file.
_Stamp = tuple[int, int, int]


class Waiting:
    """Tells a process what its newsroom's file of topics says, and what is wrong with it.

    Parameters
    ----------
    live : Live
    path : Path
        The file; it need not be there.
    """

    def __init__(self, live: Live, path: Path) -> None:
        self._live = live
        self._path = path
        self._read: _Stamp | None = None
        self._why = ""

    def look(self) -> None:
        """Read the file if it is another than before; never raises."""
        try:
            stamp = _stamp(self._path)
            if stamp == self._read:
                return
            if stamp is None:
                _log.warning("%s is gone; labels are taken for the topics that serve", self._path)
            self._read = stamp
            self._live.expect(None if stamp is None else Taxonomy.load(self._path))
            self._why = ""
        except Exception as error:  # noqa: BLE001  # whatever it is, tagging goes on
            self._refuse(error)

    def _refuse(self, error: Exception) -> None:
        why = str(error) if isinstance(error, TaxonomyError) else f"{self._path}: {error!r}"
        if why != self._why:
            _log.error("labels are taken only for the topics that serve: %s", why)
            self._why = why
        # What is told over HTTP names the file without its folders.
        self._live.expect(None, why.replace(str(self._path), self._path.name))


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
