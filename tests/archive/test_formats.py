"""Files of labelled articles: what is read, and what is said of lines that cannot be."""

import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copytaster.archive import formats
from copytaster.archive.formats import delimited, jsonl
from copytaster.archive.labelled import LabelledArticle, Problem
from copytaster.model.errors import CorpusError


def one(line: str | bytes) -> LabelledArticle | Problem:
    """Read a JSONL file of one line."""
    data = line.encode() if isinstance(line, str) else line
    (found,) = jsonl.read([data], "file.jsonl")
    return found


def article(line: str) -> LabelledArticle:
    """Read a line that is an article."""
    found = one(line)
    assert isinstance(found, LabelledArticle), found
    return found


def problem(line: str | bytes) -> Problem:
    """Read a line that is a problem."""
    found = one(line)
    assert isinstance(found, Problem)
    return found


def test_every_field_of_a_jsonl_line_is_read() -> None:
    found = article(
        '{"id": 7, "headline": "H", "text": "T", "language": "en", "published": "2026-11-21",'
        ' "chain": "c1", "group": "g1", "split": "train", "topics": ["a"], "not_topics": ["b"],'
        ' "complete": false, "extra": 1}'
    )
    assert (found.id, found.article.headline, found.article.text) == ("7", "H", "T")
    assert found.article.published is not None
    assert found.article.published.date().isoformat() == "2026-11-21"
    assert (found.yes, found.no, found.complete) == (frozenset("a"), frozenset("b"), False)
    assert (found.group, found.article.chain, found.split, found.line) == ("g1", "c1", "train", 1)


def test_what_a_line_leaves_out_has_a_default() -> None:
    found = article('{"text": "T", "topics": []}')
    assert found.complete
    assert (found.id, found.group) == ("file.jsonl:1", None)
    assert article('{"text": "T", "topics": [], "date": "1987-02-26T15:01:01"}').article.published
    assert article('{"text": null, "headline": "H", "topics": [], "date": null}')


def test_digits_are_a_date_before_they_are_seconds() -> None:
    for date, day in (('"20141231"', "2014-12-31"), ("20141231", "2014-12-31")):
        published = article(f'{{"text": "T", "topics": [], "date": {date}}}').article.published
        assert published is not None
        assert published.isoformat() == f"{day}T00:00:00"
    published = article('{"text": "T", "topics": [], "date": 1416528000}').article.published
    assert published is not None
    assert published.date().isoformat() == "2014-11-21"


@pytest.mark.parametrize(
    ("line", "kind", "detail"),
    [
        (
            b'{"text": "caf\xe9", "topics": []}',
            "broken encoding",
            "byte 14 of the line is not UTF-8",
        ),
        ('{"text": "T", "topics": [}', "malformed", "Invalid JSON"),
        ('{"text": "T"}', "malformed", "topics: Field required"),
        ('{"text": "T", "topics": "a"}', "malformed", "topics: "),
        ('{"text": ["T"], "topics": []}', "malformed", "text: "),
        ('{"text": "T", "topics": [], "date": "soon"}', "malformed", "date: "),
        ('{"text": "T", "topics": [], "date": "2014"}', "malformed", "2014 is no date in ISO"),
        ('{"text": "T", "topics": [], "date": 20141301}', "malformed", "date: "),
        ('{"text": " \\n", "headline": "", "topics": []}', "empty text", "neither headline nor"),
        (
            '{"text": "T", "topics": ["a"], "not_topics": ["a"]}',
            "malformed",
            "'a' is in topics and",
        ),
        ('{"text": "\\ud800", "topics": []}', "malformed", "Invalid JSON"),
        ('{"text": "T", "topics": [" "]}', "malformed", "a topic is blank"),
        ('{"text": "T", "topics": ["a\\nb"]}', "malformed", "a control character"),
    ],
)
def test_a_line_that_is_no_article_is_a_problem_that_says_why(
    line: str | bytes, kind: str, detail: str
) -> None:
    found = problem(line)
    assert (found.kind, found.source, found.line) == (kind, "file.jsonl", 1)
    assert detail in found.detail


@given(st.binary(max_size=200))
def test_no_line_of_bytes_raises(line: bytes) -> None:
    for found in jsonl.read([line], "f"):
        assert isinstance(found, LabelledArticle | Problem)
    for found in delimited.read([b"text,topics\n", line], "f"):
        assert isinstance(found, LabelledArticle | Problem)


