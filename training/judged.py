"""What a tagger says of labelled articles, beside what editors said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copytaster.model.tagger import Tagger
from copytaster.model.types import Article
from copytaster.training.corpus import YES, Corpus

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Judged:
    """Decisions beside labels; every array but one has the shape (n_articles, n_topics).

    Attributes
    ----------
    scores, confidence : ndarray of float64
        Decision scores, and what calibration makes of them, 0 to 1.
    decided, auto : ndarray of bool
        Whether the topic is a tag, and whether it is one of tier ``auto``, which no article in a
        language foreign to the tagger gets.
    review : ndarray of shape (n_articles,), bool
        Whether the reply would ask for an editor: no tag, or a foreign language.
    labels : ndarray of int8
        1 yes, 0 no, -1 unknown.
    """

    scores: NDArray[np.float64]
    confidence: NDArray[np.float64]
    decided: NDArray[np.bool_]
    auto: NDArray[np.bool_]
    review: NDArray[np.bool_]
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
    scores, foreign = score(tagger, [item.article for item in corpus.articles], progress)
    decided = scores >= tagger.tiers.suggest
    return Judged(
        scores=scores,
        confidence=tagger.calibration.confidence(scores),
        decided=decided,
        auto=(scores >= tagger.tiers.auto) & ~foreign[:, np.newaxis],
        review=foreign | ~decided.any(axis=1),
        labels=corpus.labels,
    )


def score(
    tagger: Tagger,
    articles: Sequence[Article],
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return scores, (n_articles, n_topics), and whose language is foreign to the tagger, bool."""
    scores = np.empty((len(articles), len(tagger.taxonomy)))
    foreign = np.zeros(len(articles), dtype=np.bool_)
    for start in range(0, len(articles), _BATCH):
        batch = articles[start : start + _BATCH]
        found = tagger.scorer.read(batch)
        scores[start : start + len(batch)] = found.scores
        for row, (article, known) in enumerate(zip(batch, found.known.tolist(), strict=True)):
            language = tagger.reviewer.language(article, known)
            foreign[start + row] = tagger.reviewer.is_foreign(language)
        if progress is not None:
            progress("scoring", start + len(batch), len(articles))
    return scores, foreign
