"""A CMS may go on with the slugs that it knows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from copytaster.archive.database import Database
from copytaster.archive.store import IMPORT, Store
from copytaster.model import edits
from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy, Topic
from copytaster.model.types import Article
from copytaster.service.app import create_app
from copytaster.service.settings import Settings
from copytaster.training import successor
from tests.stories import SMALL, labelled

ARTICLE = {"id": "a1", "text": "A tariff on steel."}


@pytest.fixture(scope="module")
def changed(
    small_folder: Path, small_taxonomy: Taxonomy, tmp_path_factory: pytest.TempPathFactory
) -> Tagger:
    """The small tagger: trade became commerce, sport was split, travel's old name was retired."""
    wanted = edits.rename(small_taxonomy, "trade", "commerce")
    for part in ("ball", "running"):
        wanted = edits.add(wanted, Topic(part, part, terms=(part,)))
    wanted = edits.split(wanted, "sport", ["ball", "running"])
    wanted = edits.retire(edits.add(wanted, Topic("x", "X", terms=("x",))), ["x"])
    root = tmp_path_factory.mktemp("changed")
    (root / small_folder.name).symlink_to(small_folder)
    texts = [Article(text, headline) for headline, text, _ in SMALL]
    found = successor.follow(small_folder.name, wanted, lambda: texts, Registry(root))
    assert found.version is not None
    return Tagger.load(root / found.version)


@pytest.fixture
def client(changed: Tagger, url: str) -> Iterator[FlaskClient]:
    """A client of a service over an empty archive."""
    app = create_app(changed, Settings(database_url=url))
    yield app.test_client()
    app.extensions["teaching"].close()


def test_topics_lists_old_slugs_with_what_they_mean(client: FlaskClient) -> None:
    assert client.get("/topics").get_json()["redirects"] == {
        "sport": ["ball", "running"],
        "trade": ["commerce"],
        "x": [],
    }


def test_an_old_slug_is_stored_under_todays(client: FlaskClient) -> None:
    sent = {**ARTICLE, "topics": ["trade", "x"]}
    assert client.post("/articles", json=sent).status_code == 201
    assert client.get("/articles/a1").get_json()["yes"] == ["commerce"]
    reply = client.put("/articles/a1/labels", json={"no": ["trade"], "yes": ["travel"]})
    assert (reply.get_json()["yes"], reply.get_json()["no"]) == (["travel"], ["commerce"])


def test_a_yes_to_a_split_topic_is_422_and_names_the_parts(client: FlaskClient) -> None:
    reply = client.post("/articles", json={**ARTICLE, "topics": ["sport"]})
    assert reply.status_code == 422
    problem = "'sport' was split into ball and running; name those that it is about"
    assert reply.get_json()["errors"] == [{"field": "topics", "problem": problem}]
    client.post("/articles", json=ARTICLE)
    assert client.put("/articles/a1/labels", json={"yes": ["sport"]}).status_code == 422


def test_a_no_to_a_split_topic_is_a_no_to_each_part(client: FlaskClient) -> None:
    client.post("/articles", json=ARTICLE)
    reply = client.put("/articles/a1/labels", json={"no": ["sport"]})
    assert reply.get_json()["no"] == ["ball", "running"]


def test_labels_from_before_are_shown_and_withdrawn_under_todays_slug(
    client: FlaskClient, url: str
) -> None:
    assert client.get("/articles/a1").status_code == 404  # and the tables are there
    database = Database(url)
    with database.writing() as connection:
        Store(connection).add([labelled(1, "", "Steel.", ("trade",))], IMPORT)
    database.engine.dispose()
    assert client.get("/articles/s1").get_json()["yes"] == ["commerce"]
    reply = client.put("/articles/s1/labels", json={"withdraw": ["commerce"]})
    assert reply.get_json()["yes"] == []


def test_a_slug_that_was_never_a_topics_is_still_422(client: FlaskClient) -> None:
    reply = client.post("/articles", json={**ARTICLE, "topics": ["trad"]})
    assert (reply.status_code, "unknown topic" in reply.text) == (422, True)


def test_a_review_does_not_ask_what_an_old_label_answers(client: FlaskClient, url: str) -> None:
    client.get("/articles/a1")
    item = labelled(1, "", "A tariff on steel.", ("trade",), complete=False)
    database = Database(url)
    with database.writing() as connection:
        Store(connection).add([item], IMPORT)
    database.engine.dispose()
    (asked,) = client.get("/review?limit=5").get_json()["articles"]
    assert "commerce" not in {one["topic"] for one in asked["questions"]}
