"""The linear layer of archives whose articles have exactly one topic, such as a desk."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_expit, logsumexp
from sklearn.naive_bayes import MultinomialNB

from copytaster.model import rivals
from copytaster.model.errors import CorpusError
from copytaster.training import estimator, softmax
from copytaster.training.config import Recipe
from copytaster.training.corpus import YES, Corpus
from copytaster.training.estimator import LinearLayer, Tick
from copytaster.training.features import Features
from copytaster.training.lesson import Lesson

#: What a member's scores are multiplied by: its weight (2, 1, 1/2) over the usual spread of its
#: scores on articles that it has not seen.
_SOFTMAX = 2 / 2.7
_COLUMNS = 1 / 0.56
_BAYES = 0.5 / 4.3
#: What naive Bayes adds to each count.
_ALPHA = 0.05
#: Natural logarithms of the least and the most that scores are multiplied by.
_POWERS = (-4.0, 4.0)
#: The log share of a topic that no article has.
_NEVER = -50.0


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
        Of the logarithms of topics' shares, but for a constant and :func:`sharpness`.
    """
    lesson = lesson.decided()
    pairs = features.columns("pairs")
    words = slice(0, pairs.start)
    together = softmax.fit(lesson.columns(words), features.vectors)
    paired = lesson.columns(pairs)
    columns = estimator.fit(paired, recipe, n_jobs, tick)
    bayes = _naive_bayes(paired)
    coef = np.empty((lesson.X.shape[1], lesson.labels.shape[1]))
    coef[words] = _SOFTMAX * together.coef
    coef[pairs] = _COLUMNS * columns.coef + _BAYES * bayes.coef
    intercept = (
        _SOFTMAX * together.intercept + _COLUMNS * columns.intercept + _BAYES * bayes.intercept
    )
    coef -= coef.mean(axis=1, keepdims=True)  # what favours no topic is no evidence
    return LinearLayer(coef, intercept - intercept.mean())


def sharpness(leads: NDArray[np.float64], labels: NDArray[np.int8]) -> float:
    """Return what logarithms of shares are to be multiplied by, to be as sure as they are right.

    Parameters
    ----------
    leads : ndarray of shape (n_articles, n_topics), float64
        Of articles that the model has not seen, by :func:`copytaster.model.rivals.ahead`.
    labels : ndarray of shape (n_articles, n_topics), int8
        1 yes, in one place of each row.
    """
    logs = log_expit(leads)
    yes = labels == YES

    def nats(power: float) -> float:
        raised = np.exp(power) * logs
        return float((logsumexp(raised, axis=1) - raised[yes]).sum())

    found = minimize_scalar(nats, bounds=_POWERS, method="bounded")
    return float(np.exp(found.x))


def sharpened(leads: NDArray[np.float64], by: float) -> NDArray[np.float64]:
    """Return the *leads* that scores *by* times as large would have; both of one shape."""
    return rivals.ahead(by * log_expit(leads))


def _naive_bayes(lesson: Lesson) -> LinearLayer:
    """Fit multinomial naive Bayes; a topic without articles is as unlikely as any, term by term."""
    topics, n_topics = lesson.labels.argmax(axis=1), lesson.labels.shape[1]
    model = MultinomialNB(alpha=_ALPHA).fit(lesson.X, topics, sample_weight=lesson.weights)
    coef = np.repeat(model.feature_log_prob_.min(axis=0)[:, np.newaxis], n_topics, axis=1)
    coef[:, model.classes_] = model.feature_log_prob_.T
    intercept = np.full(n_topics, _NEVER)
    intercept[model.classes_] = model.class_log_prior_
    return LinearLayer(coef, intercept)
