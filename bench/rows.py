"""What a measurement prints: rows for people, or JSON for machines."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from copytaster.cli.screen import OUT, table


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, beside a peer or a goal.

    Attributes
    ----------
    name : str
        What was measured, with its unit.
    ours : float
    peer : float or None
        The same measured of something else in the same run.
    goal : str
        What was asked for, in words.
    """

    name: str
    ours: float
    peer: float | None = None
    goal: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours over the peer's, where there is one."""
        return self.ours / self.peer if self.peer else None


def show(rows: Sequence[Row], *, as_json: bool) -> None:
    """Print *rows*."""
    if as_json:
        for row in rows:
            print(json.dumps({**asdict(row), "ratio": row.ratio}))
        return
    cells = [(row.name, _figure(row.ours), _figure(row.peer), _figure(row.ratio)) for row in rows]
    goals = [row.goal for row in rows]
    shown = [(*cell, goal) for cell, goal in zip(cells, goals, strict=True)]
    OUT.print(table("", ("measured", "ours", "peer", "ratio", "goal"), shown))


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if abs(value) < 100 else f"{value:,.0f}"  # noqa: PLR2004  # by eye
