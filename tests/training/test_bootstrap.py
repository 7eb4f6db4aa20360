"""Resampling whole stories, and the intervals that come of it."""

import math

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.stats import binomtest

from copytaster.training import bootstrap


def test_a_resample_has_as_many_stories_as_the_data_and_the_seed_decides_which() -> None:
    counts = sp.csr_matrix(np.array([[1, 1, 1, 1, 1], [0, 2, 4, 6, 8]]))
    draws = bootstrap.resample(counts, seed=1)
    assert draws.shape == (bootstrap.RESAMPLES, 2)
    assert (draws[:, 0] == 5).all()
    assert draws[:, 1].mean() == pytest.approx(20, abs=1)
    assert set(draws[:, 1]) <= set(range(0, 41, 2))
    assert (draws == bootstrap.resample(counts, seed=1)).all()
    assert (draws != bootstrap.resample(counts, seed=2)).any()


def test_articles_of_one_story_are_drawn_together() -> None:
    together = bootstrap.resample(sp.csr_matrix([[4, 0]]))
    assert set(together[:, 0]) == {0.0, 4.0, 8.0}


def test_an_interval_holds_the_true_share_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    share, stories = 0.7, 80
    held = 0
    for trial in range(200):
        right = (rng.random(stories) < share).astype(np.float64)
        draws = bootstrap.resample(sp.csr_matrix(right[np.newaxis]), seed=trial, n=400)
        low, high = bootstrap.interval(draws[:, 0] / stories)
        held += low <= share <= high
    assert 0.89 <= held / 200 <= 0.99


def test_stories_of_several_articles_widen_the_interval() -> None:
    right = np.array([1.0, 0.0] * 20)
    alone = bootstrap.resample(sp.csr_matrix(np.repeat(right, 5)[np.newaxis]))
    in_fives = bootstrap.resample(sp.csr_matrix(5 * right[np.newaxis]))
    narrow, wide = (np.ptp(bootstrap.interval(d[:, 0] / 200)) for d in (alone, in_fives))
    assert wide > 1.8 * narrow


def test_replicates_without_a_figure_are_left_out_of_the_interval() -> None:
    assert bootstrap.interval(np.array([np.nan, 0.5, 0.5])) == (0.5, 0.5)
    assert all(math.isnan(bound) for bound in bootstrap.interval(np.array([np.nan])))


@pytest.mark.parametrize(("right", "n"), [(0, 7), (7, 7), (3, 7)])
def test_the_exact_interval_is_scipys(right: int, n: int) -> None:
    known = binomtest(right, n).proportion_ci(0.95, method="exact")
    assert bootstrap.exact(right, n) == pytest.approx((known.low, known.high))
