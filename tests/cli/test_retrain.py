"""``copytaster retrain`` and ``copytaster work`` in processes of their own."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from copytaster.archive.decisions import Decision, Decisions
from copytaster.archive.store import Store
from copytaster.archive.tables import articles
from tests import newsroom as newsrooms
from tests.newsroom import Newsroom, wait_until


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    """A newsroom that no test changes."""
    return newsrooms.found(tmp_path_factory.mktemp("original") / "home")


@pytest.fixture
def newsroom(original: Newsroom, tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom of one's own."""
    made = newsrooms.copied(original, tmp_path / "home")
    yield made
    made.close()


def run(newsroom: Newsroom, *arguments: str, **environ: str) -> tuple[int, str]:
    """Run ``copytaster``; return its exit status and what it said."""
    process = newsroom.start(*arguments, **environ)
    said, _ = process.communicate(timeout=120)
    return process.returncode, said.decode()


def test_a_retraining_promotes_and_the_next_has_nothing_to_do(newsroom: Newsroom) -> None:
    before = newsroom.registry.champion()
    status, said = run(newsroom, "retrain", "--jobs", "1")
    assert status == 0, said
    champion = newsroom.registry.champion()
    assert champion != before
    assert f"{champion} may be promoted." in said
    (job,) = newsroom.jobs()
    assert (job.state, job.result and job.result["champion"]) == ("done", champion)
    status, said = run(newsroom, "retrain")
    assert (status, newsroom.registry.champion()) == (4, champion)
    assert "Nothing new: nothing has changed" in said


def test_a_forgotten_article_is_something_new(newsroom: Newsroom) -> None:
    run(newsroom, "retrain", "--jobs", "1")
    assert "nothing has changed" in run(newsroom, "retrain")[1]
    status, said = run(newsroom, "archive", "forget", "--article", "trade-7")
    assert (status, "the article, 1 labels" in said) == (0, True), said
    assert "nothing has changed" not in run(newsroom, "retrain")[1]


def test_the_worker_drops_what_was_kept_for_long_enough(newsroom: Newsroom) -> None:
    with newsroom.archive.writing() as connection:
        past = datetime.now(UTC) - timedelta(days=20)
        connection.execute(update(articles).values(added=past))
        made = Decision("a1", "d", "v1", {}, past)
        Decisions(connection).keep([made.row(90)] * 1500)
    process = newsroom.start(
        "work", COPYTASTER_KEEP_DECISIONS="10", COPYTASTER_KEEP_TEXTS="10", PYTHONUNBUFFERED="1"
    )
    try:
        wait_until(lambda: kept(newsroom) == (0, 0))
    finally:
        process.terminate()
        said, _ = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, b"")


def kept(newsroom: Newsroom) -> tuple[int, int]:
    """Return how many decisions and whole texts there are."""
    with newsroom.archive.reading() as connection:
        whole = sum(one.whole for one in Store(connection).each())
        return Decisions(connection).count()[0], whole


def test_a_refusal_has_its_own_status(original: Newsroom, tmp_path: Path) -> None:
    few = Newsroom(tmp_path / "home")
    shutil.copytree(original.models, few.models)
    few.add(newsrooms.articles(50))
    status, said = run(few, "retrain")
    assert (status, "Too few new articles" in said) == (3, True), said
    assert (few.jobs()[0].result or {})["outcome"] == "too few"
    few.close()


def test_what_cannot_be_done_is_said_by_the_command_and_by_the_job(newsroom: Newsroom) -> None:
    status, said = run(newsroom, "retrain", COPYTASTER_MODEL_KEY="other")
    (job,) = newsroom.jobs()
    assert status == 1
    assert "is not signed" in said
    assert job.state == "failed"
    assert "is not signed" in (job.error or "")


