"""The linear layer: our compiled solver beside scikit-learn's."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from copytaster.training import descent, estimator
from copytaster.training.config import BEST, Recipe
from copytaster.training.lesson import Lesson

needs_compiler = pytest.mark.skipif(
    not descent.available(), reason="installed where no compiler was: the solver is not compiled"
)


def problem(
    seed: int, n_topics: int, n_articles: int = 80
) -> tuple[sp.csr_matrix, np.ndarray, np.ndarray]:
    """Return features of unit length, labels of which some are unknown, and weights."""
    rng = np.random.default_rng(seed)
    X = sp.random(n_articles, 40, density=0.15, random_state=seed, format="csr")
    X = sp.csr_matrix(X.multiply(1 / np.maximum(np.sqrt(X.multiply(X).sum(axis=1)), 1e-9)))
    labels = rng.choice([-1, 0, 1], p=[0.1, 0.7, 0.2], size=(n_articles, n_topics))
    return X, labels.astype(np.int8), rng.choice([1.0, 3.0], size=n_articles)


def by_liblinear(
    X: sp.csr_matrix, labels: np.ndarray, weights: np.ndarray, recipe: Recipe
) -> estimator.LinearLayer:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(descent, "WIDTH", 0)
        return estimator.fit(Lesson(X, labels, weights), recipe)


@needs_compiler
@settings(deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 20),
    st.sampled_from([0.1, 0.4, 2.0]),
    st.sampled_from([0.0, 0.5]),
)
def test_columns_are_those_of_liblinear(
    seed: int, n_topics: int, C: float, ratio_weight: float
) -> None:
    recipe = replace(BEST, C=C, ratio_weight=ratio_weight)
    X, labels, weights = problem(seed, n_topics)
    ours = estimator.fit(Lesson(X, labels, weights), recipe)
    theirs = by_liblinear(X, labels, weights, recipe)
    np.testing.assert_allclose(ours.decision_function(X), theirs.decision_function(X), atol=5e-3)
    np.testing.assert_allclose(ours.intercept, theirs.intercept, atol=5e-3)


@needs_compiler
def test_a_column_is_the_same_whatever_other_topics_there_are() -> None:
    X, labels, weights = problem(1, 19)
    every = estimator.fit(Lesson(X, labels, weights), BEST)
    for topic in (0, 7, 18):
        alone = estimator.fit(Lesson(X, labels[:, [topic]], weights), BEST)
        assert np.array_equal(alone.coef[:, 0], every.coef[:, topic])
        assert alone.intercept[0] == every.intercept[topic]


def test_threads_and_processes_fit_what_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    X, labels, weights = problem(2, 20)
    monkeypatch.setattr(estimator, "_LARGE", 0)
    for width in (descent.WIDTH, 0):
        monkeypatch.setattr(descent, "WIDTH", width)
        lesson = Lesson(X, labels, weights)
        alone, shared = (estimator.fit(lesson, BEST, n_jobs) for n_jobs in (1, 2))
        assert np.array_equal(alone.coef, shared.coef)
        assert np.array_equal(alone.intercept, shared.intercept)


def test_topics_that_are_always_or_never_right_get_no_weights() -> None:
    X, labels, weights = problem(3, 4)
    labels[:, 0], labels[:, 1], labels[:, 2] = 1, 0, -1
    found = estimator.fit(Lesson(X, labels, weights), BEST)
    assert found.intercept[:3].tolist() == [1.0, -1.0, -1.0]
    assert not found.coef[:, :3].any()
    assert found.coef[:, 3].any()


def test_each_topic_is_ticked_once() -> None:
    X, labels, weights = problem(4, 11)
    labels[:, 2] = 0
    ticks: list[None] = []
    estimator.fit(Lesson(X, labels, weights), BEST, tick=lambda: ticks.append(None))
    assert len(ticks) == 11
