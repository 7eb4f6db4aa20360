"""Files that are written whole or not at all, and survive a power cut."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

#: What ends the hidden name of everything that is not whole yet, or not wanted any more.
_ASIDE = ".aside"


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


def changed(handle: BinaryIO) -> float:
    """Return when the open file was last written to, in seconds since 1970."""
    return os.fstat(handle.fileno()).st_mtime


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
    with tempfile.NamedTemporaryFile(
        dir=path.parent, prefix=f".{path.name}.", suffix=_ASIDE, delete=False
    ) as out:
        hidden = Path(out.name)
        try:
            yield cast("BinaryIO", out)
            out.flush()
            hidden.chmod(mode)
            _keep_owner(hidden, path)
            os.fsync(out.fileno())
            hidden.replace(path)
        except BaseException:
            hidden.unlink(missing_ok=True)
            raise
    sync_folder(path.parent)


def _keep_owner(hidden: Path, path: Path) -> None:
    """Have the file that replaces *path* belong to whom it belonged, as far as we may."""
    with suppress(OSError):
        before = path.stat()
        if (before.st_uid, before.st_gid) != (os.getuid(), os.getgid()):
            os.chown(hidden, before.st_uid, before.st_gid)


@contextmanager
def folder_aside(beside: Path) -> Iterator[Path]:
    """Give a hidden folder on the file system of *beside*, gone after the block."""
    hidden = _folder_aside(beside)
    try:
        yield hidden
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Give a folder to fill aside; it becomes *path* when the block ends, or vanishes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with folder_aside(path) as hidden:
        yield hidden
        for file in hidden.iterdir():
            file.chmod(0o644)
            sync_file(file)
        hidden.chmod(0o755)
        sync_folder(hidden)
        hidden.rename(path)
        sync_folder(path.parent)


def remove_folder(path: Path) -> None:
    """Remove the folder at *path*: whole in its place, or gone; then its parts, aside."""
    hidden = _folder_aside(path)
    if path.is_symlink():
        path.replace(hidden / path.name)
    else:
        path.rename(hidden)  # an empty folder gives way
    sync_folder(path.parent)
    remove(hidden)


def left_aside(folder: Path) -> Iterator[Path]:
    """Yield what a writer in *folder* has not finished, or was killed over."""
    yield from sorted(folder.glob(f".*{_ASIDE}"))


def remove(path: Path) -> None:
    """Remove the file or folder at *path* as far as that is allowed; no error where it is not."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
        return
    try:
        path.unlink()
    except OSError:
        return


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file at *path* for the block; wait for whoever else holds it.

    The lock goes with its process: one that is killed holds nothing.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _folder_aside(beside: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=beside.parent, prefix=f".{beside.name}.", suffix=_ASIDE))
