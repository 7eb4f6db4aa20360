"""Which topics a retraining fits anew."""

import pytest

from copytaster.archive.order import Order, slugs
from copytaster.archive.scope import Scope
from copytaster.model.errors import ArchiveError
from copytaster.model.redirects import Redirects
from copytaster.model.taxonomy import Taxonomy, Topic

TOPICS = Taxonomy(
    tuple(Topic(slug, slug) for slug in ("mobility", "sport", "taiwan", "trade")),
    redirects=Redirects({"rail": ("mobility",), "business": ("trade", "mobility"), "fax": ()}),
)


@pytest.mark.parametrize(
    ("order", "refitted", "words"),
    [
        (Order(topics=("trade",)), ("trade",), "trade alone"),
        (Order(topics=("trade", "taiwan")), ("taiwan", "trade"), "taiwan and trade alone"),
        (Order(topics=("rail",)), ("mobility",), "mobility alone"),
        (Order(topics=("business",)), ("mobility", "trade"), "mobility and trade alone"),
        (Order(freeze=("sport",)), ("mobility", "taiwan", "trade"), "all but sport"),
        (
            Order(freeze=("rail", "sport", "trade")),
            ("taiwan",),
            "all but mobility, sport and trade",
        ),
    ],
)
def test_topics_are_those_that_their_slugs_mean_today(
    order: Order, refitted: tuple[str, ...], words: str
) -> None:
    found = Scope.of(order, TOPICS)
    assert found is not None
    assert (found.refitted, found.words) == (refitted, words)
    assert sorted(found.refitted + found.frozen) == sorted(TOPICS.slugs)


def test_many_topics_are_counted() -> None:
    many = Taxonomy.from_slugs([f"t{n}" for n in range(9)])
    found = Scope.of(Order(topics=many.slugs[:6]), many)
    assert found is not None
    assert found.words == "6 topics alone"


def test_an_order_that_names_none_asks_for_the_whole() -> None:
    assert Scope.of(Order(seeds=True), TOPICS) is None
    assert Scope.of(Order(), None) is None
    assert Scope.of(Order(), TOPICS, exclusive=True) is None


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (Order(topics=("trad",)), "unknown topic 'trad'; did you mean trade?"),
        (Order(freeze=("sport", "xyz")), "unknown topic 'xyz'; it is not in the taxonomy"),
        (Order(topics=("fax",)), "unknown topic 'fax'"),
        (Order(freeze=TOPICS.slugs), "freeze names every topic"),
    ],
)
def test_what_cannot_be_done_is_said(order: Order, said: str) -> None:
    with pytest.raises(ArchiveError, match=said):
        Scope.of(order, TOPICS)


def test_what_cannot_be_cut_is_said() -> None:
    with pytest.raises(ArchiveError, match="need a tagger that serves"):
        Scope.of(Order(topics=("trade",)), None)
    with pytest.raises(ArchiveError, match="topics exclude each other"):
        Scope.of(Order(topics=("trade",)), TOPICS, exclusive=True)


def test_an_order_says_its_topics_in_json_and_is_the_same_again() -> None:
    order = Order(freeze=slugs(["sport", "rail", "sport"]))
    assert order.as_json() == {"freeze": ["rail", "sport"]}
    assert Order.from_json({"freeze": ["sport", "rail"]}) == order
    assert Order.from_json(order.as_json()) == order


def test_an_order_does_not_contradict_itself() -> None:
    with pytest.raises(ArchiveError, match="topics and freeze exclude each other"):
        Order(topics=("trade",), freeze=("sport",))
    for order in ({"topics": ["trade"]}, {"freeze": ["trade"]}):
        with pytest.raises(ArchiveError, match="a preset is for all topics"):
            Order.from_json({**order, "preset": "fast"})
