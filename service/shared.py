"""Memory that processes share: a lock that a killed process lets go, names, and a note."""

import fcntl
import mmap
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

#: Bytes before a text, which say how long it is.
_HEAD = 8


class Lock:
    """Excludes other threads and other processes; the kernel lets it go when its holder dies.

    It is made before processes fork.
    """

    def __init__(self) -> None:
        self._threads = threading.Lock()
        self._file = _unnamed_file()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock until the block ends."""
        with self._threads:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)

    def __del__(self) -> None:
        os.close(self._file)


class Note:
    """A text that any process may replace.

    Parameters
    ----------
    lock : Lock
    size : int
        How long it may be, in bytes of UTF-8.
    """

    def __init__(self, lock: Lock, size: int) -> None:
        self._lock = lock
        self._size = size
        self._cells = mmap.mmap(-1, _HEAD + size)

    def read(self) -> str:
        """Return the text, ``""`` before the first was written."""
        with self._lock.held():
            return self.read_held()

    def write(self, text: str) -> bool:
        """Put *text* into the place of what was there; return whether there was room for it."""
        with self._lock.held():
            return self.append_held(text, 0)

    def read_held(self) -> str:
        """Return the text, with the lock held already."""
        return self._cells[_HEAD : _HEAD + self._used()].decode("utf-8", "replace")

    def append_held(self, text: str, start: int | None = None) -> bool:
        """Put *text* behind what is there, or at *start*, with the lock held already.

        Its length is set last: where the process is killed before, nothing has changed but bytes
        that do not count, or those of a text that was replaced.
        """
        start = self._used() if start is None else start
        data = text.encode()
        end = start + len(data)
        if end > self._size:
            return False
        self._cells[_HEAD + start : _HEAD + end] = data
        self._cells[:_HEAD] = end.to_bytes(_HEAD, "little")
        return True

    def _used(self) -> int:
        return int.from_bytes(self._cells[:_HEAD], "little")


class Names:
    """A list of names that only grows: a name keeps its place in all processes.

    Parameters
    ----------
    lock : Lock
    most : int
        How many names there is room for; they may have 64 bytes on average.
    """

    def __init__(self, lock: Lock, most: int) -> None:
        self.most = most
        self._lock = lock
        self._note = Note(lock, 64 * most)

    def all(self) -> list[str]:
        """Return every name, in order of their places."""
        return self._note.read().split("\n")[:-1]

    def places(self, names: Iterable[str]) -> list[int]:
        """Return the place of each of *names*, new ones among them; :attr:`most` without room.

        No name has a line feed.
        """
        with self._lock.held():
            held = self._note.read_held().split("\n")[:-1]
            place_of = {name: at for at, name in enumerate(held)}
            return [self._place(name, place_of) for name in names]

    def _place(self, name: str, place_of: dict[str, int]) -> int:
        if name not in place_of:
            at = len(place_of)
            if at == self.most or not self._note.append_held(f"{name}\n"):
                return self.most
            place_of[name] = at
        return place_of[name]


def _unnamed_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("copytaster-lock")
    with tempfile.TemporaryFile() as file:  # not on Linux
        return os.dup(file.fileno())
