"""Work for another process: a row that one of all replicas holds on a lease."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, insert, select, update

from copytaster.archive import clock, kept
from copytaster.archive.tables import jobs
from copytaster.model.errors import ArchiveError, NoJobError

State = Literal["queued", "running", "done", "failed"]
#: Without a word from its owner for so long, a job is taken to be abandoned.
LEASE = timedelta(seconds=60)
#: A job that was abandoned so often is given up.
_ATTEMPTS = 3


class LeaseLostError(ArchiveError):
    """Raised if a job was taken from who works on it, because nothing was heard of it."""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work.

    Attributes
    ----------
    id, kind : str
    state : {"queued", "running", "done", "failed"}
    request : mapping
        What is asked.
    by : str or None
        Who asked.
    stage : str or None
        What is being done.
    done, total : int
        Steps of it.
    attempts : int
        How often it was begun.
    owner : str or None
        Who works on it, or did.
    created, started, finished : datetime or None
    result : mapping or None
    error : str or None
    """

    id: str
    kind: str
    state: State
    request: Mapping[str, Any]
    by: str | None
    stage: str | None
    done: int
    total: int
    attempts: int
    owner: str | None
    created: datetime
    started: datetime | None
    finished: datetime | None
    result: Mapping[str, Any] | None
    error: str | None


class Jobs:
    """The queue, within the transaction of one connection of :meth:`Database.writing`.

    Of one kind, at most one job is running, and at most one waits.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, kind: str, request: Mapping[str, Any], by: str | None = None) -> Job:
        """Queue a job, and return it, or the one that waits already with the same request."""
        for waiting in self.latest(kind, state="queued"):
            if waiting.request == request:
                return waiting
        identifier = str(uuid.uuid4())
        self._connection.execute(
            insert(jobs).values(
                id=identifier,
                kind=kind,
                state="queued",
                request=json.dumps(request, sort_keys=True),
                by=by,
                done=0,
                total=0,
                attempts=0,
                created=clock.now(self._connection),
            )
        )
        return self.get(identifier)

    def get(self, identifier: str) -> Job:
        """Return a job.

        Raises
        ------
        NoJobError
            If there is none with this identifier.
        """
        query = select(jobs).where(jobs.c.id == identifier)
        row = self._connection.execute(query).one_or_none() if kept.fits(identifier, 36) else None
        if row is None:
            raise NoJobError(f"no job {identifier!r}")
        return _job(row)

    def latest(self, kind: str, n: int = 20, state: State | None = None) -> Sequence[Job]:
        """Return the newest *n* jobs of a kind, in one state or in any, newest first."""
        query = select(jobs).where(jobs.c.kind == kind)
        if state is not None:
            query = query.where(jobs.c.state == state)
        rows = self._connection.execute(query.order_by(jobs.c.created.desc(), jobs.c.id).limit(n))
        return [_job(row) for row in rows]

    def running(self, kind: str) -> Job | None:
        """Return the job that is being worked on, as far as its lease says."""
        query = select(jobs).where(jobs.c.kind == kind, jobs.c.state == "running")
        row = self._connection.execute(query.where(jobs.c.until > self._now())).first()
        return None if row is None else _job(row)

    def due(self, kind: str) -> Job | None:
        """Return a job that could be claimed, waiting or abandoned; this changes nothing."""
        open_ = ("queued", "running")
        query = select(jobs).where(jobs.c.kind == kind, jobs.c.state.in_(open_))
        rows = self._connection.execute(query.order_by(jobs.c.created, jobs.c.id)).all()
        now = self._now() if rows else None
        if any(row.state == "running" and row.until > now for row in rows):
            return None
        return _job(rows[0]) if rows else None

    def claim(self, kind: str, owner: str, only: str | None = None) -> Job | None:
        """Take the oldest job that waits, unless one is being worked on; return it.

        With *only*, that one or none. One that was abandoned waits again, or has failed if that
        happened three times.
        """
        now = self._now()
        if self._held(kind, now):
            return None
        waiting = select(jobs.c.id).where(jobs.c.kind == kind, jobs.c.state == "queued")
        if only is not None:
            waiting = waiting.where(jobs.c.id == only)
        row = self._connection.execute(waiting.order_by(jobs.c.created, jobs.c.id)).first()
        if row is None:
            return None
        self._connection.execute(
            update(jobs)
            .where(jobs.c.id == row.id)
            .values(
                state="running",
                owner=owner,
                until=now + LEASE,
                started=now,
                attempts=jobs.c.attempts + 1,
                stage=None,
                done=0,
                total=0,
            )
        )
        return self.get(row.id)

    def tell(self, identifier: str, owner: str, stage: str, done: int, total: int) -> None:
        """Say how far a job is, and hold it on; raises :class:`LeaseLostError` if it is gone."""
        until = self._now() + LEASE
        self._update(identifier, owner, stage=stage, done=done, total=total, until=until)

    def finish(self, identifier: str, owner: str, result: Mapping[str, Any]) -> None:
        """End a job well; raises :class:`LeaseLostError` if it is no longer the owner's."""
        self._end(identifier, owner, state="done", result=json.dumps(result, sort_keys=True))

    def fail(self, identifier: str, owner: str, error: str) -> None:
        """End a job badly; raises :class:`LeaseLostError` if it is no longer the owner's."""
        self._end(identifier, owner, state="failed", error=error)

    def release(self, identifier: str, owner: str, *, counts: bool) -> None:
        """Let go of a job, so that it waits again; raises :class:`LeaseLostError` as above.

        Where it *counts*, as with a process that died, it has failed after three times.
        """
        attempts = self.get(identifier).attempts
        values = self._abandoned(attempts) if counts else _waiting(attempts - 1)
        self._update(identifier, owner, **values)

    def _now(self) -> datetime:
        return clock.now(self._connection)

    def _end(self, identifier: str, owner: str, **values: object) -> None:
        self._update(identifier, owner, finished=self._now(), until=None, **values)

    def _update(self, identifier: str, owner: str, /, **values: object) -> None:
        mine = (jobs.c.id == identifier, jobs.c.owner == owner, jobs.c.state == "running")
        found = self._connection.execute(update(jobs).where(*mine).values(**values))
        if found.rowcount != 1:
            raise LeaseLostError(f"job {identifier} was given to somebody else; stop working on it")

    def _held(self, kind: str, now: datetime) -> bool:
        """Release what was abandoned; return whether a job is being worked on."""
        running = select(jobs).where(jobs.c.kind == kind, jobs.c.state == "running")
        for row in self._connection.execute(running).all():
            if row.until > now:
                return True
            values = self._abandoned(row.attempts)
            self._connection.execute(update(jobs).where(jobs.c.id == row.id).values(**values))
        return False

    def _abandoned(self, attempts: int) -> dict[str, object]:
        if attempts < _ATTEMPTS:
            return _waiting(attempts)
        error = f"begun {attempts} times, and each time its process ended early"
        failed = {"state": "failed", "finished": self._now(), "error": error}
        return {**_waiting(attempts), **failed}


def _waiting(attempts: int) -> dict[str, object]:
    return {"state": "queued", "owner": None, "until": None, "attempts": attempts}


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        kind=row.kind,
        state=row.state,
        request=json.loads(row.request),
        by=row.by,
        stage=row.stage,
        done=row.done,
        total=row.total,
        attempts=row.attempts,
        owner=row.owner,
        created=row.created,
        started=row.started,
        finished=row.finished,
        result=None if row.result is None else json.loads(row.result),
        error=row.error,
    )
