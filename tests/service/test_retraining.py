"""Retraining over HTTP, by the worker beside the service."""

import json
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from copytaster.archive.jobs import Jobs
from copytaster.archive.order import RETRAIN
from copytaster.model.tagger import Tagger
from copytaster.service.app import create_app
from copytaster.service.retraining import JobReply
from copytaster.service.settings import Settings
from tests import newsroom as newsrooms
from tests.newsroom import Newsroom, wait_until
from tests.service.running import Running, serving


@pytest.fixture
def client(small_tagger: Tagger, url: str) -> Iterator[FlaskClient]:
    """A client of a service over an empty archive."""
    app = create_app(small_tagger, Settings(database_url=url))
    yield app.test_client()
    app.extensions["teaching"].close()


def test_a_retraining_is_queued_once_and_found_under_its_location(client: FlaskClient) -> None:
    reply = client.post("/retrain", json={"preset": "fast", "promote": False})
    assert reply.status_code == 202
    job = reply.get_json()
    assert (job["state"], job["share"], job["seconds_left"]) == ("queued", 0, None)
    assert job["request"] == {"preset": "fast", "promote": False}
    assert client.get(reply.headers["Location"]).get_json() == job
    again = client.post("/v1/retrain", json={"preset": "fast", "promote": False})
    assert again.headers["Location"] == f"/v1/jobs/{job['id']}"
    assert client.get("/v1/jobs?limit=1").get_json() == {"jobs": [job]}
    assert client.post("/retrain").get_json()["id"] != job["id"]
    assert len(client.get("/jobs").get_json()["jobs"]) == 2


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"preset": "slow"}, "preset"),
        ({"dance": True}, "dance"),
        ({"margin": 1}, "margin"),
        ({"topics": []}, "topics"),
        ({"freeze": "trade"}, "freeze"),
        ([], "body"),
    ],
)
def test_what_cannot_be_asked_is_named(client: FlaskClient, sent: object, field: str) -> None:
    reply = client.post("/retrain", json=sent)
    assert (reply.status_code, reply.get_json()["errors"][0]["field"]) == (400, field)
    assert client.get("/jobs").get_json() == {"jobs": []}


def test_topics_are_asked_for_as_what_they_are_whatever_their_order(client: FlaskClient) -> None:
    reply = client.post("/retrain", json={"topics": ["travel", "trade", "travel"]})
    assert (reply.status_code, reply.get_json()["request"]) == (
        202,
        {"topics": ["trade", "travel"]},
    )
    again = client.post("/retrain", json={"topics": ["trade", "travel"]})
    assert again.get_json()["id"] == reply.get_json()["id"]
    other = client.post("/retrain", json={"freeze": ["sport"]}).get_json()
    assert other["request"] == {"freeze": ["sport"]}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"topics": ["trad"]}, "unknown topic 'trad'; did you mean trade"),
        ({"freeze": ["sport", "trade", "travel"]}, "freeze names every topic"),
        ({"topics": ["trade"], "freeze": ["sport"]}, "topics and freeze exclude each other"),
        ({"topics": ["trade"], "preset": "fast"}, "a preset is for all topics"),
    ],
)
def test_topics_that_cannot_be_cut_are_a_problem_before_there_is_a_job(
    client: FlaskClient, sent: object, said: str
) -> None:
    reply = client.post("/retrain", json=sent)
    assert (reply.status_code, said in reply.get_json()["detail"]) == (422, True)
    assert client.get("/jobs").get_json() == {"jobs": []}


def test_an_unknown_job_and_a_wrong_limit_are_problems(client: FlaskClient) -> None:
    assert client.get("/jobs/x").status_code == 404
    assert "no job 'x'" in client.get("/jobs/x").get_json()["detail"]
    assert client.get("/jobs?limit=0").status_code == 400


def test_without_its_database_a_retraining_is_asked_for_later(
    small_tagger: Tagger, tmp_path: Path
) -> None:
    (tmp_path / "archive.db").mkdir()
    app = create_app(small_tagger, Settings(database_url=f"sqlite:///{tmp_path / 'archive.db'}"))
    reply = app.test_client().post("/retrain")
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "1")
    app.extensions["teaching"].close()


def test_the_time_left_follows_from_the_share_done(client: FlaskClient) -> None:
    client.post("/retrain")
    with client.application.extensions["teaching"].archive.writing() as connection:
        jobs = Jobs(connection)
        found = jobs.claim(RETRAIN, "me")
        assert found is not None
        assert found.started is not None
        jobs.tell(found.id, "me", "fitting", 250, 1000)
        job = jobs.get(found.id)
    reply = JobReply.of(job, found.started + timedelta(seconds=10))
    assert (reply.stage, reply.share, reply.seconds_left) == ("fitting", 0.25, 30)
    assert JobReply.of(job, datetime.now(UTC)).share == 0.25


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


def job(running: Running, path: str) -> dict[str, Any]:
    status, body = running.get(path)
    assert status == 200, body
    return dict(json.loads(body))


def workers(pid: int) -> list[int]:
    """Return the processes that look after the queue for the service *pid*."""
    mine = f"--beside\0{pid}\0".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes().endswith(mine):
                found.append(int(path.parent.name))
        except OSError:
            continue  # it has ended meanwhile
    return found


def test_what_is_asked_for_is_done_beside_the_service(newsroom: Newsroom) -> None:
    before = newsroom.registry.champion()
    with serving(newsroom.models, COPYTASTER_WORKER="1", COPYTASTER_WORKERS="1") as running:
        status, body = running.post("/retrain", b"")
        assert status == 202, body
        path = f"/jobs/{json.loads(body)['id']}"
        shares: list[float] = []
        while (found := job(running, path))["state"] in {"queued", "running"}:
            shares.append(found["share"])
            assert len(shares) < 600
            time.sleep(0.2)
        assert (found["state"], found["share"], found["error"]) == ("done", 1, None)
        assert found["result"]["outcome"] == "promoted"
        assert found["result"]["verdict"]["promote"]
        assert newsroom.registry.champion() == found["result"]["champion"] != before
        assert shares == sorted(shares)


def test_a_worker_that_dies_is_replaced_and_ends_with_the_service(newsroom: Newsroom) -> None:
    if not Path("/proc/self/cmdline").exists():
        pytest.skip("this system has no /proc to look into")
    with serving(newsroom.models, COPYTASTER_WORKER="1", COPYTASTER_WORKERS="1") as running:
        service = running.process.pid
        wait_until(lambda: workers(service))
        (first,) = workers(service)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: set(workers(service)) - {first})
    assert workers(service) == []


def test_a_worker_ends_when_the_service_is_killed(newsroom: Newsroom) -> None:
    if not Path("/proc/self/cmdline").exists():
        pytest.skip("this system has no /proc to look into")
    with serving(newsroom.models, COPYTASTER_WORKER="1", COPYTASTER_WORKERS="1") as running:
        service = running.process.pid
        wait_until(lambda: workers(service))
        newsroom.ask()
        wait_until(newsroom.left)
        running.process.kill()
        running.process.wait()
        wait_until(lambda: not workers(service))
        # It waits again, unless it was done within that second.
        wait_until(lambda: newsroom.jobs()[0].state in {"queued", "done"})
    assert newsroom.left() == []
