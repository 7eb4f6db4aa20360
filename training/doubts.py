"""Topics whose newest labels disagree with all that was learnt: wrong labels, or another world."""

import shlex
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from copytaster.training import paired
from copytaster.training.contest import Contest, Decided
from copytaster.training.corpus import YES
from copytaster.training.ruling import Limits, Reason

_Share = Literal["recall", "precision"]
_SHARES: tuple[_Share, ...] = ("recall", "precision")


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A share that is far below what it was: so many right, of so many, and the share expected."""

    share: _Share
    right: int
    of: int
    expected: float

    @property
    def words(self) -> str:
        what = "of {} articles with it the champion finds {}"
        if self.share == "precision":
            what = "of {} tags that the champion gives {} are right"
        return f"{what.format(self.of, self.right)}, not {100 * self.expected:.0f} %"


def labels(contest: Contest, limits: Limits) -> tuple[tuple[Reason, ...], tuple[str, ...]]:
    """Check that the labels of no topic disagree with what both taggers learnt.

    A topic is doubted if recall or precision of both is, for certain, more than a margin below
    what the champion was cross-validated to reach. Then these labels are wrong, or the topic has
    changed, and no count of agreements can tell which. Where the challenger is better for
    certain, it has learned the change, and that is only worth a note.

    Returns
    -------
    reasons : tuple of Reason
    notes : tuple of str
    """
    learned = _learned(contest, limits)
    reasons, notes = [], []
    for topic, found in _doubts(contest, limits).items():
        slug = contest.slugs[topic]
        said = f"Topic {slug}: {'; '.join(doubt.words for doubt in found)}"
        if learned[topic]:
            notes.append(f"{said}. The challenger does better: it has learned the change.")
        else:
            words = (
                f"{said}; and the challenger does no better. Its newest labels are wrong, or the "
                f"topic has changed. See copytaster audit --topic {shlex.quote(slug)}; mend the "
                "labels, or promote by hand."
            )
            reasons.append(Reason("labels", passed=False, topic=slug, words=words))
    if not reasons:
        words = "The newest labels of no topic disagree with what both taggers learnt."
        reasons.append(Reason("labels", passed=True, topic=None, words=words))
    return tuple(reasons), tuple(notes)


def _doubts(contest: Contest, limits: Limits) -> dict[int, list[_Doubt]]:
    found: dict[int, list[_Doubt]] = {}
    for share in _SHARES:
        expected = np.nan_to_num(getattr(contest.champion, share), nan=0.0)
        bound = np.clip(expected - limits.label_margin, 0, 1)
        right, of = _agreed(contest, contest.champion, share)
        now, now_of = _agreed(contest, contest.challenger, share)
        p, least_p = binom.cdf(right, of, bound), binom.cdf(0, of, bound)
        # Both halves of the check, recall and precision, share what chance may do.
        short = paired.rejected(p, least_p, limits.alpha / len(_SHARES)) & contest.shared
        short &= binom.cdf(now, now_of, bound) < limits.alpha
        for topic in np.flatnonzero(short).tolist():
            doubt = _Doubt(share, int(right[topic]), int(of[topic]), float(expected[topic]))
            found.setdefault(topic, []).append(doubt)
    return found


def _learned(contest: Contest, limits: Limits) -> NDArray[np.bool_]:
    """Tell on which topics the challenger is better for certain, shape (n_topics,), bool."""
    discord = paired.discord(
        contest.challenger.tags, contest.champion.tags, contest.labels, contest.story
    )
    return np.asarray(discord.p <= limits.alpha)


def _agreed(
    contest: Contest, one: Decided, share: _Share
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many tags are right, and what recall or precision is a share of."""
    truth, known = contest.labels == YES, contest.labels >= 0
    of = truth if share == "recall" else one.tags & known
    return (one.tags & truth).sum(axis=0), of.sum(axis=0)
