"""Articles to tag, as the shell gives them."""

import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import cast

import numpy as np

from copytaster.model.errors import CorpusError
from copytaster.model.plain import headline_and_body
from copytaster.service import articles
from copytaster.service.problems import RequestError
from copytaster.service.schemas import ArticleRequest

LINE_FEED = ord("\n")
#: Bytes that are read at once.
PIECE = 1 << 20
_LINES = {".jsonl", ".ndjson", ".json"}


@dataclass(frozen=True, slots=True)
class Piece:
    """Articles that nothing has looked at yet.

    Attributes
    ----------
    data : bytes
        Whole lines of JSON, or a whole file of plain text.
    source : str
        The file's name.
    number : int or None
        Of the first line, from 1; ``None`` for plain text.
    """

    data: bytes
    source: str
    number: int | None

    def parse(self) -> tuple[list[ArticleRequest], list[CorpusError]]:
        """Return the articles, and what is wrong with those that cannot be read.

        An error names file, and line and field, or the byte that is not UTF-8. Blank lines are
        left out.
        """
        if self.number is not None:
            lines = enumerate(self.data.split(b"\n"))
            found, problems = parse_all(lines, self.source, self.number)
            return list(found.values()), problems
        try:
            return [plain(self.data, self.source)], []
        except CorpusError as error:
            return [], [error]


def read(files: Iterable[Path]) -> Iterator[Piece]:
    """Yield the articles of *files* or, where there are none, of standard input."""
    none = True
    for path in files:
        none = False
        with path.open("rb") as handle:
            yield from _read(handle, str(path), lines=path.suffix in _LINES)
    if none:
        yield from _read(cast("BufferedReader", sys.stdin.buffer), "standard input", lines=None)


def _read(handle: BufferedReader, source: str, *, lines: bool | None) -> Iterator[Piece]:
    pieces, number = _whole(handle), 1
    first = next(pieces, b"")
    if lines is None:
        line = first.partition(b"\n")[0]
        lines = line.removeprefix(BOM_UTF8).lstrip().startswith(b"{")
    if not lines:
        yield Piece(first + b"".join(pieces), source, None)
        return
    for data in chain([first], pieces):
        yield Piece(data, source, number)
        # bytes.count looks at a byte at a time, and takes five times as long
        number += int(np.count_nonzero(np.frombuffer(data, np.uint8) == LINE_FEED))


def _whole(handle: BufferedReader) -> Iterator[bytes]:
    """Yield what *handle* gives, cut after line ends only; a terminal gives a line at a time."""
    kept: list[bytes] = []
    while data := handle.read1(PIECE):
        end = data.rfind(b"\n") + 1
        if end:
            yield b"".join([*kept, memoryview(data)[:end]])
            kept.clear()
        kept.append(data[end:])
    if any(kept):
        yield b"".join(kept)


def parse_all(
    lines: Iterable[tuple[int, bytes]], source: str, first: int
) -> tuple[dict[int, ArticleRequest], list[CorpusError]]:
    """Return the articles of JSON *lines*, and what is wrong with those that cannot be read.

    Parameters
    ----------
    lines : iterable of (int, bytes)
        Each with its place, from 0, by which its article is found. Blank ones are left out.
    source : str
        The file's name.
    first : int
        The number of the line at place 0.
    """
    found: dict[int, ArticleRequest] = {}
    problems: list[CorpusError] = []
    for at, line in lines:
        if not line or line.isspace():
            continue
        try:
            found[at] = parse(line, source, first + at)
        except CorpusError as error:
            problems.append(error)
    return found, problems


def parse(line: bytes, source: str, number: int) -> ArticleRequest:
    """Return the article of one JSON line.

    Raises
    ------
    CorpusError
        Naming file, line and field.
    """
    try:
        return articles.parse(line, "line")
    except RequestError as error:
        raise CorpusError(f"{source}:{number}: {error.detail}") from None


def plain(data: bytes, source: str) -> ArticleRequest:
    """Return an article of plain text in UTF-8: headline, then body.

    Raises
    ------
    CorpusError
        Naming the file and the byte that is not UTF-8.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorpusError(f"{source}: byte {error.start + 1} is not UTF-8") from None
    headline, body = headline_and_body(text)
    return ArticleRequest(text=body, headline=headline)
