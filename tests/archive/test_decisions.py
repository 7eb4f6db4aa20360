"""What was served, kept for a while, in SQLite and in PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from copytaster.archive import kept, served
from copytaster.archive.archive import Archive
from copytaster.archive.database import Database
from copytaster.archive.decisions import Decision, Decisions
from copytaster.archive.labelled import LabelledArticle
from copytaster.archive.served import Served, wilson
from copytaster.archive.store import Author, Store
from copytaster.archive.tables import articles, decisions, labels
from copytaster.model.types import Article

NOW = datetime.now(UTC)
EDITOR = Author("editor", "desk-7")
AUTO, SUGGEST = (0.97, "auto"), (0.6, "suggest")


@pytest.fixture
def archive(url: str) -> Iterator[Archive]:
    """Give an empty archive."""
    found = Archive(url)
    yield found
    found.database.engine.dispose()


def made(
    article: str | None = "a1",
    days: float = 0,
    model: str = "v1",
    digest: str = "d1",
    **tags: object,
) -> Decision:
    """Return a decision that was served so many *days* ago."""
    given_ = {topic: said for topic, said in tags.items() if isinstance(said, tuple)}
    return Decision(article, digest, model, given_, NOW - timedelta(days=days))


def keep(archive: Archive, *found: Decision, days: int = 30) -> None:
    """Keep decisions for so many *days*."""
    with archive.appending() as connection:
        Decisions(connection).keep([one.row(days) for one in found])


def every(archive: Archive) -> list[Decision]:
    """Return all decisions."""
    with archive.reading() as connection:
        return list(Decisions(connection).each())


def drop(archive: Archive, days: int, most: int = 1000) -> int:
    """Drop what is due."""
    with archive.writing() as connection:
        return Decisions(connection).drop(days, most)


def count(archive: Archive) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Return yes, no and neither by topic and tier."""
    with archive.reading() as connection:
        return {(s.topic, s.tier): (s.yes, s.no, s.neither) for s in served.of(connection)}


def store(
    archive: Archive, identifier: str, yes: str, no: str = "", *, complete: bool = False
) -> None:
    """Have an editor label an article, now."""
    article = Article("Steel.", "Tariff", identifier)
    item = LabelledArticle(
        article, frozenset(yes.split()), frozenset(no.split()), complete, None, None, "s", 1
    )
    with archive.writing() as connection:
        Store(connection).add([item], EDITOR)


def test_what_is_kept_comes_out_in_order_and_holds_no_text(archive: Archive) -> None:
    found = [made("a1", trade=AUTO), made(None, sport=SUGGEST), made("x" * 600)]
    keep(archive, *found)
    expected = [found[0], found[1], made(None)]  # an identifier that no key can be is left out
    assert every(archive) == expected
    assert {column.name for column in decisions.c} == {
        *("id", "article", "digest", "model", "tags", "at", "until")
    }


def test_a_decision_goes_when_the_days_are_over_that_were_promised(archive: Archive) -> None:
    keep(archive, made("old", days=31), made("new", days=29), days=30)
    assert (drop(archive, 0), drop(archive, 0)) == (1, 0)
    assert [one.article for one in every(archive)] == ["new"]


def test_fewer_days_hold_for_what_was_kept_before_and_more_do_not(archive: Archive) -> None:
    keep(archive, made("old", days=31), made("mid", days=20), made("new", days=5), days=30)
    assert drop(archive, 365) == 1
    assert drop(archive, 10) == 1
    assert [one.article for one in every(archive)] == ["new"]


def test_no_more_is_dropped_at_once_than_is_asked_for(archive: Archive) -> None:
    keep(archive, *(made(days=40) for _ in range(25)), days=30)
    assert [drop(archive, 30, most=10) for _ in range(4)] == [10, 10, 5, 0]


def test_thousands_are_kept_and_read_in_the_order_in_which_they_came(archive: Archive) -> None:
    keep(archive, *(made(f"a{number}", trade=AUTO) for number in range(3500)))
    assert [one.article for one in every(archive)] == [f"a{number}" for number in range(3500)]


