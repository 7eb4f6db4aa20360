"""``copytaster retrain``."""

import getpass
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from copytaster.cli import home, options
from copytaster.cli.screen import ERR, OUT
from copytaster.model.errors import ArchiveError

if TYPE_CHECKING:
    from copytaster.archive.archive import Archive
    from copytaster.archive.jobs import Job
    from copytaster.archive.order import Order

#: Exit statuses beside 0, promoted or as good as that; 1 is an error, 2 a wrong option.
REFUSED, NOTHING = 3, 4
_STATUS = {"refused": REFUSED, "too few": REFUSED, "overtaken": REFUSED, "nothing new": NOTHING}
#: What is taken from other programs while the service runs: tagging goes first.
_NICE = 10


class _Slugs(click.ParamType["tuple[str, ...]"]):
    """Slugs with commas between them."""

    name = "slugs"

    def convert(
        self,
        value: Any,  # noqa: ANN401  # click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, ...]:
        """Return the slugs; at least one."""
        found = tuple(slug for one in value.split(",") if (slug := one.strip()))
        return found or self.fail("name at least one topic.", param, ctx)


def _slugs(name: str, what: str) -> Callable[[Any], Any]:
    more = "Slugs with commas between them; may be given again."
    return click.option(name, multiple=True, type=_Slugs(), metavar="SLUGS", help=f"{what} {more}")


@click.command("retrain")
@options.preset
@click.option(
    "--seeds/--no-seeds",
    default=None,
    help="Whether to learn from the seed articles too. [default: if the champion did; "
    "COPYTASTER_SEEDS]",
)
@click.option("--promote/--no-promote", default=True, help="Whether what passes is to serve.")
@click.option(
    "--margin",
    type=options.Share(),
    help="It must be proven that micro F1 is not lower by this. [default: 0.025]",
)
@click.option(
    "--topic-margin",
    type=options.Share(zero=True),
    help="A topic that is worse for certain is refused if it costs this share of its F1. "
    "[default: 0.03]",
)
@_slugs("--topics", "Fit only these anew; every other topic's tags stay as they are.")
@_slugs("--freeze", "Fit all but these anew; their tags stay as they are.")
@click.option("--wait", is_flag=True, help="Wait for another retraining's end.")
@click.option(
    "--models",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of trained versions. [default: models in COPYTASTER_HOME]",
)
@options.jobs
@click.option("--job", "identifier", hidden=True, help="Do this job, as copytaster work asks.")
@click.pass_context
def command(  # noqa: PLR0913, PLR0917  # one argument an option
    ctx: click.Context,
    preset: str | None,
    margin: float | None,
    topic_margin: float | None,
    topics: tuple[tuple[str, ...], ...],
    freeze: tuple[tuple[str, ...], ...],
    models: Path | None,
    jobs: int,
    identifier: str | None,
    *,
    seeds: bool | None,
    promote: bool,
    wait: bool,
) -> None:
    r"""Train a challenger from the archive, and promote it if it passes the gate.

    It learns from all articles of the archive but the newest, which judge it, and, if the
    champion did, from the seeds. Of all retrainings over one archive one runs at a time. Exit
    status: 0 if the challenger passed, 3 if it was refused, 4 if there was nothing new.

    \b
    Examples:
      copytaster retrain
      copytaster retrain --no-promote
      copytaster retrain --preset fast --wait
      copytaster retrain --topics trade,taiwan
      copytaster retrain --freeze sport
    """
    from copytaster.archive.archive import Archive
    from copytaster.archive.order import Order, slugs
    from copytaster.cli import retraining
    from copytaster.cli.retraining import Setting

    root = models or home.models()
    archive = Archive(home.archive(root))
    only, kept = (slugs(chain.from_iterable(given)) for given in (topics, freeze))
    try:
        order = Order(preset, seeds, promote, margin, topic_margin, only, kept)
    except ArchiveError as error:
        raise click.UsageError(f"{error}.") from None
    if identifier is None:
        _must_fit(order, root)
        job = _begun(archive, order, wait=wait)
        setting = Setting(archive, root, jobs)
    else:
        found = retraining.take(archive, identifier)
        if found is None:
            return  # somebody else has it
        os.nice(_NICE)
        job, setting = found, Setting(archive, root, jobs, os.getppid())
    with _bar(shown=identifier is None) as show:
        result = retraining.work(job, setting, show)
    _say(job, result)
    ctx.exit(_STATUS.get(result["outcome"], 0))


def _must_fit(order: "Order", root: Path) -> None:
    """Refuse topics that the champion does not have before there is a job."""
    if not order.topics and not order.freeze:
        return
    from copytaster.archive.scope import Scope
    from copytaster.model.manifest import NAME, Manifest

    folder = home.champion(root)
    if folder is None:
        Scope.of(order, None)
        return
    manifest = Manifest.load(folder / NAME, home.model_key())
    exclusive = bool(manifest.parameters.get("exclusive"))
    Scope.of(order, manifest.taxonomy, exclusive=exclusive)


def _begun(archive: "Archive", order: "Order", *, wait: bool) -> "Job":
    from copytaster.cli import retraining

    told = False
    while True:
        try:
            return retraining.begin(archive, order, _user())
        except retraining.BusyError as busy:
            if not wait:
                raise
            if not told:
                ERR.print(f"Waiting for job {busy.job.id}.")
            told = True
            time.sleep(1)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # as in a container, whose users have no names
        return f"user {os.getuid()}"


@contextmanager
def _bar(*, shown: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    if not shown:
        yield None
        return
    from copytaster.cli.screen import share_bar

    with share_bar() as move:
        yield move


def _say(job: "Job", result: Mapping[str, Any]) -> None:
    for words in result["words"]:
        OUT.print(words, soft_wrap=True)
    serves = f"{result['champion']} serves." if result["champion"] else "Nothing serves yet."
    OUT.print(f"Job {job.id}: {result['outcome']} in {result['seconds']} s. {serves}")
