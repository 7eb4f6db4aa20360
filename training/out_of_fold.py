"""Scores of articles by models that have not seen them."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from copytaster.model.scorer import field_text
from copytaster.model.text import tokens
from copytaster.model.types import Article
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


def known_shares(corpus: Corpus, fold: NDArray[np.int64], recipe: Recipe) -> NDArray[np.float64]:
    """Return the share, 0 to 1, of each article's tokens that the other folds know.

    Parameters
    ----------
    corpus : Corpus
    fold : ndarray of shape (n_articles,), int64
        The fold of each article.
    recipe : Recipe
        A token is known from its ``min_df`` articles on.

    Returns
    -------
    ndarray of shape (n_articles,), float64
        0 for an article without a token.
    """
    weak_articles = weak.examples(corpus.taxonomy, recipe).articles
    articles = [item.article for item in corpus.articles]
    found = np.zeros(len(articles))
    overall = _frequencies(map(_tokens, articles + weak_articles))
    for number in range(int(fold.max()) + 1):
        held_out = np.flatnonzero(fold == number).tolist()
        read = [_tokens(articles[row]) for row in held_out]
        inside = _frequencies(read)
        known = {t for t, n in inside.items() if overall[t] - n >= recipe.min_df}
        for row, terms in zip(held_out, read, strict=True):
            found[row] = sum(term in known for term in terms) / max(len(terms), 1)
    return found


def _tokens(article: Article) -> list[str]:
    return tokens(field_text(article, "article"))


def _frequencies(read: Iterable[list[str]]) -> Counter[str]:
    return Counter(term for terms in read for term in set(terms))
