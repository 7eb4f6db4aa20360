"""Files as other systems write them: Amazon Comprehend's and Annif's."""

import gzip
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copytaster.archive import formats
from copytaster.archive.formats import annif, comprehend, delimited
from copytaster.archive.formats.record import Record, Unlabelled
from copytaster.archive.labelled import LabelledArticle, Problem
from copytaster.model.errors import CorpusError

Found = LabelledArticle | Problem
Reader = Callable[[Iterable[bytes], str, type[Record]], Iterator[Found]]
TRADE, TAIWAN = "http://example.org/trade", "http://example.org/taiwan"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "train.md"
SPOKEN = re.compile(r"^\*\*(`[a-z-]+`.*?):(.*?)(?=^\*\*|^A row)", re.DOTALL | re.MULTILINE)
FENCE = re.compile(r"```\w+\n(.*?)```", re.DOTALL)


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


def read(reader: Reader, data: bytes, form: type[Record] = Record) -> list[Found]:
    """Read *data* as a file."""
    return list(reader(io.BytesIO(data), "f", form))


def said(found: Iterable[Found]) -> list[tuple[str, str, set[str], int]]:
    """Return headline, text, topics and line of each article; there must be no problem."""
    articles, problems = split(found)
    assert not problems
    return [(i.article.headline, i.article.text, set(i.yes), i.line) for i in articles]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_comprehend_rows_have_one_label_or_several_and_may_span_lines(end: str, mark: str) -> None:
    lines = ["A|B ,One", 'A,"Two,', '""lines"""', "", '"C D",Three', ""]
    found = said(read(comprehend.read, (mark + end.join(lines)).encode()))
    assert found == [
        ("", "One", {"A", "B"}, 1),
        ("", f'Two,{end}"lines"', {"A"}, 2),
        ("", "Three", {"C D"}, 5),
    ]


@pytest.mark.parametrize(
    ("row", "kind", "detail"),
    [
        (b"A,caf\xe9", "broken encoding", "line 2 is not UTF-8"),
        (b"A,one, two", "malformed", "3 cells where labels and text make 2"),
        (b"A", "malformed", "1 cells"),
        (b" | ,text", "malformed", "no label"),
        (b"A, ", "empty text", "neither headline nor"),
        (b'A,"open', "malformed", "is a quote left open"),
        (b'A,"one" two', "malformed", "is a quote left open"),
        (b"A\x00|B,text", "malformed", "a control character"),
    ],
)
def test_a_comprehend_row_that_is_no_article_is_told_and_the_rest_lands(
    row: bytes, kind: str, detail: str
) -> None:
    data = b"A,first\n" + row + b'\nB,"last"\nC,very last\n'
    articles, problems = split(read(comprehend.read, data))
    assert [item.article.text for item in articles] == ["first", "last", "very last"]
    assert [item.line for item in articles] == [1, 3, 4]
    assert [(item.kind, item.line) for item in problems] == [(kind, 2)]
    assert detail in problems[0].detail


@pytest.mark.parametrize(
    ("reader", "data"),
    [(comprehend.read, b"Label,Text\nA,one\n"), (annif.read_tsv, b"text\tsubjects\none\tA\n")],
)
def test_a_row_of_column_names_where_there_should_be_none_is_told(
    reader: Reader, data: bytes
) -> None:
    articles, (problem,) = split(read(reader, data))
    assert [item.line for item in articles] == [2]
    assert "row of column names" in problem.detail
    assert problem.line == 1


def test_annifs_tsv_has_uris_in_angle_brackets_or_bare() -> None:
    data = f'One\t<{TRADE}> <{TAIWAN}>\r\n\r\n Two \t{TRADE}\n"Three\t\n'.encode("utf-8-sig")
    assert said(read(annif.read_tsv, data)) == [
        ("", "One", {TRADE, TAIWAN}, 1),
        ("", "Two", {TRADE}, 3),
        ("", '"Three', set(), 4),
    ]


@pytest.mark.parametrize(
    ("line", "kind", "detail"),
    [
        (b"no tab here", "malformed", "no tab"),
        (b"caf\xe9\t<u:1>", "broken encoding", "byte 4 of the line"),
        (b" \t<u:1>", "empty text", "neither headline nor"),
        (b"<u:1>\tnetworking", "malformed", "a list of subjects"),
        (b"text\t<>", "malformed", "a topic is blank"),
    ],
)
def test_a_line_of_annifs_tsv_that_is_no_article_is_told_and_the_rest_lands(
    line: bytes, kind: str, detail: str
) -> None:
    articles, (problem,) = split(read(annif.read_tsv, b"one\t<u:1>\n" + line + b"\ntwo\t<u:2>\n"))
    assert [item.line for item in articles] == [1, 3]
    assert (problem.kind, problem.line) == (kind, 2)
    assert detail in problem.detail


