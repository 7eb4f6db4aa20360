"""What the linear layer is fitted to: a corpus and its weak examples, counted once."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from copytaster.model import rivals
from copytaster.training import (
    beginning,
    estimator,
    exclusive,
    features,
    recency,
    rounding,
    unlabelled,
    weak,
)
from copytaster.training.config import Recipe
from copytaster.training.corpus import Corpus
from copytaster.training.estimator import LinearLayer, Tick
from copytaster.training.features import Counts, Features
from copytaster.training.lesson import Lesson


class Model:
    """Features and linear layer, fitted to the same articles.

    Parameters
    ----------
    features : Features
    layer : LinearLayer
    exclusive : bool
        Whether an article has exactly one topic, so that a score is a lead over all others.
    """

    def __init__(self, features: Features, layer: LinearLayer, *, exclusive: bool = False) -> None:
        self.features = features
        self.layer = layer
        self.exclusive = exclusive

    def scores(self, counts: Counts) -> NDArray[np.float64]:
        """Return scores of shape (n_articles, n_topics), float64."""
        own = self.layer.decision_function(self.features.transform(counts))
        return rivals.ahead(own) if self.exclusive else own

    def rounded(self) -> "Model":
        """Return the model as it is served: with the weights that eight bits keep."""
        coef = np.empty_like(self.layer.coef)
        for name, block in self.features.blocks.items():
            columns = self.features.columns(name)
            weights = rounding.rounded(self.layer.coef[columns] * block.weight)
            coef[columns] = weights / block.weight if block.weight else 0.0
        return Model(self.features, replace(self.layer, coef=coef), exclusive=self.exclusive)

    def sharpened(self, by: float) -> "Model":
        """Return the model whose scores, before they are made leads, are *by* times as large."""
        layer = LinearLayer(by * self.layer.coef, by * self.layer.intercept)
        return Model(self.features, layer, exclusive=self.exclusive)

    def known(self, counts: Counts) -> NDArray[np.float64]:
        """Return the share, 0 to 1, of each article's tokens that the model has seen, (n,)."""
        found = counts.matrices["article"]
        seen = found[:, self.features.blocks["article"].kept].sum(axis=1)
        return np.asarray(seen / np.maximum(found.sum(axis=1), 1.0)).ravel()


class Examples:
    """The articles of a corpus, with its weak examples behind them.

    Parameters
    ----------
    corpus : Corpus
    recipe : Recipe
    counts : Counts or None
        Those of other examples of the same corpus, to save counting again.
    labels : ndarray of shape (n_articles, n_topics), int8, or None
        Labels to fit to instead of the corpus's own.

    Attributes
    ----------
    labels : ndarray of shape (n_articles, n_topics), int8
        Of the corpus alone.
    counts : Counts
        Of corpus and weak examples.
    """

    def __init__(
        self,
        corpus: Corpus,
        recipe: Recipe,
        counts: Counts | None = None,
        labels: NDArray[np.int8] | None = None,
    ) -> None:
        self.recipe = recipe
        self.labels = corpus.labels if labels is None else labels
        self._weak = weak.examples(corpus.taxonomy, recipe)
        articles = [item.article for item in corpus.articles]
        self._recency = recency.weights(articles, recipe.half_life)
        texts = unlabelled.texts(corpus) if recipe.vectors else ()
        self.counts = counts or features.count(articles + self._weak.articles, recipe, texts)

    def fit(self, rows: NDArray[np.int64], n_jobs: int = 1, tick: Tick | None = None) -> Model:
        """Fit a model to the articles in *rows* and all weak examples.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int64
        n_jobs : int
            Threads or, without the compiled solver, processes; the result does not depend on it.
        tick : callable or None
            Called after each topic.
        """
        n_weak = len(self._weak.articles)
        behind = np.arange(len(self.labels), len(self.labels) + n_weak)
        counts = self.counts.rows(np.concatenate([rows, behind]))
        found = Features(counts, self.recipe, n_weak)
        labels = np.concatenate([self.labels[rows], self._weak.labels])
        weights = np.concatenate([self._recency[rows], self._weak.weights])
        lesson = Lesson(found.transform(counts), labels, weights)
        if self.recipe.exclusive:
            layer = exclusive.fit(found, lesson, self.recipe, n_jobs, tick)
            return Model(found, layer, exclusive=True)
        layer = estimator.fit(lesson, self.recipe, n_jobs, tick)
        return Model(found, beginning.lean(layer, lesson, n_weak))
