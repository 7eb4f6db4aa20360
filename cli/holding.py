"""A job that this process works on: a thread tells how far it is, and so keeps its lease."""

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from copytaster.archive.archive import Archive
from copytaster.archive.jobs import Job, Jobs, LeaseLostError
from copytaster.model.errors import ArchiveDownError

_Found = TypeVar("_Found")
#: Seconds between looks, and after which a lease is renewed where nothing moves.
_BEAT, _RENEW = 1.0, 15.0
#: Seconds for which a database that does not answer is asked again.
PATIENCE = 600.0


class Holding:
    """Holds a job for the block.

    Parameters
    ----------
    archive : Archive
    job : Job
        Claimed, by :func:`owner` of this process.
    parent : int or None
        The process to end with; ``None``: none.
    """

    def __init__(self, archive: Archive, job: Job, parent: int | None = None) -> None:
        self._archive = archive
        self._job = job
        self._owner = owner(os.getpid())
        self._parent = parent
        self._now: tuple[str, int, int] | None = None
        self._lost: LeaseLostError | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="copytaster-lease", daemon=True)

    def __enter__(self) -> Self:
        """Begin to keep the lease."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let the lease be."""
        self._end.set()
        self._thread.join()

    def move(self, stage: str, done: int, total: int) -> None:
        """Say how far the job is; raises :class:`LeaseLostError` if it is somebody else's now."""
        self._now = (stage, done, total)
        if self._lost is not None:
            raise self._lost

    def finish(self, result: Mapping[str, Any]) -> None:
        """End the job well, also where the database does not answer for a while."""
        self._write(lambda jobs: jobs.finish(self._job.id, self._owner, result))

    def fail(self, error: str) -> None:
        """End the job badly."""
        self._write(lambda jobs: jobs.fail(self._job.id, self._owner, error))

    def release(self) -> None:
        """Let the job wait again, for whoever takes it next."""
        self._write(lambda jobs: jobs.release(self._job.id, self._owner, counts=False), seconds=0)

    def _write(self, work: Callable[[Jobs], None], seconds: float = PATIENCE) -> None:
        self._end.set()
        self._thread.join()

        def once() -> None:
            with self._archive.writing() as connection:
                work(Jobs(connection))

        patiently(once, seconds)

    def _beat(self) -> None:
        told: tuple[str, int, int] | None = None
        renewed = time.monotonic()
        while not self._end.wait(_BEAT):
            if self._parent is not None and os.getppid() != self._parent:
                os.kill(os.getpid(), signal.SIGTERM)
                return
            now = self._now or ("starting", 0, 0)
            if now == told and time.monotonic() - renewed < _RENEW:
                continue
            try:
                with self._archive.writing() as connection:
                    Jobs(connection).tell(self._job.id, self._owner, *now)
            except LeaseLostError as error:
                self._lost = error
                return
            except ArchiveDownError:
                continue  # the lease outlives a short outage, and after a long one is asked for
            told, renewed = now, time.monotonic()


def patiently(work: Callable[[], _Found], seconds: float = PATIENCE) -> _Found:
    """Return what *work* returns, tried again for so long as the database does not answer."""
    until = time.monotonic() + seconds
    while True:
        try:
            return work()
        except ArchiveDownError:
            if time.monotonic() >= until:
                raise
            time.sleep(_BEAT)


def owner(pid: int) -> str:
    """Return the name under which a process of this machine, or container, holds jobs."""
    return f"{_place()}:{pid}"


def bury(jobs: Jobs, kind: str) -> None:
    """Let go of the job of a process that is known to be dead, before its lease ends."""
    running = jobs.running(kind)
    if running is not None and running.owner is not None and _is_dead(running.owner):
        jobs.release(running.id, running.owner, counts=True)


def _is_dead(name: str) -> bool:
    """Return whether the owner called *name* is a process of this place that is no more."""
    place, _, pid = name.rpartition(":")
    if place != _place() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@cache
def _place() -> str:
    """Return what names this boot of this machine and its numbering of processes, no other."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}.{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return f"unknown-{time.time_ns()}"  # nobody else's: dead owners are then told by the lease