def test_annifs_csv_has_metadata_in_its_other_columns() -> None:
    data = f"document_id,title,text,language,subject_uris\n7,H,T,fi,<{TRADE}>\n,,U,,\n".encode()
    first, second = split(read(annif.read_csv, data))[0]
    assert (first.id, first.article.headline, first.article.language) == ("7", "H", "fi")
    assert (first.article.text, first.yes) == ("T", frozenset({TRADE}))
    assert (second.id, second.article.language, second.yes) == ("f:3", None, frozenset())


def test_a_csv_without_the_column_that_the_form_needs_is_told_once() -> None:
    (problem,) = read(annif.read_csv, b"text,topics\nT,a\nU,b\n")
    assert isinstance(problem, Problem)
    assert "no column 'subject_uris'" in problem.detail
    (problem,) = read(delimited.read, b"A,one, two\nB,three\n")
    assert isinstance(problem, Problem)
    assert "or name the form if this row is an article" in problem.detail


def test_annifs_documents_take_uris_before_labels_and_headlines_from_metadata() -> None:
    document = {
        "document_id": "d1",
        "text": "T",
        "metadata": {"title": "H", "language": "fi", "published": "2026-11-21", "x": ["y"]},
        "subjects": [{"uri": TRADE, "label": "trade"}, {"label": " Taiwan "}],
    }
    lines = [document, {"metadata": {"abstract": "A"}, "subjects": []}]
    data = "\n".join(json.dumps(line) for line in lines).encode("utf-8-sig")
    first, second = split(read(annif.read_jsonl, data))[0]
    assert (first.id, first.article.text, first.article.headline) == ("d1", "T", "H")
    assert first.article.published is not None
    assert (first.article.language, first.yes) == ("fi", frozenset({TRADE, "Taiwan"}))
    assert (second.id, second.article.text, second.yes) == ("f:2", "A", frozenset())
    whole = json.dumps(document, indent=1).replace("\n", "\r\n").encode("utf-8-sig")
    (alone,) = split(read(annif.read_json, whole))[0]
    assert (alone.article, alone.yes) == (first.article, first.yes)


@pytest.mark.parametrize(
    ("data", "kind", "detail"),
    [
        (b'{"text": "T", "subjects": [}', "malformed", "Invalid JSON"),
        (b'{"text": "T"}', "malformed", 'no "subjects"'),
        (b'{"text": "T", "subjects": [{}]}', "malformed", "a topic is blank"),
        (b'{"text": "T", "subjects": [{"uri": 5}]}', "malformed", "subjects.0.uri"),
        (b'{"metadata": {}, "subjects": []}', "empty text", "neither headline nor"),
        (b'{"text": "T", "metadata": {"title": ["H"]}, "subjects": []}', "malformed", "headline"),
        (b'{"text": "caf\xe9", "subjects": []}', "broken encoding", "byte 14"),
    ],
)
def test_a_document_that_is_no_article_is_told(data: bytes, kind: str, detail: str) -> None:
    for reader in (annif.read_jsonl, annif.read_json):
        (problem,) = read(reader, data)
        assert isinstance(problem, Problem)
        assert (problem.kind, problem.line) == (kind, 1)
        assert detail in problem.detail


def test_without_labels_topics_may_be_missing_and_texts_are_read_all_the_same() -> None:
    cases: list[tuple[Reader, bytes]] = [
        (comprehend.read, b",T\n"),
        (annif.read_tsv, b"T\n"),
        (annif.read_csv, b"text\nT\n"),
        (annif.read_json, b'{"text": "T"}'),
        (annif.read_jsonl, b'{"text": "T"}'),
    ]
    for reader, data in cases:
        (found,) = read(reader, data, Unlabelled)
        assert isinstance(found, LabelledArticle), found


@given(st.binary(max_size=200))
def test_no_bytes_make_a_reader_raise(data: bytes) -> None:
    readers: list[Reader] = [
        comprehend.read,
        annif.read_tsv,
        annif.read_csv,
        annif.read_json,
        annif.read_jsonl,
    ]
    for reader in readers:
        for start in (b"", b"text,subject_uris\n"):
            assert all(isinstance(item, Found) for item in read(reader, start + data))


