"""Curves from score to logit: a straight line, a bent one, and steps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression
from scipy.special import logit

from copytaster.training.logistic import newton

Own = Literal["platt", "beta", "isotonic"]
Scores = NDArray[np.float64]
#: Slope and offset of a straight line from score to logit.
Line = tuple[float, float]

#: Knots of each curve.
KNOTS = 17
#: A score that says less than this about a label is taken to say nothing.
_SHALLOWEST = 0.05
#: Slope and offset that margins usually have: where the search begins.
_USUAL = np.array([7.0, 2.0])
#: The least that a logit rises with the score, so that no two scores are equally sure.
_RISE = 1e-6
#: Logits beyond any that labels can tell, and points on the way there.
_FAR = 40.0
_FINE = 801


@dataclass(frozen=True, slots=True)
class Curve:
    """One topic's curve, as :class:`Calibration` keeps it: both of shape (KNOTS,), float64."""

    scores: Scores
    logits: Scores

    def line(self) -> Line:
        """Return slope and offset of the straight line between the outermost inner knots."""
        (x0, x1), (y0, y1) = self.scores[[1, -2]].tolist(), self.logits[[1, -2]].tolist()
        slope = (y1 - y0) / (x1 - x0)
        return slope, y0 - slope * x0


def platt(x: Scores, truth: NDArray[np.bool_], straight: Line | None = None) -> Curve | None:
    """Fit a straight line from score to logit; ``None`` where the scores say nothing.

    Here and below, *straight* is this line, where it is known already.
    """
    fitted = straight or _platt(x, truth)
    return None if fitted is None else line(*fitted, truth)


def line(slope: float, offset: float, truth: NDArray[np.bool_]) -> Curve:
    """Return the straight curve with this slope and offset, bounded by what *truth* can tell."""
    logits = np.array([-_FAR, _FAR])
    return bounded((logits - offset) / slope, logits, truth)


def _platt(x: Scores, truth: NDArray[np.bool_]) -> Line | None:
    if truth.all() or not truth.any():
        return None
    slope, offset = newton(x[:, np.newaxis], _smoothed(truth), _USUAL).tolist()
    return (slope, offset) if slope >= _SHALLOWEST else None


def _smoothed(truth: NDArray[np.bool_]) -> Scores:
    """Return Platt's targets: (n + 1) / (n + 2) for n yes, 1 / (m + 2) for m no."""
    n_yes, n_no = int(truth.sum()), int((~truth).sum())
    return np.where(truth, (n_yes + 1) / (n_yes + 2), 1 / (n_no + 2))


def beta(x: Scores, truth: NDArray[np.bool_], straight: Line | None = None) -> Curve | None:
    """Fit two slopes, one for low and one for high scores, joined smoothly."""
    fitted = straight or _platt(x, truth)
    if fitted is None:
        return None
    slope, offset = fitted
    as_straight = np.array([1.0, 1.0, 0.0])
    found = newton(_beta_features(slope * x + offset), _smoothed(truth), as_straight)
    if min(found[0], found[1]) < _SHALLOWEST:
        return None
    z = np.linspace(-_FAR, _FAR, _FINE)
    bent = _beta_features(z) @ found[:2] + found[2]
    return bounded((z - offset) / slope, bent, truth)


def _beta_features(z: Scores) -> Scores:
    """Return ln p and -ln(1 - p) of the probability whose logit is *z*, shape (n, 2)."""
    no = np.logaddexp(0.0, z)
    return np.stack([z - no, no]).T


def isotonic(
    x: Scores,
    truth: NDArray[np.bool_],
    straight: Line | None = None,  # noqa: ARG001  # steps need none
) -> Curve | None:
    """Fit the best rising steps, each block of scores at its centre, with smoothed shares."""
    order = np.argsort(x, kind="stable")
    x = x[order]
    first = np.flatnonzero(np.concatenate([[True], x[1:] > x[:-1]]))
    each, n_equal = x[first], np.diff(first, append=len(x))
    right = np.add.reduceat(truth[order].astype(np.float64), first)
    starts = isotonic_regression(right / n_equal, weights=n_equal).blocks[:-1]
    n, yes = np.add.reduceat(n_equal, starts), np.add.reduceat(right, starts)
    centre = np.add.reduceat(each * n_equal, starts) / n
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


def bounded(scores: Scores, logits: Scores, truth: NDArray[np.bool_]) -> Curve:
    """Return the curve through rising points, kept where so many labels can tell.

    Of n yes that are all right the next is wrong with probability 1 / (n + 2) by Laplace's rule of
    succession; no logit goes beyond ln(n + 1), nor below -ln(m + 1) for m no.
    """
    low, high = -np.log1p(np.count_nonzero(~truth)), np.log1p(np.count_nonzero(truth))
    levels = np.linspace(max(low, logits[0]), min(high, logits[-1]), KNOTS - 2)
    inner = np.interp(levels, logits, scores)
    return Curve(
        np.concatenate([[inner[0] - 1.0], inner, [inner[-1] + 1.0]]),
        np.concatenate([[levels[0] - _RISE], levels, [levels[-1] + _RISE]]),
    )


def _rising(scores: Scores, logits: Scores) -> Curve:
    """Return a curve whose knots are apart and rise, by a little at least."""
    tilt = _RISE * np.arange(len(scores))
    return Curve(np.maximum.accumulate(scores) + tilt, np.maximum.accumulate(logits) + tilt)


#: The curves that a topic may have of its own.
FITS: Mapping[Own, Callable[..., Curve | None]] = {
    "platt": platt,
    "beta": beta,
    "isotonic": isotonic,
}
