"""What a measurement prints: rows for people, or JSON for machines."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from copytaster.cli.screen import OUT, table

COLUMNS = ("measured", "ours", "peer", "ratio", "goal", "reached")
_GOAL = re.compile(r"at (least|most) ([\d.]+)( times)?")


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
        What was asked for: ``at least 0.9`` or ``at most 0.9`` bounds ours, with `` times`` behind
        it the ratio; anything else is shown and not judged.
    faster : bool
        Whether the ratio is how many times faster ours is, the peer's figure over ours.
    spread : str
        Lowest and highest of the rounds, where there were several.
    """

    name: str
    ours: float
    peer: float | None = None
    goal: str = ""
    faster: bool = False
    spread: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours over the peer's, or, of times, the peer's over ours; ``None`` without a peer."""
        over, under = (self.peer, self.ours) if self.faster else (self.ours, self.peer)
        return None if over is None or not under else over / under

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; ``None`` where it cannot be judged."""
        found = _GOAL.match(self.goal)
        if found is None:
            return None
        bound, figure = float(found[2]), self.ratio if found[3] else self.ours
        if figure is None:
            return None
        return figure >= bound if found[1] == "least" else figure <= bound


def show(rows: Sequence[Row], *, as_json: bool) -> None:
    """Print *rows*."""
    if as_json:
        for row in rows:
            print(json.dumps(_json(row)))
        return
    OUT.print(table("", COLUMNS, [cells(row) for row in rows]))


def cells(row: Row) -> tuple[str, ...]:
    """Return the row's cells, one a column."""
    reached = {True: "yes", False: "no", None: ""}[row.reached]
    return (row.name, figure(row.ours), figure(row.peer), _times(row), row.goal, reached)


def figure(value: float | None) -> str:
    """Return *value* as people read it; a figure that is none is empty."""
    if value is None or math.isnan(value):
        return ""
    return f"{value:.3f}" if abs(value) < 100 else f"{value:,.0f}"  # noqa: PLR2004  # by eye


def _json(row: Row) -> dict[str, object]:
    found = {**asdict(row), "ratio": row.ratio, "reached": row.reached}
    return {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in found.items()}


def _times(row: Row) -> str:
    return f"{figure(row.ratio)} x faster" if row.faster and row.ratio else figure(row.ratio)
