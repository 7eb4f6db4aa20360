"""Columns of the linear layer by our own compiled solver, some at a time."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from copytaster.training.corpus import NO, YES

try:
    from copytaster.training import _descent
except ImportError:  # installed where no compiler was
    WIDTH = 0
else:
    WIDTH = _descent.WIDTH

#: Passes over the articles after which a column is left to the oracle.
_MOST = 1000
#: Values in a cache line.
_LINE = 16


def available() -> bool:
    """Return whether the solver was compiled."""
    return WIDTH > 0


@dataclass(frozen=True, slots=True)
class Rows:
    """The articles as the solver reads them.

    Attributes
    ----------
    starts, features, values : ndarray of int64, int32, float32
        A compressed sparse matrix.
    n_features : int
    """

    starts: NDArray[np.int64]
    features: NDArray[np.int32]
    values: NDArray[np.float32]
    n_features: int

    @classmethod
    def of(cls, X: sp.csr_matrix) -> "Rows":
        """Return the rows of *X*."""
        return cls(
            X.indptr.astype(np.int64),
            X.indices.astype(np.int32),
            X.data.astype(np.float32),
            X.shape[1],
        )


def fit(
    rows: Rows,
    labels: NDArray[np.int8],
    weights: NDArray[np.float64],
    squared_scales: NDArray[np.float64],
    C: float,
    tolerance: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Fit up to ``WIDTH`` columns; each comes out the same whatever the others are.

    Parameters
    ----------
    rows : Rows
    labels : ndarray of shape (n_articles, n_columns), int8
        1 yes, 0 no, -1 unknown: left out of that column's fit.
    weights : ndarray of shape (n_articles,), float64
    squared_scales : ndarray of shape (n_features, n_columns), float64
    C : float
        Inverse strength of the penalty.
    tolerance : float
        Above 0; of the gradients.

    Returns
    -------
    columns : ndarray of shape (n_features, n_columns), float64
        With the scales folded in.
    intercepts : ndarray of shape (n_columns,), float64
    converged : ndarray of shape (n_columns,), bool

    Notes
    -----
    Squared hinge loss with an L2 penalty, the intercept penalised too, in the dual: Hsieh et al., A
    dual coordinate descent method for large-scale linear SVM, ICML 2008, with its shrinking.
    """
    n_articles, n_columns = labels.shape
    truth = np.zeros((n_articles, WIDTH), dtype=np.float32)
    truth[:, :n_columns] = np.where(labels == YES, 1, np.where(labels == NO, -1, 0))
    squares, columns = _aligned(2 * rows.n_features).reshape(2, rows.n_features, WIDTH)
    squares[:, :n_columns], squares[:, n_columns:] = squared_scales, 1.0
    columns[:] = 0.0
    intercepts, converged = _descent.descend(
        rows.starts,
        rows.features,
        rows.values,
        squares,
        truth,
        (0.5 / (C * weights)).astype(np.float32),
        columns,
        np.empty((2, n_articles, WIDTH), dtype=np.float32),
        np.empty(n_articles, dtype=np.int32),
        np.empty(n_articles, dtype=np.uint8),
        tolerance,
        _MOST,
    )
    return (
        columns[:, :n_columns].astype(np.float64),
        np.array(intercepts[:n_columns]),
        np.array(converged[:n_columns]),
    )


def _aligned(n_rows: int) -> NDArray[np.float32]:
    """Return room of shape (n_rows, WIDTH), float32, of which no row lies across cache lines."""
    room = np.empty((n_rows + 2) * WIDTH, dtype=np.float32)
    skip = -(room.ctypes.data // room.itemsize) % _LINE
    return room[skip : skip + n_rows * WIDTH].reshape(n_rows, WIDTH)
