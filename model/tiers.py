"""Which tags to apply unseen, and which to show an editor: applying fitted thresholds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copytaster.model.types import Tier

#: No tag, and the tiers of tags, from below.
NAMES: tuple[Tier | None, ...] = (None, "suggest", "auto")


@dataclass(frozen=True, slots=True)
class Tiers:
    """The scores at which a topic enters each tier.

    Attributes
    ----------
    suggest : ndarray of shape (n_topics,), float64
        Scores at or above it are tags.
    auto : ndarray of shape (n_topics,), float64
        Scores at or above it may be applied unseen; ``inf`` where nothing is proven.
        Never below ``suggest``.
    """

    suggest: NDArray[np.float64]
    auto: NDArray[np.float64]

    def of(self, scores: NDArray[np.float64], topics: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the place in :data:`NAMES` of each score's tier.

        Parameters
        ----------
        scores : ndarray of shape (n,), float64
        topics : ndarray of shape (n,), int64
            The column of the topic of each.
        """
        found = (scores >= self.suggest[topics]).astype(np.int64)
        return found + (scores >= self.auto[topics])
