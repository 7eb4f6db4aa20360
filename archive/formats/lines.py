"""Lines of a file as text: byte order mark, line ends, and what is not UTF-8."""

from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator

from copytaster.archive.labelled import Problem


def numbered(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield each of *lines* that is not blank and its number, from 1; without byte order mark."""
    for number, line in enumerate(lines, 1):
        content = line.removeprefix(BOM_UTF8) if number == 1 else line
        if content.strip():
            yield number, content


def decode(line: bytes, source: str, number: int) -> str | Problem:
    """Return *line* as text, or the problem that it is not UTF-8."""
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        detail = f"byte {error.start + 1} of the line is not UTF-8; save the file as UTF-8"
        return Problem("broken encoding", source, number, detail)


def decode_whole(data: bytes, source: str) -> str | Problem:
    r"""Return a file's *data* as text with ``\n`` for line ends, or the problem with it."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        detail = f"byte {error.start + 1} of the file is not UTF-8; save the file as UTF-8"
        return Problem("broken encoding", source, number, detail)
    return text.replace("\r\n", "\n").replace("\r", "\n")
