"""Two taggers on the same articles: what is chance, and what is not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from copytaster.training import paired
from copytaster.training.paired import Discord

SHARES = hnp.arrays(np.float64, st.integers(1, 12), elements=st.floats(0.0001, 1))


def holm(p: NDArray[np.float64], alpha: float) -> list[bool]:
    """Return Holm's rejections, by the book."""
    found = [False] * p.size
    for step, at in enumerate(np.argsort(p, kind="stable").tolist()):
        if p[at] > alpha / (p.size - step):
            break
        found[at] = True
    return found


def test_the_chance_is_that_of_a_fair_coin() -> None:
    found = Discord(better=np.array([1, 0, 0, 5]), worse=np.array([4, 5, 0, 0]))
    assert found.p == pytest.approx([6 / 32, 1 / 32, 1, 1])
    assert found.least_p == pytest.approx([1 / 32, 1 / 32, 1, 1 / 32])


def test_what_both_decide_alike_or_nobody_labelled_does_not_count() -> None:
    labels = np.array([[1], [1], [0], [-1], [-1]], dtype=np.int8)
    first = np.array([[1], [1], [0], [1], [0]], dtype=np.bool_)
    second = np.array([[1], [0], [1], [0], [1]], dtype=np.bool_)
    found = paired.discord(first, second, labels, np.arange(5))
    assert (found.better.tolist(), found.worse.tolist()) == ([0], [2])
    backwards = paired.discord(second, first, labels, np.arange(5))
    assert (backwards.better.tolist(), backwards.worse.tolist()) == ([2], [0])


def test_a_group_counts_once_whatever_its_size() -> None:
    labels = np.ones((6, 1), dtype=np.int8)
    first, second = labels == 1, labels == 0
    found = paired.discord(first, second, labels, np.array([7, 7, 7, 7, 9, 9]))
    assert found.worse.tolist() == [2]


@given(SHARES)
def test_where_every_test_could_reject_it_is_holms_method(p: NDArray[np.float64]) -> None:
    assert paired.rejected(p, np.zeros(p.size), 0.05).tolist() == holm(p, 0.05)


@given(SHARES, st.data())
def test_what_holm_rejects_is_rejected_whatever_other_tests_could_show(
    p: NDArray[np.float64], data: st.DataObject
) -> None:
    least = p * data.draw(hnp.arrays(np.float64, p.size, elements=st.floats(0, 1)))
    found = paired.rejected(p, least, 0.05)
    assert not (np.array(holm(p, 0.05)) & ~found).any()
    assert (p[found] <= 0.05).all()


def test_topics_that_are_hardly_met_do_not_hide_one_that_is_worse() -> None:
    worse, better = np.array([7] + [1] * 89), np.zeros(90, dtype=np.int64)
    found = Discord(better, worse)
    assert not any(holm(found.p, 0.05))
    assert np.flatnonzero(paired.rejected(found.p, found.least_p, 0.05)).tolist() == [0]


def test_among_equal_taggers_any_of_many_topics_is_refused_at_most_as_often_as_allowed() -> None:
    rng = np.random.default_rng(0)
    differ = rng.integers(0, 15, 40)
    refused = 0
    for _ in range(2000):
        worse = rng.binomial(differ, 0.5)
        found = Discord(differ - worse, worse)
        refused += int(paired.rejected(found.p, found.least_p, 0.05).any())
    assert refused / 2000 <= 0.06


def test_the_same_decisions_differ_by_nothing() -> None:
    rng = np.random.default_rng(0)
    tags, labels = rng.random((50, 4)) < 0.3, rng.integers(-1, 2, (50, 4)).astype(np.int8)
    found = paired.difference(tags, tags, labels, np.arange(50))
    assert (found.gain, found.low, found.high) == (0, 0, 0)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_a_difference_turns_its_sign_with_the_sides(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(-1, 2, (60, 3)).astype(np.int8)
    one, two = (rng.random((60, 3)) < 0.4 for _ in range(2))
    groups = rng.integers(0, 30, 60)
    there = paired.difference(one, two, labels, groups)
    back = paired.difference(two, one, labels, groups)
    assert (there.first, there.second) == (back.second, back.first)
    assert [there.gain, there.low, there.high] == pytest.approx([-back.gain, -back.high, -back.low])
    assert there.low <= there.high


def test_the_bound_of_a_difference_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    labels = (rng.random((20_000, 2)) < 0.4).astype(np.int8)
    one, two = (np.where(rng.random(labels.shape) < 0.1, labels == 0, labels == 1) for _ in "ab")
    truth = paired.difference(one, two, labels, np.arange(len(labels))).gain
    below = 0
    for _ in range(200):
        rows = rng.choice(len(labels), 300, replace=False)
        found = paired.difference(one[rows], two[rows], labels[rows], rows)
        below += found.low <= truth
    assert 0.9 <= below / 200 <= 0.99
