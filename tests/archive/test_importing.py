"""Files into the archive, and its numbers, in SQLite and in PostgreSQL."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from copytaster.archive import formats, stats
from copytaster.archive.archive import Archive
from copytaster.archive.importing import Import, Source
from copytaster.archive.labelled import LabelledArticle, Problem
from copytaster.archive.naming import Names
from copytaster.archive.store import Added, Author, Store
from copytaster.model.taxonomy import Taxonomy


@pytest.fixture
def archive(url: str) -> Iterator[Archive]:
    """Give an archive without articles."""
    found = Archive(url)
    yield found
    found.database.engine.dispose()


class Told:
    """Runs imports, and keeps what they say."""

    def __init__(self, archive: Archive) -> None:
        self.problems: list[Problem] = []
        self.moved = 0
        self._archive = archive

    def run(self, path: Path, names: Names | None = None, form: str | None = None) -> Added:
        """Import *path*."""
        return Import(self._archive, self.problems.append, self._move).run(
            Source(path, form, names)
        )

    def _move(self, size: int) -> None:
        self.moved += size


def write(path: Path, *lines: object) -> Path:
    """Write JSON lines; text is written as it is."""
    said = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(said), encoding="utf-8")
    return path


def line(identifier: str | None = "a1", **fields: object) -> dict[str, object]:
    """Return a line of a file."""
    made = {"text": f"Body of {identifier}", "topics": ["trade"], **fields}
    return made if identifier is None else {"id": identifier, **made}


def every(archive: Archive) -> list[LabelledArticle]:
    """Return all articles."""
    with archive.reading() as connection:
        return list(Store(connection).each())


def test_bad_lines_are_named_and_the_rest_lands(archive: Archive, tmp_path: Path) -> None:
    told = Told(archive)
    path = write(tmp_path / "a.jsonl", line("a1"), "{", line("a2"), line("a1", text="Again"))
    assert told.run(path) == Added(new=2, labels=2)
    assert [(one.line, one.kind) for one in told.problems] == [
        (2, "malformed"),
        (4, "duplicate id"),
    ]
    assert all(one.source == str(path) for one in told.problems)


def test_importing_twice_changes_nothing_and_resumes_what_was_broken_off(
    archive: Archive, tmp_path: Path
) -> None:
    lines = [line(f"a{number}") for number in range(2500)]
    part, whole = (
        write(tmp_path / name, *some)
        for name, some in (
            ("part.jsonl", lines[:1200]),
            ("whole.jsonl", lines),
        )
    )
    assert Told(archive).run(part) == Added(new=1200, labels=1200)
    assert Told(archive).run(whole) == Added(new=1300, same=1200, labels=1300)
    before = every(archive)
    assert Told(archive).run(whole) == Added(same=2500)
    assert every(archive) == before


def test_topics_are_read_by_name_and_uri_and_unknown_ones_are_left_out(
    archive: Archive, small_taxonomy: Taxonomy, tmp_path: Path
) -> None:
    told = Told(archive)
    path = write(tmp_path / "a.jsonl", line("a1", topics=["Trade", "medtop:15000000", "Opera"]))
    told.run(path, Names(small_taxonomy))
    (found,) = every(archive)
    assert found.yes == {"trade", "sport"}
    (problem,) = told.problems
    assert (problem.kind, problem.line) == ("unknown topic", 1)
    assert "'Opera'" in problem.detail


def test_the_same_files_from_another_folder_are_the_same_articles(
    archive: Archive, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "trade").mkdir(parents=True)
        (tmp_path / name / "trade" / "a.txt").write_text("A tariff on steel.")
    assert Told(archive).run(tmp_path / "one") == Added(new=1, labels=1)
    assert Told(archive).run(tmp_path / "two") == Added(same=1)


def test_what_is_exported_is_what_was_imported(archive: Archive, tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl",
        line("a1", not_topics=["sport"], complete=False, published="2026-11-01T09:30:00+00:00"),
        line(
            "a2", headline="A \u201cquote\u201d, and\na line", chain="c", group="g", split="train"
        ),
    )
    Told(archive).run(path)
    for form in ("jsonl", "csv"):
        copy = tmp_path / f"copy.{form}"
        with archive.reading() as connection, copy.open("wb") as out:
            assert formats.WRITERS[form](Store(connection).each(), out) == 2
        told = Told(archive)
        assert told.run(copy) == Added(same=2)
        assert told.problems == []


def test_the_numbers_of_an_empty_archive(archive: Archive) -> None:
    with archive.reading() as connection:
        found = stats.of(connection)
    assert (found.articles, found.labelled, found.changes, found.newest) == (0, 0, 0, None)
    assert (found.languages, found.topics) == ({}, ())


def test_the_numbers_of_an_archive(archive: Archive, tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl",
        line("a1", language="en", published="2026-01-01"),
        line("a2", language="en", topics=["sport"], not_topics=["trade"], published="2026-02-01"),
        line("a3", topics=[], complete=False),
    )
    Told(archive).run(path)
    with archive.writing() as connection:
        Store(connection).label("a1", {"trade": False}, Author("editor", "desk-7"))
        found = stats.of(connection)
    assert (found.articles, found.labelled, found.dropped, found.changes) == (3, 2, 0, 4)
    assert found.newest == datetime(2026, 2, 1, tzinfo=UTC)
    assert found.languages == {"en": 2, "": 1}
    assert [(one.topic, one.yes, one.no, one.by_editors) for one in found.topics] == [
        ("sport", 1, 0, 0),
        ("trade", 0, 2, 1),
    ]
