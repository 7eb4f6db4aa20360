"""Topics of Reuters fitted anew or taken from before, beside a tagger fitted anew as a whole."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bench.corpora import REUTERS, need
from bench.rows import Row
from copytaster.model.arrays import Arrays
from copytaster.model.artifact import scorer_over
from copytaster.training import corpus as corpora
from copytaster.training import fit, metrics, restoring, surgery
from copytaster.training.config import BEST
from copytaster.training.corpus import YES, Corpus
from copytaster.training.metrics import Report
from copytaster.training.restoring import Column

#: Shares of the training articles, oldest first, that the champion learned from.
_SHARES = (0.25, 0.5, 0.8)
#: So many of the topics with most articles are fitted alone, one by one, and rolled back.
_TOPICS = 20
_Floats = NDArray[np.float64]


def run() -> list[Row]:
    """Judge on the test part; a champion learned from the oldest of the train part."""
    train, _ = corpora.load([need(REUTERS)], split="train")
    test, _ = corpora.load([REUTERS], train.taxonomy, "test")
    dated = sorted(train.articles, key=lambda item: str(item.article.published))
    full = fit.fit(train, BEST, 2).arrays
    rows = []
    for share in _SHARES:
        part = Corpus(tuple(dated[: int(share * len(dated))]), train.taxonomy)
        champion = fit.fit(part, BEST, 2).arrays
        found = _Compared(champion, full, train, test)
        rows += [*found.alone(share), *found.frozen(share), *found.back(share)]
    return rows


class _Compared:
    """A champion, and the tagger fitted anew that would follow it."""

    def __init__(self, champion: Arrays, full: Arrays, train: Corpus, test: Corpus) -> None:
        self._champion, self._full, self._train, self._test = champion, full, train, test
        self._texts = [item.article for item in test.articles]
        self._before, self._whole = self._scores(champion), self._scores(full)
        n_yes = (train.labels == YES).sum(axis=0)
        self._usual = np.argsort(-n_yes, kind="stable")[:_TOPICS].tolist()

    def alone(self, share: float) -> list[Row]:
        """Fit each usual topic alone."""
        was: list[float] = []
        full: list[float] = []
        own: list[float] = []
        words, rounding = [], []
        for at in self._usual:
            found = surgery.operate(
                self._champion, self._train, [self._train.taxonomy.slugs[at]], BEST, 2
            )
            self._must_stay(found.arrays, [at])
            reports = (
                self._judged(arrays) for arrays in (self._champion, self._full, found.arrays)
            )
            for figures, report in zip((was, full, own), reports, strict=True):
                figures.append(report.topics[at].f1)
            words.append(found.words)
            rounding.append(found.rounding[0])
        name = f"champion of {share:.0%}, {_TOPICS} topics alone"
        gains = np.subtract(own, full)
        return [
            Row(f"{name}: mean F1; peer: all fitted anew", _mean(own), _mean(full)),
            Row(f"{name}: mean F1 of the champion", _mean(was)),
            Row(f"{name}: standard deviation of the differences of F1", float(gains.std())),
            Row(f"{name}: words added, mean", _mean(words)),
            Row(f"{name}: scores moved by others' steps, share of their spread", max(rounding)),
        ]

    def frozen(self, share: float) -> list[Row]:
        """Fit all topics but the most usual one."""
        kept = self._usual[0]
        slugs = [slug for at, slug in enumerate(self._train.taxonomy.slugs) if at != kept]
        found = surgery.operate(self._champion, self._train, slugs, BEST, 2)
        self._must_stay(found.arrays, found.at.tolist())
        own, full = (self._judged(one, found.at) for one in (found.arrays, self._full))
        name = f"champion of {share:.0%}, all but {self._train.taxonomy.slugs[kept]}"
        return [
            Row(f"{name}: micro F1; peer: all fitted anew", own.micro.f1, full.micro.f1),
            Row(f"{name}: macro F1; peer: all fitted anew", own.macro_f1, full.macro_f1),
            Row(f"{name}: words added", float(found.words)),
        ]

    def back(self, share: float) -> list[Row]:
        """Roll each usual topic of the tagger fitted anew back to the champion's."""
        known = [item.article for item in self._train.articles]
        said, differ = [], []
        for at in self._usual:
            found = restoring.restore(
                Column(self._full, at), Column(self._champion, at), lambda: known
            )
            now = self._scores(found.arrays)
            others = np.delete(np.arange(now.shape[1]), at)
            if not np.array_equal(now[:, others], self._whole[:, others]):
                raise AssertionError("another topic's scores moved")
            was = self._before[:, at] >= self._champion["suggest"][at]
            is_now = now[:, at] >= found.arrays["suggest"][at]
            said.append(found.share)
            differ.append((was != is_now).sum() / max((was | is_now).sum(), 1))
        name = f"back to the champion of {share:.0%}"
        return [
            Row(f"{name}: decided otherwise, of articles that either tags, as said", _mean(said)),
            Row(f"{name}: the same, the worst of {_TOPICS} topics", max(said)),
            Row(f"{name}: the same on the test part", _mean(differ)),
        ]

    def _must_stay(self, arrays: Arrays, fitted: Sequence[int]) -> None:
        others = np.setdiff1d(np.arange(self._before.shape[1]), fitted)
        if not np.array_equal(self._scores(arrays)[:, others], self._before[:, others]):
            raise AssertionError("another topic's scores moved")

    def _scores(self, arrays: Arrays) -> _Floats:
        return scorer_over(arrays).score(self._texts)

    def _judged(self, arrays: Arrays, at: NDArray[np.int64] | None = None) -> Report:
        which = slice(None) if at is None else at
        decided = self._scores(arrays) >= arrays["suggest"]
        return metrics.compare(decided[:, which], self._test.labels[:, which])


def _mean(figures: Sequence[float]) -> float:
    return float(np.mean(figures))
