"""How often each term comes in each text."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer

from copytaster.model.text import normalise

try:
    from copytaster.training import _counter
except ImportError:  # installed where no compiler was
    COMPILED = False
else:
    COMPILED = True


def count(texts: Sequence[str]) -> tuple[list[str], sp.csr_matrix]:
    """Count the tokens of *texts*, as the scorer finds them.

    Returns
    -------
    terms : list of str
        All terms, sorted.
    counts : csr_matrix of shape (len(texts), len(terms)), float64
        In canonical form.
    """
    if not COMPILED:
        return by_vectorizer(texts)
    starts = np.empty(len(texts) + 1, dtype=np.int64)
    terms, counted = _counter.count_words(list(texts), starts)
    return _sorted(terms, _matrix(*counted, starts, len(terms)))


def count_pairs(texts: Sequence[str], min_df: int) -> tuple[list[str], sp.csr_matrix]:
    """Count tokens and pairs of adjacent tokens, joined by a space, as :func:`count` does.

    Only those in *min_df* texts or more are kept.
    """
    if not COMPILED:
        return by_vectorizer(texts, 2, min_df)
    starts = np.empty((2, len(texts) + 1), dtype=np.int64)
    found, both, *counted = _counter.count_pairs(list(texts), starts)
    pairs = np.frombuffer(both, dtype=np.int32).reshape(-1, 2)
    words, words_in = _usual(_matrix(*counted[0], starts[0], len(found)), min_df)
    joined, pairs_in = _usual(_matrix(*counted[1], starts[1], len(pairs)), min_df)
    terms = [found[word] for word in words]
    terms += [f"{found[first]} {found[second]}" for first, second in pairs[joined].tolist()]
    return _sorted(terms, sp.hstack([words_in, pairs_in], format="csr"))


def _matrix(
    columns: bytearray, counts: bytearray, starts: NDArray[np.int64], n_terms: int
) -> sp.csr_matrix:
    values = np.frombuffer(counts, dtype=np.int32).astype(np.float64)
    numbers = np.frombuffer(columns, dtype=np.int32)
    return sp.csr_matrix((values, numbers, starts), shape=(len(starts) - 1, n_terms))


def _usual(matrix: sp.csr_matrix, min_df: int) -> tuple[NDArray[np.int64], sp.csr_matrix]:
    """Return the columns that so many rows have, and what is in them."""
    kept = np.flatnonzero(np.bincount(matrix.indices, minlength=matrix.shape[1]) >= min_df)
    return kept, matrix[:, kept]


def _sorted(terms: list[str], matrix: sp.csr_matrix) -> tuple[list[str], sp.csr_matrix]:
    """Return the *terms* sorted, and their columns in that order."""
    order = sorted(range(len(terms)), key=terms.__getitem__)
    place = np.empty(len(terms), dtype=np.int32)
    place[order] = np.arange(len(terms), dtype=np.int32)
    found = sp.csr_matrix((matrix.data, place[matrix.indices], matrix.indptr), shape=matrix.shape)
    found.sort_indices()
    return [terms[term] for term in order], found


def by_vectorizer(
    texts: Sequence[str], length: int = 1, min_df: int = 1
) -> tuple[list[str], sp.csr_matrix]:
    """Count as :func:`count` does, by scikit-learn: the oracle of the compiled way.

    Terms are of up to *length* tokens, and in *min_df* texts or more.
    """
    counter = CountVectorizer(
        preprocessor=normalise, ngram_range=(1, length), min_df=min_df, dtype=np.float64
    )
    try:
        matrix = counter.fit_transform(texts).tocsr()
    except ValueError:  # no term at all, as where no article has a headline
        return [], sp.csr_matrix((len(texts), 0))
    matrix.sort_indices()
    return counter.get_feature_names_out().tolist(), matrix
