"""Wikipedia current events: trained up to 2017, judged by the top tag of 2018."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from bench.corpora import EVENTS, WIKINEWS, need
from bench.rows import Row
from copytaster.cli.screen import progress_bar
from copytaster.model.artifact import scorer_over
from copytaster.model.scorer import field_text
from copytaster.model.types import Article
from copytaster.training import corpus as corpora
from copytaster.training import fit, tune, unlabelled
from copytaster.training.config import BEST, DESK, Recipe
from copytaster.training.corpus import YES, Corpus
from copytaster.training.fit import Fitted

_YEAR = 2018
_RESAMPLES = 2000


def parts() -> tuple[Corpus, Corpus]:
    """Return the events up to 2017, and those of 2018."""
    whole, _ = corpora.load([need(EVENTS)])
    border, end = datetime(_YEAR, 1, 1, tzinfo=UTC), datetime(_YEAR + 1, 1, 1, tzinfo=UTC)
    dates = [(i.article.published or end).replace(tzinfo=UTC) for i in whole.articles]
    dated = list(zip(whole.articles, dates, strict=True))
    train = tuple(item for item, date in dated if date < border)
    test = tuple(item for item, date in dated if border <= date < end)
    return Corpus(train, whole.taxonomy), Corpus(test, whole.taxonomy)


def run() -> list[Row]:
    """Compare the most confident topic with that of a plain pipeline."""
    train, test = parts()
    texts, later = (
        [field_text(item.article, "article") for item in part.articles] for part in (train, test)
    )
    plain = make_pipeline(TfidfVectorizer(), LinearSVC()).fit(texts, train.labels.argmax(axis=1))
    theirs = _right(test, plain.predict(later))
    rows = [Row("articles of 2018", float(len(later)))]
    with progress_bar() as progress:
        tuned = tune.search(train, BEST, 2, progress)[0].recipe
        for name, recipe, past in (
            ("best", BEST, train),
            (f"best, tuned ({_settings(tuned)})", tuned, train),
            ("desk, with Wikinews to 2017 unlabelled", DESK, replace(train, unlabelled=_older())),
        ):
            ours = _right(test, _top(fit.fit(past, recipe, 2, progress), test))
            rows.extend(_rows(name, ours, theirs))
    return rows


def _older() -> tuple[Article, ...]:
    """Return the articles of Wikinews that are known to be older than those judged by."""
    found, _ = unlabelled.load([need(WIKINEWS)])
    return tuple(one for one in found if one.published and one.published.year < _YEAR)


def _settings(recipe: Recipe) -> str:
    return f"headline {recipe.headline_weight}, C {recipe.C:g}, ratio weight {recipe.ratio_weight}"


def _top(fitted: Fitted, test: Corpus) -> np.ndarray:
    """Return the column of each article's most confident topic."""
    scores = scorer_over(fitted.arrays).score([item.article for item in test.articles])
    confidence = fitted.decisions.calibrated.calibration.confidence(scores)
    return np.asarray(confidence.argmax(axis=1))


def _rows(name: str, ours: np.ndarray, theirs: np.ndarray) -> list[Row]:
    low, high = _difference(ours, theirs)
    return [
        Row(
            f"{name}: accuracy of the top tag, 2018; peer: TfidfVectorizer + LinearSVC",
            float(ours.mean()),
            float(theirs.mean()),
        ),
        Row(
            f"{name}: difference in points (95 % interval {low:.2f} to {high:.2f})",
            100 * float(ours.mean() - theirs.mean()),
            goal="at least 2",
        ),
    ]


def _right(test: Corpus, topics: np.ndarray) -> np.ndarray:
    return np.asarray(test.labels[np.arange(len(topics)), topics] == YES)


def _difference(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float]:
    """Return the 95 % interval, in points, of the paired difference, by bootstrap."""
    rng, change = np.random.default_rng(0), ours.astype(float) - theirs
    drawn = rng.integers(0, len(change), size=(_RESAMPLES, len(change)))
    low, high = np.percentile(100 * change[drawn].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)
