"""``copytaster seeds``."""

from pathlib import Path

import click

from copytaster.cli.screen import ERR, OUT


@click.group("seeds")
def command() -> None:
    """Check the articles that make the default tagger."""


@command.command("check")
@click.option(
    "--articles",
    type=click.Path(exists=True, path_type=Path),
    help="File or folder of articles. [default: the seeds]",
)
@click.option(
    "--taxonomy",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON file of topics. [default: the seeds']",
)
def check(articles: Path | None, taxonomy: Path | None) -> None:
    r"""Count the seed articles and fail, saying why, if they are not what they should be.

    \b
    Example:
      copytaster seeds check
    """
    from copytaster import seeds
    from copytaster.cli.census_report import facts, topic_counts
    from copytaster.cli.training_report import problem_table
    from copytaster.model.taxonomy import Taxonomy
    from copytaster.training import census, corpus

    topics = Taxonomy.load(taxonomy or seeds.TAXONOMY)
    loaded, problems = corpus.load([articles or seeds.ARTICLES], topics)
    taken = census.take(loaded)
    OUT.print(topic_counts(taken))
    OUT.print(facts(taken))
    if problems:
        ERR.print(problem_table(problems))
    short = census.shortcomings(loaded, taken, census.SEEDS)
    for line in short:
        ERR.print(line)
    if short or problems:
        raise click.ClickException(f"{len(short) + len(problems)} check(s) failed")
    OUT.print("All checks passed.")
