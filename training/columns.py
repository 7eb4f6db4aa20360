"""Columns of an artifact's arrays, taken out and made room for; the others stay as they are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from copytaster.model.arrays import Arrays
from copytaster.model.scorer import padded

#: Arrays with a row a topic.
_ROWS = ("intercept", "suggest", "auto", "calibration.scores", "calibration.logits")
#: Of these, those that grow with the weights.
_SIZED = frozenset(_ROWS) - {"calibration.logits"}


def take(arrays: Arrays, kept: Sequence[int]) -> Arrays:
    """Return *arrays* with the columns *kept*, in this order."""
    found = {name: array[list(kept)] if name in _ROWS else array for name, array in arrays.items()}
    for name in _weights(arrays):
        weights = arrays[name]
        found[name] = np.zeros((len(weights), padded(len(kept))), dtype=np.int8)
        found[name][:, : len(kept)] = weights[:, list(kept)]
    return found


def room(arrays: Arrays) -> Arrays:
    """Return *arrays* with weights as wide as one more topic needs, of 0."""
    width = padded(len(arrays["intercept"]) + 1)
    found = dict(arrays)
    for name in _weights(arrays):
        wider = np.zeros((len(arrays[name]), width), dtype=np.int8)
        wider[:, : arrays[name].shape[1]] = arrays[name]
        found[name] = wider
    return found


def put(arrays: Arrays, at: NDArray[np.int64], own: Arrays, sizes: NDArray[np.float64]) -> Arrays:
    """Return *arrays* with new rows for the topics in the columns *at*; the weights are another's.

    Parameters
    ----------
    arrays : dict of str to ndarray
    at : ndarray of shape (n_columns,), int64
    own : dict of str to ndarray
        Those with a row a topic, for scores of size 1.
    sizes : ndarray of shape (n_columns,), float64
        How many times larger served scores are.
    """
    found = dict(arrays)
    for name in _ROWS:
        by = sizes if name in _SIZED else np.ones_like(sizes)
        found[name] = arrays[name].copy()
        found[name][at] = (own[name].T * by).T
    return found


def _weights(arrays: Arrays) -> list[str]:
    return [name for name in arrays if name.endswith(".weights")]
