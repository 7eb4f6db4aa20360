"""The newest articles that a tagger has not seen, held out of training to judge the next one by."""

import math
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copytaster.model import seen
from copytaster.model.tagger import Tagger
from copytaster.training import split
from copytaster.training.corpus import Corpus


@dataclass(frozen=True, slots=True)
class Contender:
    """A tagger that is judged, with what it has learned from.

    Attributes
    ----------
    tagger : Tagger
    seen : ndarray of shape (n_keys,), uint64, or None
        The keys of its training articles, ascending; ``None`` for an artifact of an older
        Copytaster, which tells only the date of its newest.
    """

    tagger: Tagger
    seen: NDArray[np.uint64] | None

    @classmethod
    def load(cls, folder: Path, key: bytes | None = None) -> "Contender":
        """Open the artifact in *folder*.

        Raises
        ------
        ArtifactError
            As :meth:`Tagger.load` does.
        """
        tagger = Tagger.load(folder, key)
        return cls(tagger, seen.load(folder, tagger.manifest.seen))

    def knows(self, other: "Contender") -> float:
        """Return the share, 0 to 1, of the *other*'s articles that it learned from too.

        0 where one of the two does not tell.
        """
        if self.seen is None or other.seen is None or not other.seen.size:
            return 0.0
        return float(np.isin(other.seen, self.seen).mean())

    def may_have_seen(self, corpus: Corpus) -> NDArray[np.bool_]:
        """Tell which articles it learned from, or may have; shape (n_articles,), bool.

        Where the artifact tells only the date of its newest article, every article that is not
        newer, or has no date, may have been seen.
        """
        if self.seen is not None:
            return np.isin(corpus.keys, self.seen)
        newest = self.tagger.manifest.data.get("newest")
        dates = [item.article.published for item in corpus.articles]
        if newest is None:
            return np.ones(len(dates), dtype=np.bool_)
        days = [d and d.replace(tzinfo=d.tzinfo or UTC).astimezone(UTC).date() for d in dates]
        return np.array([day is None or day.isoformat() <= newest for day in days])


@dataclass(frozen=True, slots=True)
class Share:
    """How much of what is new is held out.

    Attributes
    ----------
    share : float
        Share, above 0 and below 1, of the new articles.
    least : int
        At least so many articles, but never more than half of what is new: a tagger that is
        given nothing new cannot become better.
    of_all, fewest : float, int
        While the corpus is small, *least* is this share of all its articles, but no fewer than
        *fewest*: much that is new is then much of all there is to learn from.
    """

    share: float = 0.2
    least: int = 400
    of_all: float = 0.1
    fewest: int = 100

    def of(self, new: int, every: int) -> int:
        """Return how many of so many *new* articles to hold out, where there are *every*."""
        least = min(self.least, max(self.fewest, math.ceil(self.of_all * every)))
        return max(math.ceil(self.share * new), min(least, new // 2))


def unseen(corpus: Corpus, *contenders: Contender) -> NDArray[np.bool_]:
    """Tell which articles can judge the *contenders*; shape (n_articles,), bool.

    These have a known label, and belong to a group, a chain or its near-duplicates, that no
    contender has seen any article of.
    """
    known = np.zeros(len(corpus.articles), dtype=np.bool_)
    for one in contenders:
        known |= one.may_have_seen(corpus)
    labelled = (corpus.labels >= 0).any(axis=1)
    return labelled & ~np.isin(corpus.groups, corpus.groups[known])


def choose(corpus: Corpus, champion: Contender | None, how: Share) -> NDArray[np.int64]:
    """Choose what a challenger may not learn from, because it is to be judged by it.

    Whole groups are held out, those that began last first, so that all that is held out is newer
    than any story that is not. Articles without a date count as the oldest, in their order.

    Parameters
    ----------
    corpus : Corpus
    champion : Contender or None
        What serves; ``None``: nothing does, nothing is to be compared, and nothing is held out.
    how : Share

    Returns
    -------
    ndarray of shape (n_held_out,), int64
        Rows, ascending.
    """
    if champion is None:
        return np.empty(0, dtype=np.int64)
    new = np.flatnonzero(unseen(corpus, champion))
    wanted = how.of(new.size, len(corpus.articles))
    when = [split.seconds(corpus.articles[row].article) for row in new.tolist()]
    _, group, size = np.unique(corpus.groups[new], return_inverse=True, return_counts=True)
    began = np.full(size.size, np.inf)
    np.minimum.at(began, group, np.nan_to_num(when, nan=-np.inf, neginf=-np.inf))
    order = np.argsort(began, kind="stable")[::-1]
    before = np.cumsum(size[order]) - size[order]
    return np.asarray(new[np.isin(group, order[before < wanted])], dtype=np.int64)
