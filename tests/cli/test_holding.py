"""Keeping a job's lease, and losing it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from copytaster.archive import clock
from copytaster.archive.archive import Archive
from copytaster.archive.jobs import Job, Jobs, LeaseLostError
from copytaster.archive.order import RETRAIN
from copytaster.archive.tables import jobs as rows
from copytaster.cli import holding
from copytaster.cli.holding import Holding
from copytaster.model.errors import ArchiveDownError
from tests.newsroom import wait_until


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive with a job that waits."""
    made = Archive(f"sqlite:///{tmp_path / 'archive.db'}")
    with made.writing() as connection:
        Jobs(connection).add(RETRAIN, {})
    yield made
    made.database.engine.dispose()


def claim(archive: Archive, owner: str) -> Job:
    with archive.writing() as connection:
        found = Jobs(connection).claim(RETRAIN, owner)
    assert found is not None
    return found


def job(archive: Archive) -> Job:
    with archive.reading() as connection:
        return Jobs(connection).latest(RETRAIN)[0]


def end_lease(archive: Archive) -> None:
    with archive.writing() as connection:
        past = clock.now(connection) - timedelta(seconds=1)
        connection.execute(update(rows).values(until=past))


def test_progress_is_told_and_renews_the_lease(archive: Archive) -> None:
    with Holding(archive, claim(archive, holding.owner(os.getpid()))) as held:
        end_lease(archive)
        held.move("fitting", 3, 10)
        wait_until(lambda: job(archive).stage == "fitting")
        with archive.reading() as connection:
            running = Jobs(connection).running(RETRAIN)
        assert running is not None
        assert (running.done, running.total) == (3, 10)
        held.finish({"outcome": "kept"})
    assert (job(archive).state, job(archive).result) == ("done", {"outcome": "kept"})


def test_work_ends_where_somebody_else_has_the_job(archive: Archive) -> None:
    def moved() -> bool:
        try:
            held.move("fitting", 3, 10)
        except LeaseLostError:
            return True
        return False

    with Holding(archive, claim(archive, holding.owner(os.getpid()))) as held:
        end_lease(archive)
        claim(archive, "somebody else")
        wait_until(moved)
        with pytest.raises(LeaseLostError):
            held.finish({})
    assert job(archive).state == "running"


def test_a_job_of_a_dead_process_is_let_go_and_others_are_not(archive: Archive) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()

    def state_after(owner: str) -> str:
        claim(archive, owner)
        with archive.writing() as connection:
            holding.bury(Jobs(connection), RETRAIN)
        found = job(archive).state
        end_lease(archive)
        return found

    assert state_after(holding.owner(dead.pid)) == "queued"
    assert state_after(holding.owner(os.getpid())) == "running"
    assert state_after(f"another machine:{dead.pid}") == "running"


def test_a_database_that_does_not_answer_is_asked_again() -> None:
    asked: list[int] = []

    def work() -> str:
        asked.append(1)
        if len(asked) < 2:
            raise ArchiveDownError("sqlite:///x", "is away")
        return "there"

    assert holding.patiently(work) == "there"
    asked.clear()
    with pytest.raises(ArchiveDownError):
        holding.patiently(work, 0)
