"""What a tagger says of labelled articles, beside what editors said."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copytaster.model.tagger import Tagger
from copytaster.training.corpus import YES, Corpus

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Judged:
    """Decisions beside labels; every array has the shape (n_articles, n_topics).

    Attributes
    ----------
    scores, confidence : ndarray of float64
        Decision scores, and what calibration makes of them, 0 to 1.
    decided, auto : ndarray of bool
        Whether the topic is a tag, and whether it is one of tier ``auto``.
    labels : ndarray of int8
        1 yes, 0 no, -1 unknown.
    """

    scores: NDArray[np.float64]
    confidence: NDArray[np.float64]
    decided: NDArray[np.bool_]
    auto: NDArray[np.bool_]
    labels: NDArray[np.int8]

    @property
    def truth(self) -> NDArray[np.bool_]:
        """Whether an editor said yes."""
        return np.asarray(self.labels == YES)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether an editor said anything."""
        return np.asarray(self.labels >= 0)


def judge(
    tagger: Tagger, corpus: Corpus, progress: Callable[[str, int, int], None] | None = None
) -> Judged:
    """Have *tagger* decide on the articles of *corpus*, whose taxonomy is the tagger's."""
    articles = [item.article for item in corpus.articles]
    parts = []
    for start in range(0, len(articles), _BATCH):
        parts.append(tagger.scorer.score(articles[start : start + _BATCH]))
        if progress is not None:
            progress("scoring", min(start + _BATCH, len(articles)), len(articles))
    scores = np.concatenate(parts)
    return Judged(
        scores=scores,
        confidence=tagger.calibration.confidence(scores),
        decided=scores >= tagger.tiers.suggest,
        auto=scores >= tagger.tiers.auto,
        labels=corpus.labels,
    )
