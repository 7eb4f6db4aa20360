"""Curves from score to logit: a straight line, a bent one, and steps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit
from sklearn.isotonic import IsotonicRegression

from copytaster.training.logistic import newton

Own = Literal["platt", "beta", "isotonic"]
Scores = NDArray[np.float64]

#: Knots of each curve.
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


def platt(x: Scores, truth: NDArray[np.bool_]) -> Curve | None:
    """Fit a straight line from score to logit; ``None`` where the scores say nothing."""
    n_yes, n_no = int(truth.sum()), int((~truth).sum())
    if not n_yes or not n_no:
        return None
    target = np.where(truth, (n_yes + 1) / (n_yes + 2), 1 / (n_no + 2))
    slope, offset = newton(x[:, np.newaxis], target).tolist()
    return line(slope, offset, x) if slope >= _SHALLOWEST else None


def beta(x: Scores, truth: NDArray[np.bool_]) -> Curve | None:
    """Fit two slopes, one for low and one for high scores, joined smoothly."""
    straight = platt(x, truth)
    if straight is None:
        return None
    z = np.interp(x, straight.scores, straight.logits)
    low, high, offset = newton(_beta_features(z), truth.astype(np.float64)).tolist()
    if min(low, high) < _SHALLOWEST:
        return None
    bent = _beta_features(straight.logits) @ np.array([low, high]) + offset
    return _rising(straight.scores, bent)


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


def line(slope: float, offset: float, x: Scores) -> Curve:
    """Return the straight curve with this slope and offset, over the range of *x*."""
    low, high = float(x.min()), float(x.max())
    scores = np.linspace(low, high if high > low else low + 1.0, KNOTS)
    return Curve(scores, slope * scores + offset)


def _rising(scores: Scores, logits: Scores) -> Curve:
    """Return a curve that rises by a little at least from knot to knot."""
    tilt = _RISE * (scores - scores[0])
    return Curve(scores, np.maximum.accumulate(logits) + tilt)


#: The curves that a topic may have of its own.
FITS: Mapping[Own, Callable[..., Curve | None]] = {
    "platt": platt,
    "beta": beta,
    "isotonic": isotonic,
}
