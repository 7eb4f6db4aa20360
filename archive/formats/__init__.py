"""Files of labelled articles: one reader a format, chosen by the file's name."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from copytaster.archive.formats import delimited, jsonl
from copytaster.archive.formats.record import Record, Unlabelled
from copytaster.archive.labelled import LabelledArticle, Problem
from copytaster.model.errors import CorpusError

_READERS = {".jsonl": jsonl.read, ".ndjson": jsonl.read, ".csv": delimited.read}


def read(path: Path, *, labels: bool = True) -> Iterator[LabelledArticle | Problem]:
    """Yield the labelled articles of *path*, and a problem for each line that is not one.

    Parameters
    ----------
    path : Path
        A ``.jsonl``, ``.ndjson`` or ``.csv`` file, optionally with ``.gz`` behind, or a folder
        of such files, which are read in the order of their names.
    labels : bool
        Whether an article must say its topics.

    Raises
    ------
    CorpusError
        If the path cannot be read, or is in no format that is known.
    """
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if _suffix(file) in _READERS)
        if not found:
            raise CorpusError(f"{path}: no {', '.join(_READERS)} file in this folder")
        for file in found:
            yield from read(file, labels=labels)
        return
    reader = _READERS.get(_suffix(path))
    if reader is None:
        known = ", ".join(_READERS)
        raise CorpusError(f"{path}: unknown format; expected {known}, each also with .gz")
    try:
        with _open(path) as handle:
            yield from reader(handle, str(path), Record if labels else Unlabelled)
    except (OSError, EOFError, zlib.error) as error:
        raise CorpusError(f"{path}: cannot be read ({error})") from None


def _suffix(path: Path) -> str:
    return path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix


def _open(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return path.open("rb")
