"""The company that words keep: how often each comes near each."""

from collections.abc import Iterator, Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from copytaster.model.text import tokens

try:
    from copytaster.training import _counter
except ImportError:  # installed where no compiler was
    COMPILED = False
else:
    COMPILED = True

#: Tokens that SciPy pairs at once.
_CHUNK = 4_000_000


def rows(texts: Sequence[str], terms: Sequence[str], gap: int) -> NDArray[np.int32]:
    """Return the row of each token of *texts* among *terms*, -1 for others.

    Parameters
    ----------
    texts : sequence of str
    terms : sequence of str
        Tokens, each once.
    gap : int
        So many places of -1 stand before the first text and after each.

    Returns
    -------
    ndarray of shape (n_places,), int32
    """
    if not COMPILED:
        return rows_by_tokens(texts, terms, gap)
    return np.frombuffer(_counter.find_rows(list(texts), list(terms), gap), dtype=np.int32)


def count(found: NDArray[np.int32], n_rows: int, windows: Sequence[int]) -> Iterator[sp.csr_matrix]:
    """Yield, for each of *windows*, how often two rows come within so many places of each other.

    Parameters
    ----------
    found : ndarray of shape (n_places,), int32
        A row, from 0, for each place; -1 for none.
    n_rows : int
    windows : sequence of int
        In ascending order, from 1.

    Yields
    ------
    csr_matrix of shape (n_rows, n_rows), float64
        Symmetric and in canonical form; a row that comes near itself counts twice there.
    """
    if not COMPILED:
        yield from count_by_sums(found, n_rows, windows)
        return
    for window in windows:
        starts = np.empty(n_rows + 1, dtype=np.int64)
        columns, counts = _counter.count_company(found, window, starts)
        values, numbers = np.frombuffer(counts), np.frombuffer(columns, dtype=np.int32)
        matrix = sp.csr_matrix((values, numbers, starts), shape=(n_rows, n_rows))
        yield matrix.tocsc().T  # the same, as it is symmetric, but sorted


def rows_by_tokens(texts: Sequence[str], terms: Sequence[str], gap: int) -> NDArray[np.int32]:
    """Find what :func:`rows` does, token by token: the oracle of the compiled way."""
    row_of = {term: row for row, term in enumerate(terms)}
    between = np.full(gap, -1, dtype=np.int32)
    found = [between]
    for text in texts:
        found.append(np.array([row_of.get(token, -1) for token in tokens(text)], dtype=np.int32))
        found.append(between)
    return np.concatenate(found)


def count_by_sums(
    found: NDArray[np.int32], n_rows: int, windows: Sequence[int]
) -> Iterator[sp.csr_matrix]:
    """Yield what :func:`count` does, distance by distance: the oracle of the compiled way."""
    total = sp.csr_matrix((n_rows, n_rows))
    for distance in range(1, max(windows) + 1):
        for start in range(0, len(found) - distance, _CHUNK):
            left = found[start : min(start + _CHUNK, len(found) - distance)]
            right = found[start + distance : start + distance + len(left)]
            both = (left >= 0) & (right >= 0)
            ones = np.ones(int(both.sum()))
            total += sp.csr_matrix((ones, (left[both], right[both])), shape=total.shape)
        if distance in windows:
            yield (total + total.T).tocsr()
