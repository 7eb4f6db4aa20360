"""Some topics of a tagger fitted anew, and every other left as it is, to the last bit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from copytaster.model.arrays import Arrays
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import beginning, decisions, fit, metrics, recency, saving, thresholds
from copytaster.training.amended import Amendment
from copytaster.training.config import Recipe
from copytaster.training.corpus import YES, Corpus
from copytaster.training.decisions import Decisions, Scored
from copytaster.training.fit import Progress, Steps
from copytaster.training.graft import Fit, Graft
from copytaster.training.metrics import Report
from copytaster.training.steps import Cast, Mould


@dataclass(frozen=True, slots=True)
class Operated:
    """A tagger with some columns fitted anew, not saved yet.

    Attributes
    ----------
    arrays : dict of str to ndarray
        As :class:`copytaster.model.artifact.Artifact` describes them.
    taxonomy : Taxonomy
        Its topics; those fitted anew as they were wanted.
    at : ndarray of shape (n_columns,), int64
        The columns that were fitted.
    report : Report
        Of these, cross-validated, with thresholds that were chosen without the article's fold.
    decisions : Decisions
        Calibration, thresholds and proofs of these, for scores of size 1.
    articles : tuple of int
        How many articles are about each of these.
    words : int
        Of both fields, that the tagger did not know.
    rounding : tuple of float
        What steps that other topics set move the scores of each by, as a share of their spread.
    """

    arrays: Arrays
    taxonomy: Taxonomy
    at: NDArray[np.int64]
    report: Report
    decisions: Decisions
    articles: tuple[int, ...]
    words: int
    rounding: tuple[float, ...]

    @property
    def slugs(self) -> tuple[str, ...]:
        """The topics that were fitted."""
        return tuple(self.taxonomy.slugs[column] for column in self.at.tolist())


def operate(  # noqa: PLR0913  # as of a usual fit, and what is cut
    arrays: Arrays,
    lesson: Corpus,
    slugs: Sequence[str],
    recipe: Recipe,
    n_jobs: int = 1,
    progress: Progress | None = None,
    *,
    silent: NDArray[np.bool_] | None = None,
) -> Operated:
    """Fit the columns of the topics *slugs* anew, in the word space of the tagger.

    Words that the tagger never saw, of at least the recipe's ``min_df`` articles about one of
    these topics, are added to its vocabulary. The weights are put in the steps that the other
    topics have set; calibration, thresholds and proofs come from cross-validated scores by columns
    in the same steps.

    Parameters
    ----------
    arrays : dict of str to ndarray
        The tagger's, in which topics do not exclude each other.
    lesson : Corpus
        The articles to learn from; its topics are the columns.
    slugs : sequence of str
        At least one.
    recipe : Recipe
        Not an exclusive one.
    n_jobs : int
        Threads or, without the compiled solver, processes; the result does not depend on it.
    progress : callable or None
        Called after each fitted column.
    silent : ndarray of shape (n_articles,), bool, or None
        Articles whose new words are not added; ``None`` for none of them.

    Raises
    ------
    CorpusError
        If a topic has no article known not to be about it, or the articles make fewer than two
        groups.
    """
    at = np.flatnonzero(np.isin(lesson.taxonomy.slugs, slugs))
    topics = Taxonomy(
        tuple(replace(lesson.taxonomy.topics[column], parent=None) for column in at.tolist())
    )
    fold = fit.folds_of(lesson.groups, lesson.labels[:, at], topics, recipe)
    steps = Steps(progress, (int(fold.max()) + 2) * len(at))
    with threadpool_limits(1):  # as in a usual fit
        graft = Graft(arrays, lesson, topics, at, recipe, silent)
        work = _Operation(graft, fold, n_jobs, steps.tick)
        steps.stage = "fitting"
        whole, mould = work.whole()
        cast = mould.cast(whole.weights)
        steps.stage = "cross-validating"
        scored = Scored(work.held_out(mould), work.labels, lesson.stories)
        proof = None
        if (fold < 0).any():
            own = work.scores(whole, cast)
            proof = replace(scored, scores=own).rows(np.flatnonzero(fold < 0))
        learnt = np.flatnonzero(fold >= 0)
        scored = scored.rows(learnt)
        current = recency.current(lesson, learnt, beginning.begun(lesson.taxonomy, recipe))
        shares = thresholds.usual_shares(current)  # of all topics: few are fitted
        current = current[:, at]
        found = decisions.learn(scored, fold[learnt], topics, recipe, proof, current, shares=shares)
        decided = thresholds.cross_fitted(
            scored.scores,
            current,
            fold[learnt],
            recipe.objective,
            found.calibrated.by_fold,
            beginning.begun(topics, recipe),
            shares=shares,
        )
        made, words = graft.arrays(whole, cast, found)
    return Operated(
        arrays=made,
        taxonomy=lesson.taxonomy,
        at=at,
        report=metrics.compare(decided, scored.labels),
        decisions=found,
        articles=tuple((work.labels == YES).sum(axis=0).tolist()),
        words=words,
        rounding=tuple(work.rounding(whole, cast).tolist()),
    )


class _Operation:
    """The fits of one operation."""

    def __init__(
        self, graft: Graft, fold: NDArray[np.int64], n_jobs: int, tick: Callable[[], None]
    ) -> None:
        self.graft = graft
        self.labels = graft.labels
        self._fold = fold
        self._how = (n_jobs, tick)

    def whole(self) -> tuple[Fit, Mould]:
        """Fit to all but what is held back, and find what the columns must fit into."""
        learnt = np.flatnonzero(self._fold >= 0)
        found = self.graft.fit(learnt, *self._how, part=False)
        return found, self.graft.mould(found, learnt)

    def held_out(self, mould: Mould) -> NDArray[np.float64]:
        """Return scores by columns that have not seen the article, put in the same steps."""
        scores = np.full(self.labels.shape, np.nan)
        for number in range(int(self._fold.max()) + 1):
            rest = np.flatnonzero((self._fold != number) & (self._fold >= 0))
            rows = np.flatnonzero(self._fold == number)
            found = self.graft.fit(rest, *self._how, part=True)
            scores[rows] = self.graft.scores(found, mould.cast(found.weights), rows)
        return scores

    def scores(self, whole: Fit, cast: Cast) -> NDArray[np.float64]:
        """Return the scores that are served, of size 1."""
        return self.graft.scores(whole, cast, np.arange(len(self.labels)))

    def rounding(self, whole: Fit, cast: Cast) -> NDArray[np.float64]:
        """Return what the steps move scores by, as a share of their spread, (n_columns,)."""
        rows = np.arange(len(self.labels))
        meant = np.asarray(whole.view.values(rows) @ whole.weights + whole.intercept)
        off = self.graft.scores(whole, cast, rows) - meant
        spread = meant.std(axis=0)
        return np.asarray(off.std(axis=0) / np.where(spread > 0, spread, 1.0))


def amendment(found: Operated, lesson: Corpus, words: str) -> Amendment:
    """Return what becomes of the tagger by what was *found* in *lesson*, called in *words*."""
    each = zip(found.slugs, found.report.topics, found.articles, strict=True)
    return Amendment(
        arrays=found.arrays,
        taxonomy=found.taxonomy,
        metrics={
            slug: saving.of_topic(counts, found.decisions, column, articles)
            for column, (slug, counts, articles) in enumerate(each)
        },
        step={
            "did": f"retrained {words}",
            "topics": list(found.slugs),
            "articles": len(lesson.articles),
            "newest": lesson.newest,
            "sha256": lesson.digest,
            "words": found.words,
            "rounding": dict(zip(found.slugs, found.rounding, strict=True)),
        },
        learned=lesson.keys,
        newest=lesson.newest,
    )
