"""Overlap between texts, by the word sequences that they share."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations

from copytaster.model.text import TOKEN, tokens

#: Words in a shingle.
WIDTH = 5


def shingles(text: str) -> frozenset[str]:
    """Return every sequence of five tokens in *text*, joined by spaces."""
    return sequences(tokens(text))


def literal(text: str) -> list[str]:
    """Return the tokens of *text* in order, lower-cased, with figures as they stand."""
    return TOKEN.findall(text.lower())


def sequences(words: Sequence[str]) -> frozenset[str]:
    """Return every sequence of five *words*, joined by spaces; none of fewer than five."""
    shifted = (words[start:] for start in range(WIDTH))
    return frozenset(map(" ".join, zip(*shifted, strict=False)))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share, 0 to 1, of the shingles of either that both have; 0 for none at all."""
    common = len(one & other)
    return common / (len(one) + len(other) - common) if common else 0.0


def closest(texts: Sequence[str]) -> tuple[float, tuple[int, int] | None]:
    """Return the highest Jaccard overlap, 0 to 1, of any two *texts*, and their positions.

    Exact; only pairs that share a shingle are compared. ``(0.0, None)`` where none do.
    """
    sets = [shingles(text) for text in texts]
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for position, found in enumerate(sets):
        for shingle in found:
            holders[shingle].append(position)
    shared: Counter[tuple[int, int]] = Counter()
    for positions in holders.values():
        shared.update(combinations(positions, 2))
    overlaps = (
        (common / (len(sets[a]) + len(sets[b]) - common), (a, b))
        for (a, b), common in shared.items()
    )
    return max(overlaps, default=(0.0, None))
