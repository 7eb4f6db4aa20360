"""Precision and recall along the confidence."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from copytaster.training import curves

PAIRS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.501, 0.9, 1.0]), st.booleans()),
    min_size=1,
    max_size=50,
)


@given(PAIRS)
def test_each_point_is_what_deciding_at_its_threshold_gives(
    pairs: list[tuple[float, bool]],
) -> None:
    confidence = np.array([value for value, _ in pairs])
    truth = np.array([yes for _, yes in pairs])
    found = curves.curve(confidence, truth)
    assert bool(found.thresholds) == bool(truth.any())
    points = zip(found.thresholds, found.precision, found.recall, strict=True)
    for cut, precision, recall in points:
        decided = confidence >= cut
        assert precision == pytest.approx(truth[decided].mean())
        assert recall == pytest.approx(decided[truth].mean())


def test_a_long_curve_is_thinned_from_full_recall_to_the_best_yes() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.random(5000)
    truth = rng.random(5000) < confidence
    found = curves.curve(confidence, truth)
    assert 60 < len(found.thresholds) <= 99
    assert list(found.thresholds) == sorted(set(found.thresholds))
    assert found.recall[0] == 1.0
    assert found.thresholds[-1] == confidence[truth].max()


def test_average_precision_is_scikit_learns_and_needs_a_yes() -> None:
    rng = np.random.default_rng(0)
    scores, truth = rng.normal(size=99), rng.random(99) < 0.3
    assert curves.average_precision(scores, truth) == average_precision_score(truth, scores)
    assert math.isnan(curves.average_precision(scores, np.zeros(99, bool)))
