"""``copytaster audit``."""

from pathlib import Path

import click

from copytaster.cli import options
from copytaster.cli.screen import ERR, OUT, progress_bar


@click.command("audit")
@options.data
@options.taxonomy
@click.option("--split", help="Use only the articles whose 'split' is this, such as train.")
@click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="At most so many labels."
)
@click.option("--topic", "topics", multiple=True, help="Only this topic; may be given again.")
@options.preset
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with everything.")
@options.jobs
def command(  # noqa: PLR0913  # one argument an option
    data: tuple[Path, ...],
    taxonomy: Path | None,
    split: str | None,
    limit: int,
    topics: tuple[str, ...],
    preset: str | None,
    *,
    as_json: bool,
    jobs: int,
) -> None:
    r"""List the labels that look wrong or missing, worst first, with the evidence against them.

    Every label is judged by models that have not seen its article. A yes is listed where they
    find too little for the topic, a no where they find much for it. Unknown labels are never
    listed. It shows what disagrees with the rest of the archive; an editor says what is wrong.

    \b
    Examples:
      copytaster audit --data archive.jsonl.gz
      copytaster audit --data archive.jsonl --topic trade --limit 20
      copytaster audit --data archive.jsonl --taxonomy topics.json --json > review.jsonl
    """
    from copytaster.cli.audit_report import as_line, summary, suspect_table
    from copytaster.cli.training_report import problem_table
    from copytaster.model.taxonomy import Taxonomy
    from copytaster.training import audit, config
    from copytaster.training import corpus as corpora

    with progress_bar() as progress:
        corpus, problems = corpora.load(data, Taxonomy.load(taxonomy) if taxonomy else None, split)
        for slug in topics:
            corpora.must_know(slug, corpus.taxonomy)
        recipe = config.preset(len(corpus.articles), preset)
        found = audit.audit(corpus, recipe, jobs, progress)
    if problems:
        ERR.print(problem_table(problems))
        ERR.print(f"Audited without {len(problems)} line(s) that have problems.")
    suspects = found.suspects(limit, topics or None)
    if as_json:
        for rank, suspect in enumerate(suspects, 1):
            click.echo(as_line(rank, suspect, corpus))
    else:
        OUT.print(suspect_table(suspects, corpus))
    (ERR if as_json else OUT).print(summary(found))
