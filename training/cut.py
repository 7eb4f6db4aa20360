"""The champion, of which a retraining fits some topics anew and leaves the others as they are."""

from dataclasses import dataclass, replace
from pathlib import Path

from copytaster.archive.order import Order
from copytaster.archive.scope import Scope
from copytaster.model import artifact
from copytaster.model.artifact import Artifact
from copytaster.model.errors import CorpusError
from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import amended, judged, material, surgery
from copytaster.training.amended import Amendment
from copytaster.training.config import Recipe
from copytaster.training.corpus import YES, Corpus
from copytaster.training.fit import Progress
from copytaster.training.held_out import Contender


@dataclass(frozen=True, slots=True)
class Cut:
    """What is fitted anew, of which version.

    Attributes
    ----------
    scope : Scope
    before : Artifact
        The champion.
    folder : Path
        Where it is.
    """

    scope: Scope
    before: Artifact
    folder: Path

    @classmethod
    def of(
        cls, order: Order, champion: Contender | None, registry: Registry, key: bytes | None
    ) -> "Cut | None":
        """Return what an *order* asks for of the *champion*; ``None`` if it asks for the whole.

        Raises
        ------
        ArchiveError
            As :meth:`Scope.of` does.
        """
        if champion is None:
            Scope.of(order, None)
            return None
        tagger = champion.tagger
        scope = Scope.of(order, tagger.taxonomy, exclusive=tagger.scorer.exclusive)
        if scope is None:
            return None
        folder = registry.folder(tagger.version)
        return cls(scope, artifact.load(folder, key), folder)

    def topics(self, wanted: Taxonomy) -> Taxonomy:
        """Return the champion's topics; those that are fitted anew as they are *wanted*."""
        return material.some_topics(self.before.manifest.taxonomy, wanted, self.scope.refitted)

    def must_be_told(self, corpus: Corpus) -> None:
        """Refuse topics that were asked for by name, if no article of *corpus* is about them.

        Raises
        ------
        CorpusError
            Naming them.
        """
        untold = _untold(corpus, self.scope.refitted) if self.scope.alone else ()
        if untold:
            raise CorpusError(
                f"no article is about {', '.join(untold)}, so there is nothing to fit such a topic "
                "anew to, and it stays as it is; send articles about it (topics), or leave it out"
            )

    def told(self, lesson: Corpus) -> tuple["Cut", Corpus, tuple[str, ...]]:
        """Let topics that no article of *lesson* is about keep their columns.

        A column of a topic's terms, drawn where it was added, is better than one that is fitted to
        articles of which none is about it.

        Returns
        -------
        cut : Cut
            Perhaps without any topic to fit.
        lesson : Corpus
            The same articles; the topics that stay are those of the champion.
        kept : tuple of str
            The slugs.
        """
        kept = _untold(lesson, self.scope.refitted)
        if not kept:
            return self, lesson, ()
        cut = replace(self, scope=self.scope.keeping(kept))
        return cut, Corpus(lesson.articles, cut.topics(lesson.taxonomy)), kept

    def fit(
        self, lesson: Corpus, recipe: Recipe, n_jobs: int, progress: Progress | None
    ) -> Amendment:
        """Fit the topics anew; parameters are those of :func:`surgery.operate`."""
        # Words of a language that the tagger does not know would make its texts look familiar, and
        # other topics be auto there.
        _, foreign = judged.score(Tagger(self.before), [item.article for item in lesson.articles])
        found = surgery.operate(
            self.before.arrays,
            lesson,
            self.scope.refitted,
            recipe,
            n_jobs,
            progress,
            silent=foreign,
        )
        return surgery.amendment(found, lesson, self.scope.words)

    def save(self, made: Amendment, registry: Registry, key: bytes | None) -> str:
        """Save what was *made* as a version of *registry*, and return its name."""
        return amended.save(self.before, self.folder, made, registry, key)

    def has_learned(self, lesson: Corpus) -> bool:
        """Return whether the topics have learned from this very *lesson* already."""
        return amended.learned(self.before.manifest, lesson, self.scope.refitted)


def _untold(corpus: Corpus, slugs: tuple[str, ...]) -> tuple[str, ...]:
    told = (corpus.labels == YES).any(axis=0).tolist()
    about = {slug for slug, one in zip(corpus.taxonomy.slugs, told, strict=True) if one}
    return tuple(slug for slug in slugs if slug not in about)
