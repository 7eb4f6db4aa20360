"""What the archive lets go: old texts, old decisions, forgotten articles; and that it is gone."""

import json
import random
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from copytaster.archive import formats, retention
from copytaster.archive.archive import Archive
from copytaster.archive.decisions import Decision, Decisions
from copytaster.archive.forgetting import Forgotten, forget
from copytaster.archive.importing import Import, Source
from copytaster.archive.labelled import LabelledArticle
from copytaster.archive.retention import Retention
from copytaster.archive.scrub import Scrub
from copytaster.archive.store import Added, Author, Store
from copytaster.archive.tables import articles, label_events, labels
from copytaster.archive.texts import Texts
from copytaster.model.types import Article

EDITOR = Author("editor", "desk-7", "v1")


@pytest.fixture
def archive(url: str) -> Iterator[Archive]:
    """Give an empty archive."""
    found = Archive(url)
    found.open()
    yield found
    found.database.engine.dispose()


def item(identifier: str, body: str = "Taipei weighs its answer to Beijing.") -> LabelledArticle:
    """Return a labelled article."""
    article = Article(body, "The Headline of it", identifier)
    yes, no = frozenset({"taiwan"}), frozenset({"sport"})
    return LabelledArticle(
        article, yes, no, complete=True, group=None, split=None, source="s", line=1
    )


def add(archive: Archive, *items: LabelledArticle, days: int = 0) -> Added:
    """Add articles, as so many *days* ago."""
    with archive.writing() as connection:
        added = Store(connection).add(items)
        past = datetime.now(UTC) - timedelta(days=days)
        names = [one.id for one in items]
        if days:
            connection.execute(update(articles).where(articles.c.id.in_(names)).values(added=past))
    return added


def keep(archive: Archive, *names: str | None, days: int = 0, digest: str = "d") -> None:
    """Keep a decision on each article, as so many *days* ago, for thirty days."""
    at = datetime.now(UTC) - timedelta(days=days)
    with archive.appending() as connection:
        rows = [Decision(name, digest, "v1", {"taiwan": (0.9, "auto")}, at) for name in names]
        Decisions(connection).keep([row.row(30) for row in rows])


def every(archive: Archive) -> dict[str, LabelledArticle]:
    """Return all articles."""
    with archive.reading() as connection:
        return {one.id: one for one in Store(connection).each()}


def n_decisions(archive: Archive) -> int:
    """Return how many decisions there are."""
    with archive.reading() as connection:
        return Decisions(connection).count()[0]


def bytes_of(archive: Archive) -> bytes:
    """Return all that SQLite's files hold."""
    path = Path(archive.database.url.database or "")
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))


def test_old_texts_go_and_labels_stay(archive: Archive) -> None:
    add(archive, item("old"), days=91)
    add(archive, item("new"), days=89)
    Retention(archive, texts=90).turn()
    found = every(archive)
    assert (found["old"].whole, found["old"].article.text) == (
        False,
        "answer beijing its taipei to weighs",
    )
    assert found["new"] == item("new")
    assert (found["old"].yes, found["old"].no) == (found["new"].yes, found["new"].no)


def test_without_days_nothing_goes_but_what_was_promised_to_go(archive: Archive) -> None:
    add(archive, item("a1"), days=4000)
    keep(archive, "a1", days=31)
    keep(archive, "a1", days=29)
    Retention(archive).turn()
    assert every(archive)["a1"].whole
    assert n_decisions(archive) == 1


def test_it_is_done_once_an_hour(archive: Archive) -> None:
    seconds = [0.0]
    made = Retention(archive, decisions=10, clock=lambda: seconds[0])
    for hour in range(3):
        keep(archive, "a1", days=20)
        for minute in (0, 1, 59):
            seconds[0] = hour * 3600 + minute * 60
            made.turn()
            assert n_decisions(archive) == 0 if minute == 0 else True
        keep(archive, "a1", days=20)
        seconds[0] += 1
        made.turn()
        assert n_decisions(archive) == 1


def test_what_takes_long_is_done_a_little_at_a_turn(archive: Archive) -> None:
    keep(archive, *["a1"] * (3 * retention.DECISIONS), days=20)
    seconds = iter(range(100))
    made = Retention(archive, decisions=10, clock=lambda: float(next(seconds)))
    left = []
    for _ in range(3):
        made.turn()
        left.append(n_decisions(archive))
    assert left == [2 * retention.DECISIONS, retention.DECISIONS, 0]


