"""Thresholds and metrics on scores whose answer is known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, precision_recall_fscore_support

from copytaster.model.calibration import Calibration
from copytaster.training import metrics, thresholds

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
    decided = thresholds.cross_fitted(scores, labels, fold, "macro")
    assert decided.ravel().tolist() == [True, True, False, False, False, False]


KNOTS = np.tile([-10.0, -9.0, 9.0, 10.0], (2, 1))
IDENTITY = Calibration(KNOTS, KNOTS)


def two_topics(n_yes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return scores and labels of a frequent topic parted at 1, and of a rarer one parted at -1."""
    frequent = np.r_[np.full(500, 2.0), np.full(500, 0.0)]
    rare = np.r_[np.full(n_yes, 0.0), np.full(1000 - n_yes, -2.0)]
    labels = np.stack([frequent > 1, rare > -1], axis=1).astype(np.int8)
    return np.stack([frequent, rare], axis=1), labels


def test_the_micro_objective_cuts_all_topics_at_one_confidence() -> None:
    scores, labels = two_topics(5)
    found = thresholds.choose(scores, labels, IDENTITY, "micro")
    assert found[0] == pytest.approx(found[1])
    assert found[0] == pytest.approx(1.0)


def test_the_macro_objective_gives_each_topic_its_own_best() -> None:
    scores, labels = two_topics(5)
    found = thresholds.choose(scores, labels, IDENTITY, "macro")
    assert found.tolist() == pytest.approx([1.0, -1.0])


@pytest.mark.parametrize(("n_yes", "share"), [(5, 5 / 55), (50, 0.5), (200, 0.8)])
def test_the_default_objective_draws_a_topic_to_the_common_cut_as_its_labels_grow(
    n_yes: int, share: float
) -> None:
    scores, labels = two_topics(n_yes)
    own = thresholds.choose(scores, labels, IDENTITY, "macro")[1]
    common = thresholds.choose(scores, labels, IDENTITY, "micro")[1]
    found = thresholds.choose(scores, labels, IDENTITY, "both")[1]
    assert found == pytest.approx(share * common + (1 - share) * own)


@pytest.mark.parametrize("top", [0.2, -0.5])
def test_a_topic_that_is_never_as_sure_as_the_common_cut_keeps_its_own(top: float) -> None:
    """Its curve is all but flat above, so that no score in reach has the common confidence."""
    scores, labels = two_topics(200)
    flat = np.array([-10.0, -9.0, top, top + 1e-6])
    modest = Calibration(KNOTS, np.stack([KNOTS[0], flat]))
    own = thresholds.choose(scores, labels, modest, "macro")[1]
    assert thresholds.choose(scores, labels, modest, "both")[1] == own
    assert -10 <= thresholds.choose(scores, labels, modest, "micro")[1] <= 10


@pytest.mark.parametrize("n_yes", [0, 1, 9])
def test_a_topic_that_has_begun_is_drawn_to_the_usual_share_until_its_labels_are_many(
    n_yes: int,
) -> None:
    scores, labels = two_topics(n_yes)
    scores[:, 1] += np.linspace(0, 0.1, len(scores))
    begun = np.array([False, True])
    first, own = thresholds.choose(scores, labels, IDENTITY, "both")
    found = thresholds.choose(scores, labels, IDENTITY, "both", begun)
    share = np.median([0.5, n_yes / 1000]) if n_yes else 0.5
    usual = np.sort(scores[:, 1])[math.ceil((1 - share) * 999)]
    usual = max(usual, np.median(scores[:, 1]) + 0.4)
    drawn = (5 * usual + n_yes * own) / (n_yes + 5)
    assert found.tolist() == pytest.approx([first, drawn])


def test_topics_without_labels_share_what_one_topic_with_labels_has() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(1000, 11))
    labels = np.zeros((1000, 11), dtype=np.int8)
    labels[:, 0] = scores[:, 0] > 1
    begun = np.arange(11) > 0
    knots = Calibration(np.repeat(KNOTS[:1], 11, axis=0), np.repeat(KNOTS[:1], 11, axis=0))
    found = thresholds.choose(scores, labels, knots, "macro", begun)
    suggested = (scores[:, 1:] >= found[1:]).sum(axis=0)
    assert (suggested <= labels[:, 0].sum() / 10 + 1).all()
    assert (suggested > 0).all()


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
