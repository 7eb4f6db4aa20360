"""Labelled articles written, and read back."""

import gzip
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from copytaster.archive import formats
from copytaster.archive.formats import delimited, jsonl
from copytaster.archive.labelled import LabelledArticle
from copytaster.model.errors import CorpusError
from copytaster.model.types import Article

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
names = st.none() | texts.filter(bool)
zones = st.none() | st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
moments = st.none() | st.datetimes(timezones=zones)
clean = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
slugs = st.frozensets(
    clean.map(str.strip).filter(lambda slug: bool(slug) and slug.isprintable()), max_size=4
)


@st.composite
def articles(draw: st.DrawFn, topics: st.SearchStrategy[frozenset[str]]) -> LabelledArticle:
    """Make an article such as a reader yields."""
    yes = draw(topics)
    return LabelledArticle(
        article=Article(
            text=draw(texts.filter(lambda text: bool(text.strip()))),
            headline=draw(texts),
            id=draw(texts.filter(bool)),
            language=draw(names),
            published=draw(moments),
            chain=draw(names),
        ),
        yes=yes,
        no=draw(topics) - yes,
        complete=draw(st.booleans()),
        group=draw(names),
        split=draw(names),
        source="written",
        line=0,
    )


def written(found: object) -> LabelledArticle:
    """Return *found*, which must be an article, without where it was read."""
    assert isinstance(found, LabelledArticle), found
    return replace(found, source="written", line=0)


@given(st.lists(articles(slugs), max_size=4))
def test_articles_written_as_json_lines_read_back_the_same(items: list[LabelledArticle]) -> None:
    file = io.BytesIO()
    assert jsonl.write(items, file) == len(items)
    file.seek(0)
    assert [written(found) for found in jsonl.read(file, "f")] == items


PLAIN = LabelledArticle(
    article=Article("T", id="1"),
    yes=frozenset("a"),
    no=frozenset("b"),
    complete=True,
    group=None,
    split=None,
    source="written",
    line=0,
)
TRICKY = replace(PLAIN, article=Article('a\rb\r\nc\n"d",\x00 e', headline="\ufeff\u2028", id=" 1"))


@given(st.lists(articles(slugs.filter(lambda found: not any("|" in s for s in found))), max_size=4))
@example([TRICKY])
def test_articles_written_as_csv_read_back_the_same(items: list[LabelledArticle]) -> None:
    file = io.BytesIO()
    assert delimited.write(items, file) == len(items)
    file.seek(0)
    assert [written(found) for found in delimited.read(file, "f")] == items


def test_a_topic_with_the_character_between_topics_cannot_be_csv() -> None:
    item = replace(PLAIN, yes=frozenset({"a|b"}))
    with pytest.raises(CorpusError, match=r"'a\|b' holds a \|.*; write JSON Lines"):
        delimited.write([item], io.BytesIO())


def test_a_stand_in_identifier_is_kept_when_written(tmp_path: Path) -> None:
    (found,) = jsonl.read([b'{"text": "T", "topics": []}'], "f")
    assert isinstance(found, LabelledArticle)
    for form, write in formats.WRITERS.items():
        with gzip.open(tmp_path / f"out.{form}.gz", "wb") as file:
            write([found], file)  # type: ignore[arg-type] # a GzipFile is a BinaryIO but in name
        (again,) = formats.read(tmp_path / f"out.{form}.gz")
        assert written(again).id == "f:1"


def test_an_offset_with_seconds_is_written_as_the_same_moment() -> None:
    moment = datetime(1890, 1, 1, tzinfo=timezone(timedelta(minutes=19, seconds=32)))
    item = replace(PLAIN, article=replace(PLAIN.article, published=moment))
    file = io.BytesIO()
    jsonl.write([item], file)
    (again,) = jsonl.read(file.getvalue().splitlines(), "f")
    assert written(again).article.published == moment.astimezone(UTC)
