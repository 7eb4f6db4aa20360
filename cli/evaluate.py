"""``copytaster evaluate``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from copytaster.cli import bad_lines, home, options
from copytaster.cli.screen import ERR, OUT, progress_bar

if TYPE_CHECKING:
    from copytaster.training.corpus import Corpus
    from copytaster.training.fit import Progress
    from copytaster.training.learning_curve import LearningCurve

_ONLY_YES = (
    "Some topics have no article known not to be about them: no tag of theirs could be wrong, so "
    "their precision and F1 are left out, and those over all topics flatter."
)
_FLATTERED = (
    "These are the articles that the tagger was trained on: the figures flatter it. "
    "Judge it by others."
)


@click.command("evaluate")
@click.argument("model")
@options.data
@click.option("--split", help="Judge by the articles whose 'split' is this, such as test.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("report.html"),
    show_default=True,
    help="Where to write the page with tables and plots.",
)
@click.option("--no-report", is_flag=True, help="Write no page.")
@click.option(
    "--learning/--no-learning",
    default=True,
    help="Whether to train on parts of the data, to see what more articles would buy. "
    "[default: learning]",
)
@click.option(
    "--models",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of trained versions. [default: models in COPYTASTER_HOME]",
)
@click.option("--skip-bad", is_flag=True, help="Leave out lines and labels that have problems.")
@options.jobs
def command(  # noqa: PLR0913  # one argument an option
    model: str,
    data: tuple[Path, ...],
    split: str | None,
    report: Path,
    models: Path | None,
    *,
    as_json: bool,
    no_report: bool,
    learning: bool,
    skip_bad: bool,
    jobs: int,
) -> None:
    r"""Judge MODEL by labelled articles that it has not learned from.

    MODEL is the folder of a trained version, the name of one in the folder of versions, or the
    word champion for the one that serves. The articles are as copytaster train reads them.

    \b
    Examples:
      copytaster evaluate champion --data october.jsonl
      copytaster evaluate champion --data october.jsonl --no-learning --report october.html
      copytaster evaluate models/2026-10-10-460860e18f0c --data reuters.jsonl.gz --split test --json
    """
    from copytaster.cli import evaluation_report
    from copytaster.model.tagger import Tagger
    from copytaster.training import corpus as corpora
    from copytaster.training import evaluate
    from copytaster.training.corpus import NO

    if not no_report and not report.absolute().parent.is_dir():
        raise click.BadParameter(f"{report.parent} is not a folder.", param_hint="--report")
    tagger = Tagger.load(home.find(model, models or home.models()), home.model_key())
    with progress_bar() as progress:
        loaded, problems = corpora.load(data, None, split)
        corpus, unknown = corpora.restrict(loaded, tagger.taxonomy)
        problems.extend(unknown)
        if not problems or skip_bad:
            evaluate.must_carry(corpus)
            curve = _learn(data, split, corpus, jobs, progress) if learning else None
            names = [path.resolve().name for path in data]
            found = evaluate.evaluate(
                tagger, corpus, data=names, split=split, learning=curve, progress=progress
            )
    bad_lines.show(
        problems, skip_bad=skip_bad, nothing_was="judged", leave="leave out what is wrong with them"
    )
    if not (corpus.labels == NO).any(axis=0).all():
        ERR.print(_ONLY_YES)
    if corpus.digest == tagger.manifest.data.get("sha256"):
        ERR.print(_FLATTERED)
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False, allow_nan=False))
    else:
        for table in evaluation_report.tables(found):
            OUT.print(table)
    if not no_report:
        _write(found.as_json(), report)
        ERR.print(f"Wrote {report}.")


def _learn(
    data: tuple[Path, ...], split: str | None, corpus: "Corpus", jobs: int, progress: "Progress"
) -> "LearningCurve | None":
    from copytaster.training import corpus as corpora
    from copytaster.training import learning_curve

    pool = None
    if split is not None:
        everything, _ = corpora.restrict(corpora.load(data)[0], corpus.taxonomy)
        pool = learning_curve.apart(everything, corpus)
    return learning_curve.learn_from(pool, corpus, n_jobs=jobs, progress=progress)


def _write(document: dict[str, object], path: Path) -> None:
    from copytaster.training import report

    report.write(document, path)
