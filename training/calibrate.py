"""Fitting confidences to out-of-fold scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from copytaster.model.calibration import Calibration
from copytaster.training import logistic
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
    by_fold : tuple of Calibration
        For each fold, from 0, curves of the same methods that were fitted without it.
    held_out : ndarray of shape (n_articles, n_topics), float64
        Confidences, 0 to 1, by those of the article's own fold.
    """

    calibration: Calibration
    methods: tuple[Method, ...]
    by_fold: tuple[Calibration, ...]
    held_out: Scores


@dataclass(frozen=True, slots=True)
class Choice:
    """A topic's curve, and for each fold the same kind of curve fitted without it."""

    method: Method
    curve: Curve
    by_fold: tuple[Curve, ...]


def fit(scores: Scores, labels: Labels, fold: NDArray[np.int64]) -> Calibrated:
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

    Notes
    -----
    Platt, Probabilistic outputs for support vector machines, 1999, with his smoothed targets;
    Kull, Silva Filho and Flach, Beta calibration, AISTATS 2017; isotonic regression with each
    block at its centre (Oron and Flournoy, Centered isotonic regression, 2017). Topics with
    fewer than 10 yes, or whose score says nothing, share Platt's curve for all such topics.
    """
    without = [
        _lines(scores[fold != number], labels[fold != number]) for number in range(_n_folds(fold))
    ]
    choices = []
    for topic, straight in enumerate(_lines(scores, labels)):
        method: Method = "platt" if straight.own else "shared"
        plain = Choice(method, straight.curve, tuple(lines[topic].curve for lines in without))
        column, said = scores[:, topic], labels[:, topic]
        choices.append(best(plain, column, said, fold) if straight.own else plain)
    by_fold = tuple(
        _stack([choice.by_fold[number] for choice in choices]) for number in range(_n_folds(fold))
    )
    held_out = np.empty(scores.shape)
    for number, calibration in enumerate(by_fold):
        held_out[fold == number] = calibration.confidence(scores[fold == number])
    return Calibrated(
        calibration=_stack([choice.curve for choice in choices]),
        methods=tuple(choice.method for choice in choices),
        by_fold=by_fold,
        held_out=held_out,
    )


def fit_together(scores: Scores, labels: Labels, fold: NDArray[np.int64]) -> Calibrated:
    """Fit one curve for all topics, so that the highest score is the highest confidence.

    Arguments are as for :func:`fit`. For topics that exclude each other: their scores are leads
    over all others, so on one scale; curves of their own would reorder those that are close.
    """
    n_topics = scores.shape[1]
    pooled = fit(scores.reshape(-1, 1), labels.reshape(-1, 1), np.repeat(fold, n_topics))
    return Calibrated(
        calibration=_for_each(pooled.calibration, n_topics),
        methods=pooled.methods * n_topics,
        by_fold=tuple(_for_each(one, n_topics) for one in pooled.by_fold),
        held_out=pooled.held_out.reshape(scores.shape),
    )


def _for_each(curve: Calibration, n_topics: int) -> Calibration:
    return Calibration(
        np.repeat(curve.scores, n_topics, axis=0), np.repeat(curve.logits, n_topics, axis=0)
    )


def best(plain: Choice, column: Scores, labels: Labels, fold: NDArray[np.int64]) -> Choice:
    """Return, of *plain* and the bent curves, what has the lowest log loss on held-out folds."""
    order = np.argsort(column, kind="stable")  # once: what is in order is soon sorted again
    column, labels, fold = column[order], labels[order], fold[order]
    tried = [plain]
    if np.count_nonzero(labels == YES) >= _MIN_BENT:
        bent = (choice(method, column, labels, fold, plain) for method in _BENT)
        tried.extend(found for found in bent if found is not None)
    return min(tried, key=lambda one: log_loss(one, column, labels, fold))


def choice(
    method: Own,
    column: Scores,
    labels: Labels,
    fold: NDArray[np.int64],
    plain: Choice | None = None,
) -> Choice | None:
    """Fit one topic's curve by *method*, to all and without each fold; ``None`` where it fails.

    *plain* holds the straight lines for the same scores, where they are known already.
    """
    known = labels >= 0
    straight = None if plain is None else plain.curve.line()
    curve = FITS[method](column[known], labels[known] == YES, straight)
    by_fold = []
    for number in range(_n_folds(fold)):
        rest = known & (fold != number)
        straight = None if plain is None else plain.by_fold[number].line()
        by_fold.append(FITS[method](column[rest], labels[rest] == YES, straight))
    fitted = tuple(one for one in by_fold if one is not None)
    if curve is None or len(fitted) < len(by_fold):
        return None
    return Choice(method, curve, fitted)


def log_loss(made: Choice, column: Scores, labels: Labels, fold: NDArray[np.int64]) -> float:
    """Return the summed log loss, in nats, on known labels, each by the curve without its fold."""
    loss = 0.0
    for number, curve in enumerate(made.by_fold):
        inside = (fold == number) & (labels >= 0)
        z = _stack([curve]).logit(column[inside, np.newaxis])[:, 0]
        loss += logistic.log_loss(z, labels[inside] == YES)
    return loss


def platt_by_fold(
    scores: Scores, labels: Labels, fold: NDArray[np.int64]
) -> tuple[Calibration, ...]:
    """Return, for each fold from 0, what :func:`platt_each` fits to all others."""
    return tuple(
        platt_each(scores[fold != number], labels[fold != number])
        for number in range(_n_folds(fold))
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


def _stack(curves: Sequence[Curve]) -> Calibration:
    return Calibration(
        np.stack([curve.scores for curve in curves]), np.stack([curve.logits for curve in curves])
    )


def _n_folds(fold: NDArray[np.int64]) -> int:
    return int(fold.max()) + 1
