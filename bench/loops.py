"""A newsroom's archive and taggers, retrained month by month: through the gate, or without it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from copytaster.archive.archive import Archive
from copytaster.archive.labelled import LabelledArticle
from copytaster.archive.order import Order
from copytaster.archive.store import Author, Store
from copytaster.cli import retraining
from copytaster.cli.retraining import Setting
from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import fit, material, saving
from copytaster.training.config import Recipe

#: As a newsroom with topics of its own orders it.
_ORDER = Order(seeds=False)


@dataclass(frozen=True, slots=True)
class Retrained:
    """What came of a retraining.

    Attributes
    ----------
    outcome : str
        As :class:`copytaster.training.outcome.Outcome` has it.
    failed : tuple of (str, str or None)
        The checks of the gate that were not passed, with the topic that each names.
    seconds, cpu : float
        Time by the clock, and CPU time of all threads, reading of the archive included.
    learned : int
        Articles that the challenger learned from.
    """

    outcome: str
    failed: tuple[tuple[str, str | None], ...]
    seconds: float
    cpu: float
    learned: int


@dataclass
class Loop:
    """An archive in SQLite, versions in folders, and the tagger that serves.

    Attributes
    ----------
    home : Path
        A folder that is not there yet.
    taxonomy : Taxonomy
    recipe : Recipe
        How all taggers are fitted.
    serving : Tagger
    contest : tuple of (Tagger, Tagger) or None
        Of the last retraining through the gate, the champion and its challenger.
    """

    home: Path
    taxonomy: Taxonomy
    recipe: Recipe
    serving: Tagger = field(init=False)
    contest: tuple[Tagger, Tagger] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Make the folder, with nothing in it yet."""
        self.home.mkdir()
        self.registry = Registry(self.home / "models")
        self.archive = Archive(f"sqlite:///{self.home / 'archive.db'}")

    def start(self, items: Sequence[LabelledArticle]) -> None:
        """Learn from the first articles, and serve what was learned."""
        self.feed(items)
        self._promote_all()

    def feed(self, items: Sequence[LabelledArticle]) -> None:
        """Put articles with what editors said of them into the archive."""
        with self.archive.writing() as connection:
            Store(connection).add(items, Author("editor", editor="bench"))

    def gated(self) -> Retrained:
        """Retrain as ``copytaster retrain`` does: a job, a challenger, the gate."""
        since = _Clock()
        job = retraining.begin(self.archive, _ORDER, "bench")
        found = retraining.work(job, Setting(self.archive, self.registry.root, 1))
        took = since.read()
        version, verdict = found["version"], found["verdict"] or {"refused": ()}
        self.contest = None if version is None else (self.serving, self._load(version))
        if self.contest is not None and found["outcome"] == "promoted":
            self.serving = self.contest[1]
        failed = tuple((one["check"], one["topic"]) for one in verdict["refused"])
        return Retrained(found["outcome"], failed, *took, found["learned"])

    def ungated(self) -> Retrained:
        """Learn from all that is in the archive, and serve it, whatever it is."""
        since = _Clock()
        learned = self._promote_all()
        return Retrained("promoted", (), *since.read(), learned)

    def close(self) -> None:
        """Close the archive."""
        self.archive.database.engine.dispose()

    def _promote_all(self) -> int:
        with self.archive.reading() as connection:
            corpus = material.gather(Store(connection).each(), self.taxonomy)
        version = saving.save(fit.fit(corpus, self.recipe), self.registry)
        self.registry.promote(version, by="bench", why="not judged")
        self.serving = self._load(version)
        return len(corpus.articles)

    def _load(self, version: str) -> Tagger:
        return Tagger.load(self.registry.folder(version))


class _Clock:
    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """Return seconds by the clock, and of CPU, since it was made."""
        return time.perf_counter() - self._wall, time.process_time() - self._cpu