def test_of_two_at_once_one_runs_and_the_other_says_so_or_waits(newsroom: Newsroom) -> None:
    first = newsroom.start("retrain", "--jobs", "1")
    wait_until(lambda: any(job.state == "running" for job in newsroom.jobs()))
    waiting = newsroom.start("retrain", "--jobs", "1", "--wait")
    status, said = run(newsroom, "retrain")
    if status != 4:  # it was quick, and the others were slow
        assert status == 1
        assert "another retraining runs" in said
    assert (first.wait(120), waiting.wait(120)) == (0, 4)
    for process in (first, waiting):
        process.communicate()
    done = [(job.result or {})["outcome"] for job in newsroom.jobs() if job.state == "done"]
    assert done.count("promoted") == 1


def test_a_killed_retraining_leaves_nothing_and_can_be_run_again(newsroom: Newsroom) -> None:
    before, versions = newsroom.registry.champion(), newsroom.registry.versions()
    process = newsroom.start("retrain", "--jobs", "1")
    wait_until(newsroom.left)
    process.kill()
    process.communicate()
    assert (newsroom.registry.champion(), newsroom.registry.versions()) == (before, versions)
    assert newsroom.jobs()[0].state == "running"
    status, said = run(newsroom, "retrain", "--jobs", "1")
    assert status == 0, said
    assert newsroom.left() == []
    assert len(newsroom.registry.versions()) == len(versions) + 1
    (job,) = newsroom.jobs()
    assert (job.state, job.attempts) == ("done", 2)


def test_one_that_is_interrupted_says_so(newsroom: Newsroom) -> None:
    process = newsroom.start("retrain", "--jobs", "1")
    wait_until(newsroom.left)
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1, said
    (job,) = newsroom.jobs()
    assert (job.state, job.error) == ("failed", "it was stopped")
    assert newsroom.left() == []


def test_a_worker_does_what_waits_and_survives_a_job_that_is_killed(newsroom: Newsroom) -> None:
    worker = newsroom.start("work")
    newsroom.ask()
    wait_until(newsroom.left)
    owner = newsroom.jobs()[0].owner or ""
    os.kill(int(owner.rpartition(":")[2]), signal.SIGKILL)
    wait_until(lambda: newsroom.jobs()[0].state == "done")
    assert newsroom.jobs()[0].attempts == 2
    assert worker.poll() is None
    worker.terminate()
    said, _ = worker.communicate(timeout=60)
    assert (worker.returncode, b"status -9" in said) == (0, True), said


def test_a_worker_that_ends_gives_its_job_back(newsroom: Newsroom) -> None:
    worker = newsroom.start("work")
    newsroom.ask()
    wait_until(newsroom.left)
    worker.terminate()
    worker.communicate(timeout=60)
    (job,) = newsroom.jobs()
    assert (job.state, job.attempts) == ("queued", 0)
    assert newsroom.left() == []


def test_a_worker_asks_for_a_retraining_after_so_many_labels(newsroom: Newsroom) -> None:
    worker = newsroom.start("work", COPYTASTER_RETRAIN_AFTER="100")
    wait_until(lambda: any(job.state == "done" for job in newsroom.jobs()))
    (job,) = newsroom.jobs()
    assert (job.by, (job.result or {})["outcome"]) == ("100 changed labels", "promoted")
    worker.terminate()
    worker.communicate(timeout=60)


def test_a_worker_outlives_its_database(newsroom: Newsroom) -> None:
    database, away = newsroom.home / "archive.db", newsroom.home / "away.db"
    newsroom.close()
    database.rename(away)
    database.write_bytes(b"no database" * 100)
    worker = newsroom.start("work")
    line = worker.stdout.readline() if worker.stdout else b""
    assert b"archive" in line
    away.rename(database)
    newsroom.ask(preset="fast")
    wait_until(lambda: newsroom.jobs()[0].state == "done")
    worker.terminate()
    worker.communicate(timeout=60)


def test_a_worker_without_an_archive_makes_none(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "home")
    newsroom.home.mkdir(exist_ok=True)
    worker = newsroom.start("work", COPYTASTER_RETRAIN_AFTER="1")
    with pytest.raises(subprocess.TimeoutExpired):
        worker.wait(3)
    worker.terminate()
    said, _ = worker.communicate(timeout=60)
    assert (worker.returncode, said) == (0, b"")
    assert list(newsroom.home.iterdir()) == []
