"""What commands print for people: tables and progress on the terminal."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

#: Columns that tables may take where no terminal says how wide it is.
_WIDE = 120
#: For results.
OUT = Console(
    markup=False, emoji=False, highlight=False, width=None if sys.stdout.isatty() else _WIDE
)
#: For progress and everything else that is not the result.
ERR = Console(stderr=True, markup=False, emoji=False, highlight=False)


def table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, words: bool = False
) -> Table:
    """Return a table of *words*, or one whose columns behind the first are figures."""
    made = Table(title=_plain(title), title_justify="left", pad_edge=False)
    for at, name in enumerate(columns):
        made.add_column(name, justify="right" if at and not words else "left", overflow="fold")
    for row in rows:
        made.add_row(*(_plain(str(cell)) for cell in row))
    return made


def _plain(text: str) -> str:
    """Return *text* without what a terminal would obey rather than show."""
    return "".join(char if char.isprintable() else " " for char in text)


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Give a function (stage, done, total) that moves a bar on standard error."""
    with _bar(MofNCompleteColumn()) as move:
        yield move


@contextmanager
def share_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Give the same for work whose steps mean nothing: the share done is shown."""
    with _bar(TaskProgressColumn()) as move:
        yield move


@contextmanager
def _bar(count: ProgressColumn) -> Iterator[Callable[[str, int, int], None]]:
    bar = Progress(
        TextColumn("{task.description:<17}"),
        BarColumn(),
        count,
        TimeRemainingColumn(),
        console=ERR,
    )
    with bar:
        task = bar.add_task("reading", total=None)

        def move(stage: str, done: int, total: int) -> None:
            bar.update(task, description=stage, completed=done, total=total)

        yield move
