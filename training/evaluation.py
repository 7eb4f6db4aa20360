"""The figures of an evaluation, and the JSON document that they make."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from copytaster.training.confusions import Confusion
from copytaster.training.learning_curve import LearningCurve
from copytaster.training.mistakes import Mistake
from copytaster.training.reliability import Bin, Reliability

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Micro:
    """Accuracy over all topics, each decision counted once; 0 to 1, nan where undefined."""

    precision: float
    recall: float
    f1: float
    f1_low: float
    f1_high: float


@dataclass(frozen=True, slots=True)
class Macro:
    """Means over the topics that the articles carry; 0 to 1, nan where undefined."""

    f1: float
    f1_low: float
    f1_high: float
    average_precision: float


@dataclass(frozen=True, slots=True)
class Auto:
    """How the tier ``auto`` did.

    Attributes
    ----------
    topics : int
        How many topics have the tier.
    tags : int
        How many of its tags could be judged.
    precision, precision_low, precision_high : float
        Of these tags, 0 to 1; nan where there is none.
    coverage : float
        Share, 0 to 1, of the yes labels that it finds.
    articles : float
        Share, 0 to 1, of the articles that have such a tag.
    """

    topics: int
    tags: int
    precision: float
    precision_low: float
    precision_high: float
    coverage: float
    articles: float


@dataclass(frozen=True, slots=True)
class TopicFigures:
    """One topic's figures; those of accuracy are 0 to 1, and nan where undefined.

    Attributes
    ----------
    name : str
    articles : int
        How many carry it.
    precision, recall, f1, f1_low, f1_high, average_precision : float
        Of its tags, whichever their tier.
    suggest_from, auto_from : float
        The confidences at which the tiers start; nan where there is no ``auto``.
    auto_tags, auto_precision, auto_coverage : int, float, float
        As in :class:`Auto`.
    brier, log_loss, ece : float
        As in :class:`Reliability`.
    trained_on : int
        How many articles with it the tagger was trained on.
    more_for_auto : int or None
        How many more such articles a tier ``auto`` would likely take; ``None`` where it has one
        or more articles alone would not do.
    """

    name: str
    articles: int
    precision: float
    recall: float
    f1: float
    f1_low: float
    f1_high: float
    average_precision: float
    suggest_from: float
    auto_from: float
    auto_tags: int
    auto_precision: float
    auto_coverage: float
    brier: float
    log_loss: float
    ece: float
    trained_on: int
    more_for_auto: int | None


@dataclass(frozen=True, slots=True)
class TopicPlots:
    """The points of one topic's plots: :class:`Curve`, and the bins of its reliability."""

    thresholds: tuple[float, ...]
    precision: tuple[float, ...]
    recall: tuple[float, ...]
    reliability: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How right a tagger is on labelled articles that it has not learned from.

    Attributes
    ----------
    model : str
        Its version.
    taxonomy : int
        How many topics it knows.
    data, split : tuple of str, str or None
        Names of the files, and the part of a published split.
    articles, stories : int
    published : tuple of (str, str) or None
        First and last date, ``YYYY-MM-DD``.
    micro, macro : Micro, Macro
    subset_accuracy : float
        Share, 0 to 1, of the articles whose every known label is right.
    top_tag_accuracy : float
        Share, 0 to 1, of the articles with a yes whose most confident topic is one.
    auto : Auto
    review : float
        Share of articles for which a reply asks for an editor: no tag, or a foreign language.
    calibration : Reliability
        Over all pairs of article and topic.
    topics : dict of str to TopicFigures
    curves : dict of str to TopicPlots
        All topics together under the empty slug.
    confusions, mistakes : tuple
        The most frequent, and the most confident.
    learning : LearningCurve or None
    """

    model: str
    taxonomy: int
    data: tuple[str, ...]
    split: str | None
    articles: int
    stories: int
    published: tuple[str, str] | None
    micro: Micro
    macro: Macro
    subset_accuracy: float
    top_tag_accuracy: float
    auto: Auto
    review: float
    calibration: Reliability
    topics: dict[str, TopicFigures]
    curves: dict[str, TopicPlots]
    confusions: tuple[Confusion, ...]
    mistakes: tuple[Mistake, ...]
    learning: LearningCurve | None

    def as_json(self) -> dict[str, Any]:
        """Return the figures by name, rounded to six digits; ``None`` for what is undefined."""
        return {name: plain(value) for name, value in asdict(self).items()}


def plain(value: Any) -> Any:  # noqa: ANN401  # whatever JSON can hold
    """Return *value* as JSON has it: numbers rounded, ``None`` for those that are not finite."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, tuple | list):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return round(value, _DIGITS) if math.isfinite(value) else None
    return value