def test_replicas_that_drop_side_by_side_do_no_harm(archive: Archive) -> None:
    add(archive, *(item(f"a{number}") for number in range(230)), days=91)
    keep(archive, *["a1"] * 2500, days=20)
    others = [Archive(archive.database.url.render_as_string(hide_password=False)) for _ in range(4)]
    failed: list[BaseException] = []

    def turn(one: Archive) -> None:
        try:
            Retention(one, 10, 90, lambda: 0.0).turn()
        except BaseException as error:  # noqa: BLE001  # told below
            failed.append(error)

    threads = [threading.Thread(target=turn, args=(one,)) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in others:
        one.database.engine.dispose()
    assert failed == []
    assert n_decisions(archive) == 0
    assert not any(one.whole for one in every(archive).values())


def test_a_dropped_text_stays_dropped_when_it_is_imported_again(archive: Archive) -> None:
    add(archive, item("a1"))
    with archive.writing() as connection:
        assert Texts(connection).drop(0, 10) == 1
    assert add(archive, item("a1")) == Added(same=1)
    assert not every(archive)["a1"].whole
    assert add(archive, item("a1", "Another text.")).changed == 1
    assert every(archive)["a1"].article.text == "Another text."


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_what_was_dropped_survives_export_and_import(
    archive: Archive, tmp_path: Path, form: str
) -> None:
    add(archive, item("a1"), item("a2"))
    with archive.writing() as connection:
        assert Texts(connection).drop(0, 1) == 1
    path = tmp_path / f"out.{form}"
    with archive.reading() as connection, path.open("wb") as out:
        formats.WRITERS[form](Store(connection).each(), out)
    before = {name: (one, one.whole, one.digest) for name, one in every(archive).items()}
    other = Archive(f"sqlite:///{tmp_path / 'other.db'}")
    for target, expected in ((archive, Added(same=2)), (other, Added(new=2, labels=4))):
        assert Import(target, print, lambda _: None).run(Source(path)) == expected
        found = every(target)
        assert {name: (one.whole, one.digest) for name, one in found.items()} == {
            name: rest for name, (_, *rest_) in before.items() for rest in [tuple(rest_)]
        }
    assert [one.article.text for one in every(other).values()] == [
        one.article.text for one, *_ in before.values()
    ]
    assert add(other, item("a1"), item("a2")) == Added(same=2)
    other.database.engine.dispose()


def test_words_of_that_is_no_digest_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": "words", "topics": [], "words_of": "nope"}))
    (found,) = formats.read(path)
    assert "words_of" in getattr(found, "detail", "")


def test_a_forgotten_article_is_gone_with_all_that_was_said_of_it(archive: Archive) -> None:
    add(archive, item("a1"), item("a2"))
    digest = every(archive)["a1"].digest or ""
    keep(archive, "a1", "a1", "a2")
    keep(archive, None, "a3", digest=digest)
    with archive.writing() as connection:
        Store(connection).label("a1", {"taiwan": None}, EDITOR)
        assert forget(connection, "a1") == Forgotten(1, 1, 3)
    with archive.writing() as connection:
        assert not forget(connection, "a1").any
        assert not forget(connection, "x" * 600).any
        for table in (labels, label_events):
            assert set(connection.scalars(select(table.c.article))) == {"a2"}
    assert list(every(archive)) == ["a2"]
    assert n_decisions(archive) == 2
    assert add(archive, item("a1")) == Added(new=1, labels=2)


def test_no_byte_of_a_dropped_text_or_a_forgotten_article_is_left_in_sqlites_files(
    tmp_path: Path,
) -> None:
    archive = Archive(f"sqlite:///{tmp_path / 'archive.db'}")
    scrub = Scrub(archive.database)
    chance = random.Random(7)  # noqa: S311  # texts, no secret
    words = ["zulu", "yankee", "xray", "whiskey"]

    def body(number: int) -> str:
        size = chance.choice([1, 5, 40, 200, 900])
        return " ".join(f"Secret{number} Answer{chance.choice(words)}" for _ in range(size))

    items = [item(f"a{number}", body(number)) for number in range(400)]
    for at in range(0, 400, 50):
        add(archive, *items[at : at + 50])
    add(archive, *(replace(one, article=replace(one.article, text="New")) for one in items[::9]))
    sequence = re.compile(rb"Secret\d+ Answer|The Headline of")
    assert len(sequence.findall(bytes_of(archive))) > 10_000
    with archive.writing() as connection:
        for number in range(0, 400, 3):
            assert forget(connection, f"a{number}").any
    with archive.writing() as connection:
        assert Texts(connection).drop(0, 1000) > 200
    with archive.reading() as connection:
        connection.execute(text("SELECT count(*) FROM articles")).all()
        assert not scrub.whole()  # the reader still needs what it sees
    assert scrub.soiled()
    assert scrub.whole()
    assert not scrub.soiled()
    assert sequence.findall(bytes_of(archive)) == []
    assert b"answerzulu" in bytes_of(archive)  # words stay, as promised
    archive.database.engine.dispose()


def test_who_retains_writes_sqlites_file_anew_once_a_day(tmp_path: Path) -> None:
    archive = Archive(f"sqlite:///{tmp_path / 'archive.db'}")
    seconds = [0.0]
    made, scrub = Retention(archive, texts=90, clock=lambda: seconds[0]), Scrub(archive.database)
    soiled = []
    for hour in (0, 1, 23, 24):
        seconds[0] = hour * 3600
        add(archive, item(f"a{hour}"), days=91)
        made.turn()
        soiled.append(scrub.soiled())
        assert b"The Headline of" not in bytes_of(archive)  # so little is gone at once
    assert soiled == [False, True, True, False]
    archive.database.engine.dispose()


def test_the_texts_that_are_due_are_found_by_an_index(archive: Archive) -> None:
    if archive.database.url.get_backend_name() != "sqlite":
        pytest.skip("PostgreSQL reads small tables whole, whatever indexes there are")
    query = select(articles.c.id).where(articles.c.whole, articles.c.added < datetime.now(UTC))
    with archive.reading() as connection:
        said = query.compile(connection, compile_kwargs={"literal_binds": True})
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}").all()
    assert "articles_whole_ix" in str(plan)
