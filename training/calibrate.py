"""Fitting confidences to out-of-fold scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from copytaster.model.calibration import Calibration
from copytaster.training.calibrators import FITS, Curve, Own, Scores, line, platt
from copytaster.training.corpus import YES

Method = Own | Literal["shared"]
Labels = NDArray[np.int8]

#: What is tried beside Platt's line.
_BENT: tuple[Own, ...] = ("beta", "isotonic")
#: Topics with fewer yes labels share one calibration.
MIN_POSITIVES = 10
#: Topics with fewer have a straight line: a bend would be chance.
_MIN_BENT = 30


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A fitted calibration, with how each topic's curve was made.

    Attributes
    ----------
    calibration : Calibration
    methods : tuple of {"platt", "beta", "isotonic", "shared"}
        In the order of the topics.
    held_out : ndarray of shape (n_articles, n_topics), float64
        Confidences, 0 to 1, by the same methods fitted without the article's fold.
    """

    calibration: Calibration
    methods: tuple[Method, ...]
    held_out: Scores


def fit(
    scores: Scores,
    labels: Labels,
    fold: NDArray[np.int64],
    lines: Sequence[Calibration] | None = None,
) -> Calibrated:
    """Fit each topic's curve on its known labels, by the method that predicts them best.

    Parameters
    ----------
    scores : ndarray of shape (n_articles, n_topics), float64
        Out-of-fold scores.
    labels : ndarray of shape (n_articles, n_topics), int8
        1 yes, 0 no, -1 unknown.
    fold : ndarray of shape (n_articles,), int64
        The fold of each article: a method is judged by its log loss on folds that its curve was
        not fitted to.
    lines : sequence of Calibration or None
        What :func:`platt_by_fold` gives, if it is at hand.

    Notes
    -----
    Platt, Probabilistic outputs for support vector machines, 1999, with his smoothed targets;
    Kull, Silva Filho and Flach, Beta calibration, AISTATS 2017; isotonic regression with each
    block at its centre (Oron and Flournoy, Centered isotonic regression, 2017). Topics with
    fewer than 10 yes, or whose score says nothing, share Platt's curve for all such topics.
    """
    held_out = np.empty(scores.shape)
    for number, line_of in enumerate(lines or platt_by_fold(scores, labels, fold)):
        held_out[fold == number] = line_of.logit(scores[fold == number])
    methods: list[Method] = []
    curves: list[Curve] = []
    for topic, straight in enumerate(_lines(scores, labels)):
        curve = straight.curve
        if not straight.own:
            methods.append("shared")
        else:
            column, said = scores[:, topic], labels[:, topic]
            best, held_out[:, topic] = _best(column, said, fold, held_out[:, topic])
            if best != "platt":
                curve = FITS[best](column[said >= 0], said[said >= 0] == YES) or curve
            methods.append(best)
        curves.append(curve)
    return Calibrated(_stack(curves), tuple(methods), expit(held_out))


def platt_by_fold(
    scores: Scores, labels: Labels, fold: NDArray[np.int64]
) -> tuple[Calibration, ...]:
    """Return, for each fold from 0, what :func:`platt_each` fits to all others."""
    return tuple(
        platt_each(scores[fold != number], labels[fold != number])
        for number in range(int(fold.max()) + 1)
    )


def platt_each(scores: Scores, labels: Labels) -> Calibration:
    """Fit Platt's line to each topic, or the shared one; arguments as for :func:`fit`."""
    return _stack([topic.curve for topic in _lines(scores, labels)])


@dataclass(frozen=True, slots=True)
class _Line:
    """Platt's line for a topic, and whether it is the topic's own."""

    curve: Curve
    own: bool


def _lines(scores: Scores, labels: Labels) -> list[_Line]:
    rare = (labels == YES).sum(axis=0) < MIN_POSITIVES
    shared = _shared(scores, labels, rare)
    found = []
    for topic, few in enumerate(rare.tolist()):
        known = labels[:, topic] >= 0
        own = None if few else platt(scores[known, topic], labels[known, topic] == YES)
        found.append(_Line(own or shared, own is not None))
    return found


def _stack(curves: Sequence[Curve]) -> Calibration:
    return Calibration(
        np.stack([curve.scores for curve in curves]), np.stack([curve.logits for curve in curves])
    )


def _shared(scores: Scores, labels: Labels, rare: NDArray[np.bool_]) -> Curve:
    """Return the curve for topics with too few yes: of these if they can be told, else of all."""
    for chosen in (rare, np.ones_like(rare)):
        known = labels[:, chosen] >= 0
        truth = labels[:, chosen][known] == YES
        if truth.sum() >= MIN_POSITIVES or chosen.all():
            curve = platt(scores[:, chosen][known], truth)
            if curve is not None:
                return curve
    return line(1.0, 0.0, labels[labels >= 0] == YES)


def _best(
    column: Scores, labels: Labels, fold: NDArray[np.int64], straight: Scores
) -> tuple[Own, Scores]:
    """Return the method with the lowest log loss on folds that its curve was not fitted to.

    With it, its logits of all articles, each by the curve without the article's fold; *straight*
    are those of Platt's lines.
    """
    tried: dict[Own, Scores] = {"platt": straight}
    for method in _BENT if np.count_nonzero(labels == YES) >= _MIN_BENT else ():
        logits = held_out_logits(method, column, labels, fold)
        if logits is not None:
            tried[method] = logits
    best = min(tried, key=lambda method: log_loss(tried[method], labels))
    return best, tried[best]


def held_out_logits(
    method: Own, column: Scores, labels: Labels, fold: NDArray[np.int64]
) -> Scores | None:
    """Return logits, shape (n_articles,), by curves fitted without the article's fold.

    ``None`` where some fold leaves the method nothing to fit.
    """
    logits = np.empty(len(column))
    for number in np.unique(fold):
        inside = fold == number
        fitted = ~inside & (labels >= 0)
        curve = FITS[method](column[fitted], labels[fitted] == YES)
        if curve is None:
            return None
        logits[inside] = _stack([curve]).logit(column[inside, np.newaxis])[:, 0]
    return logits


def log_loss(logits: Scores, labels: Labels) -> float:
    """Return the summed log loss, in nats, of *logits* on known labels."""
    known = labels >= 0
    return float(np.logaddexp(0.0, np.where(labels == YES, -logits, logits))[known].sum())
