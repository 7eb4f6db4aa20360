"""A stream cut into lines, of which none may be too long."""

from collections.abc import Callable, Iterator
from typing import NamedTuple


class Line(NamedTuple):
    """One line of a stream.

    Attributes
    ----------
    number : int
        Its place, from 1.
    data : bytes or None
        Without its end; ``None`` if it was longer than the limit.
    """

    number: int
    data: bytes | None


def groups(read: Callable[[int], bytes], limit: int, size: int) -> Iterator[list[Line]]:
    """Yield the lines that came together, so that an answer need not wait for more to come.

    Parameters
    ----------
    read : callable
        Returns the next bytes of a stream, at most so many, and ``b""`` at its end.
    limit : int
        The longest line, in bytes. Memory is bounded by it, not by the stream.
    size : int
        The most lines of a group. Lines without a character but spaces are left out.
    """
    cutter = _Cutter(limit)
    while piece := read(65536):
        yield from _batches(cutter.cut(piece), size)
    yield from _batches(cutter.cut(b"\n"), size)


def _batches(lines: list[Line], size: int) -> Iterator[list[Line]]:
    for at in range(0, len(lines), size):
        yield lines[at : at + size]


class _Cutter:
    """Keeps what came of the line that is not whole yet."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._kept = 0
        self._ended = 0

    def cut(self, piece: bytes) -> list[Line]:
        """Return the lines that end in *piece*."""
        *ends, rest = piece.split(b"\n")
        lines = [self._end(part) for part in ends]
        self._keep(rest)
        return [line for line in lines if line.data is None or not _is_blank(line.data)]

    def _keep(self, part: bytes) -> None:
        self._kept += len(part)
        if self._kept > self._limit + 1:  # the one more may be a carriage return
            self._parts.clear()
        elif part:
            self._parts.append(part)

    def _end(self, part: bytes) -> Line:
        self._ended += 1
        if not self._kept and len(part) <= self._limit:
            return Line(self._ended, part.removesuffix(b"\r"))
        self._keep(part)
        whole = b"".join(self._parts).removesuffix(b"\r")
        long = self._kept > self._limit + 1 or len(whole) > self._limit
        self._parts.clear()
        self._kept = 0
        return Line(self._ended, None if long else whole)


def _is_blank(line: bytes) -> bool:
    return not line or line.isspace()
