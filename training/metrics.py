"""How right a set of decisions is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copytaster.training.corpus import YES


@dataclass(frozen=True, slots=True)
class Counts:
    """Decisions against known labels.

    Attributes
    ----------
    right, wrong, missed : int
        True positives, false positives and false negatives.
    """

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share, 0 to 1, of the tags given that were right; 0 where none was given."""
        return self.right / (self.right + self.wrong) if self.right else 0.0

    @property
    def recall(self) -> float:
        """Share, 0 to 1, of the labels that were found; 0 where there are none."""
        return self.right / (self.right + self.missed) if self.right else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, 0 to 1."""
        return 2 * self.right / (2 * self.right + self.wrong + self.missed) if self.right else 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """Counts over all topics and for each.

    Attributes
    ----------
    micro : Counts
        Pooled over topics.
    topics : tuple of Counts
        In the order of the columns.
    """

    micro: Counts
    topics: tuple[Counts, ...]

    @property
    def macro_f1(self) -> float:
        """Mean, 0 to 1, of the topics' F1; a topic that no label carries counts as 0."""
        return sum(counts.f1 for counts in self.topics) / len(self.topics)


def compare(decided: NDArray[np.bool_], labels: NDArray[np.int8]) -> Report:
    """Count decisions against labels, both of shape (n_articles, n_topics), bool and int8."""
    truth, known = labels == YES, labels >= 0
    right = (decided & truth).sum(axis=0)
    wrong = (decided & known & ~truth).sum(axis=0)
    missed = (~decided & truth).sum(axis=0)
    topics = tuple(
        Counts(int(r), int(w), int(m)) for r, w, m in zip(right, wrong, missed, strict=True)
    )
    return Report(Counts(int(right.sum()), int(wrong.sum()), int(missed.sum())), topics)
