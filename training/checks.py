"""What a challenger must show, check by check, each with its reason in words."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from copytaster.training import accuracy, paired
from copytaster.training.contest import Contest, Decided
from copytaster.training.corpus import YES
from copytaster.training.paired import Discord
from copytaster.training.ruling import Limits, Micro, Reason, Side, Status, TopicRuling

#: An estimate of how many articles would tell goes so far and no farther.
_FAR = 20_000


def enough(contest: Contest, limits: Limits) -> Reason | None:
    """Return why the articles are too few to judge anything, or ``None`` where they are not."""
    shared = contest.labels[:, contest.shared]
    carried = int((shared == YES).any(axis=1).sum())
    if contest.stories >= limits.fewest and carried:
        return None
    said = (
        f"Too few to judge: {len(contest.labels)} labelled article(s) in {contest.stories} "
        f"stories that neither tagger has seen, {carried} of them with a topic that both know; "
        f"{limits.fewest} stories are needed. The champion stays until there are more."
    )
    return Reason("enough", passed=False, topic=None, words=said)


def micro(contest: Contest, limits: Limits) -> tuple[Micro, Reason]:
    """Check that the micro F1 over shared topics is not lower by a margin."""
    shared = contest.shared
    found = paired.difference(
        contest.champion.tags[:, shared],
        contest.challenger.tags[:, shared],
        contest.labels[:, shared],
        contest.story,
    )
    figures = Micro(found.first, found.second, found.gain, found.low, found.high)
    passed = found.low > -limits.micro_margin
    said = (
        f"Micro F1 {found.second:.3f}, where the champion has {found.first:.3f}: "
        f"{100 * found.gain:+.1f} points"
    )
    margin = f"{100 * limits.micro_margin:.1f} points"
    worst = f"(at worst {100 * found.low:+.1f})"
    if passed:
        said += f", and with 95 % confidence not lower by {margin} {worst}."
    elif found.high < 0:
        said += f" {worst}, so it is worse."
    else:
        said += f" {worst}. That it is not lower by {margin} is not proven"
        said += _more(contest, figures, limits)
    return figures, Reason("micro", passed=passed, topic=None, words=said)


@dataclass(frozen=True, slots=True)
class Worse:
    """How the challenger compares topic by topic; arrays are of shape (n_topics,).

    Attributes
    ----------
    discord : Discord
    growth : ndarray of float64
        How many more decisions are wrong, as a share of the champion's tags and the labels.
    refused : ndarray of bool
        Whether the topic is worse, for certain and by more than a margin.
    """

    discord: Discord
    growth: NDArray[np.float64]
    refused: NDArray[np.bool_]


def worse(contest: Contest, limits: Limits) -> Worse:
    """Find the shared topics that are worse, for certain and by more than a margin."""
    discord = paired.discord(
        contest.champion.tags, contest.challenger.tags, contest.labels, contest.story
    )
    shared = np.flatnonzero(contest.shared)
    certain = np.zeros(len(contest.slugs), dtype=np.bool_)
    certain[shared] = paired.rejected(discord.p[shared], discord.least_p[shared], limits.alpha)
    growth = _growth(contest)
    return Worse(discord, growth, certain & (growth > limits.topic_margin))


def topics(contest: Contest, limits: Limits) -> tuple[dict[str, TopicRuling], tuple[Reason, ...]]:
    """Check that no shared topic is worse, and give the figures of every topic."""
    found = worse(contest, limits)
    discord, chance = found.discord, found.discord.p
    champion, challenger = (_sides(contest, one) for one in (contest.champion, contest.challenger))
    figures = {
        slug: TopicRuling(
            name=contest.names[at],
            status=_status(contest, at),
            articles=int((contest.labels[:, at] == YES).sum()),
            champion=champion[at],
            challenger=challenger[at],
            better=int(discord.better[at]),
            worse=int(discord.worse[at]),
            chance=float(chance[at]),
            growth=float(found.growth[at]),
            refused=bool(found.refused[at]),
        )
        for at, slug in enumerate(contest.slugs)
    }
    return figures, _topic_reasons(figures)


def auto(contest: Contest, limits: Limits) -> tuple[Reason, ...]:
    """Check that no promise of the challenger's tier ``auto`` is broken for certain.

    One that the champion breaks no less on the same articles is no reason to keep the champion;
    :func:`notes` names it.
    """
    broken, _ = _broken(contest, limits)
    if broken:
        return tuple(
            Reason("auto", passed=False, topic=contest.slugs[at], words=_broken_words(contest, at))
            for at in broken
        )
    held = int(np.isfinite(contest.challenger.promise).sum())
    words = f"No promise of auto is broken, of {held} topic(s) that have the tier."
    return (Reason("auto", passed=True, topic=None, words=words),)


def _broken(contest: Contest, limits: Limits) -> tuple[list[int], list[int]]:
    """Return the topics whose promise is broken: by the challenger, and by both alike."""
    tested = np.flatnonzero(np.isfinite(contest.challenger.promise))
    promise = contest.challenger.promise[tested]
    right, given = auto_tags(contest, contest.challenger)
    p = binom.cdf(right[tested], given[tested], promise)
    broken = tested[paired.rejected(p, binom.cdf(0, given[tested], promise), limits.alpha)]
    before, all_before = auto_tags(contest, contest.champion)
    served = np.isfinite(contest.champion.promise[broken]) & (all_before[broken] > 0)
    # Cross-multiplied: the share that is right now, against the share that was.
    alike = served & (right[broken] * all_before[broken] >= before[broken] * given[broken])
    return broken[~alike].tolist(), broken[alike].tolist()


def auto_tags(contest: Contest, one: Decided) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many ``auto`` tags are right, and how many there are, both (n_topics,), int64.

    Of a story only the first article with such a tag counts: its others would say the same again.
    """
    right = np.zeros(len(contest.slugs), dtype=np.int64)
    given = np.zeros(len(contest.slugs), dtype=np.int64)
    for topic in range(len(contest.slugs)):
        rows = np.flatnonzero(one.auto[:, topic] & (contest.labels[:, topic] >= 0))
        rows = rows[np.unique(contest.story[rows], return_index=True)[1]]
        given[topic] = rows.size
        right[topic] = (contest.labels[rows, topic] == YES).sum()
    return right, given


