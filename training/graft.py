"""Columns of some topics, fitted anew in the word space of a tagger that is there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copytaster.model.arrays import Arrays
from copytaster.model.scorer import FIELDS
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import (
    beginning,
    columns,
    estimator,
    features,
    recency,
    vocabulary,
    weak,
)
from copytaster.training.config import Recipe
from copytaster.training.corpus import YES, Corpus
from copytaster.training.decisions import Decisions
from copytaster.training.estimator import Tick
from copytaster.training.lesson import Lesson
from copytaster.training.steps import Cast, Mould
from copytaster.training.wordspace import View, WordSpace

#: So many articles suffice to choose the sizes of columns by.
_MOST_TEXTS = 5_000
_Floats = NDArray[np.float64]
_Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fit:
    """Columns that were fitted to some articles.

    Attributes
    ----------
    view : View
        What they were fitted to of the word space.
    weights : ndarray of shape (n_terms, n_columns), float64
        As they multiply served values; all fields, side by side.
    intercept : ndarray of shape (n_columns,), float64
    """

    view: View
    weights: _Floats
    intercept: _Floats


class Graft:
    """What columns are fitted to: a corpus, and a tagger's word space over it.

    Parameters
    ----------
    arrays : dict of str to ndarray
        The tagger's.
    corpus : Corpus
        Of all its topics.
    topics : Taxonomy
        Those to fit; their terms and definitions are weak examples, and lean them.
    at : ndarray of shape (n_columns,), int64
        Their columns.
    recipe : Recipe
    silent : ndarray of shape (n_articles,), bool, or None
        Articles whose new words are not added; ``None`` for none of them.

    Attributes
    ----------
    labels : ndarray of shape (n_articles, n_columns), int8
        Of the corpus alone: 1 yes, 0 no, -1 unknown.
    """

    def __init__(
        self,
        arrays: Arrays,
        corpus: Corpus,
        topics: Taxonomy,
        at: _Rows,
        recipe: Recipe,
        silent: NDArray[np.bool_] | None = None,
    ) -> None:
        made_up = weak.examples(topics, recipe)
        articles = [item.article for item in corpus.articles]
        self.labels = corpus.labels[:, at]
        self._arrays, self._at, self._recipe = arrays, at, recipe
        self._behind = len(articles) + np.arange(len(made_up.articles))
        self._labels = np.concatenate([self.labels, made_up.labels])
        self._counted = np.concatenate(
            [recency.weights(articles, recipe.half_life), made_up.weights]
        )
        self._speaks = np.ones(len(self._labels), dtype=np.bool_)
        if silent is not None:
            self._speaks[: len(silent)] = ~silent
        counts = features.count(articles + made_up.articles, recipe)
        self.space = WordSpace.of(arrays, counts, recipe)

    def fit(self, rows: _Rows, n_jobs: int = 1, tick: Tick | None = None, *, part: bool) -> Fit:
        """Fit the columns to the articles in *rows* and all weak examples.

        *part* is as for :meth:`WordSpace.view`, other parameters as for :func:`estimator.fit`.
        """
        rows = np.concatenate([rows, self._behind])
        labels = self._labels[rows]
        about = (labels == YES).any(axis=1) & self._speaks[rows]
        view = self.space.view(rows, rows[about], part=part)
        lesson = Lesson(view.features(rows), labels, self._counted[rows])
        fitted = estimator.fit(lesson, self._recipe, n_jobs, tick)
        layer = beginning.lean(fitted, lesson, len(self._behind))
        return Fit(view, layer.coef * view.gain[:, np.newaxis], layer.intercept)

    def mould(self, whole: Fit, rows: _Rows) -> Mould:
        """Return what the columns of *whole* have to fit into, by its scores of some of *rows*."""
        scales, free = [], []
        for name in FIELDS:
            others = self._arrays[f"{name}.weights"].copy()
            others[:, self._at] = 0
            new = len(self.space.fields[name].new)
            scales.append(np.append(self._arrays[f"{name}.scales"], np.ones(new, np.float32)))
            free.append(np.append(~(others != 0).any(axis=1), np.ones(new, np.bool_)))
        some = rows[np.linspace(0, len(rows) - 1, min(len(rows), _MOST_TEXTS), dtype=np.int64)]
        values = whole.view.values(some)
        return Mould.of(whole.weights, np.concatenate(scales), np.concatenate(free), values)

    def scores(self, fitted: Fit, cast: Cast, rows: _Rows) -> _Floats:
        """Return scores, (n_rows, n_columns), float64, by the steps *cast* of *fitted* columns.

        They are of the size that the solver gives; served ones are as much larger as the cast is.
        """
        return np.asarray(fitted.view.values(rows) @ cast.weights + fitted.intercept)

    def arrays(self, whole: Fit, cast: Cast, found: Decisions) -> tuple[Arrays, int]:
        """Return the tagger's arrays with the new columns, and how many words were added."""
        weighed = (cast.steps != 0).any(axis=1)
        made, start, n_new = dict(self._arrays), 0, 0
        for name, (words, at) in self.space.new(weighed).items():
            n_old = len(made[f"{name}.idf"])
            rows = np.concatenate([start + np.arange(n_old), at])
            made = vocabulary.widened(made, name, words)
            made[f"{name}.weights"] = made[f"{name}.weights"].copy()
            made[f"{name}.weights"][:, self._at] = cast.steps[rows]
            made[f"{name}.scales"] = cast.scales[rows]
            start += len(self.space.fields[name].idf)
            n_new += len(words)
        own = {"intercept": whole.intercept, **found.arrays()}
        return columns.put(made, self._at, own, cast.sizes), n_new
