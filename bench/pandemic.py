"""How many labels a new topic needs: 2020's pandemic, with and without terms and definition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.corpora import EVENTS, need
from bench.newcomer import DEFINITION, TERMS, about, f1
from bench.plots import draw_labels
from bench.rows import Row
from copytaster.archive.labelled import LabelledArticle
from copytaster.cli.screen import progress_bar
from copytaster.model.arrays import Arrays
from copytaster.model.artifact import scorer_over
from copytaster.model.taxonomy import Taxonomy, Topic
from copytaster.training import corpus as corpora
from copytaster.training import fit, newcomer, split
from copytaster.training.corpus import Corpus

PLOT = Path(__file__).resolve().parents[1] / "docs" / "plots" / "pandemic.svg"
#: Labelled articles after which the tagger is trained again.
STEPS = (0, 5, 10, 20, 40, 80, 160, 320, 640)
DRAWS = 3
GOAL = 0.7
#: The share of events that the desk has time to label.
SHARE = 0.5
SLUG = "pandemic"
VARIANTS: Mapping[str, Topic] = {
    name: Topic(SLUG, "Pandemic", definition, terms=terms)
    for name, definition, terms in (
        ("17 terms and a definition", DEFINITION, TERMS),
        ("17 terms", "", TERMS),
        ("a definition", DEFINITION, ()),
        ("neither", "", ()),
    )
}
#: F1 by draw and step, of shape (DRAWS, len(STEPS)), float64.
Curve = NDArray[np.float64]


@dataclass(frozen=True)
class News:
    """Current events, in three parts.

    Attributes
    ----------
    past : Corpus
        To the end of 2019: their topics are known, and none is about the pandemic.
    stream : tuple of LabelledArticle
        March to May 2020, labelled for the pandemic too. (January and February are left out: the
        topic is not there yet, and events that are about it would count as a no.)
    later : tuple of LabelledArticle
        From June 2020 on, but for what is a copy or an update of anything older.
    """

    past: Corpus
    stream: tuple[LabelledArticle, ...]
    later: tuple[LabelledArticle, ...]

    @classmethod
    def load(cls) -> "News":
        """Read and part the events."""
        whole, _ = corpora.load([need(EVENTS)])
        pandemic = about(whole.articles)
        marked = np.array([_marked(*pair) for pair in zip(whole.articles, pandemic, strict=True)])
        dates = split.dates(whole)
        past = dates < _start(1)
        stream = (dates >= _start(3)) & (dates < _start(6))
        later = (dates >= _start(6)) & ~np.isin(whole.groups, whole.groups[dates < _start(6)])
        older = tuple(one for one, kept in zip(whole.articles, past, strict=True) if kept)
        return cls(Corpus(older, whole.taxonomy), tuple(marked[stream]), tuple(marked[later]))

    @cached_property
    def truth(self) -> NDArray[np.bool_]:
        """Which of the later events are about the pandemic, of shape (n_later,), bool."""
        return np.array([SLUG in item.yes for item in self.later])

    def drawn(self, seed: int) -> list[LabelledArticle]:
        """Return the events that a desk labels, day by day; within a day they come by lot."""
        rng = np.random.default_rng(seed)
        chosen = [item for item in self.stream if rng.random() < SHARE]
        lots = rng.random(len(chosen))
        days = np.array([split.seconds(item.article) for item in chosen])
        return [chosen[at] for at in np.lexsort((lots, days)).tolist()]

    def with_topic(self, topic: Topic, labelled: Sequence[LabelledArticle]) -> Corpus:
        """Return what a retraining learns from once the *topic* is there."""
        taxonomy = Taxonomy((*self.past.taxonomy, topic))
        return Corpus((*self.past.articles, *labelled), taxonomy)

    def judge(self, arrays: Arrays) -> float:
        """Return the F1 of the last topic on the later events."""
        scores = scorer_over(arrays).score([item.article for item in self.later])[:, -1]
        return f1(scores >= arrays["suggest"][-1], self.truth)


def run() -> list[Row]:
    """Add the topic, label the stream, and train again and again."""
    news = News.load()
    draws = [news.drawn(seed) for seed in range(DRAWS)]
    with progress_bar() as progress:
        before = fit.fit(news.past, n_jobs=2, progress=progress).arrays
        curves = {
            name: np.array(
                [[_retrained(news, topic, draw[:n], progress) for n in STEPS] for draw in draws]
            )
            for name, topic in VARIANTS.items()
        }
    yes = np.array([[sum(SLUG in one.yes for one in draw[:n]) for n in STEPS] for draw in draws])
    texts = [item.article for item in news.past.articles]
    once = {
        name: news.judge(newcomer.add(before, topic, texts).arrays)
        for name, topic in VARIANTS.items()
        if newcomer.examples(topic)
    }
    draw_labels(STEPS, yes.mean(axis=0).tolist(), curves, once, PLOT)
    rows = [
        Row("later events", float(len(news.later))),
        Row("of which about the pandemic", float(news.truth.sum())),
    ]
    for name, curve in curves.items():
        rows.extend(_rows(name, curve, yes, once.get(name)))
    return rows


def _retrained(
    news: News, topic: Topic, labelled: Sequence[LabelledArticle], progress: fit.Progress
) -> float:
    return news.judge(fit.fit(news.with_topic(topic, labelled), n_jobs=2, progress=progress).arrays)


def _rows(name: str, curve: Curve, yes: NDArray[np.int64], once: float | None) -> list[Row]:
    found = [] if once is None else [Row(f"{name}: F1 as soon as it is added", once)]
    needed = [reached(one) for one in curve]
    for what, counts in (("labelled events", [STEPS] * DRAWS), ("of which yes", yes.tolist())):
        figures = [np.nan if at is None else of[at] for at, of in zip(needed, counts, strict=True)]
        title = f"{name}: {what} from which on F1 stays above {GOAL}"
        found.append(Row(title, float(np.median(figures)), spread=_spread(figures)))
    found.extend(
        Row(
            f"{name}: F1 after {n} labelled events, {count:.0f} yes",
            float(column.mean()),
            spread=_spread(column.tolist()),
        )
        for n, count, column in zip(STEPS, yes.mean(axis=0).tolist(), curve.T, strict=True)
    )
    return found


def reached(curve: NDArray[np.float64]) -> int | None:
    """Return the first step from which on F1 is above the goal; ``None`` if it is not at the end.

    Parameters
    ----------
    curve : ndarray of shape (n_steps,), float64
    """
    below = np.flatnonzero(curve <= GOAL)
    at = int(below[-1]) + 1 if below.size else 0
    return at if at < len(curve) else None


def _spread(figures: Sequence[float]) -> str:
    low, high = min(figures), max(figures)
    return f"{low:.0f} to {high:.0f}" if high > 1 else f"{low:.3f} to {high:.3f}"


def _marked(item: LabelledArticle, pandemic: bool) -> LabelledArticle:  # noqa: FBT001  # a column
    return replace(item, yes=item.yes | {SLUG}) if pandemic else item


def _start(month: int) -> float:
    """Return when a month of 2020 began, in seconds since 1970."""
    return datetime(2020, month, 1, tzinfo=UTC).timestamp()
