"""The trained thing: articles in, tags out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copytaster.model import artifact
from copytaster.model.calibration import Calibration
from copytaster.model.evidence import Locator, strongest
from copytaster.model.manifest import Manifest
from copytaster.model.review import Reviewer
from copytaster.model.scorer import Scorer
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
        found = self.scorer.read(articles)
        confidences = self.calibration.confidence(found.scores)
        every = zip(articles, found.scores, confidences, found.known.tolist(), strict=True)
        return [
            self._tag(_Scored(*one), explain=explain, everything=everything, limit=limit)
            for one in every
        ]

    def _tag(
        self, scored: "_Scored", *, explain: bool, everything: bool, limit: int | None
    ) -> Tagging:
        article = scored.article
        language = self.reviewer.language(article, scored.known)
        foreign = self.reviewer.is_foreign(language)
        above = np.flatnonzero(scored.scores >= self.tiers.suggest).tolist()
        topics = range(len(scored.scores)) if everything else above
        confidence = scored.confidences.tolist()
        first = sorted(topics, key=lambda topic: -confidence[topic])[:limit]
        tags = [self._make_tag(topic, scored, foreign=foreign) for topic in first]
        if explain:
            tags = self._explain(scored, first, tags)
        return Tagging(
            id=article.id,
            model=self.version,
            language=language,
            known=scored.known,
            review=self.reviewer.review(language, scored.known, tagged=bool(above)),
            tags=tuple(tags),
        )

    def _make_tag(self, topic: int, scored: "_Scored", *, foreign: bool) -> Tag:
        entry = self.taxonomy.topics[topic]
        tier: Tier | None = self.tiers.of(float(scored.scores[topic]), topic)
        return Tag(
            topic=entry.slug,
            name=entry.name,
            uri=entry.uri,
            confidence=float(scored.confidences[topic]),
            tier="suggest" if foreign and tier == "auto" else tier,
        )

    def _explain(self, scored: "_Scored", topics: Sequence[int], tags: list[Tag]) -> list[Tag]:
        vectors = self.scorer.vectors(scored.article)
        found = []
        for topic in topics:
            parts = self.scorer.contributions(vectors, topic)
            empty, score = float(self.scorer.intercept[topic]), float(scored.scores[topic])
            found.append(strongest(parts, self.calibration.slope(topic, empty, score)))
        locator = Locator(scored.article, {term for terms in found for term, _ in terms})
        return [
            replace(tag, evidence=tuple(locator.evidence(*item) for item in terms))
            for tag, terms in zip(tags, found, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class _Scored:
    """An article with what the scorer and the calibration say of it."""

    article: Article
    scores: NDArray[np.float64]
    confidences: NDArray[np.float64]
    known: float