JSON_DOCUMENT = json.dumps({"text": "T", "subjects": [{"label": "a"}]})
OURS = json.dumps({"text": "T", "topics": ["a"], "metadata": {}})
PRETTY = json.dumps(json.loads(JSON_DOCUMENT), indent=1)
ANOTHER = json.dumps({"text": "U", "subjects": []})


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("f.csv", "topics,text\na,T\n", 1),
        ("f.csv", "\ufefftext,topics\r\nT,a\r\n", 1),
        ("f.csv", "a,T\n", 1),
        ("f.csv", '\n"a|b","T,\nU"\n', 1),
        ("f.csv", "language,T\nheadline,U\n", 2),
        ("f.csv", "text,subject_uris\nT,<u:a>\n", 1),
        ("f.csv.gz", gzip.compress(b"a,T\nb,U\n"), 2),
        ("f.tsv", "T\t<u:a>\n", 1),
        ("F.TSV.GZ", gzip.compress(b"T\t<u:a>\n"), 1),
        ("f.jsonl", f"{OURS}\n{JSON_DOCUMENT}\n", 1),
        ("f.jsonl", f"\ufeff{JSON_DOCUMENT}\n{ANOTHER}\n", 2),
        ("f.ndjson", f'\n{{"text": "only"}}\nbroken\n{JSON_DOCUMENT}\n', 1),
        ("f.json", f"{JSON_DOCUMENT}\n{ANOTHER}\n", 2),
        ("f.json", JSON_DOCUMENT, 1),
        ("f.json", PRETTY, 1),
        ("f.json.gz", gzip.compress(PRETTY.encode()), 1),
        ("f.json", json.dumps(json.loads(OURS), indent=1), 1),
        ("f.json", f"{OURS}\n{OURS}\n", 2),
        ("f.json", f"broken\n{OURS}\n", 1),
        ("f.json", f"[{OURS}]", 0),
        ("f.jsonl", '{"text": "T"}\n' * 20 + f"{OURS}\n{JSON_DOCUMENT}\n", 1),
        ("f.json", b'{"text":\n "caf\xe9",\n "topics": []}', 0),
        ("f.csv", "", 0),
        ("f.json", "", 0),
    ],
)
def test_the_form_is_told_from_the_name_and_the_first_lines(
    tmp_path: Path, name: str, content: str | bytes, expected: int
) -> None:
    articles, problems = split(formats.read(write(tmp_path, {name: content}) / name))
    assert len(articles) == expected
    assert {topic.removeprefix("u:") for item in articles for topic in item.yes} <= {
        *("a", "b", "language", "headline")
    }
    assert expected or len(problems) == 1


def test_a_form_that_is_named_is_taken_whatever_the_file_is_called(tmp_path: Path) -> None:
    write(tmp_path, {"x.dat": "text,One two\n", "sub/y.csv": "a,T\nb,U\n", "z.jsonl": OURS})
    found = said(formats.read(tmp_path / "x.dat", form="comprehend"))
    assert found == [("", "One two", {"text"}, 1)]
    assert len(said(formats.read(tmp_path, form="comprehend"))) == 2
    with pytest.raises(CorpusError, match=r"expected one of jsonl, .*topic-folders"):
        next(formats.read(tmp_path, form="excel"))
    with pytest.raises(CorpusError, match=r"no \.tsv file"):
        next(formats.read(tmp_path, form="annif-tsv"))
    for form in ("annif-folder", "topic-folders"):
        with pytest.raises(CorpusError, match="is no folder"):
            next(formats.read(tmp_path / "z.jsonl", form=form))


def test_a_list_of_articles_is_told_how_to_become_lines(tmp_path: Path) -> None:
    path = write(tmp_path, {"f.json": f"[{OURS}]"}) / "f.json"
    for form in (None, "json", "annif-json"):
        (problem,) = split(formats.read(path, form=form))[1]
        assert "one a line" in problem.detail


def examples() -> list[tuple[str, str]]:
    """Return the forms that the page on training shows, each with its example."""
    shown = [(names, FENCE.search(rest)) for names, rest in SPOKEN.findall(DOCS.read_text())]
    return [
        (name, fence[1]) for names, fence in shown if fence for name in re.findall("`(.*?)`", names)
    ]


def test_every_form_is_on_the_page_and_every_example_is_read(tmp_path: Path) -> None:
    assert {name for name, _ in examples()} | {"jsonl", "json", "csv"} == set(formats.FORMS)
    for name, example in examples():
        folder = tmp_path / name
        files = re.findall(r"==> (\S+) <==\n(.*?)(?=\n==>|\Z)", example, re.DOTALL)
        if files:
            write(folder, dict(files))
        else:
            whole = " ".join(example.split("\n")) if name == "annif-jsonl" else example
            write(folder, {f"f{formats.files.FORMS[name].suffixes[0]}": whole})
        found = said(formats.read(folder))
        assert len(found) == (1 if name in {"annif-csv", "annif-json", "annif-jsonl"} else 2)
        assert len(found[0][2]) == 2, "the first article has two topics"
        assert found == said(formats.read(folder, form=name))
