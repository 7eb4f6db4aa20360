"""Articles as the shell gives them, in whatever pieces they are read."""

import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copytaster.cli import article_lines
from copytaster.cli.article_lines import Piece, read

LINE = st.sampled_from(
    [b'{"text": "A tariff"}', b'{"text": ""}', b"", b"  \t", b"{", b'{"text": 3}', b"\xff"]
) | st.integers(0, 60).map(lambda n: json.dumps({"text": "x" * n}).encode())


def parsed(pieces: list[Piece]) -> tuple[list[str], list[str]]:
    """Return all texts, and all that is wrong."""
    found = [piece.parse() for piece in pieces]
    texts = [item.text for good, _ in found for item in good]
    return texts, [str(error) for _, bad in found for error in bad]


@settings(deadline=None)
@given(
    lines=st.lists(LINE, max_size=12),
    end=st.sampled_from([b"\n", b"\r\n"]),
    last=st.sampled_from([b"", b"\n"]),
    size=st.integers(1, 90),
)
def test_articles_and_the_numbers_of_bad_lines_do_not_depend_on_how_they_are_read(
    lines: list[bytes], end: bytes, last: bytes, size: int
) -> None:
    data = end.join(lines) + last
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(article_lines, "PIECE", size)
        patch.setattr(sys, "stdin", Stdin(b'{"text": "first"}\n' + data))
        pieces = list(read([]))
    assert b"".join(piece.data for piece in pieces) == b'{"text": "first"}\n' + data
    assert all(piece.data.endswith(b"\n") for piece in pieces[:-1])
    whole = parsed([Piece(b'{"text": "first"}\n' + data, "standard input", 1)])
    assert parsed(pieces) == whole
    expected = [at for at, line in enumerate(lines, 2) if line in {b"{", b'{"text": 3}', b"\xff"}]
    assert [int(problem.split(":")[1]) for problem in whole[1]] == expected
    assert len(whole[0]) == 1 + sum(bool(line.strip()) for line in lines) - len(expected)


class Stdin:
    """Standard input with these bytes."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BufferedReader(io.BytesIO(data))


def test_an_empty_file_of_text_is_an_article_and_an_empty_file_of_lines_is_none(
    tmp_path: Path,
) -> None:
    for name, expected in (("a.txt", [""]), ("a.jsonl", [])):
        (tmp_path / name).write_bytes(b"")
        assert parsed(list(read([tmp_path / name]))) == (expected, [])


def test_a_file_of_text_is_one_article_however_long_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Headline\n" + "word " * 200_000)
    (piece,) = read([path])
    (article,), problems = piece.parse()
    assert (article.headline, len(article.text), problems) == ("Headline", 999_999, [])


def test_a_line_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"text": "a"}\n\xef\xbb\xbf{"text": "b"}')
    assert parsed(list(read([path]))) == (["a", "b"], [])
