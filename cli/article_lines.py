"""Articles to tag, as the shell gives them."""

import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from copytaster.model.errors import CorpusError
from copytaster.service import articles
from copytaster.service.problems import RequestError
from copytaster.service.schemas import ArticleRequest

_LINES = {".jsonl", ".ndjson", ".json"}


@dataclass(frozen=True, slots=True)
class Raw:
    """An article that nothing has looked at yet.

    Attributes
    ----------
    data : bytes
    source : str
        The file's name.
    number : int or None
        The line, from 1, that it is as JSON; ``None`` for a whole file of plain text.
    """

    data: bytes
    source: str
    number: int | None

    def parse(self) -> ArticleRequest:
        """Return the article.

        Raises
        ------
        CorpusError
            Naming file, and line and field, or the byte that is not UTF-8.
        """
        if self.number is None:
            return plain(self.data, self.source)
        return parse(self.data, self.source, self.number)


def read(files: Iterable[Path]) -> Iterator[Raw]:
    """Yield the articles of *files* or, where there are none, of standard input."""
    none = True
    for path in files:
        none = False
        with path.open("rb") as handle:
            yield from _read(handle, str(path), lines=path.suffix in _LINES)
    if none:
        yield from _read(sys.stdin.buffer, "standard input", lines=None)


def _read(handle: BinaryIO, source: str, *, lines: bool | None) -> Iterator[Raw]:
    first = handle.readline()
    if lines is None:
        lines = first.removeprefix(BOM_UTF8).lstrip().startswith(b"{")
    if not lines:
        yield Raw(first + handle.read(), source, None)
        return
    number = 1
    while first:
        if first.strip():
            yield Raw(first, source, number)
        first, number = handle.readline(), number + 1


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
    headline, _, body = text.strip().partition("\n")
    if not body.strip():
        return ArticleRequest(text=text)
    return ArticleRequest(text=body.strip(), headline=headline.strip())
