"""The highest scores, and what needs to look at no others."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from copytaster.training import guarantee, thresholds
from copytaster.training.guarantee import Target
from copytaster.training.ranking import highest

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS, st.integers(1, 60), st.integers(1, 80))
def test_the_highest_are_where_a_sort_of_all_puts_them(seed: int, size: int, n: int) -> None:
    scores = np.random.default_rng(seed).integers(0, 12, size).astype(float)
    ranked = np.argsort(-scores, kind="stable")
    found = highest(scores, n)
    assert found.tolist() == ranked[: len(found)].tolist()
    assert len(found) >= min(n, size)
    assert len(found) == size or scores[ranked[len(found)]] < scores[found[-1]]


@settings(deadline=None)
@given(SEEDS, st.integers(2, 400), st.floats(0.003, 0.5), st.floats(0, 4), st.integers(0, 9))
def test_no_threshold_among_all_has_a_better_f1(
    seed: int, size: int, share: float, lead: float, decimals: int
) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.random(size) < share
    scores = rng.normal(size=size) + lead * truth
    scores = scores.round(decimals)
    if not truth.any():
        return

    def f1(threshold: float) -> float:
        chosen = scores >= threshold
        n_yes, n_chosen = np.count_nonzero(truth), np.count_nonzero(chosen)
        return 2 * np.count_nonzero(truth & chosen) / (n_chosen + n_yes)

    best = max(map(f1, scores))
    found = f1(thresholds.best_f1(scores, truth.astype(np.int8)))
    assert found == (best if best >= thresholds.FLOOR else 0.0)


def missing_by_all(scores: np.ndarray, truth: np.ndarray, target: Target) -> int | None:
    """Return what is missing, by the shares among the first 5, 6, 7 and so on of all articles."""
    right = np.cumsum(truth[np.argsort(-scores, kind="stable")])
    needed = []
    n = guarantee._FEW
    while n <= len(right):
        sample = guarantee._sample((float(right[n - 1]) + 0.5) / (n + 1), target)
        if sample is not None:
            needed.append(max(0.0, sample / n - 1) * int(truth.sum()))
        n = math.ceil(n * guarantee._GROWTH)
    return max(1, math.ceil(min(needed))) if needed else None


@settings(deadline=None)
@given(SEEDS, st.integers(1, 300), st.floats(0.01, 0.9), st.floats(0, 4), st.integers(0, 9))
def test_what_is_missing_is_what_a_look_at_all_articles_says(
    seed: int, size: int, share: float, lead: float, decimals: int
) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.random(size) < share
    scores = rng.normal(size=size) + lead * truth
    scores = scores.round(decimals)
    target = Target(0.8, 0.9)
    expected = missing_by_all(scores, truth, target)
    assert guarantee.missing(scores, truth.astype(np.int8), target) == expected
