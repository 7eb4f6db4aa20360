"""How taggers do on a month that none of them has seen, and which of two does better."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.months import Month
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import judged, paired
from copytaster.training.corpus import YES, Corpus
from copytaster.training.paired import Difference


@dataclass(frozen=True, slots=True)
class Score:
    """What one tagger got right in one month, or in several together.

    Attributes
    ----------
    articles, right : int
        How many there are, and of how many the most confident topic is right.
    hits, both : int
        Right tags; given tags and labels together.
    """

    articles: int = 0
    right: int = 0
    hits: int = 0
    both: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.articles + other.articles,
            self.right + other.right,
            self.hits + other.hits,
            self.both + other.both,
        )

    @property
    def accuracy(self) -> float:
        """Share, 0 to 1, of articles whose most confident topic is right."""
        return self.right / max(self.articles, 1)

    @property
    def f1(self) -> float:
        """Micro F1 of the tags, 0 to 1."""
        return 2 * self.hits / max(self.both, 1)


class Sight:
    """A month, as taggers see it.

    Parameters
    ----------
    month : Month
    taxonomy : Taxonomy
        Of every tagger that is asked.
    """

    def __init__(self, month: Month, taxonomy: Taxonomy) -> None:
        self._corpus = Corpus(month.articles, taxonomy)
        self._scored: dict[str, tuple[Score, NDArray[np.bool_]]] = {}

    def score(self, tagger: Tagger) -> Score:
        """Return what *tagger* gets right."""
        return self._look(tagger)[0]

    def difference(self, first: Tagger, second: Tagger) -> Difference:
        """Compare the micro F1 of two taggers, as the gate does."""
        one, other = (self._look(tagger)[1] for tagger in (first, second))
        return paired.difference(one, other, self._corpus.labels, self._corpus.stories)

    def _look(self, tagger: Tagger) -> tuple[Score, NDArray[np.bool_]]:
        version = tagger.version
        if version not in self._scored:
            articles = [item.article for item in self._corpus.articles]
            scores, _ = judged.score(tagger, articles)
            tags = np.asarray(scores >= tagger.tiers.suggest)
            best = tagger.calibration.confidence(scores).argmax(axis=1)
            self._scored[version] = (counted(tags, best, self._corpus.labels == YES), tags)
        return self._scored[version]


def counted(tags: NDArray[np.bool_], best: NDArray[np.int64], truth: NDArray[np.bool_]) -> Score:
    """Count what is right.

    Parameters
    ----------
    tags, truth : ndarray of shape (n_articles, n_topics), bool
        What a tagger gives, and what is right.
    best : ndarray of shape (n_articles,), int64
        The column of each article's most confident topic.
    """
    return Score(
        articles=len(truth),
        right=int(truth[np.arange(len(truth)), best].sum()),
        hits=int((tags & truth).sum()),
        both=int(tags.sum() + truth.sum()),
    )
