"""``copytaster archive forget``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from copytaster.cli import home
from copytaster.cli.screen import ERR, OUT

if TYPE_CHECKING:
    from copytaster.archive.archive import Archive

#: A hundred years, in days.
_MOST = 36_500


@click.command("forget")
@click.option("--article", "names", multiple=True, help="The id of one; may be given again.")
@click.option(
    "--texts-older-than", "texts", type=click.IntRange(0, _MOST), metavar="DAYS", help="Drop texts."
)
@click.option(
    "--decisions-older-than",
    "decisions",
    type=click.IntRange(0, _MOST),
    metavar="DAYS",
    help="Drop what is kept of what was served.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option(
    "--models",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of trained versions, beside which the archive is. [default: in COPYTASTER_HOME]",
)
def forget(
    names: tuple[str, ...],
    texts: int | None,
    decisions: int | None,
    models: Path | None,
    *,
    dry_run: bool,
) -> None:
    r"""Delete articles for good, drop old texts, or old decisions.

    --article deletes an article, its labels with their history, and what was served of it; the
    next tagger that is trained knows nothing of it. --texts-older-than keeps of articles that came
    in more than so many days ago only the words, in alphabetical order: labels stay, and training
    goes on counting the words. Nothing of this can be undone.

    \b
    Examples:
      copytaster archive forget --article a1
      copytaster archive forget --texts-older-than 90 --dry-run
      copytaster archive forget --decisions-older-than 30
    """
    from copytaster.archive.archive import Archive
    from copytaster.archive.scrub import Scrub

    if not names and texts is None and decisions is None:
        raise click.UsageError(
            "say what: --article ID, --texts-older-than DAYS or --decisions-older-than DAYS"
        )
    archive = Archive(home.archive(models or home.models()))
    for name in names:
        _article(archive, name, dry_run=dry_run)
    if texts is not None:
        _texts(archive, texts, dry_run=dry_run)
    if decisions is not None:
        _decisions(archive, decisions, dry_run=dry_run)
    if not dry_run and not Scrub(archive.database).whole():
        ERR.print(
            "Somebody reads the database, so its write-ahead log still holds some of it; "
            "copytaster work tries again once an hour, and this command whenever it is run."
        )


def _article(archive: "Archive", name: str, *, dry_run: bool) -> None:
    from copytaster.archive import forgetting

    with archive.writing() as connection:
        gone = forgetting.forget(connection, name)
        if dry_run:
            connection.rollback()
    if not gone.any:
        OUT.print(f"{name}: nothing of it is here.")
        return
    there = "the article" if gone.articles else "no article, but"
    verb = "would go" if dry_run else "gone"
    OUT.print(f"{name}: {there}, {gone.labels:,} labels, {gone.decisions:,} decisions {verb}.")


def _texts(archive: "Archive", days: int, *, dry_run: bool) -> None:
    from copytaster.archive.retention import TEXTS, drop
    from copytaster.archive.texts import Texts

    with archive.reading() as connection:
        n = Texts(connection).due(days)
    if dry_run:
        OUT.print(f"The texts of {n:,} articles would go; their words and labels would stay.")
        return
    total = 0
    while some := drop(archive, lambda to: Texts(to).drop(days, TEXTS)):
        total += some
    OUT.print(f"The texts of {total:,} articles are gone; their words and labels stay.")


def _decisions(archive: "Archive", days: int, *, dry_run: bool) -> None:
    from copytaster.archive.decisions import Decisions
    from copytaster.archive.retention import DECISIONS, drop

    with archive.reading() as connection:
        n = Decisions(connection).due(days)
    if dry_run:
        OUT.print(f"{n:,} decisions would go.")
        return
    total = 0
    while some := drop(archive, lambda to: Decisions(to).drop_older(days, DECISIONS)):
        total += some
    OUT.print(f"{total:,} decisions are gone.")
