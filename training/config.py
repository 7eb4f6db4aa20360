"""The settings of a training run."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

#: What the thresholds for suggestions make as high as can be.
Objective = Literal["both", "micro", "macro"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a tagger is fitted; the defaults were chosen by cross-validation (docs/accuracy.md).

    Attributes
    ----------
    headline_weight : float
        Weight of the headline's own TF-IDF vector beside the whole article's.
    min_df : int
        Terms in fewer articles are left out of the vocabulary.
    C : float
        Inverse strength of the L2 penalty of ``LinearSVC``.
    ratio_weight : float
        Each feature is multiplied by sqrt(1 + w r^2), r its naive Bayes log-count ratio for the
        topic and w this weight, so that telling terms are penalised less; 0 turns it off.
    weak_weight : float
        Weight of one list of signature terms beside an article's 1; 0 turns them off.
    n_folds : int
        Folds of the cross-validation that gives out-of-fold scores.
    seed : int
        Seed of the folds.
    objective : {"both", "micro", "macro"}
        "macro" gives each topic the threshold with its own best F1; "micro" gives all topics the
        confidence with the best pooled F1; "both" lies between, by how much is known of a topic.
    auto_precision, auto_confidence : float
        The tier ``auto`` starts where a precision of at least the first is proven with the second.
    hold_back : float
        Share, 0 to below 1, of the stories that only prove the tier ``auto``: the strict way. At 0
        the out-of-fold scores of all articles do.
    exclusive : bool
        Whether each article has exactly one topic; topics are then fitted against each other too,
        and word pairs are read: :mod:`copytaster.training.exclusive`.
    vectors : int
        Dimensions of the word vectors that an exclusive recipe learns; 0 for none.
    half_life : float or None
        In so many years an article's weight in the fit halves; ``None``: all weigh the same.
    """

    headline_weight: float = 0.3
    min_df: int = 2
    C: float = 0.4
    ratio_weight: float = 0.5
    weak_weight: float = 3.0
    n_folds: int = 5
    seed: int = 0
    objective: Objective = "both"
    auto_precision: float = 0.95
    auto_confidence: float = 0.90
    hold_back: float = 0.0
    exclusive: bool = False
    vectors: int = 0
    half_life: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the settings by name."""
        return asdict(self)


BEST = Recipe()
FAST = replace(BEST, ratio_weight=0.0, C=1.0, n_folds=3)
#: For archives whose articles have exactly one topic, such as a desk.
DESK = replace(BEST, C=0.1, ratio_weight=2.0, exclusive=True, vectors=75, half_life=4.0)
PRESETS: Mapping[str, Recipe] = MappingProxyType({"fast": FAST, "best": BEST, "desk": DESK})
DEFAULT = BEST
#: From so many articles on, ``fast`` is the preset unless one is named.
LARGE = 100_000


def preset(n_articles: int, name: str | None = None, half_life: float | None = None) -> Recipe:
    """Return the preset called *name*, or the one for a corpus of *n_articles*.

    A *half_life*, in years, takes the place of the preset's own.
    """
    usual = BEST if n_articles < LARGE else FAST
    found = usual if name is None else PRESETS[name]
    return found if half_life is None else replace(found, half_life=half_life)
