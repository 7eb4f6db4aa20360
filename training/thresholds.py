"""The score from which a topic is suggested."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from copytaster.model.calibration import Calibration
from copytaster.training import calibrate
from copytaster.training.config import Objective
from copytaster.training.corpus import YES
from copytaster.training.ranking import highest

#: Below this F1 a topic's threshold goes above its highest score (Fan and Lin's "fbr").
FLOOR = 0.1
#: Most topics' F1 reaches this: few of the highest scores need to be looked at.
_USUAL = 0.5
#: A topic with made-up articles begins as if it had so many yes labels at the usual share.
_USUAL_YES = 5
#: By so much a suggestion of such a topic scores above the median text: a cosine of 1 in 40 with
#: its made-up articles, while it has no label.
_ABOVE_MEDIAN = 0.4
#: However rarely the other topics come, it is suggested for such a share.
_LEAST_SHARE = 0.005
#: With so many yes labels a topic's threshold lies midway between its own and the common one.
_DRAW = 50


def best_f1(scores: NDArray[np.float64], labels: NDArray[np.int8]) -> float:
    """Return the threshold whose F1 on known labels is highest.

    Parameters
    ----------
    scores : ndarray of shape (n_articles,), float64
    labels : ndarray of shape (n_articles,), int8
        1 yes, 0 no, -1 unknown.

    Returns
    -------
    float
        Midway between two neighbouring scores; above the highest where no threshold reaches an
        F1 of 0.1; 0, the linear layer's own boundary, where no label is yes.

    Notes
    -----
    SCutFBR: Fan and Lin, A study on threshold selection for multi-label classification, 2007.
    """
    known = labels >= 0
    scores, truth = scores[known], labels[known] == YES
    if not truth.any():
        return 0.0
    n_yes = int(truth.sum())
    for least in (_USUAL, FLOOR):
        # With more tags than these, F1 is below *least*, whatever their labels.
        order = highest(scores, math.ceil(n_yes * (2 / least - 1)) + 1)
        ranked = scores[order]
        true_positives = np.cumsum(truth[order])
        f1 = 2 * true_positives / (np.arange(1, len(ranked) + 1) + n_yes)
        f1[:-1][ranked[:-1] == ranked[1:]] = 0.0  # a threshold cannot part equal scores
        best = int(np.argmax(f1))
        if f1[best] >= least:
            break
    if f1[best] < FLOOR:
        return float(np.nextafter(ranked[0], np.inf))
    if best + 1 == len(ranked):
        return float(ranked[best])
    return _midway(float(ranked[best]), float(ranked[best + 1]))


def _midway(high: float, low: float) -> float:
    middle = low + (high - low) / 2
    return middle if middle > low else high


def per_topic(scores: NDArray[np.float64], labels: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return :func:`best_f1` of each column, shape (n_topics,), float64."""
    pairs = zip(scores.T, labels.T, strict=True)
    return np.array([best_f1(column, known) for column, known in pairs])


def common(
    scores: NDArray[np.float64], labels: NDArray[np.int8], calibration: Calibration
) -> NDArray[np.float64]:
    """Return, for each topic, the score of the one confidence whose pooled F1 is highest.

    Shape (n_topics,), float64. Where pairs of article and topic are calibrated, one threshold for
    all is the best there is for micro-F1 (Lewis, Evaluating and optimizing autonomous text
    classification systems, SIGIR 1995).
    """
    best = _common_logit(scores, labels, calibration)
    found = calibration.score(np.full(len(calibration.scores), best))
    # Beyond its outermost knots a curve is all but flat: there is no telling score there.
    return np.clip(found, calibration.scores[:, 0], calibration.scores[:, -1])


def _common_logit(
    scores: NDArray[np.float64], labels: NDArray[np.int8], calibration: Calibration
) -> float:
    return best_f1(calibration.logit(scores).ravel(), labels.ravel())


