"""From scores to confidences: applying a fitted calibration."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt's sigmoid for each topic: confidence = 1 / (1 + exp(-(slope score + offset))).

    Attributes
    ----------
    slope, offset : ndarray of shape (n_topics,), float64
        Every slope is above 0, so a higher score is never a lower confidence.
    """

    slope: NDArray[np.float64]
    offset: NDArray[np.float64]

    def confidence(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return confidences, 0 to 1, for *scores*, both of shape (..., n_topics), float64."""
        logit = self.slope * scores + self.offset
        small = np.exp(-np.abs(logit))
        return np.asarray(np.where(logit >= 0, 1.0, small) / (1.0 + small))