def test_the_model_that_served_an_article_last_is_known(archive: Archive) -> None:
    keep(archive, made("a1", model="v1"), made("a2", model="v3"), made("a1", model="v2"))
    with archive.reading() as connection:
        asked = [Decisions(connection).model(name) for name in ("a1", "a2", "a3", "x" * 600)]
    assert asked == ["v2", "v3", None, None]


def test_what_an_editor_says_afterwards_is_counted_by_topic_and_tier(archive: Archive) -> None:
    keep(archive, *(made(f"a{n}", trade=AUTO, sport=SUGGEST) for n in range(4)))
    store(archive, "a0", yes="trade", no="sport")
    store(archive, "a1", yes="sport", no="trade")
    store(archive, "a2", yes="trade")
    assert count(archive) == {("trade", "auto"): (2, 1, 1), ("sport", "suggest"): (1, 1, 2)}


def test_a_topic_that_a_complete_article_does_not_list_is_a_no(archive: Archive) -> None:
    keep(archive, made("a0", trade=AUTO, sport=SUGGEST))
    store(archive, "a0", yes="trade", complete=True)
    assert count(archive) == {("trade", "auto"): (1, 0, 0), ("sport", "suggest"): (0, 1, 0)}


def test_what_was_known_before_an_article_was_tagged_is_no_judgement(archive: Archive) -> None:
    store(archive, "a0", yes="trade", complete=True)
    keep(archive, made("a0", days=-1, trade=AUTO, sport=SUGGEST))
    assert count(archive) == {("trade", "auto"): (0, 0, 1), ("sport", "suggest"): (0, 0, 1)}


def test_an_article_counts_once_as_it_was_tagged_last_before_the_label(archive: Archive) -> None:
    before = [made("a0", days=2, trade=AUTO), made("a0", days=1, trade=SUGGEST)]
    after = made("a0", days=-1, trade=AUTO)
    keep(archive, *before, after)
    assert count(archive) == {("trade", "auto"): (0, 0, 1)}
    store(archive, "a0", yes="trade")
    assert count(archive) == {("trade", "suggest"): (1, 0, 0)}


def test_an_article_without_an_identifier_is_found_by_its_text(archive: Archive) -> None:
    digest = kept.digest("Tariff", "Steel.")
    keep(archive, made(None, digest=digest, trade=AUTO), made("cms", digest=digest, sport=AUTO))
    store(archive, "a0", yes="trade sport")
    assert count(archive) == {("trade", "auto"): (1, 0, 0), ("sport", "auto"): (1, 0, 0)}


def test_counting_goes_on_over_any_number_of_articles(archive: Archive) -> None:
    keep(archive, *(made(f"a{n}", trade=AUTO) for n in range(1201)), made(None, trade=AUTO))
    store(archive, "a1200", yes="trade")
    assert count(archive) == {("trade", "auto"): (1, 0, 1201)}


def test_precision_has_wilsons_interval() -> None:
    found = Served("trade", "auto", yes=8, no=2, neither=90)
    assert (found.articles, found.precision) == (100, 0.8)
    # Worked by hand in Brown, Cai and DasGupta's form, z = 1.96.
    assert list(found.interval) == pytest.approx([0.4902, 0.9433], abs=1e-4)
    assert Served("trade", "auto", neither=3).precision is None
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_the_interval_holds_the_share_and_stays_within_0_and_1(yes: int, no: int) -> None:
    low, high = wilson(yes, yes + no)
    share = yes / (yes + no) if yes + no else 0.5
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1


def test_adding_is_not_held_up_by_another_writer_in_postgresql(url: str) -> None:
    if url.startswith("sqlite"):
        pytest.skip("SQLite has one writer at a time")
    first, second = Archive(url), Archive(url)
    with first.writing():
        keep(second, made("a1"))
        assert [one.article for one in every(second)] == ["a1"]
    for one in (first, second):
        one.database.engine.dispose()


def test_nothing_of_a_decision_refers_to_an_article_of_the_archive(database: Database) -> None:
    with database.writing() as connection:
        Decisions(connection).keep([made("nowhere").row(30)])
        assert connection.execute(select(articles.c.id)).all() == []
        assert connection.execute(select(labels.c.article)).all() == []
