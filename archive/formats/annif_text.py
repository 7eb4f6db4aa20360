"""Annif's full texts: a ``.txt`` and beside it, by the same name, a ``.tsv`` or ``.key``."""

import re
from pathlib import Path

from copytaster.archive.formats import annif, plain
from copytaster.archive.formats.lines import decode_whole
from copytaster.archive.formats.paths import open_bytes, source_of, unpacked
from copytaster.archive.formats.record import Record, parse
from copytaster.archive.labelled import LabelledArticle, Problem

_SUBJECTS = (".tsv", ".key", ".TSV", ".KEY")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


def read(path: Path, form: type[Record]) -> LabelledArticle | Problem:
    """Return the article at *path* with the subjects beside it, or the problem with either.

    Raises
    ------
    OSError, EOFError, zlib.error
        If one of the two files cannot be read.
    """
    source = source_of(path)
    with open_bytes(path) as handle:
        fields = plain.read(handle.read(), source)
    if isinstance(fields, Problem) or not form.model_fields["topics"].is_required():
        return fields if isinstance(fields, Problem) else parse(form, fields, source, 1)
    beside = subjects_beside(path)
    if beside is None:
        name = unpacked(path).stem
        detail = (
            f"has no topics: no {name}.tsv or {name}.key beside it, nor was a folder given that "
            "holds it in a topic's folder"
        )
        return Problem("malformed", source, 1, detail)
    text = decode_whole(beside.read_bytes(), source_of(beside))
    if isinstance(text, Problem):
        return text
    fields["topics"] = [_subject(line) for line in text.split("\n") if line.strip()]
    return parse(form, fields, source, 1)


def subjects_beside(path: Path) -> Path | None:
    """Return the file with the subjects of the text at *path*, if there is one."""
    for ending in _SUBJECTS:
        beside = unpacked(path).with_suffix(ending)
        if beside.is_file():
            return beside
    return None


def is_beside_text(path: Path) -> bool:
    """Whether *path* would be the file with the subjects of a text that there is."""
    return path.suffix in _SUBJECTS and any(
        path.with_suffix(ending).is_file() for ending in (".txt", ".TXT", ".txt.gz")
    )


def _subject(line: str) -> str:
    cells = [cell.strip() for cell in line.split("\t")[:2]]
    for cell in cells:
        if annif.is_bracketed(cell):
            return annif.bare(cell)
    if _URI.fullmatch(cells[0]):
        return cells[0]
    return cells[-1] or cells[0]
