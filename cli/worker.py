"""What looks after the queue: it asks for retrainings that are due, and has them done elsewhere.

It also drops what the archive has kept for long enough.

Between jobs it holds no more than the archive's code, and not even that before there is an archive.
"""

import logging
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copytaster.model.errors import ArchiveDownError, ArchiveError

if TYPE_CHECKING:
    from copytaster.archive.archive import Archive
    from copytaster.archive.jobs import Job
    from copytaster.archive.retention import Retention

_log = logging.getLogger(__name__)
_SQLITE = "sqlite:///"
#: Seconds between looks; after an outage, or a job that could not even be begun; and for a job
#: to end when it is told to.
_LOOK, _LATER, _GRACE = 1.0, 10.0, 10.0
#: Exit statuses of a retraining that came to its end.
_ENDED = {0, 3, 4}


@dataclass(frozen=True, slots=True)
class Keep:
    """How many days decisions and texts are kept, as COPYTASTER_KEEP_... say."""

    decisions: int = 0
    texts: int = 0


KEEP = Keep()


class Worker:
    """Has jobs done, each in a process of its own, and what is old dropped.

    Parameters
    ----------
    url : str
        The archive's database.
    root : Path
        The folder of versions.
    after : int
        Changed labels after which a retraining is asked for; 0: never.
    keep : Keep
        How long decisions and texts are kept.

    Attributes
    ----------
    pause : float
        Seconds until the next look.
    """

    def __init__(self, url: str, root: Path, after: int = 0, keep: Keep = KEEP) -> None:
        self.pause = _LOOK
        self._url = url
        self._root = root
        self._after = after
        self._keep = keep
        self._archive: Archive | None = None
        self._retention: Retention | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._job = ""

    def turn(self) -> None:
        """Look once."""
        self.pause = _LOOK
        try:
            if self._child is not None:
                self._watch(self._child)
            elif self._there():
                self._look(self._opened())
            if self._there():
                self._retained(self._opened()).turn()
        except ArchiveDownError as error:
            if self.pause == _LOOK:
                _log.warning("the archive: %s", error)
            self.pause = _LATER
        except ArchiveError as error:
            _log.error("the archive: %s", error)
            self.pause = _LATER

    def close(self) -> None:
        """End the job that is being done; it waits again."""
        if self._child is None:
            return
        self._child.terminate()
        try:
            self._child.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._watch(self._child, wait=True)

    def _there(self) -> bool:
        """Tell whether there can be a job: not before SQLite's file is there."""
        path = self._url.removeprefix(_SQLITE)
        return path == self._url or Path(path).exists()

    def _opened(self) -> "Archive":
        from copytaster.archive.archive import Archive

        if self._archive is None:
            self._archive = Archive(self._url)
        return self._archive

    def _retained(self, archive: "Archive") -> "Retention":
        from copytaster.archive.retention import Retention

        if self._retention is None:
            self._retention = Retention(archive, self._keep.decisions, self._keep.texts)
        return self._retention

    def _look(self, archive: "Archive") -> None:
        from copytaster.archive.jobs import Jobs
        from copytaster.archive.order import RETRAIN
        from copytaster.cli import due

        with archive.reading() as connection:
            job = Jobs(connection).due(RETRAIN)
            wanted = job is None and self._after and due.is_due(connection, self._after)
        if wanted:
            with archive.writing() as connection:
                job = due.ask(connection, self._after)  # unless another worker did meanwhile
        if job is not None:
            self._start(job)

    def _start(self, job: "Job") -> None:
        command = [sys.executable, "-m", "copytaster.cli.main", "retrain", "--job", job.id]
        command += ["--models", str(self._root), "--jobs", "1"]
        # Standard output may be the access log's.
        self._child = subprocess.Popen(command, stdout=sys.stderr, stdin=subprocess.DEVNULL)  # noqa: S603  # our own
        self._job = job.id

    def _watch(self, child: "subprocess.Popen[bytes]", *, wait: bool = False) -> None:
        status = child.wait() if wait else child.poll()
        if status is None:
            return
        self._child = None
        if status in _ENDED:
            return
        _log.warning("job %s: its process ended with status %s", self._job, status)
        self.pause = _LATER
        self._bury()

    def _bury(self) -> None:
        from copytaster.archive.jobs import Jobs
        from copytaster.archive.order import RETRAIN
        from copytaster.cli import holding

        with self._opened().writing() as connection:
            holding.bury(Jobs(connection), RETRAIN)
