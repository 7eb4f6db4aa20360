"""A stream followed month by month: tag, judge, feed back, retrain, with the gate or without."""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.foresight import Score, Sight
from bench.loops import Loop, Retrained
from bench.months import Stream
from copytaster.training.config import BEST, Recipe
from copytaster.training.paired import Difference


@dataclass(frozen=True, slots=True)
class Turn:
    """A month: how taggers did on it, and what came of the retraining after it.

    Attributes
    ----------
    month : str
        ``YYYY-MM``.
    poisoned : str or None
        The topic whose labels were fed back wrongly.
    never, score : Score
        On this month, which neither had seen: of the first tagger, and of the one that served.
    after : Retrained
        At the month's end.
    gain : Difference or None
        On the next month, by how much the challenger is better than the champion that it was
        judged against; ``None`` where there is no challenger, no gate, or no next month.
    """

    month: str
    poisoned: str | None
    never: Score
    score: Score
    after: Retrained
    gain: Difference | None = None


def follow(stream: Stream, *, gated: bool, recipe: Recipe = BEST) -> list[Turn]:
    """Follow *stream* to its end, through the gate or without it."""
    with tempfile.TemporaryDirectory() as folder:
        loop = Loop(Path(folder) / "newsroom", stream.taxonomy, recipe)
        try:
            loop.start(stream.first)
            return _turns(stream, loop, gated=gated)
        finally:
            loop.close()


def _turns(stream: Stream, loop: Loop, *, gated: bool) -> list[Turn]:
    never, turns = loop.serving, list[Turn]()
    for month in stream.months:
        sight = Sight(month, stream.taxonomy)
        if loop.contest is not None:
            turns[-1] = replace(turns[-1], gain=sight.difference(*loop.contest))
        scores = sight.score(never), sight.score(loop.serving)
        loop.feed(month.fed)
        after = loop.gated() if gated else loop.ungated()
        turns.append(Turn(month.name, month.poisoned, *scores, after))
        how = "gate" if gated else "no gate"
        print(f"{month.name}, {how}: {scores[1].accuracy:.3f}, {after.outcome}", file=sys.stderr)
    return turns


def total(scores: Sequence[Score]) -> Score:
    """Return several months' scores as one."""
    return sum(scores, Score())
