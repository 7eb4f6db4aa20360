"""When a retraining is due by itself: after so many changed labels since the last one."""

from collections.abc import Sequence

from sqlalchemy import Connection

from copytaster.archive import news
from copytaster.archive.jobs import Job, Jobs
from copytaster.archive.order import RETRAIN


def is_due(connection: Connection, after: int) -> bool:
    """Return whether *after* labels have changed, and nobody has asked for a retraining."""
    recent = Jobs(connection).latest(RETRAIN)
    if any(job.state in {"queued", "running"} for job in recent):
        return False
    return news.since(connection, _learned(recent), after) >= after


def ask(connection: Connection, after: int) -> Job | None:
    """Ask for a retraining if one is due, within a transaction that writes."""
    if not is_due(connection, after):
        return None
    # One that fails has no result: its request tells up to where it was tried.
    request = {"event": news.newest(connection)}
    return Jobs(connection).add(RETRAIN, request, f"{after} changed labels")


def _learned(jobs: Sequence[Job]) -> int:
    """Return the change of a label up to which the *jobs* have learned, or tried to."""
    told = [one.get("event") for job in jobs for one in (job.request, job.result or {})]
    return max((event for event in told if event is not None), default=0)
