"""Fitting confidences to out-of-fold scores."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit
from sklearn.isotonic import IsotonicRegression

from copytaster.model.calibration import Calibration
from copytaster.training.corpus import YES
from copytaster.training.logistic import newton

Own = Literal["platt", "beta", "isotonic"]
Method = Own | Literal["shared"]
Scores = NDArray[np.float64]
Labels = NDArray[np.int8]

#: Topics with fewer yes labels share one calibration.
MIN_POSITIVES = 10
#: Knots of each topic's curve.
KNOTS = 17
#: A score that says less than this about a label is taken to say nothing.
_SHALLOWEST = 0.05
#: The least that a logit rises with the score, so that no two scores are equally sure.
_RISE = 1e-6


@dataclass(frozen=True, slots=True)
class Curve:
    """One topic's curve, as :class:`Calibration` keeps it: both of shape (KNOTS,), float64."""

    scores: Scores
    logits: Scores

    def line(self) -> tuple[float, float]:
        """Return slope and offset of the straight line from the first knot to the last."""
        slope = float((self.logits[-1] - self.logits[0]) / (self.scores[-1] - self.scores[0]))
        return slope, float(self.logits[0]) - slope * float(self.scores[0])


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A fitted calibration, with how each topic's curve was made.

    Attributes
    ----------
    calibration : Calibration
    methods : tuple of {"platt", "beta", "isotonic", "shared"}
        In the order of the topics.
    """

    calibration: Calibration
    methods: tuple[Method, ...]


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
    methods: list[Method] = []
    curves: list[Curve] = []
    for topic, line in enumerate(_lines(scores, labels)):
        if not line.own:
            methods.append("shared")
            curves.append(line.curve)
            continue
        known = labels[:, topic] >= 0
        x, truth = scores[known, topic], labels[known, topic] == YES
        best = _best(x, truth, fold[known])
        methods.append(best)
        curves.append(_FITS[best](x, truth) or line.curve)
    return Calibrated(_stack(curves), tuple(methods))


def platt_each(scores: Scores, labels: Labels) -> Calibration:
    """Fit Platt's line to each topic, or the shared one; arguments as for :func:`fit`."""
    return _stack([line.curve for line in _lines(scores, labels)])


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
    return _line(1.0, 0.0, np.array([-1.0, 1.0]))


def _best(x: Scores, truth: NDArray[np.bool_], fold: NDArray[np.int64]) -> Own:
    """Return the method with the lowest log loss on folds that its curve was not fitted to."""
    losses: dict[Own, float] = {}
    for method, fit_curve in _FITS.items():
        loss = 0.0
        for number in np.unique(fold):
            inside = fold == number
            curve = fit_curve(x[~inside], truth[~inside])
            if curve is None:
                loss = np.inf
                break
            loss += log_loss(curve, x[inside], truth[inside])
        losses[method] = loss
    return min(losses, key=lambda method: losses[method])


def log_loss(curve: Curve, x: Scores, truth: NDArray[np.bool_]) -> float:
    """Return the summed log loss, in nats, of *curve* on scores and their labels."""
    z = Calibration(curve.scores[np.newaxis], curve.logits[np.newaxis]).logit(x[:, np.newaxis])
    return float(np.logaddexp(0.0, np.where(truth, -z[:, 0], z[:, 0])).sum())


def platt(x: Scores, truth: NDArray[np.bool_]) -> Curve | None:
    """Fit a straight line from score to logit; ``None`` where the scores say nothing."""
    n_yes, n_no = int(truth.sum()), int((~truth).sum())
    if not n_yes or not n_no:
        return None
    target = np.where(truth, (n_yes + 1) / (n_yes + 2), 1 / (n_no + 2))
    slope, offset = newton(x[:, np.newaxis], target).tolist()
    return _line(slope, offset, x) if slope >= _SHALLOWEST else None


def beta(x: Scores, truth: NDArray[np.bool_]) -> Curve | None:
    """Fit two slopes, one for low and one for high scores, joined smoothly."""
    line = platt(x, truth)
    if line is None:
        return None
    z = np.interp(x, line.scores, line.logits)
    low, high, offset = newton(_beta_features(z), truth.astype(np.float64)).tolist()
    if min(low, high) < _SHALLOWEST:
        return None
    bent = _beta_features(line.logits) @ np.array([low, high]) + offset
    return _rising(line.scores, bent)


def _beta_features(z: Scores) -> Scores:
    """Return ln p and -ln(1 - p) of the probability whose logit is *z*, shape (n, 2)."""
    return np.stack([-np.logaddexp(0.0, -z), np.logaddexp(0.0, z)], axis=1)


def isotonic(x: Scores, truth: NDArray[np.bool_]) -> Curve | None:
    """Fit the best rising steps, each block of scores at its centre, with smoothed shares."""
    steps = IsotonicRegression(out_of_bounds="clip").fit_transform(x, truth)
    _, block = np.unique(steps, return_inverse=True)
    n, yes = np.bincount(block), np.bincount(block, weights=truth)
    centre = np.bincount(block, weights=x) / n
    share = logit((yes + 0.5) / (n + 1.0))
    if len(centre) < 2 or not np.isfinite(share).all():  # noqa: PLR2004  # two knots make a line
        return None
    share = np.maximum.accumulate(share)
    spread = np.interp(np.linspace(0, len(centre) - 1, KNOTS - 2), np.arange(len(centre)), centre)
    inner = np.interp(spread, centre, share)
    ends = [spread[0] - 1.0], [spread[-1] + 1.0]
    return _rising(
        np.concatenate([ends[0], spread, ends[1]]),
        np.concatenate([inner[:1], inner, inner[-1:]]),
    )


def _line(slope: float, offset: float, x: Scores) -> Curve:
    low, high = float(x.min()), float(x.max())
    scores = np.linspace(low, high if high > low else low + 1.0, KNOTS)
    return Curve(scores, slope * scores + offset)


def _rising(scores: Scores, logits: Scores) -> Curve:
    """Return a curve that rises by a little at least from knot to knot."""
    tilt = _RISE * (scores - scores[0])
    return Curve(scores, np.maximum.accumulate(logits) + tilt)


_FITS: Mapping[Own, Callable[..., Curve | None]] = {
    "platt": platt,
    "beta": beta,
    "isotonic": isotonic,
}
