"""What the service serves is kept where the operator wants that, and tagging never waits for it."""

import json
import logging
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from copytaster.archive import kept
from copytaster.archive.archive import Archive
from copytaster.archive.decisions import Decision, Decisions
from copytaster.model.tagger import Tagger
from copytaster.service.app import RECORDER, create_app
from copytaster.service.live import Live
from copytaster.service.metrics import DECISIONS_DROPPED, DECISIONS_KEPT, Metrics
from copytaster.service.recorder import Recorder
from copytaster.service.replier import Replier
from copytaster.service.schemas import ArticleRequest
from copytaster.service.settings import Settings
from tests.service.running import serving
from tests.service.test_metrics import samples

NDJSON = "application/x-ndjson"


def decisions(url: str) -> list[Decision]:
    """Return what was kept."""
    archive = Archive(url)
    with archive.reading() as connection:
        found = list(Decisions(connection).each())
    archive.database.engine.dispose()
    return found


def wait_until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def app(small_tagger: Tagger, url: str) -> Iterator[Flask]:
    """An application that keeps what it serves."""
    made = create_app(small_tagger, Settings(database_url=url, keep_decisions=30))
    yield made
    made.extensions[RECORDER].close(10)
    made.extensions["teaching"].close()


def kept_by(app: Flask, url: str) -> list[Decision]:
    """Return what was kept, once nothing waits any more."""
    app.extensions[RECORDER].close(10)
    return decisions(url)


def test_all_that_is_served_is_kept_whichever_way_it_came(app: Flask, url: str) -> None:
    client = app.test_client()
    article = {"id": "a1", "headline": "Tariff", "text": "A tariff on steel."}
    replies = [
        client.post("/tag", json=article),
        client.post("/v1/tag?explain=1", json={**article, "id": 7}),
        client.post("/tag", data="A tariff on steel.", content_type="text/plain"),
    ]
    lines = "\n".join(json.dumps({**article, "id": f"s{n}"}) for n in range(70)) + "\n{"
    stream = client.post("/tag", data=lines, content_type=NDJSON)
    said = [reply.get_json() for reply in replies]
    said += [json.loads(line) for line in stream.data.splitlines()[:-1]]
    found = kept_by(app, url)
    assert [one.article for one in found] == ["a1", "7", None, *(f"s{n}" for n in range(70))]
    for one, reply in zip(found, said, strict=True):
        tags = {tag["topic"]: (tag["confidence"], tag["tier"]) for tag in reply["tags"]}
        assert (one.model, one.tags) == (reply["model"], tags)
        assert tags
    assert found[0].digest == kept.digest("Tariff", "A tariff on steel.")
    assert found[2].digest == kept.digest("", "A tariff on steel.")


def test_a_topic_that_is_no_tag_is_not_kept_and_an_error_neither(app: Flask, url: str) -> None:
    client = app.test_client()
    reply = client.post("/tag?all=1", json={"id": "a1", "text": "The hotel"}).get_json()
    assert client.post("/tag", json={"id": "a2"}).status_code == 400
    (found,) = kept_by(app, url)
    assert set(found.tags) == {tag["topic"] for tag in reply["tags"] if tag["tier"]}
    assert len(found.tags) < len(reply["tags"])


def test_metrics_say_how_many_were_kept(app: Flask, url: str) -> None:
    client = app.test_client()
    for _ in range(3):
        client.post("/tag", json={"text": "A tariff"})
    assert len(kept_by(app, url)) == 3
    client.post("/tag", json={"text": "A tariff"})  # after the end
    found = samples(client.get("/metrics").text)
    assert found["copytaster_decisions_kept_total"] == 3
    assert found["copytaster_decisions_dropped_total"] == 1


def test_without_the_setting_the_way_is_the_one_that_was(small_tagger: Tagger, url: str) -> None:
    for settings in (Settings(database_url=url), Settings(keep_decisions=30)):
        made = create_app(small_tagger, settings)
        assert made.extensions[RECORDER] is None
    assert type(Live(small_tagger, Metrics(1)).now.replier) is Replier


