"""``copytaster tag``."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from copytaster.cli import home
from copytaster.cli.screen import ERR, OUT, table
from copytaster.model.types import Tagging

if TYPE_CHECKING:
    from copytaster.cli.bulk import Work
    from copytaster.model.tagger import Tagger
    from copytaster.service.schemas import ArticleRequest, TagQuery

#: A run of so many seconds closes with its rate.
_LONG = 2.0


@click.command("tag")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, as POST /tag gives.")
@click.option("--explain", is_flag=True, help="Show the words that decided.")
@click.option("--all", "everything", is_flag=True, help="Show every topic, tags or not.")
@click.option("--limit", type=click.IntRange(1), help="At most so many tags an article.")
@click.option("--threads", type=click.IntRange(1), help="[default: one a processor]")
@click.option(
    "--models",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of trained versions. [default: models in COPYTASTER_HOME]",
)
def command(  # noqa: PLR0913  # one argument an option
    files: tuple[Path, ...],
    limit: int | None,
    threads: int | None,
    models: Path | None,
    *,
    as_json: bool,
    explain: bool,
    everything: bool,
) -> None:
    r"""Tag FILES, or standard input: plain text (its first line is the headline), or JSON lines.

    A .jsonl file has an article a line: {"text": "…", "headline": "…", "id": "…"}. Standard
    input is JSON lines if it starts with a brace. Results come in the order of the articles. What
    cannot be read is named on standard error and left out, and the exit status is then 1.

    \b
    Examples:
      copytaster tag story.txt
      copytaster tag --json archive.jsonl > tags.jsonl
      pbpaste | copytaster tag --explain
    """
    from copytaster.cli import article_lines, bulk
    from copytaster.model.tagger import Tagger
    from copytaster.service.schemas import TagQuery

    folder = home.champion(models or home.models())
    if folder is None:
        raise click.ClickException("there is no tagger yet; run copytaster train first")
    tagger = Tagger.load(folder, home.model_key())
    home.say_if_slow(tagger)
    query = TagQuery(explain=explain, all=everything, limit=limit)
    # A terminal shows each article as it comes; a pipe is not asked to.
    at_once = not files and sys.stdin.isatty()
    good = True
    work: Work[Any] = (_lines if as_json else _tables)(tagger, query)
    write: Callable[[Any], object] = sys.stdout.buffer.write if as_json else _print
    with _progress(files) as move:
        found = bulk.run(
            article_lines.read(files),
            work,
            threads,
            at_once=at_once,
        )
        for batch in found:
            for outcome in batch.outcomes:
                write(outcome.answer)
                for problem in outcome.problems:
                    click.echo(f"copytaster: {problem}", err=True)
                good = good and not outcome.problems
            move(sum(outcome.articles for outcome in batch.outcomes), batch.n_bytes)
        sys.stdout.flush()
    if not good:
        sys.exit(1)


@contextmanager
def _progress(files: tuple[Path, ...]) -> Iterator[Callable[[int, int], None]]:
    """Give a function (articles, bytes) that moves a bar with the rate, on a terminal."""
    started, done = time.perf_counter(), 0
    bar = Progress(
        TextColumn("tagging"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=ERR,
        disable=sys.stdout.isatty() or not ERR.is_terminal,
        transient=True,
    )
    with bar:
        total = sum(path.stat().st_size for path in files) or None
        task = bar.add_task("tagging", total=total, rate="")

        def move(articles: int, n_bytes: int) -> None:
            nonlocal done
            done += articles
            bar.update(task, advance=n_bytes, rate=_rate(done, time.perf_counter() - started))

        yield move
    seconds = time.perf_counter() - started
    if seconds >= _LONG:
        click.echo(f"copytaster: {_rate(done, seconds)} in {seconds:.1f} s", err=True)


def _rate(articles: int, seconds: float) -> str:
    return f"{articles:,} articles, {articles / max(seconds, 1e-9):,.0f} a second"


def _lines(tagger: "Tagger", query: "TagQuery") -> "Work[bytes]":
    """Return what answers articles with lines of JSON."""
    from copytaster.cli.json_replies import JsonReplies
    from copytaster.service.replier import Replier

    return JsonReplies(Replier(tagger), query)


def _tables(tagger: "Tagger", query: "TagQuery") -> "Work[list[Table]]":
    """Return what answers articles with tables."""
    from copytaster.cli import bulk

    def work(sent: "Sequence[ArticleRequest]") -> list[Table]:
        found = tagger.tag(
            [item.article() for item in sent],
            explain=query.explain,
            everything=query.all,
            limit=query.limit,
        )
        return [
            _table(item, tagging, explain=query.explain)
            for item, tagging in zip(sent, found, strict=True)
        ]

    return bulk.parsed(work)


def _print(tables: "Sequence[Table]") -> None:
    for one in tables:
        OUT.print(one)


def _table(sent: "ArticleRequest", tagging: Tagging, *, explain: bool) -> Table:
    columns = ("topic", "confidence", "tier") + (("evidence",) if explain else ())
    rows = [
        (tag.topic, f"{tag.confidence:.3f}", tag.tier or "-")
        + ((" ".join(item.term for item in tag.evidence),) if explain else ())
        for tag in tagging.tags
    ]
    title = " ".join(filter(None, (tagging.id, sent.headline))) or "article"
    review = f"; review: {tagging.review}" if tagging.review else ""
    heading = f"{title}  (known words: {tagging.known:.0%}{review})"
    return table(heading, columns, rows, words=True)
