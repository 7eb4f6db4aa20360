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


def read(data: bytes, *, words: bool = False) -> Read:
    """Return what the lines in *data* hold, as far as they are plainly right.

    An article that is read here is what :class:`copytaster.service.schemas.ArticleRequest` makes
    of its line; what is odd, that class must look at. Without a compiler every line is odd.

    Parameters
    ----------
    data : bytes
    words : bool
        Whether an article without a character but spaces is odd.
    """
    if _compiled is None:
        return unread(data)
    found = _compiled.read(data)
    places = np.frombuffer(found.places, np.int64).reshape(-1, 2, 3)
    articles = Packed(np.frombuffer(found.text, np.uint8), places, found.languages)
    whole = Read(articles, found.ids, found.lines, found.odd)
    blank = articles.blank() if words else []
    return _without(whole, blank, data) if blank else whole


def unread(data: bytes) -> Read:
    """Return the lines in *data*, all of them as odd."""
    none = Packed(np.empty(0, np.uint8), np.empty((0, 2, 3), np.int64), [])
    return Read(none, [], [], [(at, line) for at, line in enumerate(data.split(b"\n")) if line])


def _without(found: Read, out: list[int], data: bytes) -> Read:
    """Return what was read in *data*, with the articles *out* as odd lines."""
    lines = data.split(b"\n")
    odd = [(found.lines[at], lines[found.lines[at]]) for at in out]
    kept = sorted(set(range(len(found.lines))).difference(out))
    articles = found.articles
    languages = [articles.languages[at] for at in kept]
    return Read(
        Packed(articles.data, articles.places[kept], languages),
        [found.ids[at] for at in kept],
        [found.lines[at] for at in kept],
        sorted(found.odd + odd),
    )
