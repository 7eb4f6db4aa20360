"""Precision, recall and F1 by scikit-learn, what has no figure, and what intervals hold."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score, precision_score, recall_score

from copytaster.training import accuracy, bootstrap


def random_decisions(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return decisions and labels for 40 articles and 4 topics, the last carried by none."""
    rng = np.random.default_rng(seed)
    labels = (rng.random((40, 4)) < 0.3).astype(np.int8)
    labels[0, :3] = 1
    labels[:, 3] = 0
    decided = np.where(rng.random((40, 4)) < 0.8, labels == 1, rng.random((40, 4)) < 0.5)
    return decided, labels


@settings(max_examples=15)
@given(st.integers(0, 1000))
def test_figures_are_those_of_scikit_learn_and_lie_within_their_bounds(seed: int) -> None:
    decided, labels = random_decisions(seed)
    found = accuracy.measure(decided, labels, np.arange(40))
    known = labels[:, :3], decided[:, :3]
    assert found.f1[:3] == pytest.approx(f1_score(*known, average=None, zero_division=0))
    assert found.recall[:3] == pytest.approx(recall_score(*known, average=None, zero_division=0))
    given_any = decided[:, :3].any(axis=0)
    precision = precision_score(*known, average=None, zero_division=0)
    assert found.precision[:3][given_any] == pytest.approx(precision[given_any])
    assert found.macro_f1 == pytest.approx(f1_score(*known, average="macro", zero_division=0))
    assert found.micro.f1 == pytest.approx(f1_score(labels, decided, average="micro"))
    within = [(found.micro.f1, found.micro_f1_within), (found.macro_f1, found.macro_f1_within)]
    for value, (low, high) in within:
        assert low <= value <= high


def test_a_topic_without_a_yes_has_no_f1_and_no_say_in_the_mean() -> None:
    decided = np.array([[True, True], [False, False]])
    labels = np.array([[1, 0], [0, 0]], dtype=np.int8)
    found = accuracy.measure(decided, labels, np.arange(2))
    assert found.macro_f1 == 1.0
    assert math.isnan(found.f1[1])
    assert math.isnan(found.recall[1])
    assert found.precision[1] == 0.0
    assert all(math.isnan(bound) for bound in found.f1_within[1])


def test_a_topic_without_a_tag_has_no_precision_and_an_f1_of_nothing() -> None:
    labels = np.array([[1], [1], [1], [0]], np.int8)
    found = accuracy.measure(np.zeros((4, 1), bool), labels, np.arange(4))
    assert math.isnan(found.precision[0])
    assert found.f1[0] == 0.0
    assert all(math.isnan(bound) for bound in found.micro_precision_within)


def test_unknown_labels_change_nothing() -> None:
    decided, labels = random_decisions(3)
    more = np.concatenate([labels, np.full((5, 4), -1, np.int8)])
    tagged = np.concatenate([decided, np.ones((5, 4), bool)])
    found = accuracy.measure(tagged, more, np.arange(45))
    assert found.topics == accuracy.measure(decided, labels, np.arange(40)).topics


@pytest.mark.parametrize("decided", [True, False])
def test_few_articles_all_right_or_all_missed_prove_little(decided: bool) -> None:  # noqa: FBT001
    tagged, labels = np.array([[decided], [decided], [False]]), np.array([[1], [1], [0]], np.int8)
    found = accuracy.measure(tagged, labels, np.arange(3))
    low, high = found.f1_within[0]
    share_low, share_high = bootstrap.exact(2 if decided else 0, 2)
    assert low == pytest.approx(2 * share_low / (1 + share_low))
    assert high == pytest.approx(2 * share_high / (1 + share_high))
    assert high - low > 0.7


def test_a_topic_that_a_resample_misses_keeps_its_f1_in_the_mean() -> None:
    decided = np.zeros((60, 2), bool)
    labels = np.zeros((60, 2), np.int8)
    labels[:30, 0] = 1
    labels[59, 1] = 1  # one article, missed: absent from every third resample
    decided[:28, 0] = True
    low, high = accuracy.measure(decided, labels, np.arange(60)).macro_f1_within
    assert 0.4 < low < high <= 0.5


def test_a_topic_whose_labels_are_only_ever_yes_has_no_precision_and_no_f1() -> None:
    """No tag of it could be called wrong; a precision of 1 would be empty praise."""
    labels = np.array([[1, 1], [1, 0], [-1, 1]], np.int8)
    found = accuracy.measure(np.ones((3, 2), bool), labels, np.arange(3))
    assert np.isnan([found.precision[0], found.f1[0], *found.f1_within[0]]).all()
    assert found.precision[1] == pytest.approx(2 / 3)
    assert found.macro_f1 == pytest.approx(found.f1[1])


def test_one_story_tells_nothing_of_others() -> None:
    decided, labels = random_decisions(3)
    found = accuracy.measure(decided, labels, np.zeros(40, np.int64))
    assert all(math.isnan(bound) for bound in (*found.micro_f1_within, *found.macro_f1_within))
