"""Folders of texts: one folder a topic, and Annif's with subjects beside each text."""

import gzip
from collections.abc import Iterable
from pathlib import Path

import pytest

from copytaster.archive import formats
from copytaster.archive.labelled import LabelledArticle, Problem
from copytaster.model.errors import CorpusError

Found = LabelledArticle | Problem


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write *files*, by name, below *folder*, and return the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def split(found: Iterable[Found]) -> tuple[list[LabelledArticle], list[Problem]]:
    """Return the articles and the problems."""
    items = list(found)
    articles = [item for item in items if isinstance(item, LabelledArticle)]
    return articles, [item for item in items if isinstance(item, Problem)]


def topics(root: Path, found: Iterable[Found]) -> dict[str, set[str]]:
    """Return the topics of each article by its file; there must be no problem."""
    articles, problems = split(found)
    assert not problems
    return {str(Path(item.source).relative_to(root)): set(item.yes) for item in articles}


def test_a_text_has_the_topic_of_its_folder_and_its_first_line_as_headline(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "trade/a.txt": "\ufeffHead \r\n\r\nBody\r\nmore\r\n",
            "Free travel/b.TXT": "One line only\n",
            "trade/c.txt.gz": gzip.compress(b"Head\nBody"),
            "trade/.DS_Store": b"\x00",
            "trade/._a.txt": b"\x00\xff",
            "taxonomy.json": "{}",
        },
    )
    second, first, third = split(formats.read(tmp_path))[0]
    assert (first.article.headline, first.article.text) == ("Head", "Body\nmore")
    assert (first.yes, first.id) == (frozenset({"trade"}), f"{tmp_path / 'trade/a.txt'}:1")
    assert (second.article.headline, second.article.text) == ("", "One line only")
    assert second.yes == frozenset({"Free travel"})
    assert (third.article.headline, third.article.text) == ("Head", "Body")


def test_one_text_under_two_topics_is_one_article_whatever_its_names_and_line_ends(
    tmp_path: Path,
) -> None:
    write(
        tmp_path,
        {
            "trade/1.txt": "Head\n\nBody\n",
            "taiwan/9.txt": "\ufeffHead\r\n\r\nBody",
            "taiwan/1.txt": "Another\n\nstory under the same name",
        },
    )
    assert topics(tmp_path, formats.read(tmp_path)) == {
        "taiwan/1.txt": {"taiwan"},
        "taiwan/9.txt": {"taiwan", "trade"},
    }


def test_a_text_that_is_no_article_is_told_and_the_rest_lands(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "trade/a.txt": "fine",
            "trade/b.txt": b"two\nlines, caf\xe9",
            "trade/c.txt": " \n",
            "trade/2024/d.txt": "deep",
            "e.txt": "loose",
            "trade/f.txt.gz": b"not gzip",
        },
    )
    articles, problems = split(formats.read(tmp_path))
    assert [item.article.text for item in articles] == ["fine"]
    told = {Path(item.source).name: (item.kind, item.line, item.detail) for item in problems}
    assert told["b.txt"][:2] == ("broken encoding", 2)
    assert told["c.txt"][0] == "empty text"
    assert "deeper than topic/name.txt" in told["d.txt"][2]
    assert "in no topic's folder" in told["e.txt"][2]
    assert "cannot be read" in told["f.txt.gz"][2]
    assert len(problems) == 5


def test_without_labels_texts_are_read_wherever_they_lie(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "one", "x/b.txt": "two", "x/y/c.txt": "three"})
    articles, problems = split(formats.read(tmp_path, labels=False))
    assert [item.article.text for item in articles] == ["one", "two", "three"]
    assert not problems
    (alone,) = split(formats.read(tmp_path / "a.txt", labels=False))[0]
    assert alone.article.text == "one"


def test_annifs_texts_have_their_subjects_beside_them(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.txt": "Head\n\nBody",
            "a.tsv": "\ufeff<u:1>\tone\tmore\r\nu:2\ttwo\r\n\r\n\tthree\nfour\n",
            "b.txt": "text",
            "b.key": "computer science\nInternet Protocol\n",
            "c.json": '{"text": "T", "subjects": [{"uri": "u:1"}]}',
            "d.txt.gz": gzip.compress(b"packed"),
            "d.tsv": "",
        },
    )
    assert topics(tmp_path, formats.read(tmp_path)) == {
        "a.txt": {"u:1", "u:2", "three", "four"},
        "b.txt": {"computer science", "Internet Protocol"},
        "c.json": {"u:1"},
        "d.txt.gz": set(),
    }
    assert topics(tmp_path, formats.read(tmp_path / "b.txt")) == {
        "b.txt": {"computer science", "Internet Protocol"}
    }


def test_a_text_of_annifs_without_subjects_is_told_and_the_rest_lands(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.txt": "fine",
            "a.key": "x",
            "b.txt": "no subjects",
            "c.txt": "broken subjects",
            "c.tsv": b"<u:1>\tcaf\xe9",
            "d.json": '{"text": "T"}',
            "e.txt": b"\xff",
            "e.key": "x",
        },
    )
    articles, problems = split(formats.read(tmp_path, form="annif-folder"))
    assert [item.article.text for item in articles] == ["fine"]
    told = {Path(item.source).name: item.detail for item in problems}
    assert "no b.tsv or b.key beside it" in told["b.txt"]
    assert "not UTF-8" in told["c.tsv"]
    assert 'no "subjects"' in told["d.json"]
    assert "not UTF-8" in told["e.txt"]
    assert len(problems) == 4


def test_texts_by_topic_beside_other_forms_are_left_out_and_told(tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": "text,topics\nT,a\n", "notes.txt": "no article", "x/b.txt": "two"})
    articles, (problem,) = split(formats.read(tmp_path))
    assert [item.article.text for item in articles] == ["T"]
    assert (problem.source, problem.line) == (str(tmp_path / "x"), 1)
    assert "name the form topic-folders" in problem.detail
    articles, (problem,) = split(formats.read(tmp_path, form="topic-folders"))
    assert [set(item.yes) for item in articles] == [{"x"}]
    assert Path(problem.source).name == "notes.txt"


def test_a_file_of_a_folder_that_cannot_be_read_costs_no_other(tmp_path: Path) -> None:
    whole = gzip.compress(b'{"text": "T", "topics": []}\n' * 1000)
    write(tmp_path, {"a.jsonl.gz": whole[:-20], "b.csv": "text,topics\nU,a\n"})
    articles, (problem,) = split(formats.read(tmp_path))
    assert articles[-1].article.text == "U"
    assert Path(problem.source).name == "a.jsonl.gz"
    assert "cannot be read" in problem.detail


def test_a_text_that_goes_away_while_the_folder_is_read_is_told(tmp_path: Path) -> None:
    found = formats.read(write(tmp_path, {"a/1.txt": "one", "a/2.txt": "two", "a/3.txt": "three"}))
    assert isinstance(next(found), LabelledArticle)
    (tmp_path / "a" / "2.txt").unlink()
    articles, (problem,) = split(found)
    assert [item.article.text for item in articles] == ["three"]
    assert "cannot be read" in problem.detail


def test_a_name_that_is_no_text_becomes_one(tmp_path: Path) -> None:
    folder = tmp_path / "trade"
    folder.mkdir()
    try:
        (folder / "caf\udce9.txt").write_text("one")
    except OSError as error:
        pytest.skip(f"the file system takes no such name ({error})")
    (found,) = split(formats.read(tmp_path))[0]
    found.id.encode()


def test_a_folder_without_texts_has_no_topics_to_read(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no \.txt file"):
        next(formats.read(tmp_path, form="topic-folders"))
