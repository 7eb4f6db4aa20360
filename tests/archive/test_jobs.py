"""Jobs and replies in the archive, in SQLite and in PostgreSQL."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from copytaster.archive import clock, jobs, news
from copytaster.archive.database import Database
from copytaster.archive.jobs import Job, Jobs, LeaseLostError
from copytaster.archive.replies import Replies, Reply
from copytaster.archive.store import Author, Store
from copytaster.archive.tables import jobs as rows
from copytaster.archive.tables import replies
from copytaster.model.errors import ArchiveError, KeyReusedError, NoJobError
from tests.stories import labelled


def queue(database: Database, **request: object) -> Job:
    """Queue a retraining."""
    with database.writing() as connection:
        return Jobs(connection).add("retrain", request, "desk-7")


def claim(database: Database, owner: str = "me") -> Job | None:
    """Take a job."""
    with database.writing() as connection:
        return Jobs(connection).claim("retrain", owner)


def abandon(database: Database) -> None:
    """Let the lease of every job end."""
    with database.writing() as connection:
        past = clock.now(connection) - timedelta(seconds=1)
        connection.execute(update(rows).values(until=past))


def test_a_job_is_queued_claimed_told_of_and_finished(database: Database) -> None:
    made = queue(database, topics=["trade"])
    assert (made.state, made.by, made.request) == ("queued", "desk-7", {"topics": ["trade"]})
    found = claim(database)
    assert found is not None
    assert (found.id, found.state, found.attempts) == (made.id, "running", 1)
    with database.writing() as connection:
        Jobs(connection).tell(made.id, "me", "fitting", 3, 28)
        assert Jobs(connection).get(made.id).stage == "fitting"
        Jobs(connection).finish(made.id, "me", {"version": "v2"})
        done = Jobs(connection).get(made.id)
    assert (done.state, done.done, done.total, done.result) == ("done", 3, 28, {"version": "v2"})
    assert done.finished is not None
    assert claim(database) is None


def test_the_same_request_waits_once(database: Database) -> None:
    assert queue(database).id == queue(database).id
    assert queue(database, topics=["trade"]).id != queue(database).id


def test_one_job_runs_at_a_time_over_all_replicas(url: str, database: Database) -> None:
    for number in range(3):
        queue(database, number=number)
    others = [Database(url) for _ in range(4)]
    found: list[Job | None] = []
    threads = [
        threading.Thread(target=lambda one=one, at=at: found.append(claim(one, f"o{at}")))
        for at, one in enumerate(others)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in found if one is not None]) == 1
    for one in others:
        one.engine.dispose()


def test_the_oldest_job_comes_first(database: Database) -> None:
    first = queue(database, number=1)
    queue(database, number=2)
    found = claim(database)
    assert found is not None
    assert found.id == first.id


def test_an_abandoned_job_is_taken_up_again_and_its_old_owner_is_told(database: Database) -> None:
    made = queue(database)
    claim(database, "first")
    assert claim(database, "second") is None
    abandon(database)
    again = claim(database, "second")
    assert again is not None
    assert (again.id, again.attempts) == (made.id, 2)
    with pytest.raises(LeaseLostError, match=made.id), database.writing() as connection:
        Jobs(connection).finish(made.id, "first", {})


def test_a_job_that_is_always_abandoned_fails(database: Database) -> None:
    made = queue(database)
    for _ in range(3):
        assert claim(database) is not None
        abandon(database)
    assert claim(database) is None
    with database.reading() as connection:
        found = Jobs(connection).get(made.id)
    assert found.state == "failed"
    assert "3 times" in str(found.error)


def test_a_failed_job_says_why_and_the_latest_come_first(database: Database) -> None:
    first, second = queue(database, number=1), queue(database, number=2)
    claim(database)
    with database.writing() as connection:
        Jobs(connection).fail(first.id, "me", "no article")
    with database.reading() as connection:
        found = Jobs(connection).latest("retrain")
    assert [one.id for one in found] == [second.id, first.id]
    assert (found[1].state, found[1].error) == ("failed", "no article")


def test_a_job_that_is_not_there_is_named(database: Database) -> None:
    with pytest.raises(ArchiveError, match="'nope'"), database.reading() as connection:
        Jobs(connection).get("nope")


def test_the_clock_is_the_databases_and_goes_on(database: Database) -> None:
    with database.writing() as connection:
        first = clock.now(connection)
        connection.execute(text("SELECT 1"))
        later = clock.now(connection)
    assert first.utcoffset() == timedelta(0)
    assert timedelta(0) <= later - first < jobs.LEASE


def test_a_reply_is_given_again_to_its_owner_alone(database: Database) -> None:
    with database.writing() as connection:
        mine = Replies(connection, "k1")
        assert mine.recall("key", "d1") is None
        mine.remember("key", "d1", Reply(201, "{}"))
    with database.writing() as connection:
        assert Replies(connection, "k1").recall("key", "d1") == Reply(201, "{}")
        assert Replies(connection, "k2").recall("key", "d1") is None


def test_a_key_with_another_request_is_refused(database: Database) -> None:
    with database.writing() as connection:
        Replies(connection, "k1").remember("key", "d1", Reply(201, "{}"))
    with pytest.raises(KeyReusedError, match="'key'"), database.writing() as connection:
        Replies(connection, "k1").recall("key", "d2")


def test_a_reply_is_forgotten_after_a_day(database: Database) -> None:
    with database.writing() as connection:
        Replies(connection, "k1").remember("key", "d1", Reply(201, "{}"))
        past = clock.now(connection) - timedelta(days=1, seconds=1)
        connection.execute(update(replies).values(at=past))
    with database.writing() as connection:
        assert Replies(connection, "k1").recall("key", "d2") is None


def test_a_job_that_is_let_go_waits_again_and_does_not_count(database: Database) -> None:
    made = queue(database)
    for _ in range(5):
        assert claim(database) is not None
        with database.writing() as connection:
            Jobs(connection).release(made.id, "me", counts=False)
            found = Jobs(connection).get(made.id)
        assert (found.state, found.owner, found.attempts) == ("queued", None, 0)


def test_a_job_whose_process_died_three_times_has_failed(database: Database) -> None:
    made = queue(database)
    states = []
    for _ in range(3):
        assert claim(database) is not None
        with database.writing() as connection:
            Jobs(connection).release(made.id, "me", counts=True)
            found = Jobs(connection).get(made.id)
        states.append(found.state)
    assert states == ["queued", "queued", "failed"]
    assert found.error is not None
    assert found.finished is not None


def test_only_the_owner_lets_a_job_go(database: Database) -> None:
    made = queue(database)
    claim(database)
    with pytest.raises(LeaseLostError), database.writing() as connection:
        Jobs(connection).release(made.id, "you", counts=False)


def test_a_job_is_taken_by_name_or_not_at_all(database: Database) -> None:
    queue(database)
    later = queue(database, preset="fast")
    with database.writing() as connection:
        found = Jobs(connection).claim("retrain", "me", later.id)
    assert found is not None
    assert found.id == later.id
    with database.writing() as connection:
        assert Jobs(connection).claim("retrain", "you", "no such job") is None


def test_what_could_be_taken_is_told_without_taking_it(database: Database) -> None:
    def looked() -> tuple[Job | None, Job | None]:
        with database.reading() as connection:
            return Jobs(connection).due("retrain"), Jobs(connection).running("retrain")

    assert looked() == (None, None)
    made = queue(database)
    assert looked() == (made, None)
    running = claim(database)
    assert looked() == (None, running)
    abandon(database)
    due, none = looked()
    assert due is not None
    assert (due.id, none) == (made.id, None)


def test_an_unknown_job_is_said_to_be(database: Database) -> None:
    with pytest.raises(NoJobError, match="no job 'x'"), database.reading() as connection:
        Jobs(connection).get("x")


def test_changes_of_labels_are_counted_from_one_of_them_on(database: Database) -> None:
    with database.writing() as connection:
        assert (news.newest(connection), news.since(connection, 0, 5)) == (0, 0)
        assert news.changed(connection) is None
        store = Store(connection)
        store.add([labelled(1, "a", "One.", ["trade"]), labelled(2, "b", "Two.", ["travel"])])
        seen = news.newest(connection)
        assert news.since(connection, 0, 5) == 2
        assert news.since(connection, 0, 1) == 1
        store.label("s1", {"trade": None, "sport": False}, Author("editor"))
        assert news.since(connection, seen, 5) == 2
        before = news.changed(connection)
        store.add([labelled(3, "c", "About nothing.", [])])
        assert news.since(connection, seen, 5) == 2
        assert (news.changed(connection) or "") > (before or "")
