"""Near-duplicates: articles that repeat most of another's word sequences."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np
from rensa import RMinHash, RMinHashLSH

from copytaster.model.shingles import WIDTH, jaccard, literal, sequences

try:
    from copytaster.training._shared import count_shared
except ImportError:  # installed where no compiler was
    COMPILED = False
else:
    COMPILED = True

#: Two articles that overlap by so much, or more, are near-duplicates; docs/decisions.md.
OVERLAP = 0.5
#: Of the earlier texts that a signature finds, so many of the latest are compared.
MOST_COMPARED = 200
# 64 bands of three hashes miss a pair that overlaps by 0.5 once in 5,000 times: (1 - 0.5**3)**64.
_HASHES = 192
_BANDS = 64
_SEED = 1
#: Texts are passed over again for as long as no more than this share of them is left.
_FEWER = 0.95
#: Shingle sets kept at hand for comparing.
_KEPT = 4096


def pairs(texts: Sequence[str]) -> list[tuple[int, int, float]]:
    """Find near-duplicates by MinHash, and keep those whose exact overlap confirms it.

    Parameters
    ----------
    texts : sequence of str
        Figures count: unlike the model's tokens, 1987 and 2026 are two words here, or reports of
        one form about different companies would be copies of each other.

    Returns
    -------
    list of (int, int, float)
        Positions of an earlier and a later text, and their Jaccard overlap of five-word shingles,
        ``OVERLAP`` to 1; in the order of the later. Of texts that have the same words, each is
        paired with the first only. A text of fewer than five words resembles nothing. The same
        texts give the same pairs in every process.

    Notes
    -----
    Broder, On the resemblance and containment of documents, 1997; banding: Leskovec, Rajaraman and
    Ullman, Mining of Massive Datasets, section 3.4. A signature finds candidates; a pair that
    overlaps by 0.5 is missed with probability 0.0002. Where more than 200 earlier texts are
    candidates, as with thousands of texts of one form, only the latest 200 are compared: time
    would otherwise grow with the square of their number. Copies with the same words are found
    however far apart they are.
    """
    return list(_pairs(texts, possible(texts) if COMPILED else range(len(texts))))


def possible(texts: Sequence[str]) -> list[int]:
    """Return the positions of texts that share enough of their shingles with each other.

    A text of which less than ``OVERLAP`` of the shingles are in other texts overlaps none of them
    by so much. Most of an archive's do not, and need no signature; nor do those that share theirs
    with these only. That some stay that need none does no harm.
    """
    chosen = np.arange(len(texts))
    while chosen.size:
        shared, own = np.zeros((2, chosen.size), dtype=np.int64)
        count_shared([texts[row] for row in chosen.tolist()], shared, own)
        enough = (shared > 0) & (shared >= OVERLAP * (shared + own))
        before, chosen = chosen.size, chosen[enough]
        if chosen.size > _FEWER * before:
            break
    return chosen.tolist()


def _pairs(texts: Sequence[str], chosen: Iterable[int]) -> Iterator[tuple[int, int, float]]:
    index = RMinHashLSH(threshold=OVERLAP, num_perm=_HASHES, num_bands=_BANDS)
    firsts: dict[bytes, int] = {}

    @lru_cache(maxsize=_KEPT)
    def shingles_of(row: int) -> frozenset[str]:
        return sequences(literal(texts[row]))

    for row in chosen:
        words = literal(texts[row])
        if len(words) < WIDTH:
            continue
        first = firsts.setdefault(hashlib.sha256(" ".join(words).encode()).digest(), row)
        if first != row:
            yield first, row, 1.0
            continue
        own = sequences(words)
        signature = RMinHash(num_perm=_HASHES, seed=_SEED)
        signature.update(own)
        for earlier in sorted(index.query(signature))[-MOST_COMPARED:]:
            overlap = jaccard(shingles_of(earlier), own)
            if overlap >= OVERLAP:
                yield earlier, row, overlap
        index.insert(row, signature)
