"""The terms of a vocabulary, packed so that they stay in the artifact's own memory."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


def pack(terms: Sequence[str]) -> NDArray[np.uint8]:
    """Return *terms* as the bytes of their UTF-8, joined by line feeds, uint8."""
    return np.frombuffer("\n".join(terms).encode(), dtype=np.uint8)


class Terms:
    """Packed terms; each has a row, from 0.

    Parameters
    ----------
    packed : ndarray of shape (n_bytes,), uint8
        As :func:`pack` returns them.
    """

    def __init__(self, packed: NDArray[np.uint8]) -> None:
        self.packed = packed

    def __len__(self) -> int:
        return int(np.count_nonzero(self.packed == _FEED)) + 1 if self.packed.size else 0

    def __iter__(self) -> Iterator[str]:
        yield from self.packed.tobytes().decode().split("\n") if self.packed.size else ()

    def __getitem__(self, row: int) -> str:
        start, end = self._ends[row] + 1, self._ends[row + 1]
        return self.packed[start:end].tobytes().decode()

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each term."""
        return {term: row for row, term in enumerate(self)}

    @cached_property
    def _ends(self) -> NDArray[np.int64]:
        feeds = np.flatnonzero(self.packed == _FEED)
        return np.concatenate([[-1], feeds, [self.packed.size]])


_FEED = ord("\n")
