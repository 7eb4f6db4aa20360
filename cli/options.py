"""Types of options that several commands take."""

import math
from typing import Any

import click


class Share(click.FloatRange):
    """A number above 0 and below 1, or from 0 on where *zero* is allowed."""

    def __init__(self, *, zero: bool = False) -> None:
        super().__init__(0, 1, min_open=not zero, max_open=True)

    def convert(
        self,
        value: Any,  # noqa: ANN401  # click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Return *value* as a float; nan, which is in no range, is refused."""
        found = float(super().convert(value, param, ctx))
        if math.isnan(found):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return found
