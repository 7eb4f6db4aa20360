"""``copytaster models rollback``: back to the champion before, whole or for one topic."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from copytaster.cli import home, options
from copytaster.cli.screen import OUT
from copytaster.model.registry import OvertakenError, Registry

if TYPE_CHECKING:
    from copytaster.model.types import Article
    from copytaster.training.restoring import Restored

#: Of the articles that either version tags with a topic, so many may be decided otherwise.
LIMIT = 0.05


@click.command("rollback")
@click.option("--topic", metavar="SLUG", help="Only this topic; all others stay as they are.")
@click.option(
    "--to",
    metavar="VERSION",
    help="With --topic: the version whose column it gets. [default: the newest champion before "
    "that decided otherwise]",
)
@click.option(
    "--texts",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="With --topic: articles such as come in, for their text alone, to compare both versions "
    "by; may be given again. [default: the archive's and, where these are few, the seeds']",
)
@click.option(
    "--force", is_flag=True, help=f"With --topic: also where more than {LIMIT:.0%} would differ."
)
@options.why()
@options.by
@options.models
def command(  # noqa: PLR0913  # one argument an option
    topic: str | None,
    to: str | None,
    texts: tuple[Path, ...],
    why: str | None,
    by: str,
    models: Path | None,
    *,
    force: bool,
) -> None:
    r"""Return to the champion that served before this one.

    A second rollback goes one further back, not forth again. A version that is not here any
    more, or does not prove itself, is not returned to: promote another then.

    With --topic a new version serves: the champion, with this one topic as it was in the newest
    champion before that decided otherwise about it. Where words and their weights do not fit the
    champion any more, they are carried over, and the share of articles that are decided otherwise
    than that version did is said; above a limit --force is needed.

    \b
    Examples:
      copytaster models rollback
      copytaster models rollback --why "tags court stories as sport"
      copytaster models rollback --topic trade --why "takes fairs for trade"
      copytaster models rollback --topic trade --to 2026-11-21-1c0a45c4b7d1
    """
    from copytaster.model import promotion

    registry = Registry(models or home.models(), home.model_key())
    if topic is not None:
        _topic(registry, topic, to, texts, why, by, force=force)
        return
    if to is not None or texts or force:
        raise click.UsageError(
            "--to, --texts and --force go with --topic; to return to a certain version, promote it "
            "(copytaster models promote)."
        )
    OUT.print(promotion.roll_back(registry, by=by, why=why or "rolled back by hand").words)


def _topic(  # noqa: PLR0913  # as above
    registry: Registry,
    topic: str,
    to: str | None,
    texts: tuple[Path, ...],
    why: str | None,
    by: str,
    *,
    force: bool,
) -> None:
    from copytaster.cli import background
    from copytaster.training import topic_rollback

    def beside() -> "list[Article]":
        return background.articles(registry.root, texts)

    found = topic_rollback.find(registry, topic, to)
    source, champion = found.source.manifest.version, found.champion.manifest.version
    made = found.restore(beside)
    OUT.print(_words(made, topic, source), soft_wrap=True)
    if made.share > LIMIT and not force:
        raise click.ClickException(
            f"that is more than {LIMIT:.0%}, so {champion} serves on; roll it back all the same "
            f"with --force, or fit it anew (copytaster retrain --topics {topic})."
        )
    version = found.save(made, registry, registry.key)
    reason = f"rolled {topic} back to {source}" + (f": {why}" if why else "")
    try:
        registry.promote(version, by=by, why=reason, forced=made.share > LIMIT, after=champion)
    except OvertakenError as error:
        raise click.ClickException(
            f"{error}. {version} was made of {champion} and stays among the versions: promote it "
            f"all the same (copytaster models promote {version}), roll back again, or leave it to "
            "copytaster models prune."
        ) from None
    OUT.print(f"{version} serves from now on, in the place of {champion}.")


def _words(made: "Restored", topic: str, source: str) -> str:
    if made.exact:
        return f"{topic} scores every article exactly as in {source}."
    return (
        f"{topic} is as in {source}, but for {made.differ:,} of {made.articles:,} articles "
        f"({made.differ / made.articles:.2%}; {made.share:.1%} of those that either version tags): "
        "words count otherwise now."
    )