def test_labels_are_of_the_model_that_was_served_unless_they_say(app: Flask, url: str) -> None:
    client: FlaskClient = app.test_client()
    article = {"id": "a1", "text": "A tariff on steel."}
    version = client.post("/tag", json=article).get_json()["model"]
    kept_by(app, url)
    client.post("/articles", json={**article, "topics": ["trade"]})
    client.put("/articles/a1/labels", json={"yes": ["sport"]})
    client.put("/articles/a1/labels", json={"yes": ["travel"], "model": "v9"})
    archive = Archive(url)
    with archive.reading() as connection:
        rows = connection.exec_driver_sql("SELECT topic, model FROM labels ORDER BY topic").all()
    archive.database.engine.dispose()
    assert [tuple(row) for row in rows] == [
        ("sport", version),
        ("trade", version),
        ("travel", "v9"),
    ]


def test_with_the_database_down_tags_come_and_what_finds_no_room_is_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = tmp_path / "home"
    metrics = Metrics(1)
    made = Recorder(
        Archive(f"sqlite:///{home / 'archive.db'}"), 30, metrics, most=10, every=0.02, later=0.02
    )
    shutil.rmtree(home)
    caplog.set_level(logging.WARNING)
    reply = b'{"id":"a1","model":"v1","tags":[]}'
    for _ in range(25):
        made.offer([ArticleRequest(text="A tariff")], [reply])
    wait_until(lambda: caplog.messages)
    assert metrics.totals()[DECISIONS_DROPPED] == 15
    home.mkdir()
    wait_until(lambda: metrics.totals()[DECISIONS_KEPT] == 10)
    wait_until(lambda: len(caplog.messages) == 2)
    for _ in range(5):
        made.offer([ArticleRequest(text="A tariff")], [reply])
    made.close(10)
    assert len(decisions(f"sqlite:///{home / 'archive.db'}")) == 15
    first, second = caplog.messages
    assert "wait in memory, 10 at most" in first
    assert second == "decisions are kept again; 15 found no room meanwhile"


def test_a_database_that_never_answers_does_not_hold_up_the_end(
    small_tagger: Tagger, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    url = "postgresql+psycopg://root@127.0.0.1:9/none"
    app = create_app(small_tagger, Settings(database_url=url, keep_decisions=30))
    client = app.test_client()
    assert client.post("/tag", json={"text": "A tariff"}).status_code == 200
    app.extensions[RECORDER].close(10)
    assert "1 decisions were lost at the end" in caplog.text
    assert "copytaster_decisions_dropped_total 1" in client.get("/metrics").text


def test_what_a_reply_holds_that_cannot_be_read_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"sqlite:///{tmp_path / 'archive.db'}"
    metrics = Metrics(1)
    made = Recorder(Archive(url), 30, metrics, every=0.02, later=0.02)
    made.offer([ArticleRequest(text="A tariff")], [b"nonsense"])
    wait_until(lambda: metrics.totals()[DECISIONS_DROPPED] == 1)
    made.offer([ArticleRequest(text="A tariff \x00")], [b'{"id":"a","model":"v","tags":[]}'])
    made.close(10)
    assert [one.article for one in decisions(url)] == ["a"]
    assert "some are dropped" in caplog.text


def test_sigterm_and_sighup_write_what_waits(small_models: Path, url: str) -> None:
    body = json.dumps({"id": "a1", "text": "A tariff on steel."}).encode()
    with serving(
        small_models, COPYTASTER_DATABASE_URL=url, COPYTASTER_KEEP_DECISIONS="30"
    ) as running:
        assert running.post("/tag", body)[0] == 200
        os.kill(running.process.pid, signal.SIGHUP)
        for _ in range(200):
            assert running.post("/tag", body)[0] == 200
        running.process.terminate()
        assert running.process.wait(60) == 0
    assert len(decisions(url)) == 201


def test_a_forgotten_article_is_gone_over_http(app: Flask, url: str) -> None:
    client = app.test_client()
    article = {"id": "a/1", "text": "A tariff on steel.", "topics": ["trade"]}
    client.post("/tag", json=article)
    kept_by(app, url)
    client.post("/articles", json=article)
    reply = client.delete("/articles/a%2F1")
    assert (reply.status_code, reply.get_json()) == (
        200,
        {"id": "a/1", "articles": 1, "labels": 1, "decisions": 1},
    )
    assert client.get("/articles/a%2F1").status_code == 404
    again = client.delete("/v1/articles/a%2F1")
    assert again.get_json() == {"id": "a/1", "articles": 0, "labels": 0, "decisions": 0}
    assert decisions(url) == []
