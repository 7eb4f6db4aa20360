"""Brier score, log loss and calibration error, by scikit-learn, by hand and by simulation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss

from copytaster.training import reliability
from copytaster.training.reliability import Bin

PAIRS = st.lists(
    st.tuples(st.floats(0, 1, allow_subnormal=False), st.booleans()), min_size=1, max_size=60
)


@given(PAIRS)
def test_brier_score_and_log_loss_are_those_of_scikit_learn(
    pairs: list[tuple[float, bool]],
) -> None:
    confidence = np.array([value for value, _ in pairs])
    truth = np.array([yes for _, yes in pairs])
    assert reliability.brier(confidence, truth) == pytest.approx(
        brier_score_loss(truth, confidence, pos_label=True), abs=1e-12
    )
    assert reliability.log_loss(confidence, truth) == pytest.approx(
        log_loss(truth, confidence, labels=[False, True]), abs=1e-9
    )


def test_the_calibration_error_of_a_hand_worked_example() -> None:
    confidence = np.repeat([0.2, 0.6], 10)
    truth = np.zeros(20, dtype=np.bool_)
    truth[:3] = truth[10:19] = True  # 3 of 10 at 0.2, 9 of 10 at 0.6
    bins = reliability.equal_mass(confidence, truth, 2)
    assert bins[0] == pytest.approx((0.2, 0.3, 10))
    assert bins[1] == pytest.approx((0.6, 0.9, 10))
    assert reliability.calibration_error(bins) == pytest.approx((0.1 + 0.3) / 2)


def test_a_larger_bin_weighs_more_in_the_calibration_error() -> None:
    bins = (Bin(0.5, 0.5, 30), Bin(0.8, 1.0, 10))
    assert reliability.calibration_error(bins) == pytest.approx(0.2 * 10 / 40)


@given(st.integers(10, 500), st.integers(1, 15))
def test_bins_are_equally_full_and_rise(n: int, most: int) -> None:
    rng = np.random.default_rng(n)
    bins = reliability.equal_mass(rng.random(n), rng.random(n) < 0.5, most)
    sizes = [b.n for b in bins]
    assert sum(sizes) == n
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= 10
    assert len(bins) == min(most, n // 10)
    assert [b.confidence for b in bins] == sorted(b.confidence for b in bins)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_confidences_that_are_true_probabilities_have_little_calibration_error(seed: int) -> None:
    rng = np.random.default_rng(seed)
    confidence = rng.random(20_000)
    truth = rng.random(20_000) < confidence
    honest = reliability.judge(confidence, truth, 15)
    assert honest.ece < 0.03
    boastful = reliability.judge(np.sqrt(confidence), truth, 15)
    assert boastful.ece > 0.1


def test_clear_noes_count_for_the_scores_and_not_for_the_bins() -> None:
    confidence = np.concatenate([np.full(1000, 0.01), np.full(20, 0.9)])
    truth = confidence > 0.5
    judged = reliability.judge(confidence, truth, 15)
    assert judged.pairs == 20
    assert sum(b.n for b in judged.reliability) == 20
    assert judged.ece == pytest.approx(0.1)
    assert judged.brier == pytest.approx((1000 * 0.01**2 + 20 * 0.1**2) / 1020)


def test_nothing_to_judge_gives_no_figure() -> None:
    nothing = reliability.judge(np.empty(0), np.empty(0, dtype=np.bool_), 15)
    assert math.isnan(nothing.brier)
    assert math.isnan(nothing.log_loss)
    assert math.isnan(nothing.ece)
    assert (nothing.pairs, nothing.reliability) == (0, ())
