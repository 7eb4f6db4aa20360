"""Corpora: labels as a matrix, and problems in a list."""

from pathlib import Path

import pytest

from copytaster.model.errors import CorpusError
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import corpus as corpora
from tests.stories import small_records, write_jsonl

LINES = [
    {"id": "1", "text": "one", "topics": ["a"], "published": "2026-03-01"},
    {"id": "2", "text": "two", "topics": ["b"], "not_topics": ["a"], "complete": False},
    {"id": "3", "text": "three", "topics": [], "split": "test"},
]


def test_a_topic_not_listed_is_a_no_where_complete_and_unknown_where_not(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "x.jsonl", LINES)
    corpus, problems = corpora.load([path], Taxonomy.from_slugs(["a", "b", "c"]))
    assert problems == []
    assert corpus.labels.tolist() == [[1, 0, 0], [0, 1, -1], [0, 0, 0]]


def test_without_a_taxonomy_the_topics_are_those_in_the_data(tmp_path: Path) -> None:
    corpus, _ = corpora.load([write_jsonl(tmp_path / "x.jsonl", LINES)])
    assert corpus.taxonomy.slugs == ("a", "b")
    assert corpus.newest == "2026-03-01"


def test_a_split_keeps_only_its_articles(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "x.jsonl", LINES)
    corpus, _ = corpora.load([path], Taxonomy.from_slugs(["a"]), "test")
    assert [item.id for item in corpus.articles] == ["3"]
    with pytest.raises(CorpusError, match=r"no usable article in split 'dev' in .*x\.jsonl"):
        corpora.load([path], None, "dev")


def test_duplicate_ids_and_unknown_topics_are_problems_at_their_lines(tmp_path: Path) -> None:
    lines = [
        *LINES[:1],
        {"id": "1", "text": "x", "topics": ["a"]},
        {"text": "x", "topics": ["taiwn"]},
    ]
    path = write_jsonl(tmp_path / "x.jsonl", lines)
    corpus, problems = corpora.load([path], Taxonomy.from_slugs(["a", "taiwan"]))
    assert [item.id for item in corpus.articles] == ["1"]
    assert [(problem.kind, problem.line) for problem in problems] == [
        ("duplicate id", 2),
        ("unknown topic", 3),
    ]
    assert f"was used at {path}:1" in problems[0].detail
    assert problems[1].detail == "'taiwn'; did you mean taiwan?"


def test_nothing_usable_is_an_error_that_shows_the_first_problem(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("{\n")
    with pytest.raises(CorpusError, match=r"no usable article in .*x\.jsonl:1: Invalid JSON"):
        corpora.load([path])
    write_jsonl(path, [{"text": "x", "topics": []}])
    with pytest.raises(CorpusError, match="no article carries a topic"):
        corpora.load([path])


def test_the_digest_changes_with_any_label(tmp_path: Path) -> None:
    records = small_records()
    first, _ = corpora.load([write_jsonl(tmp_path / "x.jsonl", records)])
    records[3]["topics"] = ["sport"]
    second, _ = corpora.load([write_jsonl(tmp_path / "x.jsonl", records)])
    assert first.digest != second.digest
