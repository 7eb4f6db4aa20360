"""The newsroom year: current events month by month, fed back and retrained through the gate.

Beside it, on the same months, a tagger that is never retrained, and one that learns from all
labels and serves without a gate. Then the first years again, with wrong labels in some months.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from bench import months
from bench.foresight import Score
from bench.plots import draw_year
from bench.rows import Row
from bench.turns import Turn, follow, total

#: Events that are labelled before the stream begins, and its last month.
FIRST, LAST = 200, "2014-12"
#: What was chosen was chosen by what the months before this year showed.
REPORTED = "2013"
#: With wrong labels the stream goes so far, and they come in every third month.
POISONED_UNTIL, EVERY = "2012-12", 3
CHECKS = ("micro", "topic", "auto", "labels")
PLOT = Path(__file__).resolve().parents[1] / "docs" / "plots" / "newsroom_year.svg"


@dataclass(frozen=True, slots=True)
class Year:
    """One stream, followed twice.

    Attributes
    ----------
    gated, free : list of Turn
        With the gate and without; the same months.
    """

    gated: list[Turn]
    free: list[Turn]


def run() -> list[Row]:
    """Follow the stream, and draw it; follow it with wrong labels as well."""
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        pairs = [
            [pool.submit(_followed, last, wrong=wrong, gated=gated) for gated in (True, False)]
            for last, wrong in ((LAST, False), (POISONED_UNTIL, True))
        ]
        honest, poisoned = (Year(*(half.result() for half in pair)) for pair in pairs)
    draw_year(honest.gated, honest.free, PLOT)
    return [
        *figures("", honest),
        *_times(honest),
        *figures("poisoned: ", poisoned),
        *_warned(poisoned, honest),
    ]


def _followed(last: str, *, wrong: bool, gated: bool) -> list[Turn]:
    stream = months.events(FIRST, last)
    return follow(months.poisoned(stream, EVERY) if wrong else stream, gated=gated)


def figures(start: str, year: Year) -> Iterator[Row]:
    """Yield what a *year* shows; names of rows begin with *start*."""
    span = f"{year.gated[0].month} to {year.gated[-1].month}"
    yield Row(f"{start}months, {span}", len(year.gated))
    for name, first in ((span, ""), (f"from {REPORTED} on", REPORTED)):
        gated = [one for one in year.gated if one.month >= first]
        free = [one.score for one in year.free if one.month >= first]
        if gated:
            served, never = [one.score for one in gated], [one.never for one in gated]
            yield from _beside(f"{start}{name}, peer never retrained", served, never)
            yield from _beside(f"{start}{name}, peer without a gate", served, free)
    yield from _outcomes(start, year.gated)
    yield from _foresight(start, year.gated)


def _beside(name: str, ours: Sequence[Score], theirs: Sequence[Score]) -> Iterator[Row]:
    both = list(zip(ours, theirs, strict=True))
    better = sum(one.right > other.right for one, other in both)
    worse = sum(one.right < other.right for one, other in both)
    one, other = total(ours), total(theirs)
    spread = f"better in {better} months, worse in {worse}"
    yield Row(f"{name}: accuracy of the top tag", one.accuracy, other.accuracy, spread=spread)
    yield Row(f"{name}: micro F1 of the tags", one.f1, other.f1)


def _outcomes(start: str, turns: Sequence[Turn]) -> Iterator[Row]:
    for outcome in ("promoted", "refused", "too few"):
        yield Row(f"{start}retrainings: {outcome}", len(_with(turns, outcome)))
    for check in CHECKS:
        failed = [turn for turn in turns if any(one == check for one, _ in turn.after.failed)]
        yield Row(f"{start}refused by {check}{_topics(failed, check)}", len(failed))


def _topics(failed: Sequence[Turn], check: str) -> str:
    named = {topic for turn in failed for one, topic in turn.after.failed if one == check}
    known = sorted(topic for topic in named if topic is not None)
    return f" ({', '.join(known)})" if known else ""


def _foresight(start: str, turns: Sequence[Turn]) -> Iterator[Row]:
    """Compare challengers with the champions that they were judged against, a month later."""
    for outcome in ("refused", "promoted"):
        gains = [turn.gain for turn in _with(turns, outcome) if turn.gain is not None]
        if not gains:
            continue
        name = f"{start}challengers {outcome}, the month after"
        worse = sum(gain.gain < 0 for gain in gains)
        better = sum(gain.gain > 0 for gain in gains)
        yield Row(f"{name}: worse than the champion they met; peer: better", worse, better)
        worse, better = sum(gain.high < 0 for gain in gains), sum(gain.low > 0 for gain in gains)
        yield Row(f"{name}: worse for certain (95 %); peer: better for certain", worse, better)
        points = [100 * gain.gain for gain in gains]
        spread = f"{min(points):+.1f} to {max(points):+.1f}"
        mean = float(np.mean(points))
        yield Row(f"{name}: points of micro F1 above the champion, mean", mean, spread=spread)


def _times(year: Year) -> Iterator[Row]:
    pairs = zip(year.gated, year.free, strict=True)
    judged = [(one.after, other.after) for one, other in pairs if one.after.learned]
    most = max(one.learned for one, _ in judged)
    for what, of in (("mean", np.mean), ("median", np.median), ("longest", np.max)):
        ours, theirs = (float(of([pair[at].seconds for pair in judged])) for at in range(2))
        yield Row(f"s a retraining of up to {most:,} articles, {what}; peer: no gate", ours, theirs)
        ours, theirs = (float(of([pair[at].cpu for pair in judged])) for at in range(2))
        yield Row(f"CPU s a retraining, {what}; peer: no gate", ours, theirs)


def _warned(year: Year, honest: Year) -> Iterator[Row]:
    """Tell what the gate made of wrong labels, and what they did in the month after.

    *honest* is the same stream, or a longer one, with the right labels.
    """
    bad = [at for at, turn in enumerate(year.gated) if turn.poisoned is not None]
    refused = [at for at in bad if year.gated[at].after.outcome == "refused"]
    named = [at for at in refused if year.gated[at].poisoned in _blamed(year.gated[at])]
    yield Row("poisoned: months with wrong labels", len(bad))
    yield Row("poisoned: of these, the challenger was refused", len(refused))
    yield Row("poisoned: of these, the verdict names the topic", len(named))
    later = [at + 1 for at in bad if at + 1 < len(year.gated)]
    streams = (("poisoned: the months after", year), ("the same months, right labels", honest))
    for name, one in streams:
        ours, theirs = ([part[at].score for at in later] for part in (one.gated, one.free))
        yield from _beside(f"{name}, peer without a gate", ours, theirs)


def _blamed(turn: Turn) -> set[str | None]:
    return {topic for _, topic in turn.after.failed}


def _with(turns: Sequence[Turn], outcome: str) -> list[Turn]:
    return [turn for turn in turns if turn.after.outcome == outcome]