def read_csv(data: bytes) -> list[LabelledArticle | Problem]:
    """Read *data* as a CSV file."""
    return list(delimited.read(io.BytesIO(data), "f.csv"))


def test_a_csv_row_may_span_lines_and_have_several_topics() -> None:
    data = '\ufeffid,headline,text,topics\n1,H,"two\nlines, here",a| b |\n2,,T,\n'.encode()
    first, second = read_csv(data)
    assert isinstance(first, LabelledArticle)
    assert isinstance(second, LabelledArticle)
    assert first.article.text == "two\nlines, here"
    assert first.yes == frozenset({"a", "b"})
    assert (first.line, second.line, second.yes) == (2, 4, frozenset())


@pytest.mark.parametrize(
    ("data", "line", "detail"),
    [
        (b"body,topics\nx,a\n", 1, "no column 'text'"),
        (b"", 1, "no column 'text'"),
        (b"text,topics\nok,a\ncaf\xe9,a\n", 3, "line 3 is not UTF-8"),
        (b"text,topics\nx,a,b\n", 2, "more cells than the header"),
        (b"text,topics,complete\nx,a,perhaps\n", 2, "complete: "),
        (b"text,topics\n,a\n", 2, "neither headline nor text"),
        (b'text,topics\nfine,a\n"open,b\nmore,c\n', 3, "is a quote left open"),
        (b'text,topics\nx, | \n"",b\n', 3, "neither headline nor text"),
        (b"text,topics\rx,a\r", 1, "is not CSV"),
    ],
)
def test_a_csv_row_that_is_no_article_is_a_problem_at_its_line(
    data: bytes, line: int, detail: str
) -> None:
    (found,) = [item for item in read_csv(data) if isinstance(item, Problem)]
    assert found.line == line
    assert detail in found.detail


def test_a_quote_left_open_costs_one_row() -> None:
    rows = b"".join(b"row %d,a\n" % number for number in range(3, 100))
    problem, *rest = read_csv(b'text,topics\n"open,a\n' + rows)
    assert isinstance(problem, Problem)
    assert problem.line == 2
    assert [item.line for item in rest] == list(range(3, 100))
    assert all(isinstance(item, LabelledArticle) for item in rest)


def test_a_file_of_nothing_but_open_quotes_is_not_read_over_and_over() -> None:
    problems = read_csv(b"text,topics\n" + b'a","\n' * 500)
    assert len(problems) < 20
    last = problems[-1]
    assert isinstance(last, Problem)
    assert "all up to line 501 is lost with it" in last.detail


def test_files_are_read_gzipped_and_from_folders_in_order(tmp_path: Path) -> None:
    line = json.dumps({"text": "T", "topics": []}).encode()
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(line + b"\n" + line))
    (tmp_path / "a.csv").write_bytes(b"text,topics\nx,a\n")
    (tmp_path / "notes.md").write_text("not data")
    found = list(formats.read(tmp_path))
    assert [Path(item.source).name for item in found] == ["a.csv", "b.jsonl.gz", "b.jsonl.gz"]


def test_a_path_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    for name, content in (("x.docx", b""), ("x.jsonl.gz", b"not gzip")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(CorpusError, match=name):
            list(formats.read(tmp_path / name))
    with pytest.raises(CorpusError, match=r"nowhere\.csv"):
        list(formats.read(tmp_path / "nowhere.csv"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match=r"no \.jsonl"):
        list(formats.read(tmp_path / "empty"))


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert isinstance(one('\ufeff{"text": "T", "topics": []}'), LabelledArticle)


def test_a_gzip_file_with_a_damaged_block_is_an_error(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(json.dumps({"text": "T " * 500, "topics": []}).encode()))
    whole[12:16] = b"\xff\xff\xff\xff"
    (tmp_path / "bad.jsonl.gz").write_bytes(whole)
    with pytest.raises(CorpusError, match=r"bad\.jsonl\.gz: cannot be read"):
        list(formats.read(tmp_path / "bad.jsonl.gz"))


def test_a_gzip_file_that_was_cut_off_is_an_error(tmp_path: Path) -> None:
    whole = gzip.compress(b'{"text": "T", "topics": []}\n' * 1000)
    (tmp_path / "cut.jsonl.gz").write_bytes(whole[:-20])
    with pytest.raises(CorpusError, match=r"cut\.jsonl\.gz: cannot be read"):
        list(formats.read(tmp_path / "cut.jsonl.gz"))
