"""Rows of CSV, each with the line that it begins at."""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from copytaster.archive.labelled import Problem

#: What columns are called in files that people write. No first article says only such words.
_HEADING = re.compile(
    "article|body|categor(y|ies)|class(es)?|content|document|headline|labels?|subjects?|tags?|"
    "text|title|topics?|uris?"
)
#: How often, on average, a line may be read again.
_READINGS = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One row of CSV.

    Attributes
    ----------
    line : int
        The line that it begins at, from 1.
    cells : list of str
    broken : int or None
        The first of its lines that is not UTF-8; replacement characters stand in the cells.
    """

    line: int
    cells: list[str]
    broken: int | None

    def problem(self, source: str) -> Problem | None:
        """Return what is wrong with the row's encoding, if anything."""
        if self.broken is None:
            return None
        detail = f"line {self.broken} is not UTF-8; save the file as UTF-8"
        return Problem("broken encoding", source, self.line, detail)


def read(lines: Iterable[bytes], source: str) -> Iterator[Row | Problem]:
    """Yield each row that is not blank, and a problem for what is not CSV.

    After a problem the line behind the one where the row began is read as a new row, so that a
    quote left open costs one row and not the rest of the file. Where that would come to reading
    all lines many times over, the lines are lost and the problem says so.
    """
    csv.field_size_limit(2**31 - 1)
    decoder = _Decoder(lines)
    rows = csv.reader(decoder, strict=True)
    while True:
        decoder.begin()
        start = decoder.number + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            end = decoder.number
            lost = "" if decoder.retry() else f"; all up to line {end} is lost with it"
            detail = f"is not CSV ({error}); is a quote left open, or a comma unquoted?{lost}"
            yield Problem("malformed", source, start, detail)
        else:
            if cells:
                yield Row(start, cells, decoder.broken)


def is_header(cells: Sequence[str]) -> bool:
    """Whether *cells* name columns in words that people use for them."""
    return bool(cells) and all(_HEADING.fullmatch(cell.strip().casefold()) for cell in cells)


def header_problem(source: str, line: int) -> Problem:
    """Return the problem that a row names columns where the form has no such row."""
    detail = "looks like a row of column names, which this form does not have; remove it"
    return Problem("malformed", source, line, detail)


class _Decoder:
    """Gives lines as text and counts them.

    Attributes
    ----------
    number : int
        How many lines were given.
    broken : int or None
        The first line of this row that was not UTF-8.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self._again: deque[bytes] = deque()
        self._given: list[bytes] = []
        self._furthest = self._retried = 0
        self.number = 0
        self.broken: int | None = None

    def begin(self) -> None:
        """Begin a row."""
        self._given.clear()
        self.broken = None

    def retry(self) -> bool:
        """Take back all lines of this row but its first, to be given again, if that is allowed."""
        rest = self._given[1:]
        self._furthest = max(self._furthest, self.number)
        if self._retried + len(rest) > _READINGS * self._furthest:
            return False
        self._retried += len(rest)
        self._again.extendleft(reversed(rest))
        self.number -= len(rest)
        return True

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self._given.append(line)
        self.number += 1
        try:
            return line.decode("utf-8-sig" if self.number == 1 else "utf-8")
        except UnicodeDecodeError:
            self.broken = self.broken or self.number
            return line.decode(errors="replace")
