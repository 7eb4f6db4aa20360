"""What was served, kept by a thread of its own: tagging neither waits for it nor fails by it.

Replies wait in memory, in a queue with an end; what does not fit is dropped and counted. A process
that is killed takes its queue with it: these are records, not feedback that was acknowledged.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from pydantic_core import from_json

from copytaster.archive import (
    kept,
    migrations,  # noqa: F401  # once for all workers, rather than by each when it opens the archive
)
from copytaster.archive.archive import Archive
from copytaster.archive.decisions import Decision, Decisions
from copytaster.model.errors import ArchiveDownError
from copytaster.model.types import Story
from copytaster.service.metrics import DECISIONS_DROPPED, DECISIONS_KEPT, Metrics

#: Decisions that wait at most, and bytes of their replies.
MOST, MOST_BYTES = 10_000, 16 * 1024 * 1024
#: Decisions that are committed together, at most; seconds between commits; after a failure.
_BATCH, _EVERY, _LATER = 500, 1.0, 5.0
#: Decisions that are made ready before other threads get their turn.
_TURN = 16
_log = logging.getLogger(__name__)
#: A reply that waits: its article's digest, the reply as JSON, seconds since 1970.
_Waiting = tuple[str, bytes, float]


class Recorder:
    """Keeps what one process serves. It is made before processes fork.

    Parameters
    ----------
    archive : Archive
        Nothing is opened before there is something to keep.
    days : int
        How long a decision is kept.
    metrics : Metrics
    most : int
        How many may wait.
    every, later : float
        Seconds between commits, and after one that failed.
    """

    def __init__(
        self,
        archive: Archive,
        days: int,
        metrics: Metrics,
        *,
        most: int = MOST,
        every: float = _EVERY,
        later: float = _LATER,
    ) -> None:
        self._archive = archive
        self._days = days
        self._metrics = metrics
        self._most, self._every, self._later = most, every, later
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0
        self._dropped = self._lost = 0
        self._troubled = self._down = False
        self._closed = False
        self._thread: threading.Thread | None = None

    def offer(self, sent: Sequence[Story], replies: Sequence[bytes]) -> None:
        """Have the *replies* to the articles *sent* be kept, if there is room; never raises."""
        try:
            now = time.time()
            for item, reply in zip(sent, replies, strict=True):
                self._offer((kept.digest_of(item.headline, item.text), reply, now))
        except Exception:  # noqa: BLE001  # whatever it is, tagging goes on
            _log.exception("decisions could not be taken down")

    def close(self, seconds: float) -> None:
        """Write what waits, for so many seconds at most, and take no more."""
        with self._lock:
            self._closed = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(seconds)
        left = len(self._waiting)
        if left:
            self._metrics.add(DECISIONS_DROPPED, left)
            _log.warning("%d decisions were lost at the end: the archive did not take them", left)

    def _offer(self, one: _Waiting) -> None:
        size = len(one[1])
        with self._lock:
            n = len(self._waiting)
            if n < self._most and self._bytes + size <= MOST_BYTES and not self._closed:
                self._waiting.append(one)
                self._bytes += size
                if self._thread is None:
                    self._start()
                if n + 1 == _BATCH:
                    self._wake.set()
                return
            self._dropped += 1
        self._metrics.add(DECISIONS_DROPPED)

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="copytaster-recorder", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        pause = self._every
        while not self._closed:
            self._wake.wait(pause)
            self._wake.clear()
            pause = self._every if self._write() else self._later
        self._write()
        self._archive.database.engine.dispose()

    def _write(self) -> bool:
        """Write what waits; return whether that went well."""
        while batch := self._first():
            try:
                self._commit(batch)
            except ArchiveDownError as error:
                self._begin(f"they wait in memory, {self._most:,} at most: {error}")
                self._down = True
                return False
            except Exception as error:  # noqa: BLE001  # the thread must live on
                self._begin(f"some are dropped: {error!r}")
                self._settle(batch, DECISIONS_DROPPED)
                return False
            self._settle(batch, DECISIONS_KEPT)
            if self._dropped:
                self._begin("some are dropped, since the archive is too slow")
        self._end()
        return True

    def _commit(self, batch: Sequence[_Waiting]) -> None:
        rows = []
        for at, one in enumerate(batch):
            rows.append(_decision(one).row(self._days))
            if at % _TURN == _TURN - 1:
                time.sleep(0)  # hands Python to whoever tags
        with self._archive.appending() as connection:
            Decisions(connection).keep(rows)

    def _first(self) -> list[_Waiting]:
        with self._lock:
            return list(islice(self._waiting, _BATCH))

    def _settle(self, batch: Sequence[_Waiting], what: str) -> None:
        """Take a batch out of the queue, and count it as *what*."""
        with self._lock:
            for _ in batch:
                self._bytes -= len(self._waiting.popleft()[1])
        self._metrics.add(what, len(batch))

    def _begin(self, why: str) -> None:
        """Say, once, that decisions are not kept as they should be."""
        if not self._troubled:
            _log.warning("decisions are not kept as they are served: %s", why)
        self._troubled = True

    def _end(self) -> None:
        """Say, once, that all is well again: nothing waits, and no more was dropped."""
        with self._lock:
            dropped, self._dropped = self._dropped, 0
        self._lost += dropped
        if self._troubled and (self._down or not dropped):
            _log.warning("decisions are kept again; %d found no room meanwhile", self._lost)
            self._troubled = self._down = False
            self._lost = 0


def _decision(one: _Waiting) -> Decision:
    digest, reply, at = one
    found: dict[str, Any] = from_json(reply)
    return Decision(
        article=None if found["id"] is None else str(found["id"]),
        digest=digest,
        model=found["model"],
        tags={
            tag["topic"]: (tag["confidence"], tag["tier"])
            for tag in found["tags"]
            if tag["tier"] is not None
        },
        at=datetime.fromtimestamp(at, UTC),
    )
