"""Topics whose newest labels disagree with all that was learnt: wrong labels, or another world."""

import shlex
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv
from scipy.stats import binom

from copytaster.training import paired
from copytaster.training.contest import Contest, Decided
from copytaster.training.corpus import YES
from copytaster.training.ruling import Limits, Reason

_Share = Literal["recall", "precision"]
_SHARES: tuple[_Share, ...] = ("recall", "precision")
#: A champion that knows less of what the challenger learned from is no measure of its labels.
KNOWN = 0.5


def labels(
    contest: Contest, limits: Limits, known: float = 1.0
) -> tuple[tuple[Reason, ...], tuple[str, ...]]:
    """Check that the labels of no topic disagree with what was learnt before.

    A topic is doubted if its recall or precision is, for certain, more than a margin below what
    the champion was cross-validated to reach: that of both taggers on these articles, or that
    which the challenger was itself cross-validated to reach. Then labels are wrong, among these
    articles or among those that the challenger learned from, or the topic has changed, and no
    count of agreements can tell which. It is only worth a note where the challenger is better
    for certain, having learned the change, and where the champion learned from other articles.

    Parameters
    ----------
    contest : Contest
    limits : Limits
    known : float
        Share, 0 to 1, of the challenger's articles that the champion has learned from.

    Returns
    -------
    reasons : tuple of Reason
    notes : tuple of str
    """
    learned = _learned(contest, limits)
    reasons, notes = [], []
    for topic, found in _doubts(contest, limits).items():
        slug = contest.slugs[topic]
        said = f"Labels of topic {slug}: {'; '.join(found)}"
        if learned[topic]:
            notes.append(f"{said}. The challenger does better: it has learned the change.")
        elif known < KNOWN:
            notes.append(f"{said}. Most that the challenger learned from is new to the champion.")
        else:
            words = (
                f"{said}. New labels are wrong, or the topic has changed. See copytaster audit "
                f"--topic {shlex.quote(slug)}; mend the labels, or promote by hand."
            )
            reasons.append(Reason("labels", passed=False, topic=slug, words=words))
    if not reasons:
        words = "The new labels of no topic disagree with what was learnt before."
        reasons.append(Reason("labels", passed=True, topic=None, words=words))
    return tuple(reasons), tuple(notes)


def _doubts(contest: Contest, limits: Limits) -> dict[int, list[str]]:
    """Return, for each topic that is doubted, what is so low."""
    found: dict[int, list[str]] = {}
    # Four tests a topic share what chance may do.
    alpha = limits.alpha / (2 * len(_SHARES))
    for share in _SHARES:
        expected = np.nan_to_num(getattr(contest.champion, share), nan=0.0)
        bound = _bound(contest.champion, share, limits)
        agreed = _agreed(contest, contest.champion, share)
        trained = _trained(contest.challenger, share)
        short = _short(agreed, bound, alpha) & contest.shared
        short &= _chance(_agreed(contest, contest.challenger, share), bound) < limits.alpha
        low = _short(trained, bound, alpha) & contest.shared
        for topic in np.flatnonzero(short | low).tolist():
            said = found.setdefault(topic, [])
            before = 100 * float(expected[topic])
            if short[topic]:
                right, of = (int(count[topic]) for count in agreed)
                said.append(_HERE[share].format(right=right, of=of, before=before))
            if low[topic]:
                now = 100 * float(trained[0][topic] / trained[1][topic])
                said.append(_THERE[share].format(now=now, before=before))
    return found


_HERE: dict[_Share, str] = {
    "recall": "of {of} articles with it here the champion finds {right}, though in "
    "cross-validation {before:.0f} %, and the challenger finds no more",
    "precision": "of {of} tags that the champion gives here {right} are right, though in "
    "cross-validation {before:.0f} %, and the challenger's are right no more often",
}
_THERE: dict[_Share, str] = {
    "recall": "of the articles with it that the challenger learned from, cross-validation finds "
    "{now:.0f} %; of the champion's {before:.0f} %",
    "precision": "of the challenger's cross-validated tags {now:.0f} % are right; of the "
    "champion's {before:.0f} %",
}

_Counts = tuple[NDArray[np.int64], NDArray[np.int64]]


def _bound(one: Decided, share: _Share, limits: Limits) -> NDArray[np.float64]:
    """Return what is too low, 0 to 1: a margin below the least that was likely the truth.

    The Clopper-Pearson bound allows for a topic that was cross-validated on a few articles.
    """
    right, of = _trained(one, share)
    least = np.where(right > 0, betaincinv(np.maximum(right, 1), of - right + 1, limits.alpha), 0.0)
    return np.clip(least - limits.label_margin, 0.0, 1.0)


def _chance(counts: _Counts, bound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how likely so few, or fewer, are right where the share is *bound*; 0 to 1."""
    return np.asarray(binom.cdf(*counts, bound))


def _short(counts: _Counts, bound: NDArray[np.float64], alpha: float) -> NDArray[np.bool_]:
    none = (np.zeros_like(counts[0]), counts[1])
    return paired.rejected(_chance(counts, bound), _chance(none, bound), alpha)


def _trained(one: Decided, share: _Share) -> _Counts:
    """Return what cross-validation had right, and what recall or precision is a share of."""
    learnt = np.nan_to_num(one.learnt)
    right = np.nan_to_num(one.recall) * learnt
    given = np.divide(right, one.precision, out=np.zeros_like(right), where=one.precision > 0)
    of = learnt if share == "recall" else given
    return np.rint(right).astype(np.int64), np.rint(of).astype(np.int64)


def _learned(contest: Contest, limits: Limits) -> NDArray[np.bool_]:
    """Tell on which topics the challenger is better for certain, shape (n_topics,), bool."""
    discord = paired.discord(
        contest.challenger.tags, contest.champion.tags, contest.labels, contest.story
    )
    return np.asarray(discord.p <= limits.alpha)


def _agreed(contest: Contest, one: Decided, share: _Share) -> _Counts:
    """Return how many tags are right, and what recall or precision is a share of."""
    truth, known = contest.labels == YES, contest.labels >= 0
    of = truth if share == "recall" else one.tags & known
    return (one.tags & truth).sum(axis=0), of.sum(axis=0)
