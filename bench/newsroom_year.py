"""The newsroom year: current events month by month, fed back and retrained through the gate.

Beside it, on the same months, a tagger that is never retrained, and one that learns from all
labels and serves without a gate. Then the first years again, with wrong labels in some months.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from bench import months
from bench.foresight import Score
from bench.plots import draw_year
from bench.rows import Row
from bench.turns import Turn, follow, total
from copytaster.cli.screen import progress_bar

#: Events that are labelled before the stream begins, and its last month.
FIRST, LAST = 200, "2020-11"
#: What was chosen was chosen by what the months before this year showed.
REPORTED = "2013"
#: With wrong labels the stream goes so far, and they come in every third month.
POISONED_UNTIL, EVERY = "2012-12", 3
CHECKS = ("micro", "topic", "auto", "labels")
PLOT = Path(__file__).resolve().parents[1] / "docs" / "plots" / "newsroom_year.svg"

_Pick = Callable[[Turn], Score]


def run() -> list[Row]:
    """Follow the stream, and draw it; then follow it with wrong labels."""
    stream = months.events(FIRST, LAST)
    early = months.poisoned(months.until(stream, POISONED_UNTIL), EVERY)
    with progress_bar() as progress:
        honest = follow(stream, progress)
        wrong = follow(early, progress)
    draw_year(honest, PLOT)
    return [*figures("", honest), *_times(honest), *figures("poisoned: ", wrong), *_named(wrong)]


def figures(start: str, turns: Sequence[Turn]) -> Iterator[Row]:
    """Yield what the *turns* of a stream show; names of rows begin with *start*."""
    span = f"{turns[0].month} to {turns[-1].month}"
    yield Row(f"{start}months, {span}", len(turns))
    later = [turn for turn in turns if turn.month >= REPORTED]
    for name, part in ((span, turns), (f"from {REPORTED} on", later)):
        if part:
            yield from _accuracy(f"{start}{name}", part)
    yield from _outcomes(start, turns)
    yield from _foresight(start, turns)


def _accuracy(start: str, turns: Sequence[Turn]) -> Iterator[Row]:
    gated = total([turn.gated for turn in turns])
    peers: tuple[tuple[str, _Pick], ...] = (
        ("never retrained", lambda turn: turn.never),
        ("retrained without a gate", lambda turn: turn.ungated),
    )
    for peer, pick in peers:
        other = total([pick(turn) for turn in turns])
        better = sum(turn.gated.right > pick(turn).right for turn in turns)
        worse = sum(turn.gated.right < pick(turn).right for turn in turns)
        spread = f"better in {better} months, worse in {worse}"
        name = f"{start}: accuracy of the top tag; peer: {peer}"
        yield Row(name, gated.accuracy, other.accuracy, spread=spread)
        yield Row(f"{start}: micro F1 of the tags; peer: {peer}", gated.f1, other.f1)


def _outcomes(start: str, turns: Sequence[Turn]) -> Iterator[Row]:
    for outcome in ("promoted", "refused", "too few"):
        yield Row(f"{start}retrainings: {outcome}", len(_with(turns, outcome)))
    for check in CHECKS:
        failed = [turn for turn in turns if any(one == check for one, _ in turn.after.failed)]
        topics = sorted(
            {str(topic) for turn in failed for one, topic in turn.after.failed if topic}
        )
        named = f" ({', '.join(topics)})" if topics else ""
        yield Row(f"{start}refused by {check}{named}", len(failed))


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
        yield Row(
            f"{name}: worse than the champion they met; peer: better",
            sum(gain.gain < 0 for gain in gains),
            sum(gain.gain > 0 for gain in gains),
        )
        yield Row(
            f"{name}: worse for certain (95 %); peer: better for certain",
            sum(gain.high < 0 for gain in gains),
            sum(gain.low > 0 for gain in gains),
        )
        points = [100 * gain.gain for gain in gains]
        spread = f"{min(points):+.1f} to {max(points):+.1f}"
        mean = float(np.mean(points))
        yield Row(f"{name}: points of micro F1 above the champion, mean", mean, spread=spread)


def _times(turns: Sequence[Turn]) -> Iterator[Row]:
    judged = [turn for turn in turns if turn.after.learned]
    gated = [turn.after.seconds for turn in judged]
    without = [turn.free.seconds for turn in judged]
    most = max(turn.after.learned for turn in judged)
    for what, of in (("mean", np.mean), ("median", np.median), ("longest", np.max)):
        name = f"s a retraining of up to {most:,} articles, {what}; peer: without a gate"
        yield Row(name, float(of(gated)), float(of(without)))
    cpu = float(np.mean([turn.after.cpu for turn in judged]))
    yield Row("CPU s a retraining, mean; peer: without a gate", cpu, _mean_cpu(judged))


def _mean_cpu(turns: Sequence[Turn]) -> float:
    return float(np.mean([turn.free.cpu for turn in turns]))


def _named(turns: Sequence[Turn]) -> Iterator[Row]:
    bad = [turn for turn in turns if turn.poisoned is not None]
    refused = [turn for turn in bad if turn.after.outcome == "refused"]
    named = [turn for turn in refused if turn.poisoned in {topic for _, topic in turn.after.failed}]
    yield Row("poisoned: months with wrong labels", len(bad))
    yield Row("poisoned: of these, the challenger was refused", len(refused))
    yield Row("poisoned: of these, the verdict names the topic", len(named))


def _with(turns: Sequence[Turn], outcome: str) -> list[Turn]:
    return [turn for turn in turns if turn.after.outcome == outcome]
