"""A new column in steps of scales that other columns have set."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from copytaster.training.rounding import MOST

#: How much larger or smaller a column may be made so that it fits the steps.
_SIZES = 2.0 ** np.arange(-6, 6.01, 0.25)


class Stepped(NamedTuple):
    """A column as an artifact keeps it.

    Attributes
    ----------
    steps : ndarray of shape (n_terms,), int8
    scales : ndarray of shape (n_terms,), float32
        As they were where another column has weights; else the column's own.
    size : float
        steps * scales are about so many times the weights.
    error : float
        Standard deviation of what scores are off, as a share of their own.
    """

    steps: NDArray[np.int8]
    scales: NDArray[np.float32]
    size: float
    error: float


def fit(
    weights: NDArray[np.float64],
    scales: NDArray[np.float32],
    free: NDArray[np.bool_],
    values: sp.csr_matrix,
) -> Stepped:
    """Return the steps that come nearest to *weights*, but for their size.

    A score's size is free, for the calibration follows it. A larger one has finer steps; a
    smaller one has fewer weights beyond the 127th step, where they are cut.

    Parameters
    ----------
    weights : ndarray of shape (n_terms,), float64
    scales : ndarray of shape (n_terms,), float32
        What a step of each term is worth.
    free : ndarray of shape (n_terms,), bool
        Terms that no other column weighs, whose scales may be chosen.
    values : csr_matrix of shape (n_articles, n_terms)
        The articles whose scores are to come out right.
    """
    wanted = values @ weights
    spread = float(wanted.std()) or 1.0
    best: Stepped | None = None
    for size in _SIZES.tolist():
        found, own = _steps(size * weights, scales, free)
        served = values @ (found * own.astype(np.float64)) / size
        error = float((served - wanted).std()) / spread
        if best is None or error < best.error:
            best = Stepped(found, own, size, error)
    if best is None:
        raise AssertionError("no size was tried")
    return best


def _steps(
    weights: NDArray[np.float64], scales: NDArray[np.float32], free: NDArray[np.bool_]
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    own = (np.abs(weights) / MOST).astype(np.float32)
    own[own == 0.0] = 1.0
    scales = np.where(free, own, scales)
    steps = np.clip(np.rint(weights / scales.astype(np.float64)), -MOST, MOST)
    return steps.astype(np.int8), scales
