"""The settings of a training run."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a tagger is fitted; the defaults were chosen by cross-validation (docs/decisions.md).

    Attributes
    ----------
    headline_weight : float
        Weight of the headline's own TF-IDF vector beside the whole article's.
    min_df : int
        Terms in fewer articles are left out of the vocabulary.
    C : float
        Inverse strength of the L2 penalty of ``LinearSVC``.
    weak_weight : float
        Weight of one list of signature terms beside an article's 1; 0 turns them off.
    n_folds : int
        Folds of the cross-validation that gives out-of-fold scores.
    seed : int
        Seed of the folds.
    auto_precision, auto_confidence : float
        The tier ``auto`` starts where a precision of at least the first is proven with the second.
    """

    headline_weight: float = 0.3
    min_df: int = 2
    C: float = 1.0
    weak_weight: float = 3.0
    n_folds: int = 5
    seed: int = 0
    auto_precision: float = 0.95
    auto_confidence: float = 0.90

    def as_json(self) -> dict[str, Any]:
        """Return the settings by name."""
        return asdict(self)


DEFAULT = Recipe()
