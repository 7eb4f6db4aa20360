"""The linear layer of archives whose articles have exactly one topic, such as a desk."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.naive_bayes import MultinomialNB

from copytaster.model.errors import CorpusError
from copytaster.training import estimator, softmax
from copytaster.training.config import Recipe
from copytaster.training.corpus import NO, YES, Corpus
from copytaster.training.estimator import LinearLayer, Tick
from copytaster.training.features import Features

#: What makes shares of the sum as sure as they are right, on articles that it has not seen.
_SURE = 0.78
#: What a member's scores are multiplied by: its weight (2, 1, 1/2) over the usual spread of its
#: scores on articles that it has not seen.
_SOFTMAX = _SURE * 2 / 2.7
_COLUMNS = _SURE * 1 / 0.56
_BAYES = _SURE * 0.5 / 4.3
#: What naive Bayes adds to each count.
_ALPHA = 0.1
#: The log share of a topic that no article has.
_NEVER = -50.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is learned from.

    Attributes
    ----------
    X : csr_matrix of shape (n_articles, n_features), float64
    labels : ndarray of shape (n_articles, n_topics), int8
        1 yes, 0 no, -1 unknown.
    weights : ndarray of shape (n_articles,), float64
        The weight of each row in the loss.
    """

    X: sp.csr_matrix
    labels: NDArray[np.int8]
    weights: NDArray[np.float64]

    def decided(self) -> "Lesson":
        """Return the rows with exactly one yes, all else a no."""
        rows = np.flatnonzero((self.labels == YES).sum(axis=1) == 1)
        labels = np.where(self.labels[rows] == YES, YES, NO).astype(np.int8)
        return Lesson(self.X[rows], labels, self.weights[rows])


def must_have_one(corpus: Corpus) -> None:
    """Refuse a corpus in which some article has no topic, or several.

    Raises
    ------
    CorpusError
        Naming the first such article.
    """
    topics = (corpus.labels == YES).sum(axis=1)
    odd = np.flatnonzero(topics != 1)
    if odd.size:
        item, n = corpus.articles[odd[0]], int(topics[odd[0]])
        has = f"{n} topics ({', '.join(sorted(item.yes))})" if n else "no topic"
        raise CorpusError(
            f"{item.source}:{item.line}: {item.id!r} has {has}, but this preset is for archives "
            f"whose articles have exactly one each ({odd.size} of {len(topics)} do not); give it "
            "one, leave it out, or use another preset"
        )


def fit(
    features: Features, lesson: Lesson, recipe: Recipe, n_jobs: int = 1, tick: Tick | None = None
) -> LinearLayer:
    """Fit three members and add them up, which is one linear layer again.

    A softmax over all topics reads words, headline words and word vectors. One linear SVM a topic,
    and naive Bayes, read words with pairs of adjacent words.

    Parameters
    ----------
    features : Features
        Whose columns are those of *lesson*.
    lesson : Lesson
        Rows that have not exactly one topic are left out.
    recipe : Recipe
    n_jobs, tick
        As for :func:`copytaster.training.estimator.fit`.

    Returns
    -------
    LinearLayer
        Of the logarithms of topics' shares, but for a constant.
    """
    lesson = lesson.decided()
    pairs = features.columns("pairs")
    words = slice(0, pairs.start)
    left, right = lesson.X[:, words], lesson.X[:, pairs]
    together = softmax.fit(left, lesson.labels, lesson.weights, features.vectors)
    columns = estimator.fit(right, lesson.labels, lesson.weights, recipe, n_jobs, tick)
    bayes = _naive_bayes(right, lesson.labels, lesson.weights)
    coef = np.empty((lesson.X.shape[1], lesson.labels.shape[1]))
    coef[words] = _SOFTMAX * together.coef
    coef[pairs] = _COLUMNS * columns.coef + _BAYES * bayes.coef
    intercept = (
        _SOFTMAX * together.intercept + _COLUMNS * columns.intercept + _BAYES * bayes.intercept
    )
    coef -= coef.mean(axis=1, keepdims=True)  # what favours no topic is no evidence
    return LinearLayer(coef, intercept - intercept.mean())


def _naive_bayes(
    X: sp.csr_matrix, labels: NDArray[np.int8], weights: NDArray[np.float64]
) -> LinearLayer:
    """Fit multinomial naive Bayes; a topic without articles is as unlikely as any, term by term."""
    model = MultinomialNB(alpha=_ALPHA).fit(X, labels.argmax(axis=1), sample_weight=weights)
    n_topics = labels.shape[1]
    coef = np.repeat(model.feature_log_prob_.min(axis=0)[:, np.newaxis], n_topics, axis=1)
    coef[:, model.classes_] = model.feature_log_prob_.T
    intercept = np.full(n_topics, _NEVER)
    intercept[model.classes_] = model.class_log_prior_
    return LinearLayer(coef, intercept)
