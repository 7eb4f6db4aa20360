"""Lines of JSON in, articles out: those that are plainly right, many at a time."""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from copytaster.model.packed import Packed

_compiled: Any
try:
    _compiled = importlib.import_module("copytaster.service._articles")
except ImportError:  # installed where no compiler was
    _compiled = None


def available() -> bool:
    """Return whether the compiled reader is installed."""
    return _compiled is not None


@dataclass(frozen=True, slots=True)
class Read:
    """What came of some lines.

    Attributes
    ----------
    articles : Packed
    ids : list of str or int or None
        As they were sent.
    lines : list of int
        The line of each article, from 0.
    odd : list of (int, bytes)
        Every other line that is not empty, with its number: one that is wrong, or may be.
    """

    articles: Packed
    ids: Sequence[str | int | None]
    lines: list[int]
    odd: list[tuple[int, bytes]]


def read(data: bytes) -> Read:
    """Return what the lines in *data* hold, as far as they are plainly right.

    An article that is read here is what :class:`copytaster.service.schemas.ArticleRequest` makes
    of its line; what is odd, that class must look at. Without a compiler every line is odd.
    """
    if _compiled is None:
        none = Packed(np.empty(0, np.uint8), np.empty((0, 2, 3), np.int64), [])
        lines = [(at, line) for at, line in enumerate(data.split(b"\n")) if line]
        return Read(none, [], [], lines)
    found = _compiled.read(data)
    places = np.frombuffer(found.places, np.int64).reshape(-1, 2, 3)
    articles = Packed(np.frombuffer(found.text, np.uint8), places, found.languages)
    return Read(articles, found.ids, found.lines, found.odd)
