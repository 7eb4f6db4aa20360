"""One linear classifier a topic, fitted only on the articles whose label is known."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from numpy.typing import NDArray

from copytaster.training import descent, liblinear
from copytaster.training.config import Recipe
from copytaster.training.corpus import YES
from copytaster.training.descent import Rows
from copytaster.training.lesson import Lesson
from copytaster.training.ratios import squared_scales

#: Values times topics from which starting processes pays.
_LARGE = 200_000_000
#: Of the solver; a finer one moves scores by less than 0.001.
_TOLERANCE = 1e-3
#: Called after each fitted topic.
Tick = Callable[[], None]
#: Columns, their intercepts, and which topics they are of.
_Fitted = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class LinearLayer:
    """The fitted columns.

    Attributes
    ----------
    coef : ndarray of shape (n_features, n_topics), float64
    intercept : ndarray of shape (n_topics,), float64
    """

    coef: NDArray[np.float64]
    intercept: NDArray[np.float64]

    def decision_function(self, X: sp.csr_matrix) -> NDArray[np.float64]:
        """Return scores of shape (n_articles, n_topics), float64."""
        return np.asarray(X @ self.coef + self.intercept)


def fit(lesson: Lesson, recipe: Recipe, n_jobs: int = 1, tick: Tick | None = None) -> LinearLayer:
    """Fit each topic by itself; equal input gives equal output, whatever *n_jobs* is.

    Parameters
    ----------
    lesson : Lesson
    recipe : Recipe
    n_jobs : int
        Threads or, where our solver was not compiled, processes.
    tick : callable or None
        Called after each topic.

    Notes
    -----
    Squared hinge loss with an L2 penalty, in the dual: Fan et al., LIBLINEAR, JMLR 9 (2008). The
    features are scaled by :mod:`copytaster.training.ratios`; the scale is folded back into the
    column.
    """
    coef = np.zeros((lesson.X.shape[1], lesson.labels.shape[1]))
    intercept = np.zeros(lesson.labels.shape[1])
    for columns, intercepts, topics in _columns(lesson, recipe, n_jobs):
        coef[:, topics], intercept[topics] = columns, intercepts
        if tick is not None:
            for _ in topics:
                tick()
    return LinearLayer(coef, intercept)


def _columns(lesson: Lesson, recipe: Recipe, n_jobs: int) -> Iterable[_Fitted]:
    """Return the fitted columns, in whatever order they are done."""
    n_yes = (lesson.labels == YES).sum(axis=0)
    known = (lesson.labels >= 0).sum(axis=0)
    settled = np.flatnonzero((n_yes == 0) | (n_yes == known))
    yield (
        np.zeros((lesson.X.shape[1], settled.size)),
        np.where(n_yes[settled] > 0, 1.0, -1.0),
        settled,
    )
    # Topics of similar size are fitted together: they look at similarly many articles.
    open_topics = np.setdiff1d(np.argsort(-n_yes, kind="stable"), settled, assume_unique=True)
    yield from (_ours if descent.available() else _theirs)(lesson, recipe, open_topics, n_jobs)


def _ours(
    lesson: Lesson, recipe: Recipe, topics: NDArray[np.int64], n_jobs: int
) -> Iterator[_Fitted]:
    rows = Rows.of(lesson.X)
    parts = [topics[at : at + descent.WIDTH] for at in range(0, len(topics), descent.WIDTH)]
    run = Parallel(n_jobs=n_jobs, backend="threading", return_as="generator")
    return run(delayed(_fit_together)(lesson, recipe, rows, part) for part in parts)  # type: ignore[no-any-return]


def _fit_together(lesson: Lesson, recipe: Recipe, rows: Rows, topics: NDArray[np.int64]) -> _Fitted:
    labels, C = lesson.labels[:, topics], recipe.C
    squares = squared_scales(lesson.X, labels, lesson.weights, recipe.ratio_weight)
    columns, intercepts, converged = descent.fit(
        rows, labels, lesson.weights, squares, C, _TOLERANCE
    )
    for at in np.flatnonzero(~converged):
        columns[:, at], intercepts[at] = _fit_alone(lesson, recipe, topics[at], squares[:, at])
    return columns, intercepts, topics


def _theirs(
    lesson: Lesson, recipe: Recipe, topics: NDArray[np.int64], n_jobs: int
) -> Iterator[_Fitted]:
    large = lesson.X.nnz * lesson.labels.shape[1] >= _LARGE
    run = Parallel(n_jobs=n_jobs if large else 1, return_as="generator")
    squares = squared_scales(lesson.X, lesson.labels, lesson.weights, recipe.ratio_weight)
    fitted = run(delayed(_fit_alone)(lesson, recipe, topic, squares[:, topic]) for topic in topics)
    for topic, (column, intercept) in zip(topics, fitted, strict=True):
        yield column[:, np.newaxis], np.array([intercept]), np.array([topic])


def _fit_alone(
    lesson: Lesson, recipe: Recipe, topic: int, squares: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    known = np.flatnonzero(lesson.labels[:, topic] >= 0)
    yes = lesson.labels[known, topic] == YES
    rows = lesson.X if known.size == lesson.X.shape[0] else lesson.X[known]
    return liblinear.fit(rows, yes, lesson.weights[known], squares, recipe.C, _TOLERANCE)
