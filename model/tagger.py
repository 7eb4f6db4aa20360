"""The trained thing: articles in, tags out."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copytaster.model import artifact
from copytaster.model.calibration import Calibration
from copytaster.model.evidence import Locator, strongest
from copytaster.model.manifest import Manifest
from copytaster.model.review import Reviewer
from copytaster.model.scorer import FieldName, FieldVector, Scorer
from copytaster.model.taxonomy import Taxonomy
from copytaster.model.tiers import Tiers
from copytaster.model.types import Article, Tag, Tagging, Tier


class Tagger:
    """One version of a trained tagger; safe to share between threads.

    Parameters
    ----------
    loaded : artifact.Artifact
        A checked artifact; its topics are the columns of every array here.
    """

    def __init__(self, loaded: artifact.Artifact) -> None:
        self.manifest: Manifest = loaded.manifest
        self.taxonomy: Taxonomy = loaded.manifest.taxonomy
        self.scorer: Scorer = loaded.scorer()
        self.calibration: Calibration = loaded.calibration()
        self.tiers: Tiers = loaded.tiers()
        self.reviewer: Reviewer = loaded.reviewer()

    @classmethod
    def load(cls, folder: Path, key: bytes | None = None) -> "Tagger":
        """Open the artifact in *folder*, check it, and replay its golden inputs.

        Parameters
        ----------
        folder : Path
            Where ``manifest.json`` and ``tagger.joblib`` are.
        key : bytes or None
            The key that the artifact must be signed with; ``None`` accepts an unsigned one.

        Raises
        ------
        ArtifactError
            Saying what is wrong with the artifact and what to do.
        """
        loaded = artifact.load(folder, key)
        tagger = cls(loaded)
        artifact.replay(loaded, tagger.scorer)
        return tagger

    @property
    def version(self) -> str:
        """The version of the tagger, as in every reply."""
        return self.manifest.version

    def tag(
        self,
        articles: Sequence[Article],
        *,
        explain: bool = False,
        everything: bool = False,
        limit: int | None = None,
    ) -> list[Tagging]:
        """Tag *articles*, each by itself: a batch gives exactly what its articles would alone.

        Parameters
        ----------
        articles : sequence of Article
        explain : bool
            Whether to give each tag its evidence.
        everything : bool
            Whether to report also the topics below their threshold, with tier ``None``.
        limit : int or None
            At most so many tags an article, the most confident; ``None`` for all.
        """
        return [
            self._tag(article, explain=explain, everything=everything, limit=limit)
            for article in articles
        ]

    def _tag(
        self, article: Article, *, explain: bool, everything: bool, limit: int | None
    ) -> Tagging:
        vectors = self.scorer.vectors(article)
        scores = self.scorer.scores(vectors)
        confidences = self.calibration.confidence(scores)
        known = vectors["article"].known
        language = self.reviewer.language(article, known)
        foreign = self.reviewer.is_foreign(language)
        tags = [
            self._make_tag(topic, scores, confidences, foreign=foreign)
            for topic in np.argsort(-confidences, kind="stable").tolist()
            if everything or scores[topic] >= self.tiers.suggest[topic]
        ][:limit]
        if explain:
            tags = self._explain(article, vectors, scores, tags)
        tagged = bool((scores >= self.tiers.suggest).any())
        return Tagging(
            id=article.id,
            model=self.version,
            language=language,
            known=known,
            review=self.reviewer.review(language, known, tagged=tagged),
            tags=tuple(tags),
        )

    def _make_tag(
        self,
        topic: int,
        scores: NDArray[np.float64],
        confidences: NDArray[np.float64],
        *,
        foreign: bool,
    ) -> Tag:
        entry = self.taxonomy.topics[topic]
        tier: Tier | None = self.tiers.of(float(scores[topic]), topic)
        return Tag(
            topic=entry.slug,
            name=entry.name,
            uri=entry.uri,
            confidence=float(confidences[topic]),
            tier="suggest" if foreign and tier == "auto" else tier,
        )

    def _explain(
        self,
        article: Article,
        vectors: dict[FieldName, FieldVector],
        scores: NDArray[np.float64],
        tags: list[Tag],
    ) -> list[Tag]:
        columns = {slug: column for column, slug in enumerate(self.taxonomy.slugs)}
        found = {}
        for tag in tags:
            topic = columns[tag.topic]
            parts = self.scorer.contributions(vectors, topic)
            empty, score = float(self.scorer.intercept[topic]), float(scores[topic])
            slope = self.calibration.slope(topic, empty, score)
            found[tag.topic] = strongest(parts, slope)
        locator = Locator(article, {term for terms in found.values() for term, _ in terms})
        return [
            replace(tag, evidence=tuple(locator.evidence(*item) for item in found[tag.topic]))
            for tag in tags
        ]
