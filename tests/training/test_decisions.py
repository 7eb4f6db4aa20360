"""Thresholds, calibration, proven tiers and metrics on scores whose answer is known."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from sklearn.metrics import f1_score, precision_recall_fscore_support

from copytaster.model.calibration import Calibration
from copytaster.training import calibrate, guarantee, metrics, thresholds
from copytaster.training.config import Recipe

SCORES = st.lists(
    st.tuples(st.sampled_from([-2.0, -1.0, 0.0, 0.5, 3.0]), st.booleans()), min_size=1
)


@given(SCORES)
def test_no_threshold_has_a_better_f1(pairs: list[tuple[float, bool]]) -> None:
    scores = np.array([score for score, _ in pairs])
    labels = np.array([yes for _, yes in pairs], dtype=np.int8)
    chosen = thresholds.best_f1(scores, labels)
    found = f1_score(labels, scores >= chosen, zero_division=0)
    best = max(f1_score(labels, scores >= cut, zero_division=0) for cut in scores)
    if labels.any() and best >= thresholds.FLOOR:
        assert found == pytest.approx(best)


def test_unknown_labels_do_not_move_a_threshold() -> None:
    scores = np.array([3.0, 2.0, 1.0, 0.0])
    labels = np.array([1, 1, 0, 0], dtype=np.int8)
    more = np.array([1, 1, 0, 0, -1, -1], dtype=np.int8)
    assert thresholds.best_f1(scores, labels) == pytest.approx(1.5)
    assert thresholds.best_f1(np.append(scores, [9.0, 1.7]), more) == pytest.approx(1.5)


def test_a_topic_that_cannot_be_told_gets_a_threshold_above_every_score() -> None:
    scores = np.linspace(1, 0, 100)
    labels = np.zeros(100, dtype=np.int8)
    labels[-1] = 1
    assert thresholds.best_f1(scores, labels) > 1


def test_a_topic_without_a_yes_has_the_linear_layers_own_boundary() -> None:
    assert thresholds.best_f1(np.array([1.0, -1.0]), np.zeros(2, dtype=np.int8)) == 0.0


def test_a_threshold_is_chosen_without_the_fold_that_it_decides() -> None:
    scores = np.array([[5.0], [4.0], [3.0], [2.0], [1.0], [0.0]])
    labels = np.array([[1], [0], [1], [0], [0], [0]], dtype=np.int8)
    fold = np.array([0, 0, 1, 1, 1, 1])
    decided = thresholds.cross_fitted(scores, labels, fold)
    assert decided.ravel().tolist() == [True, True, False, False, False, False]


def simulated(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return scores, their true probabilities, and labels drawn with these."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(-1, 1.5, size=(n, 1))
    probability = 1 / (1 + np.exp(-(2.0 * scores - 0.5)))
    labels = (rng.random((n, 1)) < probability).astype(np.int8)
    return scores, probability, labels


def fitted(scores: np.ndarray, labels: np.ndarray) -> Calibration:
    """Return the calibration of articles that are dealt into five folds in turn."""
    return calibrate.fit(scores, labels, np.arange(len(scores)) % 5).calibration


def test_confidence_is_the_probability_of_a_yes() -> None:
    scores, probability, labels = simulated(20_000)
    confidence = fitted(scores, labels).confidence(scores)
    assert np.abs(confidence - probability).max() < 0.03


def test_a_topic_with_few_yes_takes_the_calibration_of_all() -> None:
    scores, _, labels = simulated(5_000)
    rare = np.zeros_like(labels)
    rare[np.argmax(scores)] = 1
    found = calibrate.fit(
        np.hstack([scores, scores]), np.hstack([labels, rare]), np.arange(len(scores)) % 5
    )
    both = np.concatenate([scores, scores])
    pooled = calibrate.platt(both[:, 0], np.concatenate([labels, rare])[:, 0] == 1)
    assert pooled is not None
    assert found.methods[1] == "shared"
    assert found.methods[0] != "shared"
    assert calibrate.platt_each(scores, rare).logits.shape == (1, calibrate.KNOTS)
    assert found.calibration.logits[1] == pytest.approx(pooled.logits)


def test_unknown_labels_do_not_move_a_calibration() -> None:
    scores, _, labels = simulated(500)
    unknown = np.full_like(labels, -1)
    plain = fitted(scores, labels)
    more = fitted(np.concatenate([scores, scores + 3]), np.concatenate([labels, unknown]))
    np.testing.assert_allclose(more.logit(scores), plain.logit(scores), atol=1e-6)


@settings(deadline=None)
@given(st.integers(0, 50), st.integers(1, 50))
def test_a_higher_score_is_always_a_higher_confidence(yes: int, no: int) -> None:
    scores = np.linspace(1, -1, yes + no)[:, np.newaxis]
    labels = np.r_[np.zeros(no), np.ones(yes)].astype(np.int8)[:, np.newaxis]
    found = fitted(scores, labels)
    assert (np.diff(found.scores) > 0).all()
    assert (np.diff(found.logits) > 0).all()


@pytest.mark.parametrize(("right", "n"), [(45, 45), (44, 45), (90, 100), (1, 1)])
def test_the_precision_bound_is_where_the_binomial_tail_meets_the_confidence(
    right: int, n: int
) -> None:
    bound = guarantee.precision_bound(right, n, 0.9)
    assert binom.sf(right - 1, n, bound) == pytest.approx(0.1)


def test_a_flawless_topic_is_proven_down_to_its_last_yes() -> None:
    scores, labels = np.linspace(1, 0, 400), np.r_[np.ones(200), np.zeros(200)].astype(np.int8)
    proven = guarantee.proven(scores, labels, Recipe())
    assert (labels[scores >= proven] == 1).mean() >= 0.95
    assert (scores >= proven).sum() > 150


def test_equal_scores_are_proven_together_or_not_at_all() -> None:
    scores = np.r_[np.full(60, 2.0), np.full(60, 1.0)]
    labels = np.r_[np.ones(60), np.zeros(60)].astype(np.int8)
    assert guarantee.proven(scores, labels, Recipe()) == math.inf
    assert guarantee.proven(np.r_[np.full(45, 2.0), scores[60:]], labels[15:], Recipe()) == 2.0


def test_no_threshold_below_the_one_for_suggestions_is_proven() -> None:
    scores, labels = np.linspace(1, 0, 400), np.ones(400, dtype=np.int8)
    assert guarantee.proven(scores, labels, Recipe()) < 0.2
    assert 0.5 <= guarantee.proven(scores, labels, Recipe(), at_least=0.5) < 0.7


def test_an_unknown_label_proves_nothing_and_disproves_nothing() -> None:
    scores, labels = np.linspace(1, 0, 60), np.ones(60, dtype=np.int8)
    unknown = np.full(60, -1, dtype=np.int8)
    both = guarantee.proven(np.r_[scores, scores], np.r_[labels, unknown], Recipe())
    assert both == guarantee.proven(scores, labels, Recipe())
    assert guarantee.proven(scores, unknown, Recipe()) == math.inf


def test_too_few_articles_prove_nothing() -> None:
    scores, labels = np.linspace(1, 0, 44), np.ones(44, dtype=np.int8)
    assert guarantee.proven(scores, labels, Recipe()) == math.inf
    assert guarantee.proven(np.linspace(1, 0, 45), np.ones(45, dtype=np.int8), Recipe()) < math.inf


@settings(deadline=None, max_examples=5)
@given(st.integers(0, 2**32 - 1))
def test_a_proof_is_wrong_no_more_often_than_promised(seed: int) -> None:
    """The true precision above a score t is 0.91 + 0.06 t here: a proof below t = 2/3 is wrong."""
    recipe, rng, wrong = Recipe(), np.random.default_rng(seed), 0
    for _ in range(300):
        scores = rng.random(400)
        labels = (rng.random(400) < 0.85 + 0.12 * scores).astype(np.int8)
        wrong += guarantee.proven(scores, labels, recipe) < 2 / 3
    assert wrong <= binom.ppf(0.9999, 300, 1 - recipe.auto_confidence)


@given(st.data())
def test_counts_agree_with_scikit_learn(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 30))
    flags = st.lists(st.booleans(), min_size=n, max_size=n)
    decided = np.array([data.draw(flags) for _ in range(3)]).T
    labels = np.array([data.draw(flags) for _ in range(3)]).T.astype(np.int8)
    report = metrics.compare(decided, labels)
    expected = precision_recall_fscore_support(labels, decided, zero_division=0)
    for column, counts in enumerate(report.topics):
        found = (counts.precision, counts.recall, counts.f1)
        assert found == pytest.approx(tuple(expected[row][column] for row in range(3)))
    micro = f1_score(labels, decided, average="micro", zero_division=0)
    macro = f1_score(labels, decided, average="macro", zero_division=0)
    assert (report.micro.f1, report.macro_f1) == pytest.approx((micro, macro))


def test_an_unknown_label_is_neither_right_nor_wrong() -> None:
    report = metrics.compare(np.array([[True], [False]]), np.array([[-1], [-1]], dtype=np.int8))
    assert report.micro == metrics.Counts(0, 0, 0)
