"""The trained thing: articles in, tags out."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copytaster.model import artifact
from copytaster.model.calibration import Calibration
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
        every = self._choose(found.scores, everything=everything)
        known = found.known.tolist()
        return [
            self._tag(article, share, chosen, limit=limit, explain=explain)
            for article, share, chosen in zip(articles, known, every, strict=True)
        ]

    def _choose(self, scores: NDArray[np.float64], *, everything: bool) -> list[list["_Chosen"]]:
        """Return each article's topics, the most confident first.

        Few topics are chosen of many, so that their confidences are worked out one by one.
        """
        chosen: list[list[_Chosen]] = [[] for _ in range(len(scores))]
        wanted = scores >= (-math.inf if everything else self.tiers.suggest)
        rows, topics = wanted.nonzero()
        reached = scores[rows, topics].tolist()
        curves, tier = self.calibration.curves, self.tiers.of
        for row, topic, score in zip(rows.tolist(), topics.tolist(), reached, strict=True):
            confidence = curves[topic].confidence(score)
            chosen[row].append(_Chosen(topic, score, confidence, tier(score, topic)))
        for one in chosen:
            one.sort(key=_by_confidence)
        return chosen

    def _tag(
        self,
        article: Article,
        known: float,
        chosen: "list[_Chosen]",
        *,
        limit: int | None,
        explain: bool,
    ) -> Tagging:
        language = self.reviewer.language(article, known)
        foreign = self.reviewer.is_foreign(language)
        tagged = any(one.tier for one in chosen)
        tags = [self._make_tag(one, foreign=foreign) for one in chosen[:limit]]
        if explain:
            tags = self._explain(article, chosen[:limit], tags)
        return Tagging(
            id=article.id,
            model=self.version,
            language=language,
            known=known,
            review=self.reviewer.review(language, known, tagged=tagged),
            tags=tuple(tags),
        )

    def _make_tag(self, chosen: "_Chosen", *, foreign: bool) -> Tag:
        entry = self.taxonomy.topics[chosen.topic]
        return Tag(
            topic=entry.slug,
            name=entry.name,
            uri=entry.uri,
            confidence=chosen.confidence,
            tier="suggest" if foreign and chosen.tier == "auto" else chosen.tier,
        )

    def _explain(self, article: Article, chosen: "Sequence[_Chosen]", tags: list[Tag]) -> list[Tag]:
        empty = self.scorer.empty.tolist()
        slope = self.calibration.slope
        wanted = [(one.topic, slope(one.topic, empty[one.topic], one.score)) for one in chosen]
        every = self.scorer.evidence(article, wanted)
        return [
            Tag(tag.topic, tag.name, tag.uri, tag.confidence, tag.tier, evidence)
            for tag, evidence in zip(tags, every, strict=True)
        ]


class _Chosen(NamedTuple):
    """A topic that is reported: its column, score, confidence and tier."""

    topic: int
    score: float
    confidence: float
    tier: Tier | None


def _by_confidence(chosen: _Chosen) -> float:
    return -chosen.confidence
