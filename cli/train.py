"""``copytaster train``."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import click

from copytaster.cli import bad_lines, home, options, person
from copytaster.cli.screen import OUT, progress_bar


@click.command("train")
@click.option(
    "--data",
    "data",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="JSONL or CSV file, also .gz, or a folder of them; may be given again. "
    "[default: the seed articles]",
)
@click.option("--split", help="Use only the articles whose 'split' is this, such as train.")
@click.option(
    "--taxonomy",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON file of topics. [default: taxonomy.json beside the models, else those in the data]",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of trained versions. [default: models in COPYTASTER_HOME]",
)
@options.preset
@options.half_life
@options.unlabelled
@click.option("--tune", is_flag=True, help="Search the preset's settings first; takes long.")
@click.option(
    "--objective",
    type=click.Choice(["both", "micro", "macro"]),
    default="both",
    help="What thresholds make high: F1 over all tags (micro), of each topic (macro), or both. "
    "[default: both]",
)
@click.option(
    "--auto-precision",
    type=options.Share(),
    default=0.95,
    help="Precision that the tier auto must have. [default: 0.95]",
)
@click.option(
    "--auto-confidence",
    type=options.Share(),
    default=0.9,
    help="How sure the proof of it must be. [default: 0.9]",
)
@click.option(
    "--hold-back",
    type=options.Share(zero=True),
    default=0.0,
    help="Share of the stories that only prove the tier auto: the strict way. [default: 0]",
)
@click.option("--skip-bad", is_flag=True, help="Train without the lines that have problems.")
@click.option("--promote/--no-promote", default=True, help="Whether to serve it from now on.")
@options.jobs
def command(  # noqa: PLR0913, PLR0917  # one argument an option
    data: tuple[Path, ...],
    split: str | None,
    taxonomy: Path | None,
    out: Path | None,
    preset: str | None,
    half_life: float | None,
    unlabelled: tuple[Path, ...],
    objective: Literal["both", "micro", "macro"],
    auto_precision: float,
    auto_confidence: float,
    hold_back: float,
    *,
    tune: bool,
    skip_bad: bool,
    promote: bool,
    jobs: int,
) -> None:
    r"""Train a tagger from labelled articles, and report how well it does on unseen ones.

    A JSONL line: {"id": "a1", "headline": "…", "text": "…", "published": "2026-11-21",
    "topics": ["trade"], "not_topics": [], "complete": true}. Where complete is false, a topic
    that is neither in topics nor in not_topics is unknown rather than a no. A CSV has columns
    text, topics (separated by |) and, if you like, headline, id, published, not_topics, complete.

    \b
    Examples:
      copytaster train
      copytaster train --data archive.jsonl.gz --data desk.csv --taxonomy topics.json
      copytaster train --data archive.jsonl --tune --auto-precision 0.98
      copytaster train --data sections.jsonl --preset desk --unlabelled wires.jsonl.gz
      copytaster train --data reuters.jsonl.gz --split train --out models --no-promote
    """
    from copytaster import seeds
    from copytaster.cli.training_report import calibration_line, topic_table
    from copytaster.model.registry import Registry
    from copytaster.model.taxonomy import Taxonomy
    from copytaster.training import config, fit, saving
    from copytaster.training import corpus as corpora
    from copytaster.training import tune as tuning
    from copytaster.training.unlabelled import with_unlabelled

    root = out or home.models()
    own = home.taxonomy_file(root)
    taxonomy = taxonomy or (own if own.exists() else None)
    if not data:
        data, taxonomy = (seeds.ARTICLES,), taxonomy or seeds.TAXONOMY
    registry = Registry(root, home.model_key())
    topics = Taxonomy.load(taxonomy) if taxonomy else None
    with progress_bar() as progress:
        corpus, problems = corpora.load(data, topics, split)
        corpus, more = with_unlabelled(corpus, unlabelled, preset)
        problems.extend(more)
        if not problems or skip_bad:
            recipe = replace(
                config.preset(len(corpus.articles), preset, half_life),
                objective=objective,
                auto_precision=auto_precision,
                auto_confidence=auto_confidence,
                hold_back=hold_back,
            )
            trials = tuning.search(corpus, recipe, jobs, progress) if tune else ()
            recipe = trials[0].recipe if trials else recipe
            fitted = fit.fit(corpus, recipe, jobs, progress)
            version = saving.save(fitted, registry, registry.key, trials)
    bad_lines.show(problems, skip_bad=skip_bad, nothing_was="trained")
    OUT.print(topic_table(fitted))
    OUT.print(calibration_line(fitted))
    if promote:
        registry.promote(version, by=person.login(), why="trained, and not judged by the gate")
    OUT.print(f"Saved {registry.folder(version)}" + (" and promoted it." if promote else "."))
