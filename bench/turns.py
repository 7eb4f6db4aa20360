"""A stream followed month by month: tag, judge, feed back, retrain, with the gate and without."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.foresight import Score, Sight
from bench.loops import Loop, Retrained
from bench.months import Stream
from copytaster.training.config import BEST, Recipe
from copytaster.training.fit import Progress
from copytaster.training.paired import Difference


@dataclass(frozen=True, slots=True)
class Turn:
    """A month: how the taggers did on it, and what came of the retrainings after it.

    Attributes
    ----------
    month : str
        ``YYYY-MM``.
    poisoned : str or None
        The topic whose labels were fed back wrongly.
    never, ungated, gated : Score
        On this month, which none had seen: the first tagger, the one that all labels of the months
        before made, and the champion.
    after, free : Retrained
        At the month's end, through the gate and without.
    gain : Difference or None
        On the next month, by how much the gate's challenger is better than the champion that it was
        judged against; ``None`` where there is no challenger or no next month.
    """

    month: str
    poisoned: str | None
    never: Score
    ungated: Score
    gated: Score
    after: Retrained
    free: Retrained
    gain: Difference | None = None


def follow(stream: Stream, progress: Progress, recipe: Recipe = BEST) -> list[Turn]:
    """Follow *stream* to its end."""
    with tempfile.TemporaryDirectory() as folder:
        gate = Loop(Path(folder) / "gate", stream.taxonomy, recipe)
        free = Loop(Path(folder) / "free", stream.taxonomy, recipe)
        try:
            for loop in (gate, free):
                loop.start(stream.first)
            return _turns(stream, gate, free, progress)
        finally:
            for loop in (gate, free):
                loop.close()


def _turns(stream: Stream, gate: Loop, free: Loop, progress: Progress) -> list[Turn]:
    never, turns = gate.serving, list[Turn]()
    for number, month in enumerate(stream.months):
        progress(month.name, number, len(stream.months))
        sight = Sight(month, stream.taxonomy)
        if gate.contest is not None:
            turns[-1] = replace(turns[-1], gain=sight.difference(*gate.contest))
        scores = [sight.score(one) for one in (never, free.serving, gate.serving)]
        for loop in (gate, free):
            loop.feed(month.fed)
        turns.append(Turn(month.name, month.poisoned, *scores, gate.gated(), free.ungated()))
    return turns


def total(scores: Sequence[Score]) -> Score:
    """Return several months' scores as one."""
    return sum(scores, Score())
