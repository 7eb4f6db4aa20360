"""From text to tokens, and back from a token to where it stands."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

#: scikit-learn's default word pattern: two or more word characters.
TOKEN = re.compile(r"(?u)\b\w\w+\b")
_DIGIT = re.compile(r"\d")
#: The one code point whose lower case is longer than itself (two code points).
_LONG_LOWER = "\u0130"


def normalise(text: str) -> str:
    """Lower-case *text* and fold every decimal digit to ``0``, so that 1987 and 2026 are 0000."""
    return _DIGIT.sub("0", text.lower())


def tokens(text: str) -> list[str]:
    """Return the tokens of *text* in order, normalised."""
    return TOKEN.findall(normalise(text))


def pairs(found: Sequence[str]) -> list[str]:
    """Return each of the tokens *found* but the last with the next one, joined by a space."""
    return [f"{one} {other}" for one, other in pairwise(found)]


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each token of *text* with its start and end (exclusive) as offsets into *text*."""
    longer = [at for at, char in enumerate(text) if char == _LONG_LOWER]
    inside = [at + before + 1 for before, at in enumerate(longer)]
    for found in TOKEN.finditer(normalise(text)):
        start, end = found.span()
        yield found.group(), start - bisect_left(inside, start), end - bisect_left(inside, end)
