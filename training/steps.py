"""New columns in steps of scales that other columns have set."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Mould:
    """What new columns have to fit into.

    Attributes
    ----------
    scales : ndarray of shape (n_terms,), float32
        What a step of each term is worth.
    free : ndarray of shape (n_terms,), bool
        Terms that no other column weighs, whose scales may be chosen.
    sizes : ndarray of shape (n_columns,), float64
        How much larger each column is made.
    """

    scales: NDArray[np.float32]
    free: NDArray[np.bool_]
    sizes: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        weights: NDArray[np.float64],
        scales: NDArray[np.float32],
        free: NDArray[np.bool_],
        values: sp.csr_matrix,
    ) -> "Mould":
        """Choose the size of each of the columns *weights*, (n_terms, n_columns), as :func:`fit`.

        Other parameters are those of :func:`fit`.
        """
        sizes = [fit(column, scales, free, values).size for column in weights.T]
        return cls(scales, free, np.array(sizes))

    def cast(self, weights: NDArray[np.float64]) -> "Cast":
        """Return the columns *weights*, (n_terms, n_columns), float64, in steps."""
        large = weights * self.sizes
        scales = np.where(self.free, _own(np.abs(large).max(axis=1)), self.scales)
        steps = np.rint(large / scales.astype(np.float64)[:, np.newaxis])
        return Cast(np.clip(steps, -MOST, MOST).astype(np.int8), scales, self.sizes)


@dataclass(frozen=True, slots=True)
class Cast:
    """Columns as an artifact keeps them.

    Attributes
    ----------
    steps : ndarray of shape (n_terms, n_columns), int8
    scales : ndarray of shape (n_terms,), float32
    sizes : ndarray of shape (n_columns,), float64
        steps * scales are so many times the weights that are meant.
    """

    steps: NDArray[np.int8]
    scales: NDArray[np.float32]
    sizes: NDArray[np.float64]

    @property
    def weights(self) -> NDArray[np.float64]:
        """The weights that are served, but for their size, of shape (n_terms, n_columns)."""
        return self.steps * self.scales.astype(np.float64)[:, np.newaxis] / self.sizes


def _steps(
    weights: NDArray[np.float64], scales: NDArray[np.float32], free: NDArray[np.bool_]
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    scales = np.where(free, _own(np.abs(weights)), scales)
    steps = np.clip(np.rint(weights / scales.astype(np.float64)), -MOST, MOST)
    return steps.astype(np.int8), scales


def _own(heaviest: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the scales of terms whose *heaviest* weights, (n_terms,), are to fit the steps."""
    own = (heaviest / MOST).astype(np.float32)
    own[own == 0.0] = 1.0
    return own
