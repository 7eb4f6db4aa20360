"""Lines of data that cannot be used: shown, and left out only where that is said."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from copytaster.cli.screen import ERR

if TYPE_CHECKING:
    from copytaster.archive.labelled import Problem


def show(
    problems: "Sequence[Problem]",
    *,
    skip_bad: bool,
    nothing_was: str,
    leave: str = "leave them out",
) -> None:
    """Show *problems*, if there are any, and end the command unless they may be left out.

    Parameters
    ----------
    problems : sequence of Problem
    skip_bad : bool
        Whether ``--skip-bad`` was said.
    nothing_was : str
        What was not done, such as ``judged``.
    leave : str
        What ``--skip-bad`` does.
    """
    from copytaster.cli.training_report import problem_table

    if not problems:
        return
    ERR.print(problem_table(problems))
    if not skip_bad:
        raise click.ClickException(
            f"{len(problems)} problem(s); nothing was {nothing_was}. "
            f"Mend the lines, or {leave} with --skip-bad."
        )
