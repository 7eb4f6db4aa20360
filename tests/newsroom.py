"""A newsroom for tests: a champion of a few articles, and an archive that holds many more."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from copytaster.archive.archive import Archive
from copytaster.archive.jobs import Job, Jobs
from copytaster.archive.labelled import LabelledArticle
from copytaster.archive.order import RETRAIN
from copytaster.archive.store import Store
from copytaster.model.registry import Registry
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import corpus as corpora
from copytaster.training import fit, saving
from copytaster.training.config import FAST
from copytaster.training.corpus import Corpus
from tests.cli.test_gate import records
from tests.stories import write_jsonl

#: Articles that the champion learned from.
LEARNED = 60


class Newsroom:
    """A home, looked at and changed from outside.

    Parameters
    ----------
    home : Path
        Holds ``models/`` and ``archive.db``.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.models = home / "models"
        self.archive = Archive(f"sqlite:///{home / 'archive.db'}")
        self.registry = Registry(self.models)

    def add(self, items: Sequence[LabelledArticle]) -> None:
        """Put articles into the archive."""
        with self.archive.writing() as connection:
            Store(connection).add(items)

    def ask(self, **request: object) -> Job:
        """Queue a retraining."""
        with self.archive.writing() as connection:
            return Jobs(connection).add(RETRAIN, request)

    def jobs(self) -> list[Job]:
        """Return all jobs, newest first."""
        with self.archive.reading() as connection:
            return list(Jobs(connection).latest(RETRAIN))

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen[bytes]:
        """Start ``copytaster`` with *arguments*."""
        command = [sys.executable, "-m", "copytaster.cli.main", *arguments]
        return subprocess.Popen(
            command,
            env={**os.environ, "COPYTASTER_HOME": str(self.home), "COLUMNS": "300", **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def left(self) -> list[str]:
        """Return what a retraining has not cleared away."""
        return [path.name for path in self.models.glob(".retraining.*")]

    def close(self) -> None:
        """Close the archive."""
        self.archive.database.engine.dispose()


def articles(count: int) -> tuple[LabelledArticle, ...]:
    """Return so many articles of each of two topics, the champion's first."""
    with tempfile.TemporaryDirectory() as folder:
        return corpora.load([write_jsonl(Path(folder) / "all.jsonl", records(count))])[0].articles


def found(home: Path) -> Newsroom:
    """Make a newsroom in *home*: a champion of sixty articles, an archive of three hundred."""
    newsroom = Newsroom(home)
    items = articles(150)
    lesson = Corpus(items[:LEARNED], Taxonomy.from_slugs(["sport", "trade"]))
    newsroom.registry.promote(saving.save(fit.fit(lesson, FAST), newsroom.registry))
    newsroom.add(items)
    newsroom.close()
    return newsroom


def copied(newsroom: Newsroom, home: Path) -> Newsroom:
    """Return a copy of a newsroom, to be changed."""
    return Newsroom(Path(shutil.copytree(newsroom.home, home)))


def wait_until(holds: Callable[[], object], seconds: float = 90) -> None:
    """Wait until something holds."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)
