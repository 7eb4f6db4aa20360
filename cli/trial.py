"""``copytaster trial``."""

import json
from pathlib import Path

import click

from copytaster.cli import bad_lines, options
from copytaster.cli.screen import OUT, progress_bar


@click.command("trial")
@options.data
@click.option(
    "--share",
    type=options.Share(),
    default=0.2,
    show_default=True,
    help="Test on this share of the articles, the newest.",
)
@options.taxonomy
@options.preset
@options.half_life
@options.unlabelled
@click.option("--skip-bad", is_flag=True, help="Leave out the lines that have problems.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@options.jobs
def command(  # noqa: PLR0913  # one argument an option
    data: tuple[Path, ...],
    share: float,
    taxonomy: Path | None,
    preset: str | None,
    half_life: float | None,
    unlabelled: tuple[Path, ...],
    *,
    skip_bad: bool,
    as_json: bool,
    jobs: int,
) -> None:
    r"""Train on older articles, judge on newer ones, and say what a random split would claim.

    Every article needs its date ('published'). Nothing is saved. Three taggers are trained: on
    the past; on whole stories at random; and on articles at random, as is often done, where
    copies and updates of an article fall on both sides.

    \b
    Examples:
      copytaster trial --data archive.jsonl.gz
      copytaster trial --data archive.jsonl --taxonomy topics.json --share 0.1 --json
    """
    from copytaster.cli.trial_report import as_record, flattery, trial_table
    from copytaster.model.taxonomy import Taxonomy
    from copytaster.training import config, trial
    from copytaster.training import corpus as corpora
    from copytaster.training.unlabelled import with_unlabelled

    topics = Taxonomy.load(taxonomy) if taxonomy else None
    with progress_bar() as progress:
        corpus, problems = corpora.load(data, topics)
        corpus, more = with_unlabelled(corpus, unlabelled, preset)
        problems.extend(more)
        if not problems or skip_bad:
            recipe = config.preset(len(corpus.articles), preset, half_life)
            found = trial.trial(corpus, recipe, share, jobs, progress)
    bad_lines.show(problems, skip_bad=skip_bad, nothing_was="tried")
    if as_json:
        click.echo(json.dumps(as_record(found)))
        return
    OUT.print(trial_table(found))
    OUT.print(flattery(found))
