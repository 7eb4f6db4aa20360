"""``copytaster archive``."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from copytaster.cli import exported, forgetting, home, options, served_report
from copytaster.cli.screen import ERR, OUT, table

if TYPE_CHECKING:
    from copytaster.archive.archive import Archive
    from copytaster.archive.labelled import Problem
    from copytaster.archive.naming import Names
    from copytaster.archive.stats import Stats

#: So many problems are shown; the others are counted.
_SHOWN = 20
_models = click.option(
    "--models",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of trained versions, beside which the archive is. [default: in COPYTASTER_HOME]",
)


@click.group("archive")
def command() -> None:
    r"""Put labelled articles into the archive, take them out, count them.

    The archive is archive.db beside the models, or the database that COPYTASTER_DATABASE_URL
    names. Editors' decisions come in over HTTP; training reads it all.

    \b
    Examples:
      copytaster archive import 2025.jsonl.gz
      copytaster archive import --format comprehend export.csv
      copytaster archive stats
      copytaster archive export everything.jsonl.gz
      copytaster archive forget --article a1
    """


@command.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--format", "form", help="How to read them. [default: told from name and content]")
@options.taxonomy
@click.option("--any-topic", is_flag=True, help="Take topics that are not in the taxonomy too.")
@_models
def import_(
    paths: tuple[Path, ...],
    form: str | None,
    taxonomy: Path | None,
    models: Path | None,
    *,
    any_topic: bool,
) -> None:
    r"""Import labelled articles from files or folders; importing them again changes nothing.

    A line that cannot be used is named, with its file, and the rest lands; the exit status is
    then 1. Topics may be slugs, names or URIs of the taxonomy, which is the newsroom's own
    unless --taxonomy names another; old slugs mean what they were redirected to. What an
    editor has decided, no file overrules.

    \b
    Formats: JSON lines, CSV, Amazon Comprehend's CSV, Annif's TSV, CSV, JSON and folders, and a
    folder of texts a topic (docs/train.md).
    """
    from copytaster.archive.importing import Import, Source
    from copytaster.archive.store import Added

    root = models or home.models()
    names = None if any_topic else _names(taxonomy, root)
    complaints = _Complaints()
    started, total = time.perf_counter(), Added()
    with _progress(paths) as move:
        run = Import(_archive(root), complaints.add, move)
        for path in paths:
            total += run.run(Source(path, form, names))
    seconds = time.perf_counter() - started
    complaints.show()
    n = total.new + total.changed + total.same
    OUT.print(
        f"{n:,} articles in {seconds:.1f} s: {total.new:,} new, {total.changed:,} changed, "
        f"{total.same:,} as before; {total.labels:,} labels set or changed."
    )
    if complaints.n:
        sys.exit(1)


@command.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl")
@click.option("--decisions", is_flag=True, help="What was served, as JSON lines, instead.")
@_models
def export(file: Path, form: str, models: Path | None, *, decisions: bool) -> None:
    r"""Write all articles with their labels to FILE, - for standard output; nothing is lost.

    With --decisions, what COPYTASTER_KEEP_DECISIONS kept of what /tag served: a line for each time
    that an article was tagged. A FILE that ends in .gz is compressed.

    \b
    Examples:
      copytaster archive export everything.jsonl.gz
      copytaster archive export --decisions served.jsonl.gz
    """
    if decisions and form != "jsonl":
        raise click.UsageError("--decisions are written as JSON lines; leave out --format")
    archive = _archive(models or home.models())
    with archive.reading() as connection, exported.out(file) as out:
        write = exported.decisions if decisions else exported.articles
        ERR.print(write(connection, out, form))


@command.command("stats")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@_models
def stats(models: Path | None, *, as_json: bool) -> None:
    """Count articles and labels, by topic and language.

    Where COPYTASTER_KEEP_DECISIONS keeps what /tag serves, also how often each topic was served in
    each tier, and how editors decided afterwards.
    """
    from copytaster.archive import stats as numbers

    root = models or home.models()
    with _archive(root).reading() as connection:
        found = numbers.of(connection)
    promised = served_report.promised(root) if found.served else {}
    if as_json:
        document = {**found.as_json(), "promised": promised}
        click.echo(json.dumps(document, default=str, indent=1))
    else:
        _print(found)
        served_report.show(found, promised)


def _print(found: "Stats") -> None:
    dates = (
        f", published {found.oldest:%Y-%m-%d} to {found.newest:%Y-%m-%d}" if found.oldest else ""
    )
    OUT.print(f"{found.articles:,} articles{dates}; {found.labelled:,} of them teach something.")
    if found.dropped:
        OUT.print(f"Of {found.dropped:,} only the words are kept.")
    if found.languages:
        said = ", ".join(f"{code or 'none given'} {n:,}" for code, n in found.languages.items())
        OUT.print(f"Languages: {said}.")
    OUT.print(f"{found.changes:,} labels were ever set, changed or withdrawn.")
    rows = [(one.topic, one.yes, one.no, one.by_editors) for one in found.topics]
    if rows:
        OUT.print(table("Labels", ("topic", "yes", "no", "by editors"), rows))


class _Complaints:
    """Problems, of which the first are shown."""

    def __init__(self) -> None:
        self.n = 0

    def add(self, problem: "Problem") -> None:
        self.n += 1
        if self.n <= _SHOWN:
            click.echo(f"{problem.source}:{problem.line}: {problem.detail}", err=True)

    def show(self) -> None:
        """Say how many there were beyond those shown."""
        if self.n > _SHOWN:
            click.echo(f"... and {self.n - _SHOWN:,} more problems.", err=True)


@contextmanager
def _progress(paths: tuple[Path, ...]) -> Iterator[Callable[[int], None]]:
    """Give a function that moves a bar by so many characters, about bytes of the files."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("importing"),
        BarColumn(),
        TimeElapsedColumn(),
        console=ERR,
        transient=True,
        disable=not ERR.is_terminal,
    )
    files = [file for path in paths for file in (path.rglob("*") if path.is_dir() else [path])]
    packed = any(file.suffix == ".gz" for file in files)
    total = None if packed else sum(file.stat().st_size for file in files if file.is_file())
    with bar:
        task = bar.add_task("importing", total=total)
        yield lambda size: bar.update(task, advance=size)


def _names(taxonomy: Path | None, root: Path) -> "Names | None":
    """Return what topics mean: by a file, else as the newsroom has them; ``None`` for neither."""
    from copytaster.archive.naming import Names
    from copytaster.model.taxonomy import Taxonomy

    found = home.own_taxonomy(root) if taxonomy is None else Taxonomy.load(taxonomy)
    return None if found is None else Names(found)


def _archive(root: Path) -> "Archive":
    from copytaster.archive.archive import Archive

    return Archive(home.archive(root))


command.add_command(forgetting.forget)
