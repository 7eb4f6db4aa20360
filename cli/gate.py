"""``copytaster gate``."""

import json
from pathlib import Path

import click

from copytaster.cli import bad_lines, home, options
from copytaster.cli.screen import ERR, OUT, progress_bar

#: The exit status of a refusal; 1 is an error, and 2 a wrong option.
REFUSED = 3


@click.command("gate")
@click.argument("champion")
@click.argument("challenger")
@options.data
@click.option("--json", "as_json", is_flag=True, help="Print the ruling as one JSON object.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the page. [default: report.html in the challenger's folder]",
)
@click.option("--no-save", is_flag=True, help="Write neither verdict.json nor the page.")
@click.option(
    "--margin",
    type=options.Share(),
    default=0.025,
    show_default=True,
    help="It must be proven that micro F1 is not lower by this.",
)
@click.option(
    "--topic-margin",
    type=options.Share(zero=True),
    default=0.03,
    show_default=True,
    help="A topic that is worse for certain is refused if it costs this share of its F1.",
)
@click.option(
    "--models",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of trained versions. [default: models in COPYTASTER_HOME]",
)
@click.option("--skip-bad", is_flag=True, help="Leave out the lines that have problems.")
@click.pass_context
def command(  # noqa: PLR0913, PLR0917  # one argument an option
    ctx: click.Context,
    champion: str,
    challenger: str,
    data: tuple[Path, ...],
    report: Path | None,
    margin: float,
    topic_margin: float,
    models: Path | None,
    *,
    as_json: bool,
    no_save: bool,
    skip_bad: bool,
) -> None:
    r"""Judge whether CHALLENGER may take the place of CHAMPION.

    Both tag the articles of --data that neither has learned from. The challenger passes if its
    micro F1 is proven not to be lower by a margin, no topic is worse for certain, no promise of
    the tier auto is broken, and no topic's new labels disagree with what was learnt. Each is
    the folder of a trained version, the name of one, or the word champion. Nothing is promoted.
    The exit status is 0 if it passes and 3 if it is refused.

    \b
    Examples:
      copytaster gate champion 2026-11-21-1c0a45c4b7d1 --data archive.jsonl.gz
      copytaster gate champion models/2026-11-21-1c0a45c4b7d1 --data november.jsonl --json
    """
    from copytaster.cli.gate_report import topic_table
    from copytaster.training import corpus as corpora
    from copytaster.training import gate
    from copytaster.training.held_out import Contender
    from copytaster.training.ruling import Limits

    if report is not None and not report.absolute().parent.is_dir():
        raise click.BadParameter(f"{report.parent} is not a folder.", param_hint="--report")
    root, key = models or home.models(), home.model_key()
    folders = [home.find(name, root) for name in (champion, challenger)]
    limits = Limits(micro_margin=margin, topic_margin=topic_margin)
    with progress_bar() as progress:
        first, second = (Contender.load(folder, key) for folder in folders)
        corpus, problems = corpora.load(data)
        if not problems or skip_bad:
            ruling = gate.judge(first, second, corpus, limits, progress)
    bad_lines.show(problems, skip_bad=skip_bad, nothing_was="judged")
    if as_json:
        click.echo(json.dumps(ruling.as_json(), ensure_ascii=False, allow_nan=False))
    else:
        if ruling.topics:
            OUT.print(topic_table(ruling))
        for words in ruling.words:
            OUT.print(words, soft_wrap=True)
    if not no_save:
        gate.write(ruling, folders[1], report)
        ERR.print(f"Wrote {report or folders[1] / gate.REPORT}.")
    if not ruling.promote:
        ctx.exit(REFUSED)
