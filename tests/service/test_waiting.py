"""A topic takes labels from when it is in the newsroom's own file, before any version has it."""

import json
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from copytaster.archive.database import Database
from copytaster.archive.store import Store
from copytaster.model import edits
from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy, Topic
from copytaster.service.app import create_app
from copytaster.service.live import Live
from copytaster.service.metrics import Metrics
from copytaster.service.settings import Settings
from copytaster.service.watch import Watch
from tests.service.running import Running, serving

ARTICLE = {"id": "a1", "text": "Cases of the new virus rise.", "topics": ["pandemic"]}


@pytest.fixture
def models(small_models: Path, tmp_path: Path) -> Path:
    """A models folder of its own, beside which a taxonomy.json may be."""
    return Path(shutil.copytree(small_models, tmp_path / "models"))


@pytest.fixture
def file(models: Path) -> Path:
    """Where the newsroom's own topics are, or would be."""
    return models.parent / "taxonomy.json"


@pytest.fixture
def watch(models: Path, small_folder: Path, file: Path) -> Watch:
    """Looks only when it is told to."""
    live = Live(Tagger.load(models / small_folder.name), Metrics(1))
    return Watch(live, Registry(models), topics=file)


@pytest.fixture
def client(watch: Watch, tmp_path: Path) -> Iterator[FlaskClient]:
    """A client of a service that goes by *watch*."""
    url = f"sqlite:///{tmp_path / 'archive.db'}"
    app = create_app(watch._live, Settings(database_url=url))
    yield app.test_client()
    app.extensions["teaching"].close()


def with_pandemic(taxonomy: Taxonomy) -> Taxonomy:
    """Return *taxonomy* with a topic that nothing is said of."""
    return edits.add(taxonomy, Topic("pandemic", "Pandemic", parent="travel"))


def until(true: Callable[[], bool]) -> None:
    """Wait for something that comes soon."""
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    pytest.fail("it did not come in half a minute")


def ready(server: Running) -> dict[str, str | None]:
    found: dict[str, str | None] = json.loads(server.get("/readyz")[1])
    return found


def test_a_running_service_takes_the_first_labels_of_a_topic_and_outlives_a_broken_file(
    models: Path, file: Path, small_taxonomy: Taxonomy
) -> None:
    sent = json.dumps(ARTICLE).encode()
    url = f"sqlite:///{models.parent / 'archive.db'}"
    with serving(models, COPYTASTER_WORKERS="1", COPYTASTER_DATABASE_URL=url) as server:
        assert server.post("/articles", sent)[0] == 422
        edits.write(with_pandemic(small_taxonomy), file)
        until(lambda: server.post("/articles", sent)[0] == 201)
        labels = json.dumps({"no": ["pandemic"]}).encode()
        said = server.send("PUT", "/articles/a1/labels", labels, "application/json")
        assert (said[0], json.loads(said[1])["no"]) == (200, ["pandemic"])
        whole = file.read_text()
        file.write_text(whole[:-5])
        until(lambda: ready(server)["taxonomy"] is not None)
        assert "is not JSON" in (ready(server)["taxonomy"] or "")
        assert server.post("/tag", b'{"text": "A tariff on steel"}')[0] == 200
        assert server.post("/articles", json.dumps({**ARTICLE, "id": "a2"}).encode())[0] == 422
        trade = {"id": "a3", "text": "A tariff.", "topics": ["trade"]}
        assert server.post("/articles", json.dumps(trade).encode())[0] == 201
        file.write_text(whole)
        until(lambda: ready(server)["taxonomy"] is None)
        assert server.post("/articles", json.dumps({**ARTICLE, "id": "a2"}).encode())[0] == 201
    database = Database(url)
    with database.reading() as connection:
        held = {item.id: (item.yes, item.no) for item in Store(connection).each()}
    database.engine.dispose()
    assert held["a1"][1] == {"pandemic"}
    assert held["a2"][0] == {"pandemic"}


def test_topics_tells_those_that_serve_from_those_that_wait(
    client: FlaskClient, watch: Watch, file: Path, small_taxonomy: Taxonomy
) -> None:
    watch.look()
    assert client.get("/topics").get_json()["waiting"] == []
    edits.write(with_pandemic(small_taxonomy), file)
    watch.look()
    found = client.get("/topics").get_json()
    assert [one["topic"] for one in found["topics"]] == list(small_taxonomy.slugs)
    pandemic = {
        "topic": "pandemic",
        "name": "Pandemic",
        "definition": "",
        "uri": None,
        "parent": "travel",
    }
    assert found["waiting"] == [pandemic]


def test_what_waits_is_never_a_tag(
    client: FlaskClient, watch: Watch, file: Path, small_taxonomy: Taxonomy
) -> None:
    edits.write(with_pandemic(small_taxonomy), file)
    watch.look()
    found = client.post("/tag?all=1", json=ARTICLE).get_json()
    assert {tag["topic"] for tag in found["tags"]} == set(small_taxonomy.slugs)


def test_an_unknown_topic_is_answered_with_topics_that_wait_too(
    client: FlaskClient, watch: Watch, file: Path, small_taxonomy: Taxonomy
) -> None:
    edits.write(with_pandemic(small_taxonomy), file)
    watch.look()
    reply = client.post("/articles", json={**ARTICLE, "topics": ["pandemics"]})
    assert (reply.status_code, "did you mean pandemic" in reply.text) == (422, True)


def test_a_file_that_goes_leaves_the_topics_that_serve_and_is_said_once(
    client: FlaskClient,
    watch: Watch,
    file: Path,
    small_taxonomy: Taxonomy,
    caplog: pytest.LogCaptureFixture,
) -> None:
    edits.write(with_pandemic(small_taxonomy), file)
    watch.look()
    file.unlink()
    with caplog.at_level(logging.WARNING):
        watch.look()
        watch.look()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert client.get("/readyz").get_json()["taxonomy"] is None
    assert client.post("/articles", json=ARTICLE).status_code == 422


def test_a_file_that_cannot_be_read_is_said_once(
    client: FlaskClient, watch: Watch, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file.mkdir()
    with caplog.at_level(logging.WARNING):
        watch.look()
        watch.look()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    told = client.get("/readyz").get_json()["taxonomy"]
    assert "cannot be read" in told
    assert str(file.parent) not in told
    assert str(file) in caplog.text


def test_a_topic_that_was_retired_and_came_back_takes_labels_at_once(
    small_taxonomy: Taxonomy,
) -> None:
    retired = edits.retire(with_pandemic(small_taxonomy), ["pandemic"])
    again = edits.add(retired, Topic("pandemic", "Pandemic"))
    found = edits.beside(retired, again)
    assert found.slugs == (*small_taxonomy.slugs, "pandemic")
    assert "pandemic" not in found.redirects


def test_without_anything_that_waits_the_topics_are_those_that_serve(
    small_taxonomy: Taxonomy,
) -> None:
    renamed = edits.rename(small_taxonomy, "trade", "commerce")
    assert edits.beside(renamed, None) == renamed
    assert edits.beside(renamed, edits.retire(renamed, ["sport"])) == renamed


def test_a_topic_below_one_that_neither_has_stands_at_the_top(small_taxonomy: Taxonomy) -> None:
    bare = Taxonomy((Topic("health", "Health"), Topic("pandemic", "Pandemic", parent="health")))
    waiting = edits.beside(small_taxonomy, bare).topics[len(small_taxonomy) :]
    assert [(topic.slug, topic.parent) for topic in waiting] == [
        ("health", None),
        ("pandemic", "health"),
    ]
