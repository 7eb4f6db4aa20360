"""Which articles are asked for: those that would teach most."""

import json
from collections import Counter
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from copytaster.archive.database import Database
from copytaster.archive.labelled import LabelledArticle
from copytaster.archive.texts import Texts
from copytaster.model.tagger import Tagger
from copytaster.model.types import Article
from copytaster.service.app import create_app
from copytaster.service.asking import ask
from copytaster.service.settings import Settings

SENTENCES = (
    "The minister spoke of tariffs on imported steel and of duties on cars.",
    "A striker scored twice and the club won the cup after extra time.",
    "Hotels near the beach were full as tourists came for the holidays.",
    "The committee will meet again next week to look at the figures.",
)


def item(
    name: str, text: str, yes: tuple[str, ...] = (), chain: str | None = None
) -> LabelledArticle:
    """Return an article of which not every topic is known."""
    article = Article(text, id=name, chain=chain)
    return LabelledArticle(article, frozenset(yes), frozenset(), False, None, None, "s", 1)  # noqa: FBT003


@pytest.fixture
def client(small_tagger: Tagger, url: str) -> Iterator[FlaskClient]:
    """A client of a service over an empty archive."""
    app = create_app(small_tagger, Settings(database_url=url))
    yield app.test_client()
    app.extensions["teaching"].close()


def test_what_is_nearest_to_a_threshold_is_asked_first(default_tagger: Tagger) -> None:
    items = [item(f"a{at}", text) for at, text in enumerate(SENTENCES)]
    found = ask(default_tagger, items, 4)
    worths = [one.questions[0].worth for one in found]
    assert found
    assert worths[0] == max(worths)
    for one in found:
        for question in one.questions:
            assert question.worth > 0
            assert question.topic in question.why


def test_a_topic_with_a_label_is_not_asked(small_tagger: Tagger) -> None:
    text = "A tariff, perhaps."
    (first,) = ask(small_tagger, [item("a", text)], 1)
    topic = first.questions[0].topic
    again = ask(small_tagger, [item("a", text, yes=(topic,))], 1)
    assert all(question.topic != topic for one in again for question in one.questions)


def test_copies_and_updates_are_asked_once(default_tagger: Tagger) -> None:
    text = " ".join(SENTENCES)
    items = [item("a", text), item("b", text + " More."), item("c", SENTENCES[1], chain="x")]
    items += [item("d", SENTENCES[2], chain="x")]
    found = {one.item.id for one in ask(default_tagger, items, 4)}
    assert len(found & {"a", "b"}) == 1
    assert len(found & {"c", "d"}) <= 1


def test_topics_short_of_their_auto_tier_come_first(default_tagger: Tagger) -> None:
    items = [item(f"a{at}", text) for at, text in enumerate(SENTENCES)]
    for one in ask(default_tagger, items, 4):
        for question in one.questions:
            assert question.worth <= (1.0 if question.proven else 2.0)
            assert ("no auto tier" in question.why) == (not question.proven)


def test_each_question_for_a_topic_makes_the_next_one_worth_less(small_tagger: Tagger) -> None:
    texts = ["tariff goal hotel", "tariff", "goal", "hotel", "the club", "beach", "steel", "duty"]
    found = ask(small_tagger, [item(f"a{at}", text) for at, text in enumerate(texts)], 8)
    asked: Counter[str] = Counter()
    for place, one in enumerate(found):
        worths = [
            max(question.worth * 0.8 ** asked[question.topic] for question in later.questions)
            for later in found[place:]
        ]
        assert worths[0] == max(worths)
        asked.update(question.topic for question in one.questions)
    assert len(found) == 8


def test_the_route_lists_what_is_not_settled(client: FlaskClient, small_tagger: Tagger) -> None:
    for at, text in enumerate(SENTENCES):
        sent = {"id": f"a{at}", "text": text} | ({"topics": ["trade"]} if at == 0 else {})
        assert client.post("/articles", json=sent).status_code == 201
    found = client.get("/review?limit=3").get_json()
    assert (found["model"], found["looked_at"]) == (small_tagger.version, 3)
    assert "a0" not in {one["id"] for one in found["articles"]}
    for one in found["articles"]:
        assert one["questions"][0]["why"]
    assert client.get("/review?limit=0").status_code == 400
    assert client.get("/review?nope=1").status_code == 400
    assert json.loads(client.get("/v1/review").data)["looked_at"] == 3


def test_a_dropped_text_is_not_asked_for(client: FlaskClient, url: str) -> None:
    client.post("/articles", json={"id": "a1", "text": SENTENCES[3]})
    assert client.get("/review").get_json()["looked_at"] == 1
    database = Database(url)
    with database.writing() as connection:
        assert Texts(connection).drop(0, 100) == 1
    database.engine.dispose()
    assert client.get("/review").get_json()["looked_at"] == 0
