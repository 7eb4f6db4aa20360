"""Which tags to apply unseen, and which to show an editor: applying fitted thresholds."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from copytaster.model.types import Tier


@dataclass(frozen=True)
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

    def of(self, score: float, topic: int) -> Tier | None:
        """Return the tier of *score* for the topic in column *topic*, ``None`` for no tag."""
        suggest, auto = self._each[topic]
        return "auto" if score >= auto else "suggest" if score >= suggest else None

    @cached_property
    def _each(self) -> list[tuple[float, float]]:
        return list(zip(self.suggest.tolist(), self.auto.tolist(), strict=True))
