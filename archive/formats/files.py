"""One file of labelled articles: its form, by name and first lines, and its reader."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from pydantic_core import from_json

from copytaster.archive.formats import annif, annif_text, comprehend, delimited, jsonl, rows
from copytaster.archive.formats.paths import open_bytes, source_of, suffix
from copytaster.archive.formats.record import Record
from copytaster.archive.labelled import LabelledArticle, Problem
from copytaster.model.errors import CorpusError

_Reader = Callable[[Iterable[bytes], str, type[Record]], Iterator[LabelledArticle | Problem]]
_LINES = (".jsonl", ".ndjson")
#: So many lines of JSON, and bytes, are looked at before they are taken for ours.
_LOOK_LINES, _LOOK_BYTES = 20, 1 << 20


@dataclass(frozen=True, slots=True)
class Form:
    """A form of file.

    Attributes
    ----------
    read : callable
        Yields the articles and problems of lines.
    suffixes : tuple of str
        What the names of such files end in, but for ``.gz``.
    """

    read: _Reader
    suffixes: tuple[str, ...]


FORMS = {
    "jsonl": Form(jsonl.read, (*_LINES, ".json")),
    "json": Form(jsonl.read_whole, (".json",)),
    "csv": Form(delimited.read, (".csv",)),
    "comprehend": Form(comprehend.read, (".csv",)),
    "annif-tsv": Form(annif.read_tsv, (".tsv",)),
    "annif-csv": Form(annif.read_csv, (".csv",)),
    "annif-json": Form(annif.read_json, (".json",)),
    "annif-jsonl": Form(annif.read_jsonl, (*_LINES, ".json")),
}
SUFFIXES = (*_LINES, ".csv", ".tsv", ".json")


def read(path: Path, form: str | None, record: type[Record]) -> Iterator[LabelledArticle | Problem]:
    """Yield the articles and problems of the file at *path*.

    Raises
    ------
    CorpusError
        If its form is not known.
    OSError, EOFError, zlib.error
        If it cannot be read.
    """
    source = source_of(path)
    ending = suffix(path)
    if form is None and ending == ".txt":
        yield annif_text.read(path, record)
        return
    if form is None and ending not in SUFFIXES:
        raise CorpusError(
            f"{source}: unknown format; expected {', '.join(SUFFIXES)}, each also with .gz, "
            "or a folder"
        )
    with open_bytes(path) as handle:
        if form is None:
            form, lines = _choose(ending, handle)
        else:
            lines = iter(handle)
        yield from FORMS[form].read(lines, source, record)


def _choose(ending: str, lines: Iterable[bytes]) -> tuple[str, Iterator[bytes]]:
    """Return the form of *lines*, by the first of them, and all of them."""
    taken: list[bytes] = []
    rest = iter(lines)
    choose = {".csv": _of_csv, ".tsv": _of_tsv, ".json": _of_json}.get(ending, _of_lines)
    form = choose(_kept(rest, taken))
    return form, chain(taken, rest)


def _kept(lines: Iterator[bytes], taken: list[bytes]) -> Iterator[bytes]:
    for line in lines:
        taken.append(line)
        yield line


def _of_tsv(_: Iterator[bytes]) -> str:
    return "annif-tsv"


def _of_csv(lines: Iterator[bytes]) -> str:
    first = next(rows.read(lines, ""), None)
    if not isinstance(first, rows.Row):
        return "csv"
    names = {cell.strip().casefold() for cell in first.cells}
    if {"text", "subject_uris"} <= names and "topics" not in names:
        return "annif-csv"
    pair = len(first.cells) == 2  # noqa: PLR2004 -- labels and text
    return "comprehend" if pair and not names & {"text", "topics"} else "csv"


def _of_lines(lines: Iterator[bytes]) -> str:
    looked = 0
    for number, line in enumerate(lines, 1):
        found = _as_object(line)
        if found is not None and ("topics" in found or annif.is_document(found)):
            return "jsonl" if "topics" in found else "annif-jsonl"
        looked += len(line)
        if number == _LOOK_LINES or looked > _LOOK_BYTES:
            break
    return "jsonl"


def _of_json(lines: Iterator[bytes]) -> str:
    # One line of two that is a whole object by itself: it is a file of such lines.
    head = list(islice(lines, 2))
    if any(_as_object(line) is not None for line in head):
        return _of_lines(chain(head, lines))
    found = _as_object(b"".join(chain(head, lines)))
    return "annif-json" if found is not None and annif.is_document(found) else "json"


def _as_object(data: bytes) -> dict[str, object] | None:
    try:
        found = from_json(data.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