def choose(
    scores: NDArray[np.float64],
    labels: NDArray[np.int8],
    calibration: Calibration,
    objective: Objective,
    begun: NDArray[np.bool_] | None = None,
    *,
    shares: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return the thresholds, shape (n_topics,), float64, that serve the *objective*.

    For "both", each topic's own best is drawn towards the common one by n / (n + 50), n the
    number of its yes labels: few labels fix no common scale, and many need no scale of their own.
    A topic whose confidences are all on one side of the common one keeps its own.

    Topics that have *begun*, (n_topics,), bool, with made-up articles are drawn towards the score
    that they would reach as often as the median topic is a yes, by 5 / (n + 5), if that is clearly
    above the median score. Many that have no label together are not suggested more often than
    those that have some. All this was measured: docs/decisions.md.

    Where these are but some topics of a tagger, *shares*, :func:`usual_shares` of all of them, tell
    how often the median topic is a yes.
    """
    found = _by_labels(scores, labels, calibration, objective)
    return (
        found if begun is None or not begun.any() else _drawn(found, scores, labels, begun, shares)
    )


def _drawn(
    own: NDArray[np.float64],
    scores: NDArray[np.float64],
    labels: NDArray[np.int8],
    begun: NDArray[np.bool_],
    shares: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    n_yes = (labels == YES).sum(axis=0)
    shares = usual_shares(labels) if shares is None else shares
    share = max(float(np.median(shares)) if shares.size else 0.0, _LEAST_SHARE)
    share *= min(1.0, shares.size / max(int(np.count_nonzero(begun & (n_yes == 0))), 1))
    usual = np.quantile(scores[:, begun], 1.0 - share, axis=0, method="higher")
    usual = np.maximum(usual, np.median(scores[:, begun], axis=0) + _ABOVE_MEDIAN)
    pull = _USUAL_YES / (n_yes[begun] + _USUAL_YES)
    found = own.copy()
    found[begun] = pull * usual + (1.0 - pull) * own[begun]
    return found


def usual_shares(labels: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return how often each topic that has a yes among *labels* is one, shape (n,), float64."""
    n_yes = (labels == YES).sum(axis=0)
    return np.asarray(n_yes[n_yes > 0] / len(labels))


def _by_labels(
    scores: NDArray[np.float64],
    labels: NDArray[np.int8],
    calibration: Calibration,
    objective: Objective,
) -> NDArray[np.float64]:
    if objective == "macro":
        return per_topic(scores, labels)
    shared = common(scores, labels, calibration)
    if objective == "micro":
        return shared
    n_yes = (labels == YES).sum(axis=0)
    logits = calibration.logit(shared[np.newaxis])[0]
    within = (logits > calibration.logits[:, 1]) & (logits < calibration.logits[:, -2])
    pull = np.where(within, n_yes / (n_yes + _DRAW), 0.0)
    return np.asarray(pull * shared + (1.0 - pull) * per_topic(scores, labels))


def cross_fitted(  # noqa: PLR0913  # as those of choose
    scores: NDArray[np.float64],
    labels: NDArray[np.int8],
    fold: NDArray[np.int64],
    objective: Objective = "both",
    lines: Sequence[Calibration] | None = None,
    begun: NDArray[np.bool_] | None = None,
    *,
    shares: NDArray[np.float64] | None = None,
) -> NDArray[np.bool_]:
    """Decide each article with thresholds chosen without its fold, so that none is flattered.

    *lines* are calibrations fitted without each fold; ``None``: :func:`calibrate.platt_by_fold`.
    *begun* and *shares* are as for :func:`choose`.

    Returns
    -------
    ndarray of shape (n_articles, n_topics), bool
    """
    decided = np.zeros(scores.shape, dtype=np.bool_)
    for number, calibration in enumerate(lines or calibrate.platt_by_fold(scores, labels, fold)):
        inside = fold == number
        rest, known = scores[~inside], labels[~inside]
        chosen = choose(rest, known, calibration, objective, begun, shares=shares)
        decided[inside] = scores[inside] >= chosen
    return decided
