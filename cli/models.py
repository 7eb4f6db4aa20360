"""``copytaster models``: the trained versions, and which of them serves."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from copytaster.cli import home, options, rollback
from copytaster.cli.screen import ERR, OUT, progress_bar
from copytaster.model.registry import Registry

if TYPE_CHECKING:
    from copytaster.model.types import Article


def _registry(models: Path | None) -> Registry:
    return Registry(models or home.models(), home.model_key())


@click.group("models")
def command() -> None:
    r"""List, compare, promote, roll back and prune trained versions.

    \b
    Examples:
      copytaster models list
      copytaster models diff champion 2026-11-21-1c0a45c4b7d1 --data november.jsonl
      copytaster models rollback
    """


command.add_command(rollback.command)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@options.models
def list_versions(models: Path | None, *, as_json: bool) -> None:
    r"""List the versions, and mark the one that serves.

    \b
    Examples:
      copytaster models list
      copytaster models list --json
    """
    from copytaster.cli import models_report
    from copytaster.model import versions

    registry = _registry(models)
    rows = versions.every(registry)
    if as_json:
        found = {"champion": registry.champion(), "versions": [row.as_json() for row in rows]}
        click.echo(json.dumps(found, ensure_ascii=False, allow_nan=False))
    elif rows:
        OUT.print(models_report.version_table(rows))
        for line in models_report.problem_lines(rows):
            ERR.print(line, soft_wrap=True)
    else:
        ERR.print(f"No version in {registry.root} yet: train one with copytaster train.")


@command.command("show")
@click.argument("version")
@options.models
def show(version: str, models: Path | None) -> None:
    r"""Tell what VERSION was trained on and how, how well it does, and when it served.

    VERSION is the name of a version, the word champion, or the folder of one.

    \b
    Examples:
      copytaster models show champion
      copytaster models show 2026-11-21-1c0a45c4b7d1
    """
    from copytaster.cli import models_report
    from copytaster.model.manifest import NAME, Manifest

    registry = _registry(models)
    folder = home.find(version, registry.root)
    manifest = Manifest.load(folder / NAME, registry.key)
    for table in models_report.described(registry, folder.name, manifest):
        OUT.print(table)


@command.command("diff")
@click.argument("before")
@click.argument("after")
@click.option(
    "--data",
    "data",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="JSONL or CSV file of articles, also .gz, or a folder of them; may be given again. Their "
    "topics, if any, are not read. [default: the golden inputs of both]",
)
@click.option(
    "--examples",
    type=click.IntRange(0),
    default=10,
    show_default=True,
    help="Articles to show, at most.",
)
@options.models
def diff(
    before: str, after: str, data: tuple[Path, ...], examples: int, models: Path | None
) -> None:
    r"""Compare two versions: topics, settings, accuracy, and the tags that would change.

    BEFORE and AFTER are each the name of a version, the word champion, or the folder of one.
    Without --data, the tags are those of the golden inputs, texts made of the terms that weigh
    most: they tell that something changed, not how much.

    \b
    Examples:
      copytaster models diff champion 2026-11-21-1c0a45c4b7d1
      copytaster models diff champion 2026-11-21-1c0a45c4b7d1 --data november.jsonl.gz
    """
    from copytaster.cli import models_diff
    from copytaster.model import difference
    from copytaster.model.tagger import Tagger

    registry = _registry(models)
    first, second = (
        Tagger.load(home.find(name, registry.root), registry.key) for name in (before, after)
    )
    for table in models_diff.manifests(first.manifest, second.manifest):
        OUT.print(table)
    articles = _articles(data) if data else tuple(difference.golden(first, second))
    with progress_bar() as move:
        found = difference.compare(
            first, second, articles, examples, lambda n: move("tagging", n, len(articles))
        )
    what = "articles" if data else "golden inputs"
    for part in models_diff.tags(found, what):
        OUT.print(part)


def _articles(data: tuple[Path, ...]) -> "tuple[Article, ...]":
    from copytaster.cli.training_report import problem_table
    from copytaster.training import unlabelled

    articles, problems = unlabelled.load(data)
    if problems:
        ERR.print(problem_table(problems))
        ERR.print(f"Compared without {len(problems)} line(s) that have problems.")
    return articles


@command.command("promote")
@click.argument("version")
@click.option("--force", is_flag=True, help="Promote what the gate refused, or did not judge.")
@options.why(required=True)
@options.by
@options.models
def promote(version: str, why: str, by: str, models: Path | None, *, force: bool) -> None:
    r"""Let VERSION serve from now on.

    It is opened and proves itself first; one that does not is never promoted. What the gate
    refused, did not judge, or judged against another champion needs --force. Who and why are
    kept in the history (copytaster models show).

    \b
    Examples:
      copytaster models promote 2026-11-21-1c0a45c4b7d1 --why "the gate passed it"
      copytaster models promote 2026-11-21-1c0a45c4b7d1 --force --why "new topics at once"
    """
    from copytaster.model import promotion

    registry = _registry(models)
    try:
        change = promotion.promote(registry, version, by=by, why=why, force=force)
    except promotion.ObjectionError as error:
        raise click.ClickException(
            f"{error}. See what would change with copytaster models diff champion {version}, or "
            "promote it all the same with --force."
        ) from None
    OUT.print(change.words)


@command.command("prune")
@click.option(
    "--keep",
    type=click.IntRange(0),
    default=5,
    show_default=True,
    help="How many former champions stay.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@options.models
def prune(keep: int, models: Path | None, *, dry_run: bool) -> None:
    r"""Remove old versions.

    The champion stays, and so do the former champions that served last, those that rolling back
    would return to, and what was saved within a day. Without a champion nothing is removed.

    \b
    Examples:
      copytaster models prune --dry-run
      copytaster models prune --keep 3
    """
    registry = _registry(models)
    if registry.champion() is None:
        raise click.ClickException(f"{registry.root} has no champion, so nothing is removed.")
    gone = registry.disposable(keep) if dry_run else registry.prune(keep)
    for version in gone:
        OUT.print(version)
    done = "would be removed" if dry_run else "removed"
    ERR.print(f"{len(gone)} version(s) {done}.")
