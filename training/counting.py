"""How often each term comes in each text."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer

from copytaster.model.text import normalise

try:
    from copytaster.training._counter import count_words
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
    return _ours(texts) if COMPILED else by_vectorizer(texts)


def _ours(texts: Sequence[str]) -> tuple[list[str], sp.csr_matrix]:
    starts = np.empty(len(texts) + 1, dtype=np.int64)
    found, columns, counts = count_words(list(texts), starts)
    order = sorted(range(len(found)), key=found.__getitem__)
    place = np.empty(len(found), dtype=np.int32)
    place[order] = np.arange(len(found), dtype=np.int32)
    matrix = sp.csr_matrix(
        (
            np.frombuffer(counts, dtype=np.int32).astype(np.float64),
            place[np.frombuffer(columns, dtype=np.int32)],
            starts,
        ),
        shape=(len(texts), len(found)),
    )
    matrix.sort_indices()
    return [found[term] for term in order], matrix


def count_pairs(texts: Sequence[str], min_df: int) -> tuple[list[str], sp.csr_matrix]:
    """Count tokens and pairs of adjacent tokens, joined by a space, as :func:`count` does.

    Only those in *min_df* texts or more are kept.
    """
    return by_vectorizer(texts, 2, min_df)


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
