"""Articles whose headlines and texts stand in one piece of memory, so that no strings are made."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from copytaster.model.types import Article

_ORDER = "le" if sys.byteorder == "little" else "be"
#: The code points below 256 that are no space.
_INK = np.array([not chr(code).isspace() for code in range(256)])
#: Most texts that begin with a space have something else among so many code points.
_BEGINNING = 16
_CODECS = {1: "latin-1", 2: f"utf-16-{_ORDER}", 4: f"utf-32-{_ORDER}"}


@dataclass(frozen=True, slots=True)
class Packed(Sequence[Article]):
    """Articles, of which each becomes an object only when somebody looks at it.

    Attributes
    ----------
    data : ndarray of shape (n_bytes,), uint8
        Code points.
    places : ndarray of shape (n_articles, 2, 3), int64
        Of each headline and text: how many bytes one of its code points has (1, 2 or 4), its first
        byte in *data*, a multiple of these, and how many code points it has.
    languages : sequence of str or None
        BCP 47 tags, where they are known.
    """

    data: NDArray[np.uint8]
    places: NDArray[np.int64]
    languages: Sequence[str | None]

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, at: int) -> Article: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Article]: ...
    def __getitem__(self, at: int | slice) -> Article | Sequence[Article]:
        if isinstance(at, slice):
            return Packed(self.data, self.places[at], self.languages[at])
        headline, text = (self._text(*place) for place in self.places[at].tolist())
        return Article(text, headline, language=self.languages[at])

    def __iter__(self) -> Iterator[Article]:
        return (self[at] for at in range(len(self)))

    def blank(self) -> list[int]:
        """Return the articles that have no character but spaces, in headline and text."""
        if not self.data.size:
            return list(range(len(self)))
        kinds, starts, lengths = np.moveaxis(self.places, 2, 0)
        first = self.data[np.minimum(starts, self.data.size - 1)]
        plain = (kinds == 1) & (lengths > 0) & _INK[first]
        doubtful = np.flatnonzero(~plain.any(axis=1)).tolist()
        return [at for at in doubtful if not any(map(self._has_ink, self.places[at].tolist()))]

    def _has_ink(self, place: tuple[int, int, int]) -> bool:
        kind, start, length = place
        beginning = self._text(kind, start, min(length, _BEGINNING))
        return bool(beginning.strip() or self._text(kind, start, length).strip())

    def _text(self, kind: int, start: int, length: int) -> str:
        return self.data[start : start + kind * length].tobytes().decode(_CODECS[kind])
