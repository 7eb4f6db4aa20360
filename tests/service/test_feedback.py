"""Labelled articles and editors' decisions over HTTP, in SQLite and in PostgreSQL."""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copytaster.archive.database import Database
from copytaster.archive.store import Store
from copytaster.model.tagger import Tagger
from copytaster.service.app import create_app
from copytaster.service.settings import Settings
from tests.service.running import serving

NDJSON = "application/x-ndjson"
ARTICLE = {"id": "a1", "headline": "Tariff", "text": "A tariff on steel.", "topics": ["trade"]}


@pytest.fixture
def client(small_tagger: Tagger, url: str) -> Iterator[FlaskClient]:
    """A client of a service over an empty archive."""
    app = create_app(small_tagger, Settings(database_url=url))
    yield app.test_client()
    app.extensions["teaching"].close()


def stored(url: str) -> dict[str, tuple[set[str], set[str]]]:
    """Return yes and no of every article in the archive."""
    database = Database(url)
    with database.reading() as connection:
        found = {one.id: (set(one.yes), set(one.no)) for one in Store(connection).each()}
    database.engine.dispose()
    return found


def test_an_article_is_stored_and_given_back(client: FlaskClient) -> None:
    reply = client.post("/articles", json={**ARTICLE, "published": "2026-11-21T09:30:00Z"})
    assert (reply.status_code, reply.get_json()) == (
        201,
        {"id": "a1", "result": "new", "labels": 1},
    )
    found = client.get("/v1/articles/a1").get_json()
    assert found["text"] == "A tariff on steel."
    assert found["published"] == "2026-11-21T09:30:00Z"
    assert (found["yes"], found["no"], found["complete"]) == (["trade"], [], True)


def test_storing_again_changes_nothing_and_says_so(client: FlaskClient) -> None:
    client.post("/articles", json=ARTICLE)
    reply = client.post("/articles", json=ARTICLE)
    assert (reply.status_code, reply.get_json()["result"]) == (200, "same")


def test_an_editors_yes_and_no_are_set_and_withdrawn(client: FlaskClient) -> None:
    client.post("/articles", json=ARTICLE)
    said = {"yes": ["travel"], "no": ["trade"], "editor": "desk-7", "model": "v1"}
    for _ in range(2):
        reply = client.put("/articles/a1/labels", json=said)
        assert reply.status_code == 200
        assert reply.get_json() == {"id": "a1", "yes": ["travel"], "no": ["trade"]}
    reply = client.put("/articles/a1/labels", json={"withdraw": ["trade"]})
    assert reply.get_json() == {"id": "a1", "yes": ["travel"], "no": []}


def test_an_identifier_may_hold_slashes_and_colons(client: FlaskClient) -> None:
    name = "urn:newsml:example.com:2026/11/21#a b"
    client.post("/articles", json={**ARTICLE, "id": name})
    path = "/articles/urn:newsml:example.com:2026%2F11%2F21%23a%20b/labels"
    assert client.put(path, json={"yes": ["sport"]}).get_json()["id"] == name


def test_an_unknown_topic_is_422_and_names_those_near(client: FlaskClient) -> None:
    reply = client.post("/articles", json={**ARTICLE, "topics": ["trad"]})
    assert reply.status_code == 422
    assert reply.get_json()["errors"] == [
        {"field": "topics", "problem": "unknown topic 'trad'; did you mean trade or travel?"}
    ]
    client.post("/articles", json=ARTICLE)
    reply = client.put("/articles/a1/labels", json={"no": ["zzz"]})
    assert reply.status_code == 422
    assert "it is not in the taxonomy" in reply.get_json()["detail"]


@pytest.mark.parametrize(
    ("path", "sent", "status", "detail"),
    [
        ("/articles", {"topics": ["trade"]}, 422, "text and headline are both blank"),
        ("/articles", {**ARTICLE, "not_topics": ["trade"]}, 422, "'trade' is in topics and in"),
        ("/articles", {**ARTICLE, "id": "x" * 600}, 422, "id: has 600 characters"),
        ("/articles", {**ARTICLE, "topics": "trade"}, 400, "topics: "),
        ("/articles/a1/labels", {"yes": ["trade"], "no": ["trade"]}, 422, "in two lists"),
        ("/articles/a1/labels", {"yess": ["trade"]}, 400, "yess: "),
        ("/articles/a9/labels", {"yes": ["trade"]}, 404, "no article 'a9'"),
    ],
)
def test_what_cannot_be_stored_is_named(
    client: FlaskClient, path: str, sent: dict[str, Any], status: int, detail: str
) -> None:
    client.post("/articles", json=ARTICLE)
    send = client.put if path.endswith("labels") else client.post
    reply = send(path, json=sent)
    assert (reply.status_code, reply.mimetype) == (status, "application/problem+json")
    assert detail in reply.get_json()["detail"]


def test_a_key_gets_the_same_reply_again(client: FlaskClient) -> None:
    key = {"Idempotency-Key": "k1"}
    first = client.post("/articles", json=ARTICLE, headers=key)
    again = client.post("/articles", json=ARTICLE, headers=key)
    assert (first.status_code, first.data) == (again.status_code, again.data)
    assert first.get_json()["result"] == "new"


def test_a_key_with_another_request_is_422(client: FlaskClient) -> None:
    key = {"Idempotency-Key": "k1"}
    client.post("/articles", json=ARTICLE, headers=key)
    for path in ("/articles", "/v1/articles"):
        reply = client.post(path, json={**ARTICLE, "text": "Another text."}, headers=key)
        assert reply.status_code == 422
        assert "use a new one" in reply.get_json()["detail"]


