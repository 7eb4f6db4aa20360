"""``copytaster tag``."""

import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click
from rich.table import Table

from copytaster.cli import home
from copytaster.cli.screen import OUT, table
from copytaster.model.types import Tagging

if TYPE_CHECKING:
    from copytaster.service.schemas import ArticleRequest


@click.command("tag")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, as POST /tag gives.")
@click.option("--explain", is_flag=True, help="Show the words that decided.")
@click.option("--all", "everything", is_flag=True, help="Show every topic, tags or not.")
@click.option("--limit", type=click.IntRange(1), help="At most so many tags an article.")
@click.option(
    "--models",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of trained versions. [default: models in COPYTASTER_HOME]",
)
def command(  # one argument an option
    files: tuple[Path, ...],
    limit: int | None,
    models: Path | None,
    *,
    as_json: bool,
    explain: bool,
    everything: bool,
) -> None:
    r"""Tag FILES, or standard input: plain text (its first line is the headline), or JSON lines.

    A .jsonl file has an article a line: {"text": "…", "headline": "…", "id": "…"}. Standard
    input is JSON lines if it starts with a brace.

    \b
    Examples:
      copytaster tag story.txt
      copytaster tag --json archive.jsonl > tags.jsonl
      pbpaste | copytaster tag --explain
    """
    from copytaster.model.tagger import Tagger
    from copytaster.service import replies

    folder = home.champion(models or home.models())
    if folder is None:
        raise click.ClickException("there is no tagger yet; run copytaster train first")
    tagger = Tagger.load(folder, home.model_key())
    for sent in _articles(files):
        (tagging,) = tagger.tag(
            [sent.article()], explain=explain, everything=everything, limit=limit
        )
        if as_json:
            click.echo(replies.tagging(tagging, sent.id, explain=explain))
        else:
            OUT.print(_table(tagging, sent.headline, explain=explain))


def _articles(files: tuple[Path, ...]) -> Iterator["ArticleRequest"]:
    if not files:
        yield from _read(sys.stdin.buffer, "standard input", lines=None)
    for path in files:
        with path.open("rb") as handle:
            yield from _read(handle, str(path), lines=path.suffix in {".jsonl", ".ndjson", ".json"})


def _read(handle: BinaryIO, source: str, *, lines: bool | None) -> Iterator["ArticleRequest"]:
    from copytaster.cli.article_lines import parse, plain

    first = handle.readline()
    if lines is None:
        lines = first.removeprefix(BOM_UTF8).lstrip().startswith(b"{")
    if not lines:
        yield plain(first + handle.read(), source)
        return
    number = 1
    while first:
        if first.strip():
            yield parse(first, source, number)
        first, number = handle.readline(), number + 1


def _table(tagging: Tagging, headline: str, *, explain: bool) -> Table:
    columns = ("topic", "confidence", "tier") + (("evidence",) if explain else ())
    rows = [
        (tag.topic, f"{tag.confidence:.3f}", tag.tier or "-")
        + ((" ".join(item.term for item in tag.evidence),) if explain else ())
        for tag in tagging.tags
    ]
    title = " ".join(filter(None, (tagging.id, headline))) or "article"
    review = f"; review: {tagging.review}" if tagging.review else ""
    heading = f"{title}  (known words: {tagging.known:.0%}{review})"
    return table(heading, columns, rows, words=True)
