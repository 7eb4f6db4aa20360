"""When a retraining is asked for by itself."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from copytaster.archive.archive import Archive
from copytaster.archive.jobs import Jobs
from copytaster.archive.order import RETRAIN
from copytaster.archive.store import Store
from copytaster.cli import due
from tests.stories import labelled

Write = Callable[[Callable[[Connection], object]], object]


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Something that does work in a transaction of an archive with three labels."""
    archive = Archive(f"sqlite:///{tmp_path / 'archive.db'}")

    def done(work: Callable[[Connection], object]) -> object:
        with archive.writing() as connection:
            return work(connection)

    done(lambda connection: add(connection, 0, 3))
    yield done
    archive.database.engine.dispose()


def add(connection: Connection, start: int, end: int) -> None:
    items = [labelled(n, "", f"Text {n}.", ["trade"]) for n in range(start, end)]
    Store(connection).add(items)


def end(connection: Connection, result: dict[str, object] | None) -> None:
    """Do the job that waits, or fail at it."""
    jobs = Jobs(connection)
    job = jobs.claim(RETRAIN, "me")
    assert job is not None
    if result is None:
        jobs.fail(job.id, "me", "it broke")
    else:
        jobs.finish(job.id, "me", result)


def test_it_is_due_once_so_many_labels_have_changed(write: Write) -> None:
    assert not write(lambda connection: due.is_due(connection, 4))
    assert write(lambda connection: due.is_due(connection, 3))


def test_it_is_asked_for_once_and_counted_anew_from_there(write: Write) -> None:
    assert write(lambda connection: due.ask(connection, 3)) is not None
    assert write(lambda connection: due.ask(connection, 3)) is None
    write(lambda connection: end(connection, {"event": 3}))
    write(lambda connection: add(connection, 3, 5))
    assert write(lambda connection: due.ask(connection, 3)) is None
    write(lambda connection: add(connection, 5, 6))
    assert write(lambda connection: due.ask(connection, 3)) is not None


def test_one_that_fails_is_not_asked_for_again_at_once(write: Write) -> None:
    write(lambda connection: due.ask(connection, 3))
    write(lambda connection: end(connection, None))
    assert write(lambda connection: due.ask(connection, 3)) is None
    write(lambda connection: add(connection, 3, 6))
    assert write(lambda connection: due.ask(connection, 3)) is not None


def test_what_a_person_had_retrained_counts(write: Write) -> None:
    write(lambda connection: Jobs(connection).add(RETRAIN, {}))
    assert not write(lambda connection: due.is_due(connection, 3))
    write(lambda connection: end(connection, {"event": 2}))
    assert not write(lambda connection: due.is_due(connection, 2))
    assert write(lambda connection: due.is_due(connection, 1))
