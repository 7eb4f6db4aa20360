"""Dual coordinate descent for a few columns of the linear layer at a time, without the GIL."""

import numpy as np
from numpy.typing import NDArray

#: Columns that are fitted at a time.
WIDTH: int

def descend(
    starts: NDArray[np.int64],
    features: NDArray[np.int32],
    values: NDArray[np.float32],
    squares: NDArray[np.float32],
    truth: NDArray[np.float32],
    ridge: NDArray[np.float32],
    columns: NDArray[np.float32],
    room: NDArray[np.float32],
    order: NDArray[np.int32],
    awake: NDArray[np.uint8],
    tolerance: float,
    most: int,
) -> tuple[list[float], list[bool]]:
    """Fit WIDTH columns in place; return their intercepts, and whether each converged.

    Parameters
    ----------
    starts, features, values : ndarray of shape (n_rows + 1,), (n_values,), (n_values,)
        The rows of a compressed sparse matrix: int64, int32, float32.
    squares : ndarray of shape (n_features, WIDTH), float32
        The square of each feature's scale.
    truth : ndarray of shape (n_rows, WIDTH), float32
        1 yes, -1 no, 0 unknown.
    ridge : ndarray of shape (n_rows,), float32
        1 / (2 C w), w the row's weight in the loss.
    columns : ndarray of shape (n_features, WIDTH), float32
        All 0; becomes the columns, with the scale folded in.
    room : ndarray of shape (2, n_rows, WIDTH), float32
    order, awake : ndarray of shape (n_rows,), int32 and uint8
        Room to work in.
    tolerance : float
        Above 0: how far gradients may be from what is best.
    most : int
        Passes over the rows.
    """