def test_a_key_of_a_request_that_failed_can_be_used_again(client: FlaskClient) -> None:
    key = {"Idempotency-Key": "k1"}
    said = {"yes": ["trade"]}
    assert client.put("/articles/a1/labels", json=said, headers=key).status_code == 404
    client.post("/articles", json=ARTICLE)
    assert client.put("/articles/a1/labels", json=said, headers=key).status_code == 200


def test_a_stream_is_stored_line_by_line(client: FlaskClient, url: str) -> None:
    lines = [
        json.dumps({**ARTICLE, "id": "a1"}),
        "{",
        json.dumps({**ARTICLE, "id": "a2", "topics": ["nope"]}),
        json.dumps({"text": "No identifier, no label."}),
    ]
    reply = client.post("/articles", data="\n".join(lines), content_type=NDJSON)
    found = [json.loads(line) for line in reply.data.splitlines()]
    assert (found[0]["id"], found[0]["result"]) == ("a1", "new")
    assert (found[1]["line"], found[1]["status"]) == (2, 400)
    assert (found[2]["line"], found[2]["status"]) == (3, 422)
    assert found[3]["id"].startswith("sha256:")
    assert stored(url) == {"a1": ({"trade"}, set()), found[3]["id"]: (set(), set())}


def test_a_stream_with_a_key_is_answered_the_same_again(client: FlaskClient) -> None:
    lines = "\n".join(json.dumps({**ARTICLE, "id": f"a{n}"}) for n in range(600))
    replies = [
        client.post("/articles", data=lines, content_type=NDJSON, headers={"Idempotency-Key": "k1"})
        for _ in range(2)
    ]
    assert replies[0].data == replies[1].data
    assert replies[0].data.count(b'"new"') == 600
    assert replies[0].mimetype == replies[1].mimetype == NDJSON


def test_without_an_archive_feedback_is_503_and_tagging_goes_on(small_tagger: Tagger) -> None:
    client = create_app(small_tagger).test_client()
    assert client.post("/articles", json=ARTICLE).status_code == 503
    assert client.post("/tag", json={"text": "A tariff"}).status_code == 200


def test_with_the_database_down_feedback_is_503_and_tagging_goes_on(small_tagger: Tagger) -> None:
    url = "postgresql+psycopg://root@127.0.0.1:9/none"
    client = create_app(small_tagger, Settings(database_url=url)).test_client()
    line = json.dumps(ARTICLE)
    for reply in (
        client.post("/articles", json=ARTICLE),
        client.put("/articles/a1/labels", json={"yes": ["trade"]}),
        client.get("/articles/a1"),
        client.post("/articles", data=line, content_type=NDJSON),
    ):
        assert reply.status_code == 503
        assert int(reply.headers["Retry-After"]) >= 1
        assert "send it again" in reply.get_json()["detail"]
        assert "127.0.0.1" not in reply.text
    assert client.post("/tag", json={"text": "A tariff"}).status_code == 200


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["trade", "a1"]),
        lambda parts: (
            st.lists(parts)
            | st.dictionaries(
                st.sampled_from(["id", "text", "headline", "topics", "yes", "no", "complete"]),
                parts,
            )
        ),
    )
)
def test_whatever_is_sent_no_answer_is_a_fault_of_ours(client: FlaskClient, sent: object) -> None:
    for send, path in ((client.post, "/articles"), (client.put, "/articles/a1/labels")):
        assert send(path, data=json.dumps(sent), content_type="application/json").status_code < 500


def test_what_was_acknowledged_survives_kill_9(small_models: Path, url: str) -> None:
    acknowledged = []
    for turn in range(6):
        with serving(small_models, COPYTASTER_DATABASE_URL=url) as running:
            sent = {**ARTICLE, "id": f"a{turn}"}
            status, _ = running.post("/articles", json.dumps(sent).encode())
            assert status == 201
            _kill_all(running.process)
            acknowledged.append(f"a{turn}")
    assert set(stored(url)) >= set(acknowledged)


def test_clients_side_by_side_lose_nothing(small_models: Path, url: str) -> None:
    def send(client: int, post: Callable[[str, bytes], tuple[int, bytes]]) -> None:
        for number in range(10):
            sent = {**ARTICLE, "id": f"c{client}-{number}"}
            statuses.append(post("/articles", json.dumps(sent).encode())[0])

    statuses: list[int] = []
    with serving(small_models, COPYTASTER_DATABASE_URL=url) as running:
        threads = [threading.Thread(target=send, args=(at, running.post)) for at in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == [201] * 80
    assert len(stored(url)) == 80


def _kill_all(process: subprocess.Popen[bytes]) -> None:
    """Kill the service and its workers at once."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for pid in (process.pid, *map(int, children)):
        os.kill(pid, signal.SIGKILL)


def test_a_retry_after_an_article_was_forgotten_stores_it_again(
    client: FlaskClient, url: str
) -> None:
    headers = {"Idempotency-Key": "k1"}
    assert client.post("/articles", json=ARTICLE, headers=headers).status_code == 201
    other: dict[str, Any] = {"json": {**ARTICLE, "id": "a11"}, "headers": {"Idempotency-Key": "k2"}}
    assert client.post("/articles", **other).status_code == 201
    assert client.delete("/articles/a1").get_json()["articles"] == 1
    assert client.post("/articles", **other).status_code == 201
    assert set(stored(url)) == {"a11"}
    assert client.post("/articles", json=ARTICLE, headers=headers).status_code == 201
    assert set(stored(url)) == {"a1", "a11"}
