"""Judging a tagger by labelled articles."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from copytaster.model.errors import CorpusError
from copytaster.model.tagger import Tagger
from copytaster.training import accuracy, curves, judged, reliability
from copytaster.training.accuracy import Accuracy
from copytaster.training.confusions import confusions
from copytaster.training.corpus import YES, Corpus
from copytaster.training.evaluation import (
    Auto,
    Evaluation,
    Macro,
    Micro,
    TopicFigures,
    TopicPlots,
)
from copytaster.training.fit import Progress
from copytaster.training.judged import Judged
from copytaster.training.learning_curve import LearningCurve
from copytaster.training.mistakes import mistakes
from copytaster.training.reliability import Reliability

#: Most bins of a reliability diagram: over all topics, and for one.
_TOPIC_BINS = 10
#: How many topics an error names.
_NAMED = 10


def evaluate(
    tagger: Tagger,
    corpus: Corpus,
    *,
    data: Sequence[str] = (),
    split: str | None = None,
    learning: LearningCurve | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Judge *tagger* by the known labels of *corpus*.

    Parameters
    ----------
    tagger : Tagger
    corpus : Corpus
        Its taxonomy is the tagger's; :func:`copytaster.training.corpus.restrict` sees to that.
    data, split : sequence of str, str or None
        Where the articles are from, to be reported.
    learning : LearningCurve or None
        From :func:`copytaster.training.learning_curve.learn`, to be reported.
    progress : callable or None
        Called as scoring goes on.

    Raises
    ------
    CorpusError
        If no article carries a topic of the tagger.
    """
    must_carry(corpus)
    found = judged.judge(tagger, corpus, progress)
    story = corpus.stories
    tags = accuracy.measure(found.decided, corpus.labels, story)
    auto = accuracy.measure(found.auto, corpus.labels, story)
    own = [_calibration(found, column) for column in range(len(corpus.taxonomy))]
    pooled = _calibration(found)
    topics = _topics(tagger, found, tags, auto, own)
    average = np.array([figures.average_precision for figures in topics.values()])
    return Evaluation(
        model=tagger.version,
        taxonomy=len(tagger.taxonomy),
        data=tuple(data),
        split=split,
        articles=len(corpus.articles),
        stories=int(story.max()) + 1,
        published=_published(corpus),
        micro=_micro(tags),
        macro=Macro(tags.macro_f1, *tags.macro_f1_within, accuracy.mean(average)),
        subset_accuracy=_subset_accuracy(found),
        top_tag_accuracy=_top_tag_accuracy(found),
        auto=_auto(tagger, found, auto),
        review=float(np.mean(found.review)),
        calibration=pooled,
        topics=topics,
        curves=_plots(corpus.taxonomy.slugs, found, own, pooled),
        confusions=confusions(found.decided, found.labels, corpus.taxonomy.slugs),
        mistakes=mistakes(tagger, corpus, found),
        learning=learning,
    )


def must_carry(corpus: Corpus) -> None:
    """Raise a CorpusError if no article of *corpus* carries a topic."""
    if not (corpus.labels == YES).any():
        slugs = corpus.taxonomy.slugs
        named = ", ".join(slugs[:_NAMED]) + (" …" if len(slugs) > _NAMED else "")
        raise CorpusError(
            f"none of {len(corpus.articles)} articles carries a topic that this tagger knows, so "
            f"there is nothing to judge it by; it knows {named}"
        )


def _published(corpus: Corpus) -> tuple[str, str] | None:
    dates = sorted(
        item.article.published.date().isoformat()
        for item in corpus.articles
        if item.article.published is not None
    )
    return (dates[0], dates[-1]) if dates else None


def _micro(tags: Accuracy) -> Micro:
    counts = tags.micro
    precision = counts.precision if counts.right + counts.wrong else np.nan
    return Micro(precision, counts.recall, counts.f1, *tags.micro_f1_within)


def _auto(tagger: Tagger, found: Judged, auto: Accuracy) -> Auto:
    counts = auto.micro
    tags = counts.right + counts.wrong
    return Auto(
        int(np.isfinite(tagger.tiers.auto).sum()),
        tags,
        counts.precision if tags else np.nan,
        *auto.micro_precision_within,
        coverage=counts.recall,
        articles=float(np.mean(found.auto.any(axis=1))),
    )


def _subset_accuracy(found: Judged) -> float:
    labelled = found.known.any(axis=1)
    right = ((found.decided == found.truth) | ~found.known).all(axis=1)
    return float(np.mean(right[labelled]))


def _top_tag_accuracy(found: Judged) -> float:
    carries = found.truth.any(axis=1)
    known = np.where(found.known, found.confidence, -1.0)[carries]
    top = known.argmax(axis=1)
    return float(np.mean(found.truth[carries][np.arange(top.size), top]))


def _calibration(found: Judged, column: int | None = None) -> Reliability:
    """Judge the confidences of one topic, or of all."""
    which = slice(None) if column is None else column
    known = found.known[:, which]
    confidence, truth = found.confidence[:, which][known], found.truth[:, which][known]
    return reliability.judge(confidence, truth, reliability.BINS if column is None else _TOPIC_BINS)


def _topics(
    tagger: Tagger, found: Judged, tags: Accuracy, auto: Accuracy, own: Sequence[Reliability]
) -> dict[str, TopicFigures]:
    suggest_from, auto_from = _starts(tagger)
    trained = tagger.manifest.metrics["topics"]
    figures = {}
    for column, topic in enumerate(tagger.taxonomy):
        known = found.known[:, column]
        in_auto = auto.topics[column]
        low, high = tags.f1_within[column]
        figures[topic.slug] = TopicFigures(
            name=topic.name,
            articles=int(found.truth[:, column].sum()),
            precision=float(tags.precision[column]),
            recall=float(tags.recall[column]),
            f1=float(tags.f1[column]),
            f1_low=low,
            f1_high=high,
            average_precision=curves.average_precision(
                found.scores[known, column], found.truth[known, column]
            ),
            suggest_from=float(suggest_from[column]),
            auto_from=float(auto_from[column]),
            auto_tags=in_auto.right + in_auto.wrong,
            auto_precision=float(auto.precision[column]),
            auto_coverage=float(auto.recall[column]),
            brier=own[column].brier,
            log_loss=own[column].log_loss,
            ece=own[column].ece,
            trained_on=int(trained[topic.slug]["articles"]),
            more_for_auto=trained[topic.slug]["auto"]["more"],
        )
    return figures


def _starts(tagger: Tagger) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the confidences at which each topic's tiers start, nan for no ``auto``."""
    tiers, confidence = tagger.tiers, tagger.calibration.confidence
    proven = np.isfinite(tiers.auto)
    auto = confidence(np.where(proven, tiers.auto, tiers.suggest))
    return confidence(tiers.suggest), np.where(proven, auto, np.nan)


def _plots(
    slugs: Sequence[str], found: Judged, own: Sequence[Reliability], pooled: Reliability
) -> dict[str, TopicPlots]:
    known = found.known
    plots = {"": _plot(found.confidence[known], found.truth[known], pooled)}
    for column, slug in enumerate(slugs):
        some = known[:, column]
        confidence, truth = found.confidence[some, column], found.truth[some, column]
        plots[slug] = _plot(confidence, truth, own[column])
    return plots


def _plot(
    confidence: NDArray[np.float64], truth: NDArray[np.bool_], own: Reliability
) -> TopicPlots:
    points = curves.curve(confidence, truth)
    return TopicPlots(points.thresholds, points.precision, points.recall, own.reliability)
