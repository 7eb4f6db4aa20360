"""Paths of files: what their names end in, opening them, and naming them in problems."""

import gzip
import zlib
from pathlib import Path
from typing import IO, cast

from copytaster.archive.labelled import Problem

#: What is raised where a file cannot be opened, or not be read to its end.
UNREADABLE = (OSError, EOFError, zlib.error)


def suffix(path: Path) -> str:
    """Return what the name of *path* ends in, in lower case, but for ``.gz``."""
    return unpacked(path).suffix.lower()


def unpacked(path: Path) -> Path:
    """Return *path* without ``.gz``."""
    return path.with_suffix("") if path.suffix.lower() == ".gz" else path


def open_bytes(path: Path) -> IO[bytes]:
    """Open the file at *path*, unpacking it where its name ends in ``.gz``."""
    if path.suffix.lower() == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return path.open("rb")


def source_of(path: Path) -> str:
    """Return *path* as text that can be written anywhere, whatever bytes are in its name."""
    return str(path).encode(errors="replace").decode()


def unreadable(path: Path, error: BaseException) -> Problem:
    """Return the problem that the file at *path* cannot be read."""
    detail = f"cannot be read ({error}); mend it or take it away"
    return Problem("malformed", source_of(path), 1, detail)
