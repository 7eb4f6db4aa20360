"""Files that are written whole or not at all, and survive a power cut."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast


def sync_folder(folder: Path) -> None:
    """Make the names in *folder* durable, as fsync(2) asks for after a rename."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make the contents of *path* durable."""
    with path.open("rb") as handle:
        os.fsync(handle.fileno())


def replace(source: Path, path: Path) -> None:
    """Put the file *source* in the place of *path*, durably; readers see the old or the new."""
    source.chmod(0o644)
    sync_file(source)
    source.replace(path)
    sync_folder(path.parent)


def write_text(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace *path* by *text* in UTF-8: readers see the old or the new file, never a part."""
    with aside(path, mode) as out:
        out.write(text.encode())


@contextmanager
def aside(path: Path, mode: int = 0o644) -> Iterator[BinaryIO]:
    """Give a file to write; it becomes *path*, durably, when the block ends without an error."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as out:
        hidden = Path(out.name)
        try:
            yield cast("BinaryIO", out)
            out.flush()
            os.fsync(out.fileno())
            hidden.chmod(mode)
            hidden.replace(path)
        except BaseException:
            hidden.unlink(missing_ok=True)
            raise
    sync_folder(path.parent)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Give a folder to fill aside; it becomes *path* when the block ends, or vanishes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        yield aside
        for file in aside.iterdir():
            file.chmod(0o644)
            sync_file(file)
        sync_folder(aside)
        aside.chmod(0o755)
        aside.rename(path)
        sync_folder(path.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
