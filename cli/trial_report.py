"""What a trial found, as a table, as a sentence and as JSON."""

import math
from collections.abc import Callable
from typing import Any

from rich.table import Table

from copytaster.cli.screen import table
from copytaster.training.trial import Trial
from copytaster.training.verdict import Verdict

#: How the figures are called, in a table and in JSON.
_FIGURES: tuple[tuple[str, str, Callable[[Verdict], float | None]], ...] = (
    ("micro F1", "micro_f1", lambda found: found.tags.f1),
    ("give or take (95 %)", "micro_f1_error", lambda found: found.error),
    ("macro F1 (topics in the test part)", "macro_f1", lambda found: found.macro_f1),
    ("precision", "precision", lambda found: found.tags.precision),
    ("recall", "recall", lambda found: found.tags.recall),
    ("most confident topic is right", "top_accuracy", lambda found: found.top_accuracy),
    ("auto: precision", "auto_precision", lambda found: found.auto_precision),
    ("auto: share of the labels found", "auto_coverage", lambda found: found.auto_coverage),
)
_COUNTS = (
    ("articles to train on", "train"),
    ("articles to test on", "test"),
    ("left out", "dropped"),
    ("topics in the test part", "topics"),
    ("of these not in the training part", "unseen"),
)


def trial_table(found: Trial) -> Table:
    """Return a column a split: by time, by whole groups at random, and at random."""
    verdicts = (found.time, found.groups, found.random)
    rows: list[tuple[object, ...]] = [
        (name, *(getattr(verdict, field) for verdict in verdicts)) for name, field in _COUNTS
    ]
    rows += [
        (name, *(_shown(figure(verdict)) for verdict in verdicts)) for name, _, figure in _FIGURES
    ]
    title = (
        f"By time: trained from {found.first:%Y-%m-%d} on, judged from "
        f"{found.boundary:%Y-%m-%d %H:%M} UTC to {found.last:%Y-%m-%d}"
    )
    return table(title, ("", "by time", "whole stories at random", "at random"), rows)


def flattery(found: Trial) -> str:
    """Say in a sentence what a random split would have claimed, and by how much it flatters."""
    true, whole, claimed = (v.tags.f1 for v in (found.time, found.groups, found.random))
    points = 100 * (claimed - true)
    chance = 100 * math.hypot(found.time.error, found.random.error)
    said = (
        f"A random split would have claimed a micro F1 of {claimed:.3f}, where {true:.3f} was "
        f"reached on what came after: {points:+.1f} points"
    )
    if abs(points) < chance:
        return f"{said}; chance alone may make {chance:.1f}, so that tells nothing."
    return (
        f"{said}, {100 * (claimed - whole):+.1f} of them from copies and updates on both sides and "
        f"{100 * (whole - true):+.1f} from testing on the time of the training articles, each "
        f"give or take {chance:.1f}."
    )


def as_record(found: Trial) -> dict[str, Any]:
    """Return all of it as JSON has it; ``None`` for a figure that nothing was there for."""
    return {
        "first": found.first.isoformat(),
        "boundary": found.boundary.isoformat(),
        "last": found.last.isoformat(),
        "by_time": _record(found.time),
        "groups_at_random": _record(found.groups),
        "at_random": _record(found.random),
    }


def _record(verdict: Verdict) -> dict[str, float | None]:
    counts = {field: getattr(verdict, field) for _, field in _COUNTS}
    return counts | {key: figure(verdict) for _, key, figure in _FIGURES}


def _shown(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.3f}"
