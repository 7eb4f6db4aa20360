"""The archive's articles and labels, in SQLite and in PostgreSQL."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from copytaster.archive import kept, migrations
from copytaster.archive.database import Database
from copytaster.archive.labelled import LabelledArticle
from copytaster.archive.store import IMPORT, Added, Author, Store
from copytaster.archive.tables import label_events, metadata
from copytaster.archive.texts import Texts
from copytaster.model.errors import ArchiveDownError, ArchiveError, NoArticleError, SettingsError
from copytaster.model.text import tokens
from copytaster.model.types import Article

EDITOR = Author("editor", "desk-7", "2026-10-10-aa")


def item(
    identifier: str = "a1",
    body: str = "Taipei weighs its answer.",
    yes: tuple[str, ...] = ("taiwan",),
    no: tuple[str, ...] = (),
    *,
    complete: bool = True,
    published: datetime | None = None,
) -> LabelledArticle:
    """Return a labelled article."""
    article = Article(body, "A headline", identifier, "en", published, "chain-1")
    return LabelledArticle(
        article, frozenset(yes), frozenset(no), complete, "g", "train", "a.jsonl", 7
    )


def add(database: Database, *items: LabelledArticle, author: Author = IMPORT) -> Added:
    """Add articles in a transaction of their own."""
    with database.writing() as connection:
        return Store(connection).add(items, author)


def every(database: Database) -> list[LabelledArticle]:
    """Return all articles."""
    with database.reading() as connection:
        return list(Store(connection).each())


def n_events(database: Database) -> int:
    """Return how many changes of labels are remembered."""
    with database.reading() as connection:
        return len(connection.execute(select(label_events.c.id)).all())


def test_what_is_added_comes_out_again(database: Database) -> None:
    made = item(no=("sport",), published=datetime(2026, 11, 1, 9, 30, tzinfo=UTC))
    assert add(database, made) == Added(new=1, labels=2)
    assert every(database) == [made]


def test_adding_twice_changes_nothing(database: Database) -> None:
    items = [item(f"a{number}", f"Body {number}") for number in range(1200)]
    assert add(database, *items) == Added(new=1200, labels=1200)
    before = every(database)
    assert add(database, *items) == Added(same=1200)
    assert every(database) == before
    assert n_events(database) == 1200


def test_articles_that_are_labelled_alike_share_their_sets_of_topics(database: Database) -> None:
    alike = [item(f"a{number:04}", yes=("a",), no=("b", "c")) for number in range(600)]
    other = item("b", yes=("b", "c"), no=("a",))
    bare = item("c", yes=())
    add(database, *alike, other, bare)
    *same, odd, none = every(database)
    assert [*same, odd, none] == [*alike, other, bare]
    assert {id(one.yes) for one in same} == {id(same[0].yes)}
    assert {id(one.no) for one in same} == {id(same[0].no)} == {id(odd.yes)}


def test_a_slug_may_hold_whatever_a_database_takes(database: Database) -> None:
    odd = item(yes=('"', "\\", "\x1f", "日本"), no=("{}", "a,b", "'"))
    add(database, odd)
    assert every(database) == [odd]


def test_articles_come_in_the_order_of_their_identifiers_in_every_database(
    database: Database,
) -> None:
    names = ["b", "B", "a", "ä", "Z", "10", "9", "_", "é"]
    add(database, *(item(name) for name in names))
    assert [found.id for found in every(database)] == sorted(names)


def test_a_changed_article_is_rewritten_and_counted(database: Database) -> None:
    add(database, item())
    changed = item(body="Another body", yes=("trade",))
    assert add(database, changed) == Added(changed=1, labels=2)
    assert every(database) == [changed]


def test_an_article_that_was_read_elsewhere_is_the_same(database: Database) -> None:
    add(database, item())
    assert add(database, replace(item(), source="b.jsonl", line=1)) == Added(same=1)


def test_an_article_without_an_identifier_is_known_by_its_content(database: Database) -> None:
    nameless = replace(item(), article=replace(item().article, id="a.jsonl:7"))
    add(database, nameless)
    moved = replace(nameless, source="b.jsonl", article=replace(item().article, id="b.jsonl:7"))
    assert add(database, moved) == Added(same=1)
    assert every(database)[0].id.startswith("sha256:")


def test_moments_are_kept_in_utc(database: Database) -> None:
    zone = timezone(timedelta(hours=8))
    add(database, item(published=datetime(2026, 11, 1, 9, 30, tzinfo=zone)))
    found = every(database)[0].article.published
    assert found == datetime(2026, 11, 1, 1, 30, tzinfo=UTC)
    assert found is not None
    assert found.utcoffset() == timedelta(0)


def test_an_editors_label_is_not_overruled_by_a_file(database: Database) -> None:
    add(database, item(yes=("taiwan", "trade")))
    with database.writing() as connection:
        now = Store(connection).label("a1", {"trade": False, "diplomacy": True}, EDITOR)
    assert now == {"taiwan": True, "trade": False, "diplomacy": True}
    assert add(database, item(yes=("taiwan", "trade"))) == Added(same=1)
    found = every(database)[0]
    assert found.yes == {"taiwan", "diplomacy"}
    assert found.no == {"trade"}


def test_a_label_that_an_editor_confirmed_survives_its_file(database: Database) -> None:
    add(database, item(yes=("taiwan", "trade")))
    with database.writing() as connection:
        Store(connection).label("a1", {"trade": True}, EDITOR)
    add(database, item(yes=("taiwan",)))
    assert every(database)[0].yes == {"taiwan", "trade"}


def test_a_label_can_be_withdrawn_and_its_history_stays(database: Database) -> None:
    add(database, item())
    with database.writing() as connection:
        assert Store(connection).label("a1", {"taiwan": None}, EDITOR) == {}
    with database.reading() as connection:
        rows = connection.execute(select(label_events).order_by(label_events.c.id)).all()
    assert [(row.topic, row.yes, row.origin, row.editor) for row in rows] == [
        ("taiwan", True, "import", None),
        ("taiwan", None, "editor", "desk-7"),
    ]
    assert rows[1].model == "2026-10-10-aa"


def test_saying_the_same_again_leaves_no_history(database: Database) -> None:
    add(database, item())
    for _ in range(2):
        with database.writing() as connection:
            Store(connection).label("a1", {"trade": True, "sport": None}, EDITOR)
    assert n_events(database) == 2


def test_a_label_for_an_article_that_is_not_there_is_refused(database: Database) -> None:
    with pytest.raises(NoArticleError, match="'a9'"), database.writing() as connection:
        Store(connection).label("a9", {"trade": True}, EDITOR)


def test_characters_that_no_database_takes_are_replaced(database: Database) -> None:
    add(database, item(body="be\x00fore \ud800 after"))
    assert every(database)[0].article.text == "be\ufffdfore \ufffd after"
    assert add(database, item(body="be\x00fore \ud800 after")) == Added(same=1)


@pytest.mark.parametrize("identifier", ["a\x00b", "\ud800", "x" * 513])
def test_an_identifier_that_no_database_takes_is_refused_and_nothing_is_added(
    database: Database, identifier: str
) -> None:
    with pytest.raises(ArchiveError, match=r"^id: "):
        add(database, item("good"), item(identifier))
    assert every(database) == []


def test_the_longest_keys_fit_into_every_index(database: Database) -> None:
    longest = item("\U0001f600" * 512, yes=("\U0001f600" * 128,))
    add(database, longest)
    assert every(database) == [longest]


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.writing() as connection:
            assert Store(connection).add([item()]) == Added(new=1, labels=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert every(database) == []


def test_writers_wait_for_each_other_and_lose_nothing(database: Database) -> None:
    add(database, item())

    def label(number: int) -> None:
        for turn in range(10):
            with database.writing() as connection:
                Store(connection).label("a1", {f"t{number}-{turn}": True}, EDITOR)

    threads = [threading.Thread(target=label, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(every(database)[0].yes) == 41


def test_a_dropped_text_still_counts_the_same_words(database: Database) -> None:
    body = "Beijing said Beijing would answer. ΣΊΣΥΦΟΣ İstanbul 1987"
    add(database, item(body=body))
    for expected in (1, 0):
        with database.writing() as connection:
            assert Texts(connection).drop(-1, 100) == expected
    found = every(database)[0].article
    assert sorted(tokens(found.text)) == sorted(tokens(body))
    assert "said Beijing" not in found.text
    assert found.headline == "headline"
    assert add(database, item(body=body)) == Added(same=1)
    assert every(database)[0].article == found


def test_texts_that_are_younger_are_not_dropped(database: Database) -> None:
    add(database, item())
    with database.writing() as connection:
        assert Texts(connection).drop(1, 100) == 0


@given(st.text())
def test_the_words_of_a_text_are_the_words_of_its_words(said: str) -> None:
    assert sorted(tokens(kept.words(said))) == sorted(tokens(said))


def test_migrations_make_exactly_the_tables_that_the_code_asks_for(database: Database) -> None:
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_twice_or_side_by_side_does_no_harm(url: str) -> None:
    databases = [Database(url) for _ in range(4)]
    threads = [threading.Thread(target=migrations.upgrade, args=(one,)) for one in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert add(databases[0], item()) == Added(new=1, labels=1)
    for one in databases:
        one.engine.dispose()


def test_tables_of_a_newer_version_are_refused(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ArchiveError, match="newer Copytaster"):
        migrations.upgrade(database)


@pytest.mark.parametrize("bad", ["nonsense", "mysql://root@localhost/test", "sqlite://", ""])
def test_a_url_of_another_kind_is_refused(bad: str) -> None:
    with pytest.raises(SettingsError, match="COPYTASTER_DATABASE_URL"):
        Database(bad)


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    database = Database("postgresql://desk:secret@127.0.0.1:9/none")
    with pytest.raises(ArchiveDownError, match=r"desk:\*\*\*@127") as caught, database.reading():
        pass
    assert "secret" not in str(caught.value)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(), st.text(), st.datetimes(timezones=st.timezones() | st.none()))
def test_any_text_and_moment_can_be_kept(
    database: Database, headline: str, body: str, published: datetime
) -> None:
    made = replace(item(), article=Article(body, headline, "a1", published=published))
    add(database, made)
    assert add(database, made) == Added(same=1)
