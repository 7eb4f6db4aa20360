"""Retraining: archive and seeds, a challenger, the gate, and a new champion or the old one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copytaster.archive.labelled import LabelledArticle
from copytaster.archive.order import Order
from copytaster.model import files
from copytaster.model.registry import VERDICT, OvertakenError, Registry
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import (
    amended,
    config,
    fit,
    gate,
    held_out,
    material,
    notes,
    recipes,
    saving,
    stragglers,
)
from copytaster.training.corpus import Corpus
from copytaster.training.cut import Cut
from copytaster.training.fit import Progress
from copytaster.training.held_out import Contender, Share
from copytaster.training.outcome import Kind, Outcome
from copytaster.training.ruling import Limits, Ruling
from copytaster.training.workshop import workshop

#: Steps of the whole; of a stage that cannot be counted only the beginning is told.
STEPS = 1000
_GROUPED, _FITTED, _JUDGED = 100, 900, 990


@dataclass(frozen=True, slots=True)
class Means:
    """What a retraining works with.

    Attributes
    ----------
    registry : Registry
    seeds : callable
        Returns the seed articles with their taxonomy.
    taxonomy : Taxonomy or None
        The topics that the newsroom keeps in a file of its own; ``None``: the champion's.
    by : str
        Who asked for it, for the history of champions.
    key : bytes or None
        The key that versions are signed with.
    n_jobs : int
        Threads or, without the compiled solver, processes.
    progress : callable or None
        Told the stage, and how many of :data:`STEPS` steps are done.
    """

    registry: Registry
    seeds: Callable[[], Corpus]
    taxonomy: Taxonomy | None = None
    by: str = ""
    key: bytes | None = None
    n_jobs: int = 1
    progress: Progress | None = None

    def tell(self, stage: str, done: int) -> None:
        """Say how far it is."""
        if self.progress is not None:
            self.progress(stage, done, STEPS)

    def part(self, start: int, end: int, stage: str | None = None) -> Progress:
        """Return what counts a part of the work, between two steps of the whole."""
        highest = start

        def move(own: str, done: int, total: int) -> None:
            nonlocal highest
            highest = max(highest, start + (end - start) * done // max(total, 1))
            self.tell(stage or own, highest)

        return move


def run(items: Sequence[LabelledArticle], order: Order, means: Means) -> Outcome:
    """Train a challenger, judge it, and promote it if it passes.

    The challenger does not learn from the articles that it is judged by, and it is the one that
    serves. Until it has been judged it is in a hidden folder: a retraining that is killed leaves
    no version, and the next one removes what it left.

    Parameters
    ----------
    items : sequence of LabelledArticle
        The archive's.
    order : Order
    means : Means

    Raises
    ------
    ArchiveError
        If the order names topics that the champion does not have, or whose columns cannot be
        fitted alone; before any work.
    CorpusError
        If there is nothing to learn from.
    """
    with workshop(means.registry.root) as folder:
        return _Retraining(items, order, means, folder).run()


class _Retraining:
    """One retraining, in a folder of its own."""

    def __init__(
        self, items: Sequence[LabelledArticle], order: Order, means: Means, folder: Path
    ) -> None:
        self._order = order
        self._means = means
        self._registry = means.registry
        self._own = Registry(folder)
        means.tell("reading", 0)
        self._before = means.registry.champion()
        self._champion = self._load(means.registry, self._before)
        self._cut = Cut.of(order, self._champion, means.registry, means.key)
        seeds = means.seeds()
        taxonomy = means.taxonomy or material.topics(self._champion, seeds)
        if self._cut is not None:
            taxonomy = self._cut.topics(taxonomy)
        wanted = order.seeds
        if wanted is None:
            wanted = material.learned_seeds(self._champion, seeds)
        recipe = recipes.of_champion(self._champion, order.preset)
        one_topic = recipe is not None and recipe.exclusive
        self._corpus = material.gather(
            items, taxonomy, seeds if wanted else None, one_topic=one_topic
        )
        self._recipe = recipe or config.preset(len(self._corpus.articles))
        if self._cut is not None:
            self._cut.must_be_told(self._corpus)
        self._served = () if self._champion is None else self._champion.tagger.taxonomy.slugs
        self._waiting: tuple[str, ...] = ()
        self._kept: tuple[str, ...] = ()

    def run(self) -> Outcome:
        """Do it."""
        means = self._means
        means.tell("grouping", _GROUPED // 3)
        held = held_out.choose(self._corpus, self._champion, Share())
        learned = np.setdiff1d(np.arange(len(self._corpus.articles)), held)
        corpus = self._teachable(learned)
        lesson = Corpus(tuple(corpus.articles[row] for row in learned.tolist()), corpus.taxonomy)
        if self._cut is not None:
            self._cut, lesson, self._kept = self._cut.told(lesson)
        unfit = (
            self._untold()
            or self._same(lesson)
            or self._too_few(len(np.unique(corpus.stories[held])))
        )
        if unfit is not None:
            return unfit
        version = self._fit(lesson)
        challenger = Contender.load(self._own.folder(version), means.key)
        judging = means.part(_FITTED, _JUDGED, "judging")
        if self._carried:
            corpus = self._corpus  # of topics that were not learned the labels judge all the same
        ruling = gate.judge(self._champion, challenger, corpus, self._limits(), judging)
        ruling = replace(ruling, notes=(*ruling.notes, *self._notes()))
        gate.write(ruling, self._own.folder(version))
        means.tell("promoting", _JUDGED)
        found = Outcome("refused", version, None, ruling.words, len(learned), len(held), ruling)
        return self._settled(found, ruling)

    def _teachable(self, learned: NDArray[np.int64]) -> Corpus:
        """Return the articles, with the topics that can be learned of now; others wait."""
        corpus = self._corpus
        if self._cut is not None:
            self._cut, self._waiting = stragglers.narrowed(self._cut, self._order, corpus, learned)
            taxonomy = self._cut.topics(corpus.taxonomy)
            return Corpus(corpus.articles, taxonomy) if self._waiting else corpus
        able = stragglers.carriable(self._champion, corpus.taxonomy, self._recipe)
        found, self._waiting = material.teachable(corpus, learned, frozenset(self._served) - able)
        return found

    @property
    def _carried(self) -> frozenset[str]:
        """Topics that were not learned and that the challenger has all the same."""
        return frozenset() if self._cut else frozenset(self._waiting) & frozenset(self._served)

    def _fit(self, lesson: Corpus) -> str:
        """Fit a challenger, and save it in the folder of one's own."""
        means, part = self._means, self._means.part(_GROUPED, _FITTED)
        if self._cut is None:
            stragglers.must_be_told(lesson, self._served)
            fitted = fit.fit(lesson, self._recipe, means.n_jobs, part)
            means.tell("saving", _FITTED)
            version = saving.save(fitted, self._own, means.key)
            return stragglers.carry(version, self._wanted(lesson), lesson, self._own, means.key)
        made = self._cut.fit(lesson, self._recipe, means.n_jobs, part)
        means.tell("saving", _FITTED)
        return self._cut.save(made, self._own, means.key)

    def _wanted(self, lesson: Corpus) -> Taxonomy:
        """Return the topics that a challenger is to have."""
        return stragglers.beside(lesson.taxonomy, self._corpus.taxonomy, self._carried)

    def _settled(self, found: Outcome, ruling: Ruling) -> Outcome:
        """Put the challenger among the versions, and have it serve if it may."""
        version = ruling.challenger
        self._publish(version)
        kind: Kind = "refused"
        words = ruling.words
        what = "" if self._cut is None else f" {self._cut.scope.words}"
        if ruling.promote:
            kind = "promoted" if self._order.promote else "kept"
            if self._registry.champion() != self._before:
                kind, words = "overtaken", (*words, self._overtaken())
        if kind == "promoted":
            try:
                self._registry.promote(
                    version,
                    by=self._means.by,
                    why=f"retrained{what}, and passed the gate",
                    verdict={"promote": True, "champion": self._before, "words": list(words[:3])},
                    after=self._before,
                )
            except OvertakenError:
                kind, words = "overtaken", (*words, self._overtaken())
        return replace(found, kind=kind, champion=self._registry.champion(), words=words)

    def _publish(self, version: str) -> None:
        """Make the judged challenger a version, in one step; judge an old one of it anew."""
        made, folder = self._own.folder(version), self._registry.folder(version)
        if not folder.exists():
            made.rename(folder)
            files.sync_folder(folder.parent)
            return
        for name in (VERDICT, gate.REPORT):
            files.write_text(folder / name, (made / name).read_text(encoding="utf-8"))

    def _same(self, lesson: Corpus) -> Outcome | None:
        if self._champion is None:
            return None
        manifest = self._champion.tagger.manifest
        whole = Corpus(lesson.articles, self._wanted(lesson)) if self._carried else lesson
        same = self._cut.has_learned(lesson) if self._cut else amended.learned(manifest, whole)
        if not same or self._recipe != recipes.of_champion(self._champion):
            return None
        words = f"Nothing new: {manifest.version} learned from these very articles and labels."
        return Outcome("nothing new", None, self._before, (words, *self._notes()))

    def _untold(self) -> Outcome | None:
        """Return why nothing is fitted, if no topic is left to be."""
        if self._cut is None or self._cut.scope.refitted:
            return None
        words = f"Too few labels: no topic is left to fit anew. {self._before} serves on."
        return Outcome("too few", None, self._before, (words, *self._notes()))

    def _too_few(self, stories: int) -> Outcome | None:
        """Return why there is no use in training: what would judge is known beforehand."""
        fewest = self._limits().fewest
        if self._champion is None or stories >= fewest:
            return None
        words = (
            f"Too few new articles: {stories} stories that {self._before} has not seen can be kept "
            f"to judge a challenger by, and {fewest} are needed, as many as are learned. "
            f"{self._before} serves on."
        )
        return Outcome("too few", None, self._before, (words, *self._notes()))

    def _limits(self) -> Limits:
        usual, order = Limits(), self._order
        micro = usual.micro_margin if order.margin is None else order.margin
        topic = usual.topic_margin if order.topic_margin is None else order.topic_margin
        return replace(usual, micro_margin=micro, topic_margin=topic)

    def _notes(self) -> tuple[str, ...]:
        """Say what waits, and if the champion learned from articles that are nowhere any more."""
        return (
            *notes.waiting(self._waiting, self._carried, cut=self._cut is not None),
            *notes.kept(self._kept),
            *notes.lost(self._champion, self._corpus),
        )

    def _overtaken(self) -> str:
        return "It was not promoted: while it was made, another version was. Retrain again."

    def _load(self, registry: Registry, version: str | None) -> Contender | None:
        if version is None:
            return None
        return Contender.load(registry.folder(version), self._means.key)
