"""How sure each label is: confidences by models that have not seen it, taught without the worst."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from copytaster.archive.labelled import LabelledArticle
from copytaster.model.artifact import scorer_over
from copytaster.model.scorer import Scorer
from copytaster.training import calibrate, fit, out_of_fold
from copytaster.training.config import Recipe
from copytaster.training.corpus import NO, UNKNOWN, YES, Corpus
from copytaster.training.estimator import Tick

#: In the second pass, labels with less confidence teach nothing; docs/decisions.md.
_DOUBTED = 0.05
#: A topic keeps its labels where fewer of either kind would be left.
_LEAST = 2


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What models say of articles that they have not seen.

    Attributes
    ----------
    fold : ndarray of shape (n_articles,), int64
        The fold of each article.
    scorers : tuple of Scorer
        For each fold, a model of the articles outside it.
    confidence : ndarray of shape (n_articles, n_topics), float64
        Calibrated probability, 0 to 1, of a yes.
    slope : ndarray of shape (n_folds,), float64
        What turns a score into a logit, for each fold.
    """

    fold: NDArray[np.int64]
    scorers: tuple[Scorer, ...]
    confidence: NDArray[np.float64]
    slope: NDArray[np.float64]


def held_out(
    corpus: Corpus, fold: NDArray[np.int64], recipe: Recipe, n_jobs: int, tick: Tick | None
) -> HeldOut:
    """Fit each fold's model twice: on all labels, then without those that the first doubt.

    Parameters
    ----------
    corpus : Corpus
    fold : ndarray of shape (n_articles,), int64
        The fold of each article.
    recipe, n_jobs, tick
        As for :func:`out_of_fold.fit_rows`.

    Notes
    -----
    Leaving doubted labels out of the fit is the pruning of confident learning (Northcutt et al.,
    Confident Learning, JAIR 70, 2021), with a threshold on the confidence in its place.
    """
    scores = out_of_fold.scores(corpus, fold, recipe, n_jobs, tick)
    confidence, _ = _calibrated(scores, corpus.labels, fold)
    kept = without(corpus, agreement(confidence, corpus.labels) < _DOUBTED)
    scorers = []
    for number, (rows, scorer) in enumerate(_models(kept, fold, recipe, n_jobs, tick)):
        scores[fold == number] = rows
        scorers.append(scorer)
    confidence, slope = _calibrated(scores, corpus.labels, fold)
    return HeldOut(fold, tuple(scorers), confidence, slope)


def agreement(confidence: NDArray[np.float64], labels: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the confidence, 0 to 1, in the label given; 1 where it is unknown.

    Parameters
    ----------
    confidence : ndarray of shape (n_articles, n_topics), float64
        Probability, 0 to 1, of a yes.
    labels : ndarray of shape (n_articles, n_topics), int8
        1 yes, 0 no, -1 unknown.
    """
    return np.select([labels == YES, labels == NO], [confidence, 1 - confidence], 1.0)


def without(corpus: Corpus, doubted: NDArray[np.bool_]) -> Corpus:
    """Return *corpus* with the *doubted* labels unknown, except in topics that need them.

    Parameters
    ----------
    corpus : Corpus
    doubted : ndarray of shape (n_articles, n_topics), bool
    """
    labels = np.where(doubted, UNKNOWN, corpus.labels).astype(np.int8)
    for kind in (YES, NO):
        poor = (labels == kind).sum(axis=0) < _LEAST
        labels[:, poor] = corpus.labels[:, poor]
    slugs = np.array(corpus.taxonomy.slugs)
    pairs = zip(corpus.articles, labels, strict=True)
    return Corpus(tuple(_labelled(item, slugs, row) for item, row in pairs), corpus.taxonomy)


def estimate(confidence: NDArray[np.float64], labels: NDArray[np.int8]) -> int:
    """Estimate how many labels are wrong.

    Parameters
    ----------
    confidence : ndarray of shape (n_articles, n_topics), float64
        Probability, 0 to 1, of a yes.
    labels : ndarray of shape (n_articles, n_topics), int8
        1 yes, 0 no, -1 unknown.

    Notes
    -----
    The count off the diagonal of the confident joint (Northcutt et al., 2021, eq. 1), pooled over
    topics: a label counts as wrong if its opposite is as confident as it is, on average, where
    it is given, and the label itself is not.
    """
    yes, no = confidence[labels == YES], confidence[labels == NO]
    if not yes.size or not no.size:
        return 0
    at_yes, at_no = yes.mean(), no.mean()
    wrong_yes = (yes <= at_no) & (yes < at_yes)
    wrong_no = (no >= at_yes) & (no > at_no)
    return int(wrong_yes.sum() + wrong_no.sum())


def _models(
    corpus: Corpus, fold: NDArray[np.int64], recipe: Recipe, n_jobs: int, tick: Tick | None
) -> Iterator[tuple[NDArray[np.float64], Scorer]]:
    """Yield, for each fold, the scores of its articles and the model that gave them."""
    for number in range(int(fold.max()) + 1):
        rows = np.flatnonzero(fold != number)
        features, layer = out_of_fold.fit_rows(corpus, rows, recipe, n_jobs, tick)
        articles = [corpus.articles[row].article for row in np.flatnonzero(fold == number)]
        scorer = scorer_over(fit.linear_arrays(features, layer))
        yield layer.decision_function(features.transform(articles)), scorer


def _calibrated(
    scores: NDArray[np.float64], labels: NDArray[np.int8], fold: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return confidences and each fold's slope, fitted without the fold's own labels.

    One sigmoid serves all topics: of a topic with few articles its own would call every yes
    doubtful, and bury the true suspects of the others.
    """
    confidence = np.empty(scores.shape)
    slopes = []
    for number in range(int(fold.max()) + 1):
        inside = fold == number
        shared = calibrate.fit(scores[~inside].reshape(-1, 1), labels[~inside].reshape(-1, 1))
        confidence[inside] = shared.confidence(scores[inside].reshape(-1, 1)).reshape(
            scores[inside].shape
        )
        slopes.append(float(shared.slope[0]))
    return confidence, np.array(slopes)


def _labelled(
    item: LabelledArticle, slugs: NDArray[np.str_], labels: NDArray[np.int8]
) -> LabelledArticle:
    yes, no = (frozenset(slugs[labels == kind].tolist()) for kind in (YES, NO))
    return replace(item, yes=yes, no=no, complete=False)
