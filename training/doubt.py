"""How sure each label is: confidences by models that have not seen it, taught without the worst."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from copytaster.model.artifact import scorer_over
from copytaster.model.scorer import Scorer
from copytaster.training import calibrators, fit, out_of_fold
from copytaster.training.config import Recipe
from copytaster.training.corpus import NO, UNKNOWN, YES, Corpus
from copytaster.training.estimator import Tick
from copytaster.training.examples import Examples

#: In the second pass, labels with less confidence teach nothing; docs/decisions.md.
_DOUBTED = 0.05
#: A topic keeps its labels where fewer of either kind would be left.
_LEAST = 2
#: How many labels' worth a topic's mean confidence is drawn to that of all topics.
_DRAW = 5.0
#: With so many yes labels, half of what a topic falls short is held to be the labels' fault.
_RARE = 10.0
#: Keeps log-odds finite.
_EDGE = 1e-12


@dataclass(frozen=True, slots=True)
class Judgement:
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
) -> Judgement:
    """Fit each fold's model twice: on all labels, then without those that the first doubt.

    Parameters
    ----------
    corpus : Corpus
    fold : ndarray of shape (n_articles,), int64
        The fold of each article.
    recipe : Recipe
    n_jobs, tick
        As for :func:`out_of_fold.models`.

    Notes
    -----
    Leaving doubted labels out of the fit is the pruning of confident learning (Northcutt et al.,
    Confident Learning, JAIR 70, 2021), with a threshold on the confidence in its place.
    """
    first = Examples(corpus, recipe)
    scores = out_of_fold.judge(first, fold, n_jobs, tick).scores
    confidence, _ = _calibrated(scores, corpus.labels, fold)
    kept = without(corpus.labels, agreement(confidence, corpus.labels) < _DOUBTED)
    second = Examples(corpus, recipe, first.counts, kept)
    scorers = []
    for rows, model in out_of_fold.models(second, fold, n_jobs, tick):
        scores[rows] = model.scores(second.counts.rows(rows))
        scorers.append(scorer_over(fit.linear_arrays(model)))
    confidence, slope = _calibrated(scores, corpus.labels, fold)
    return Judgement(fold, tuple(scorers), confidence, slope)


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


def suspicion(confidence: NDArray[np.float64], labels: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return how suspicious each label is, 0 to 1, of shape (n_articles, n_topics); 0 if unknown.

    It is 1 - confidence in the label given, but a yes of a rare topic that is seldom recognised is
    a weaker suspect: its log-odds are lowered by how far the topic's mean confidence in its n yes
    labels, drawn to that of all topics as by five labels, falls short of that of all, times
    10 / (n + 10). Chosen by measurement: docs/decisions.md.

    Parameters
    ----------
    confidence : ndarray of shape (n_articles, n_topics), float64
        Probability, 0 to 1, of a yes.
    labels : ndarray of shape (n_articles, n_topics), int8
        1 yes, 0 no, -1 unknown.
    """
    yes = labels == YES
    if not yes.any():
        return np.asarray(1.0 - agreement(confidence, labels))
    usual = confidence[yes].mean()
    n_yes = yes.sum(axis=0)
    drawn = (np.where(yes, confidence, 0.0).sum(axis=0) + _DRAW * usual) / (n_yes + _DRAW)
    usual, drawn = (np.clip(share, _EDGE, 1.0 - _EDGE) for share in (usual, drawn))
    short = np.minimum(logit(drawn) - logit(usual), 0.0) * _RARE / (n_yes + _RARE)
    odds = logit(np.clip(1.0 - agreement(confidence, labels), _EDGE, 1.0 - _EDGE))
    return np.where(labels >= 0, expit(odds + yes * short), 0.0)


def without(labels: NDArray[np.int8], doubted: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Return *labels* with the *doubted* ones unknown, except in topics that need them.

    Both are of shape (n_articles, n_topics), int8 and bool.
    """
    kept = np.where(doubted, UNKNOWN, labels).astype(np.int8)
    for kind in (YES, NO):
        poor = (kept == kind).sum(axis=0) < _LEAST
        kept[:, poor] = labels[:, poor]
    return kept


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
        known = labels[~inside] >= 0
        curve = calibrators.platt(scores[~inside][known], labels[~inside][known] == YES)
        slope, offset = (1.0, 0.0) if curve is None else curve.line()
        confidence[inside] = expit(slope * scores[inside] + offset)
        slopes.append(slope)
    return confidence, np.array(slopes)
