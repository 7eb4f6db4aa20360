"""Weights in eight bits: a quarter of the memory to fetch, and no decision that anyone would miss.

Measurements: docs/decisions.md.
"""

import numpy as np
from numpy.typing import NDArray

from copytaster.model.scorer import padded

#: The most steps of a weight.
MOST = 127


def to_int8(weights: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return *weights* in steps of a scale for each term.

    Parameters
    ----------
    weights : ndarray of shape (n_terms, n_topics), float64

    Returns
    -------
    steps : ndarray of shape (n_terms, width), int8
        -127 to 127, padded with columns of 0 to a multiple of 32.
    scales : ndarray of shape (n_terms,), float32
        What a step is worth: steps * scales is within half a scale of the weights. Weights that
        come from such a product come out as they went in.
    """
    heaviest = np.abs(weights).max(axis=1, initial=0.0)
    scales = np.where(heaviest > 0, heaviest / MOST, 1.0).astype(np.float32)
    steps = np.zeros((len(weights), padded(weights.shape[1])), dtype=np.int8)
    steps[:, : weights.shape[1]] = np.clip(
        np.rint(weights / scales.astype(np.float64)[:, np.newaxis]), -MOST, MOST
    )
    return steps, scales


def rounded(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what :func:`to_int8` keeps of *weights*, of the same shape, float64."""
    steps, scales = to_int8(weights)
    return steps[:, : weights.shape[1]] * scales.astype(np.float64)[:, np.newaxis]
