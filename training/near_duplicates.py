"""Near-duplicates: articles that repeat most of another's word sequences."""

import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rensa import RMinHash, RMinHashLSH

from copytaster.training.shingles import WIDTH, jaccard, literal, sequences

#: Two articles that overlap by so much, or more, are near-duplicates; docs/decisions.md.
OVERLAP = 0.5
#: Of the earlier texts that a signature finds, so many of the latest are compared.
MOST_COMPARED = 200
# 64 bands of three hashes miss a pair that overlaps by 0.5 once in 5,000 times: (1 - 0.5**3)**64.
_HASHES = 192
_BANDS = 64
_SEED = 1
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
    return list(_pairs(texts))


def _pairs(texts: Sequence[str]) -> Iterator[tuple[int, int, float]]:
    index = RMinHashLSH(threshold=OVERLAP, num_perm=_HASHES, num_bands=_BANDS)
    firsts: dict[bytes, int] = {}

    @lru_cache(maxsize=_KEPT)
    def shingles_of(row: int) -> frozenset[str]:
        return sequences(literal(texts[row]))

    for row, text in enumerate(texts):
        words = literal(text)
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
