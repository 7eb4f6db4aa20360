"""Word vectors from texts alone: words that keep the same company are alike."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.utils.extmath import randomized_svd
from threadpoolctl import threadpool_limits

from copytaster.training import company

#: Words so many places apart, or fewer, keep company: near ones tell grammar, far ones the matter.
WINDOWS = (5, 10)
#: How much of a frequent neighbour's surprise is left to it.
_SMOOTHING = 0.75


def learn(texts: Sequence[str], terms: Sequence[str], dimensions: int) -> NDArray[np.float32]:
    """Return a vector for each of *terms*, the same again for the same input.

    Parameters
    ----------
    texts : sequence of str
    terms : sequence of str
        Tokens, each once.
    dimensions : int
        Of each window's part; where the terms are as few as that, one less than they.

    Returns
    -------
    ndarray of shape (n_terms, 2 * dimensions), float32
        A part for each window, each of length 1, or 0 for a term that keeps no company.

    Notes
    -----
    Positive pointwise mutual information with smoothed contexts, and a truncated singular value
    decomposition with the root of the singular values: Levy, Goldberg and Dagan, Improving
    distributional similarity, TACL 3 (2015).
    """
    dimensions = min(dimensions, len(terms) - 1)
    if dimensions < 1:
        return np.zeros((len(terms), 0), dtype=np.float32)
    rows = company.rows(texts, terms, gap=max(WINDOWS))
    with threadpool_limits(1):  # so that sums are added up in one order
        pairs = company.count(rows, len(terms), WINDOWS)
        parts = [_decompose(window, dimensions) for window in pairs]
    return np.hstack(parts).astype(np.float32)


def _decompose(pairs: sp.csr_matrix, dimensions: int) -> NDArray[np.float64]:
    """Return the terms' vectors, of length 1, from how often each comes with each."""
    found = pairs.tocoo()
    if not found.nnz:
        return np.zeros((found.shape[0], dimensions))
    often = np.asarray(found.sum(axis=1)).ravel()
    contexts = often**_SMOOTHING / (often**_SMOOTHING).sum()
    surprise = np.log(found.data / (often[found.row] * contexts[found.col]))
    kept = surprise > 0
    positive = sp.csr_matrix(
        (surprise[kept], (found.row[kept], found.col[kept])), shape=found.shape
    )
    left, values, _ = randomized_svd(positive, dimensions, n_iter=2, random_state=0)
    vectors = left * np.sqrt(values)
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1.0))
