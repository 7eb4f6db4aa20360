"""A retraining as a job: taken from the queue, done in this process, and told of."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from copytaster.archive import news
from copytaster.archive.archive import Archive
from copytaster.archive.jobs import Job, Jobs, LeaseLostError
from copytaster.archive.order import RETRAIN, Order
from copytaster.cli import holding, home
from copytaster.cli.holding import Holding, patiently
from copytaster.model.errors import CopytasterError
from copytaster.model.registry import Registry

if TYPE_CHECKING:
    from copytaster.archive.labelled import LabelledArticle
    from copytaster.model.taxonomy import Taxonomy
    from copytaster.training.corpus import Corpus
    from copytaster.training.outcome import Outcome

#: Told what is being done, how many of its steps are done, and how many there are.
Move = Callable[[str, int, int], None]


class StoppedError(CopytasterError):
    """Raised where the process is asked to end."""


class BusyError(CopytasterError):
    """Raised where another retraining runs.

    Attributes
    ----------
    job : Job
        The one that runs.
    """

    def __init__(self, job: Job) -> None:
        share = f", {job.done * 100 // job.total} % done" if job.total else ""
        super().__init__(
            f"another retraining runs: job {job.id} ({job.stage or 'starting'}{share}); "
            "come again later, or say --wait"
        )
        self.job = job


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a retraining happens.

    Attributes
    ----------
    archive : Archive
    root : Path
        The folder of versions.
    n_jobs : int
    parent : int or None
        The process to end with.
    """

    archive: Archive
    root: Path
    n_jobs: int
    parent: int | None = None


def begin(archive: Archive, order: Order, by: str) -> Job:
    """Queue a job and take it, in one step.

    Raises
    ------
    BusyError
        If another retraining runs; then nothing was queued.
    """
    me = holding.owner(os.getpid())
    with archive.writing() as connection:
        jobs = Jobs(connection)
        holding.bury(jobs, RETRAIN)
        job = jobs.claim(RETRAIN, me, jobs.add(RETRAIN, order.as_json(), by).id)
        if job is None:
            running = jobs.running(RETRAIN)
            if running is None:
                raise AssertionError("a job that waits was not given, though none runs")
            raise BusyError(running)
        return job


def take(archive: Archive, identifier: str) -> Job | None:
    """Take a job that waits; ``None`` if it cannot be had."""
    with archive.writing() as connection:
        jobs = Jobs(connection)
        holding.bury(jobs, RETRAIN)
        return jobs.claim(RETRAIN, holding.owner(os.getpid()), identifier)


def work(job: Job, setting: Setting, show: Move | None = None) -> dict[str, Any]:
    """Do the job, and return its result, which its row has too.

    Raises
    ------
    StoppedError
        If the process was asked to end; a job of a worker then waits again.
    LeaseLostError
        If somebody else has the job.
    """
    with Holding(setting.archive, job, setting.parent) as held, _stoppable():
        try:
            result = _done(job, setting, _both(held.move, show))
        except LeaseLostError:
            raise
        except (StoppedError, KeyboardInterrupt):
            held.release() if setting.parent is not None else held.fail("it was stopped")
            raise
        except CopytasterError as error:
            held.fail(str(error))
            raise
        except BaseException as error:
            held.fail(f"{type(error).__name__}: {error}")
            raise
        held.finish(result)
        return result


def _done(job: Job, setting: Setting, move: Move) -> dict[str, Any]:
    started = time.monotonic()
    order = Order.from_json(job.request)
    known, items, last = patiently(lambda: _read(setting.archive))
    topics = _topics(setting.root)
    known["topics"] = topics.digest if topics is not None else None
    champion = Registry(setting.root).champion()
    if last is not None and _is_old(last, order, {**known, "champion": champion}):
        words = f"Nothing new: nothing has changed since the last retraining (job {last.id})."
        found = {"outcome": "nothing new", "version": None, "champion": champion, "words": [words]}
    else:
        found = _retrained(items, order, setting, topics, job.by, move).as_json()
    return {**found, **known, "seconds": round(time.monotonic() - started, 1)}


def _topics(root: Path) -> "Taxonomy | None":
    """Return the topics of the newsroom's own file, if there is one."""
    from copytaster.model.taxonomy import Taxonomy

    path = home.taxonomy_file(root)
    return Taxonomy.load(path) if path.exists() else None


def _retrained(
    items: "list[LabelledArticle]",
    order: Order,
    setting: Setting,
    topics: "Taxonomy | None",
    by: str | None,
    move: Move,
) -> "Outcome":
    from copytaster.training import retrain

    if order.seeds is None:
        order = replace(order, seeds=home.seeds())
    registry, key = Registry(setting.root, home.model_key()), home.model_key()
    means = retrain.Means(registry, _seeds, topics, by or "", key, setting.n_jobs, move)
    return retrain.run(items, order, means)


def _read(archive: Archive) -> "tuple[dict[str, Any], list[LabelledArticle], Job | None]":
    """Return the archive's newest changes, its articles, and the last retraining that ended well.

    A label that changes while they are read is newer than the change that is returned.
    """
    from copytaster.archive.store import Store

    with archive.reading() as connection:
        done = Jobs(connection).latest(RETRAIN, 1, "done")
        known = {"event": news.newest(connection), "changed": news.changed(connection)}
        known["articles"] = news.size(connection)
        return known, list(Store(connection).each()), done[0] if done else None


def _is_old(last: Job, order: Order, now: Mapping[str, Any]) -> bool:
    """Return whether all is as it was when the *last* retraining ended."""
    result = last.result or {}
    same = all(result.get(name) == value for name, value in now.items())
    again = result.get("outcome") == "overtaken"
    return same and not again and Order.from_json(last.request) == order


def _seeds() -> "Corpus":
    from copytaster import seeds
    from copytaster.model.taxonomy import Taxonomy
    from copytaster.training import corpus as corpora

    found, _ = corpora.load([seeds.ARTICLES], Taxonomy.load(seeds.TAXONOMY))
    return found


def _both(first: Move, second: Move | None) -> Move:
    def move(stage: str, done: int, total: int) -> None:
        first(stage, done, total)
        if second is not None:
            second(stage, done, total)

    return move


@contextmanager
def _stoppable() -> Iterator[None]:
    """Have SIGTERM end the work in an orderly way."""

    def stop(number: int, frame: object) -> NoReturn:  # noqa: ARG001  # as signal calls it
        raise StoppedError("stopped before it was done")

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
