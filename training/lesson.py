"""What a linear layer is fitted to: features, labels, and how much each article counts."""

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from copytaster.training.corpus import NO, YES


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is learned from.

    Attributes
    ----------
    X : csr_matrix of shape (n_articles, n_features), float64
    labels : ndarray of shape (n_articles, n_topics), int8
        1 yes, 0 no, -1 unknown: left out of that topic's fit.
    weights : ndarray of shape (n_articles,), float64
        The weight of each row in the loss.
    """

    X: sp.csr_matrix
    labels: NDArray[np.int8]
    weights: NDArray[np.float64]

    def columns(self, chosen: slice) -> "Lesson":
        """Return the lesson with the *chosen* features alone."""
        return replace(self, X=self.X[:, chosen])

    def decided(self) -> "Lesson":
        """Return the rows with exactly one yes, all else a no."""
        rows = np.flatnonzero((self.labels == YES).sum(axis=1) == 1)
        labels = np.where(self.labels[rows] == YES, YES, NO).astype(np.int8)
        return Lesson(self.X[rows], labels, self.weights[rows])
