"""Two taggers' decisions on the same articles, in the same columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copytaster.archive.labelled import LabelledArticle
from copytaster.model.tagger import Tagger
from copytaster.training import judged
from copytaster.training.corpus import NO, UNKNOWN, Corpus
from copytaster.training.fit import Progress


@dataclass(frozen=True, slots=True)
class Decided:
    """What one tagger says; in the columns of topics that it does not know, nothing.

    Attributes
    ----------
    tags, auto : ndarray of shape (n_articles, n_topics), bool
        Whether the topic is a tag, and one of tier ``auto``, as it would be served.
    confidence : ndarray of shape (n_articles, n_topics), float64
        0 to 1.
    knows : ndarray of shape (n_topics,), bool
        Whether it knows the topic.
    promise : ndarray of shape (n_topics,), float64
        The precision, 0 to 1, that its tier ``auto`` promises; nan where it has none.
    precision, recall : ndarray of shape (n_topics,), float64
        What it was cross-validated to reach, 0 to 1; nan for unknown topics.
    learnt : ndarray of shape (n_topics,), float64
        How many articles with the topic it learned from; nan for unknown topics.
    """

    tags: NDArray[np.bool_]
    auto: NDArray[np.bool_]
    confidence: NDArray[np.float64]
    knows: NDArray[np.bool_]
    promise: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    learnt: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Contest:
    """A champion and a challenger on the same articles.

    Attributes
    ----------
    slugs, names : tuple of str
        The topics that either knows: the champion's in its order, then the challenger's new ones.
    labels : ndarray of shape (n_articles, n_topics), int8
        1 yes, 0 no, -1 unknown.
    story : ndarray of shape (n_articles,), int64
        The story of each article: one draw, as its articles are right or wrong together.
    champion, challenger : Decided
    """

    slugs: tuple[str, ...]
    names: tuple[str, ...]
    labels: NDArray[np.int8]
    story: NDArray[np.int64]
    champion: Decided
    challenger: Decided

    @property
    def shared(self) -> NDArray[np.bool_]:
        """Whether both know the topic, shape (n_topics,), bool."""
        return np.asarray(self.champion.knows & self.challenger.knows)

    @property
    def stories(self) -> int:
        """How many stories the articles make."""
        return len(np.unique(self.story))


def contest(
    champion: Tagger,
    challenger: Tagger,
    corpus: Corpus,
    rows: NDArray[np.int64],
    progress: Progress | None = None,
) -> Contest:
    """Have both decide on the articles of *corpus* in *rows*, shape (n_rows,), int64."""
    known = {topic.slug: topic.name for one in (challenger, champion) for topic in one.taxonomy}
    slugs = tuple(dict.fromkeys((*champion.taxonomy.slugs, *challenger.taxonomy.slugs)))
    items = [corpus.articles[row] for row in rows.tolist()]
    return Contest(
        slugs=slugs,
        names=tuple(known[slug] for slug in slugs),
        labels=_labels(corpus, rows, slugs),
        story=corpus.stories[rows],
        champion=_decided(champion, slugs, items, progress),
        challenger=_decided(challenger, slugs, items, progress),
    )


def _labels(corpus: Corpus, rows: NDArray[np.int64], slugs: Sequence[str]) -> NDArray[np.int8]:
    column = {slug: at for at, slug in enumerate(corpus.taxonomy.slugs)}
    complete = np.array([corpus.articles[row].complete for row in rows.tolist()], dtype=np.bool_)
    found = np.empty((rows.size, len(slugs)), dtype=np.int8)
    for at, slug in enumerate(slugs):
        # A complete article is about nothing else, also where no article names the topic.
        other = np.where(complete, NO, UNKNOWN)
        found[:, at] = corpus.labels[rows, column[slug]] if slug in column else other
    return found


def _decided(
    tagger: Tagger,
    slugs: Sequence[str],
    items: Sequence[LabelledArticle],
    progress: Progress | None,
) -> Decided:
    scores, foreign = judged.score(tagger, [item.article for item in items], progress)
    at = [slugs.index(slug) for slug in tagger.taxonomy.slugs]
    shape = (len(items), len(slugs))
    tags, auto = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    confidence, knows = np.zeros(shape), np.zeros(len(slugs), dtype=np.bool_)
    figures = np.full((4, len(slugs)), np.nan)
    tags[:, at] = scores >= tagger.tiers.suggest
    auto[:, at] = (scores >= tagger.tiers.auto) & ~foreign[:, np.newaxis]
    confidence[:, at] = tagger.calibration.confidence(scores)
    knows[at] = True
    figures[:, at] = _figures(tagger)
    return Decided(tags, auto, confidence, knows, *figures)


def _figures(tagger: Tagger) -> NDArray[np.float64]:
    """Return what ``auto`` promises, cross-validated precision and recall, and articles."""
    topics = [tagger.manifest.metrics["topics"][slug] for slug in tagger.taxonomy.slugs]
    promise = [float(topic["auto"]["precision"]) for topic in topics]
    return np.array(
        [
            np.where(np.isfinite(tagger.tiers.auto), promise, np.nan),
            [float(topic["precision"]) for topic in topics],
            [float(topic["recall"]) for topic in topics],
            [float(topic["articles"]) for topic in topics],
        ]
    )
