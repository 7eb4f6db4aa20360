"""Scores of articles by models that have not seen them."""

import numpy as np
from numpy.typing import NDArray

from copytaster.training import estimator, weak
from copytaster.training.config import Recipe
from copytaster.training.corpus import Corpus
from copytaster.training.estimator import LinearLayer, Tick
from copytaster.training.features import Features


def fit_rows(
    corpus: Corpus, rows: NDArray[np.int64], recipe: Recipe, n_jobs: int, tick: Tick | None
) -> tuple[Features, LinearLayer]:
    """Fit features and linear layer on the articles in *rows*, with the weak examples.

    Parameters
    ----------
    corpus : Corpus
    rows : ndarray of shape (n_rows,), int64
    recipe : Recipe
    n_jobs : int
        Threads.
    tick : callable or None
        Called after each topic.
    """
    added = weak.examples(corpus.taxonomy, recipe)
    articles = [corpus.articles[row].article for row in rows] + added.articles
    features = Features(recipe).fit(articles)
    labels = np.concatenate([corpus.labels[rows], added.labels])
    weights = np.concatenate([np.ones(len(rows)), added.weights])
    X = features.transform(articles)
    return features, estimator.fit(X, labels, weights, recipe, n_jobs, tick)


def scores(
    corpus: Corpus, fold: NDArray[np.int64], recipe: Recipe, n_jobs: int, tick: Tick | None
) -> NDArray[np.float64]:
    """Return scores of shape (n_articles, n_topics), float64, each by a model without its fold.

    Parameters
    ----------
    corpus : Corpus
    fold : ndarray of shape (n_articles,), int64
        The fold of each article.
    recipe, n_jobs, tick
        As for :func:`fit_rows`.
    """
    found = np.empty(corpus.labels.shape)
    for number in range(int(fold.max()) + 1):
        held_out = np.flatnonzero(fold == number)
        features, layer = fit_rows(corpus, np.flatnonzero(fold != number), recipe, n_jobs, tick)
        articles = [corpus.articles[row].article for row in held_out]
        found[held_out] = layer.decision_function(features.transform(articles))
    return found