def _broken_words(contest: Contest, topic: int) -> str:
    one = contest.challenger
    right, given = (int(count[topic]) for count in auto_tags(contest, one))
    return (
        f"Topic {contest.slugs[topic]}: auto promises that {100 * one.promise[topic]:g} % of its "
        f"tags are right, but here {right} of {given} are."
    )


def notes(contest: Contest, limits: Limits) -> tuple[str, ...]:
    """Return what a person should know besides: topics that come, go, or change their tier."""
    champion, challenger = contest.champion, contest.challenger
    had, has = np.isfinite(champion.promise), np.isfinite(challenger.promise)
    lists = (
        ("New topics, judged by nothing but their auto tags: ", ~champion.knows),
        ("Topics that go: ", ~challenger.knows),
        ("Topics that lose their auto tier: ", had & ~has & challenger.knows),
        ("Topics that gain an auto tier: ", has & ~had),
    )
    said = [start + _named(contest, which) for start, which in lists if which.any()]
    said += [
        f"{_broken_words(contest, at)} The champion's are right no more often."
        for at in _broken(contest, limits)[1]
    ]
    return tuple(said)


def _more(contest: Contest, found: Micro, limits: Limits) -> str:
    """Say how many articles would prove it, if more of them said the same as these."""
    room = found.gain + limits.micro_margin
    if room <= 0:
        return "."
    needed = len(contest.labels) * ((found.gain - found.low) / room) ** 2
    if needed > _FAR:
        return "."
    return f": {len(contest.labels)} articles are too few; about {_round(needed)} would tell."


def _round(n: float) -> int:
    """Return *n* rounded up to two digits."""
    unit = 10 ** max(0, len(str(int(n))) - 2)
    return int(-(-n // unit) * unit)


def _growth(contest: Contest) -> NDArray[np.float64]:
    """Return how many more decisions are wrong, as a share of the champion's tags and labels."""
    truth, known = contest.labels == YES, contest.labels >= 0
    wrong = [
        ((one.tags != truth) & known).sum(axis=0) for one in (contest.champion, contest.challenger)
    ]
    both = (contest.champion.tags & known).sum(axis=0) + truth.sum(axis=0)
    return np.asarray((wrong[1] - wrong[0]) / np.maximum(both, 1))


def _status(contest: Contest, topic: int) -> Status:
    if contest.shared[topic]:
        return "shared"
    return "retired" if contest.champion.knows[topic] else "new"


def _sides(contest: Contest, one: Decided) -> list[Side | None]:
    found = accuracy.measure(one.tags, contest.labels, contest.story)
    right, given = auto_tags(contest, one)
    return [
        Side(
            precision=float(found.precision[at]),
            recall=float(found.recall[at]),
            f1=float(found.f1[at]),
            f1_low=found.f1_within[at][0],
            f1_high=found.f1_within[at][1],
            auto=float(one.promise[at]) if np.isfinite(one.promise[at]) else None,
            auto_right=int(right[at]),
            auto_tags=int(given[at]),
        )
        if one.knows[at]
        else None
        for at in range(len(contest.slugs))
    ]


def _topic_reasons(found: dict[str, TopicRuling]) -> tuple[Reason, ...]:
    refused = [(slug, topic) for slug, topic in found.items() if topic.refused]
    if not refused:
        judged = sum(topic.status == "shared" and topic.articles > 0 for topic in found.values())
        words = f"No topic is worse for certain, of {judged} that both know and editors gave."
        return (Reason("topic", passed=True, topic=None, words=words),)
    return tuple(
        Reason("topic", passed=False, topic=slug, words=_worse(slug, topic))
        for slug, topic in sorted(refused, key=lambda item: item[1].chance)
    )


def _worse(slug: str, topic: TopicRuling) -> str:
    said = (
        f"Topic {slug} is worse: of {topic.better + topic.worse} stories decided differently, "
        f"{topic.worse} are decided worse and {topic.better} better"
    )
    if topic.champion is None or topic.challenger is None or not topic.articles:
        return f"{said}."
    return f"{said}; F1 {topic.challenger.f1:.3f}, where it was {topic.champion.f1:.3f}."


def _named(contest: Contest, which: NDArray[np.bool_]) -> str:
    return ", ".join(contest.slugs[at] for at in np.flatnonzero(which)) + "."
