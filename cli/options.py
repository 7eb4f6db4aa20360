"""Options that several commands take, and their types."""

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from copytaster.cli import person

_Command = TypeVar("_Command", bound=Callable[..., object])


class Number(click.FloatRange):
    """A number within a range; nan, which is in none, is refused."""

    def convert(
        self,
        value: Any,  # noqa: ANN401  # click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Return *value* as a float."""
        found = float(super().convert(value, param, ctx))
        if math.isnan(found):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return found


class Share(Number):
    """A number above 0 and below 1, or from 0 on where *zero* is allowed."""

    def __init__(self, *, zero: bool = False) -> None:
        super().__init__(0, 1, min_open=not zero, max_open=True)


data = click.option(
    "--data",
    "data",
    multiple=True,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="JSONL or CSV file, also .gz, or a folder of them; may be given again.",
)
taxonomy = click.option(
    "--taxonomy",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON file of topics. [default: the topics in the data]",
)
preset = click.option(
    "--preset",
    type=click.Choice(["fast", "best", "desk"]),
    help="How to fit; desk is for archives whose articles have exactly one topic each. "
    "[default: best below 100,000 articles, else fast]",
)
half_life = click.option(
    "--half-life",
    type=Number(0.01, 100),
    help="Years in which an article comes to count half. [default: 4 for desk, else never]",
)
unlabelled = click.option(
    "--unlabelled",
    "unlabelled",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="More articles like those of --data, for their text alone, which --preset desk learns "
    "words from; may be given again.",
)
jobs = click.option(
    "--jobs",
    type=click.IntRange(1),
    default=os.cpu_count() or 1,
    help="Processes. [default: all]",
)
models = click.option(
    "--models",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of trained versions. [default: models in COPYTASTER_HOME]",
)


def _words(value: str) -> str:
    """Return *value* without the blanks around it; nothing but blanks is refused."""
    if not value.strip():
        raise click.BadParameter("say it in a few words.")
    return value.strip()


def why(**how: Any) -> Callable[[_Command], _Command]:  # noqa: ANN401  # click's own
    """Return the option for a reason; *how* says what click is to know besides."""
    return click.option(
        "--why", type=_words, metavar="TEXT", help="The reason, for the history.", **how
    )


by = click.option(
    "--by",
    type=_words,
    metavar="TEXT",
    default=person.login,
    help="Who does it, for the history. [default: the login name]",
)
