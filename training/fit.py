"""From a corpus to a tagger that can be saved."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from copytaster.model import terms
from copytaster.model.arrays import Arrays
from copytaster.model.errors import CorpusError
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import (
    beginning,
    decisions,
    exclusive,
    familiarity,
    metrics,
    out_of_fold,
    recency,
    reliability,
    rounding,
    split,
    thresholds,
)
from copytaster.training.config import DEFAULT, Recipe
from copytaster.training.corpus import NO, YES, Corpus
from copytaster.training.decisions import Decisions, Scored
from copytaster.training.examples import Examples, Model
from copytaster.training.familiarity import Familiarity
from copytaster.training.metrics import Report
from copytaster.training.reliability import Reliability

#: Told what is being done, how many of its steps are done, and how many there are.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A tagger that is not saved yet, with how well it did on articles that it had not seen.

    Attributes
    ----------
    corpus : Corpus
    recipe : Recipe
    arrays : dict of str to ndarray
        As :class:`copytaster.model.artifact.Artifact` describes them.
    report : Report
        Cross-validated, with thresholds that were chosen without the article's fold.
    decisions : Decisions
        Calibration, thresholds and proofs.
    familiarity : Familiarity
        How many words of a text the tagger should know.
    reliability : Reliability
        Of confidences that were calibrated without the article's fold.
    """

    corpus: Corpus
    recipe: Recipe
    arrays: Arrays
    report: Report
    decisions: Decisions
    familiarity: Familiarity
    reliability: Reliability


def fit(
    corpus: Corpus,
    recipe: Recipe = DEFAULT,
    n_jobs: int = 1,
    progress: Progress | None = None,
) -> Fitted:
    """Fit a tagger, its calibration and its tiers.

    Parameters
    ----------
    corpus : Corpus
    recipe : Recipe
    n_jobs : int
        Threads or, without the compiled solver, processes; the result does not depend on it.
    progress : callable or None
        Called after each fitted column.

    Raises
    ------
    CorpusError
        If the articles make fewer than two groups, or a topic has no article known not to
        be about it.
    """
    fold = folds(corpus, recipe)
    with threadpool_limits(1):  # the matrices are too small for BLAS to share out
        return _fit(corpus, fold, recipe, n_jobs, progress)


def _fit(
    corpus: Corpus,
    fold: NDArray[np.int64],
    recipe: Recipe,
    n_jobs: int,
    progress: Progress | None,
) -> Fitted:
    examples = Examples(corpus, recipe)
    steps = Steps(progress, (int(fold.max()) + 2) * len(corpus.taxonomy))
    steps.stage = "cross-validating"
    held_out = out_of_fold.judge(examples, fold, n_jobs, steps.tick)
    steps.stage = "fitting"
    learnt, proving = np.flatnonzero(fold >= 0), np.flatnonzero(fold < 0)
    model = examples.fit(learnt, n_jobs, steps.tick)
    scored = Scored(held_out.scores, corpus.labels, corpus.stories).rows(learnt)
    if recipe.exclusive:
        by = exclusive.sharpness(scored.scores, scored.labels)
        model = model.sharpened(by)
        scored = replace(scored, scores=exclusive.sharpened(scored.scores, by))
    model = model.rounded()
    proof = _scored(examples, model, corpus, proving)
    begun = beginning.begun(corpus.taxonomy, recipe)
    current = recency.current(corpus, learnt, begun)
    found = decisions.learn(scored, fold[learnt], corpus.taxonomy, recipe, proof, current)
    decided = thresholds.cross_fitted(
        scored.scores,
        current,
        fold[learnt],
        recipe.objective,
        found.calibrated.by_fold,
        begun,
    )
    return Fitted(
        corpus=corpus,
        recipe=recipe,
        arrays={**linear_arrays(model), **found.arrays()},
        report=metrics.compare(decided, scored.labels),
        decisions=found,
        familiarity=familiarity.fit(held_out.known[learnt]),
        reliability=_reliability(found.calibrated.held_out, current),
    )


def _reliability(confidence: NDArray[np.float64], labels: NDArray[np.int8]) -> Reliability:
    known = labels >= 0
    return reliability.judge(confidence[known], labels[known] == YES, reliability.BINS)


def folds(corpus: Corpus, recipe: Recipe) -> NDArray[np.int64]:
    """Return each article's fold, -1 for those that are held back to prove tiers.

    Raises
    ------
    CorpusError
        If the articles to learn from make fewer than two groups, or a topic has none among them
        that is known not to be about it; for an exclusive recipe, if an article has not exactly
        one topic.
    """
    if recipe.exclusive:
        exclusive.must_have_one(corpus)
    return folds_of(corpus.groups, corpus.labels, corpus.taxonomy, recipe)


def folds_of(
    groups: NDArray[np.int64], labels: NDArray[np.int8], taxonomy: Taxonomy, recipe: Recipe
) -> NDArray[np.int64]:
    """Return :func:`folds` of articles by their *groups*, and their *labels* for some topics."""
    fold = np.full(len(groups), -1)
    learnt = ~split.held_back(groups, recipe.hold_back, recipe.seed)
    must_have_no(labels[learnt], taxonomy)
    fold[learnt] = split.folds(groups[learnt], recipe.n_folds, recipe.seed)
    return fold


def _scored(
    examples: Examples, model: Model, corpus: Corpus, rows: NDArray[np.int64]
) -> Scored | None:
    if not rows.size:
        return None
    scores = model.scores(examples.counts.rows(rows))
    return Scored(scores, corpus.labels[rows], corpus.stories[rows])


def linear_arrays(model: Model) -> Arrays:
    """Return the part of an artifact's arrays that scores: terms, idf, weights, intercept.

    Usual terms come first, so that an article's rows are near each other.
    """
    found: dict[str, NDArray[Any]] = {"intercept": model.layer.intercept}
    if model.exclusive:
        found["exclusive"] = np.empty(0, dtype=np.uint8)
    for name, block in model.features.blocks.items():
        idf = block.tfidf.idf_.astype(np.float32)
        order = np.argsort(idf, kind="stable")
        found[f"{name}.terms"] = terms.pack([block.terms[row] for row in order.tolist()])
        found[f"{name}.idf"] = idf[order]
        weights = model.layer.coef[model.features.columns(name)][order]
        weights *= block.weight
        found[f"{name}.weights"], found[f"{name}.scales"] = rounding.to_int8(weights)
    return found


def must_have_no(labels: NDArray[np.int8], taxonomy: Taxonomy) -> None:
    """Refuse labels, (n_articles, n_topics), int8, where a topic has no known no.

    Raises
    ------
    CorpusError
        Naming the topics.
    """
    without = ~(labels == NO).any(axis=0)
    if without.any():
        slugs = [slug for slug, none in zip(taxonomy.slugs, without, strict=True) if none]
        raise CorpusError(
            f"no article is known not to be about {', '.join(slugs)}, so there is nothing to tell "
            "such a topic from; add articles without it, list it in not_topics, or leave it out"
        )


class Steps:
    """Counts steps for a progress bar."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.stage = ""
        self._progress = progress
        self._done = 0
        self._total = total

    def tick(self) -> None:
        """Count one step."""
        self._done += 1
        if self._progress is not None:
            self._progress(self.stage, self._done, self._total)
