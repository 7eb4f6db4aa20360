"""Calibration on scores whose true probabilities are known."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss as sklearn_log_loss

from copytaster.model.calibration import Calibration
from copytaster.training import calibrate, calibrators, logistic
from copytaster.training.logistic import newton

Simulation = Callable[[int], tuple[np.ndarray, np.ndarray, np.ndarray]]
METHODS: tuple[calibrators.Own, ...] = ("platt", "beta", "isotonic")


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
    pooled = calibrators.platt(both[:, 0], np.concatenate([labels, rare])[:, 0] == 1)
    assert pooled is not None
    assert found.methods[1] == "shared"
    assert found.methods[0] != "shared"
    assert calibrate.platt_each(scores, rare).logits.shape == (1, calibrators.KNOTS)
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


def bent(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return scores whose logit rises four times as fast above 0 as below, and labels."""
    rng = np.random.default_rng(1)
    scores = rng.normal(0, 2, size=(n, 1))
    probability = 1 / (1 + np.exp(-np.where(scores > 0, 2.0 * scores, 0.5 * scores)))
    return scores, probability, (rng.random((n, 1)) < probability).astype(np.int8)


def test_a_curve_that_is_not_straight_is_followed() -> None:
    scores, probability, labels = bent(20_000)
    found = calibrate.fit(scores, labels, np.arange(len(scores)) % 5)
    line = calibrate.platt_each(scores, labels)
    error = np.abs(found.calibration.confidence(scores) - probability)
    assert found.methods[0] in {"beta", "isotonic"}
    assert error.mean() < 0.5 * np.abs(line.confidence(scores) - probability).mean()


def test_each_topics_method_has_the_lowest_log_loss_on_other_folds() -> None:
    straight, curved = simulated(4_000)[::2], bent(4_000)[::2]
    scores, labels = np.hstack([straight[0], curved[0]]), np.hstack([straight[1], curved[1]])
    fold = np.arange(len(scores)) % 5
    found = calibrate.fit(scores, labels, fold)
    for topic, method in enumerate(found.methods):
        losses = {}
        for name in METHODS:
            made = calibrate.choice(name, scores[:, topic], labels[:, topic], fold)
            if made is not None:
                confidence = by_other_folds(made, scores[:, topic], fold)
                losses[name] = sklearn_log_loss(labels[:, topic], confidence)
        assert len(losses) >= 2
        assert method == min(losses, key=losses.__getitem__)
        held_out = found.held_out[:, topic]
        assert sklearn_log_loss(labels[:, topic], held_out) == pytest.approx(losses[method])


def by_other_folds(made: calibrate.Choice, x: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Return each score's confidence by the curve that was fitted without its fold."""
    confidence = np.empty(len(x))
    for number, curve in enumerate(made.by_fold):
        one = Calibration(curve.scores[np.newaxis], curve.logits[np.newaxis])
        inside = fold == number
        confidence[inside] = one.confidence(x[inside, np.newaxis])[:, 0]
    return confidence


@pytest.mark.parametrize("data", [simulated, bent])
def test_held_out_confidences_do_not_know_their_own_labels(data: Simulation) -> None:
    scores, _, labels = data(600)
    fold = np.arange(600) % 5
    turned = np.where(fold[:, np.newaxis] == 0, 1 - labels, labels).astype(np.int8)
    for method in METHODS:
        first = calibrate.choice(method, scores[:, 0], labels[:, 0], fold)
        second = calibrate.choice(method, scores[:, 0], turned[:, 0], fold)
        if first is None or second is None:
            continue
        one, other = (by_other_folds(made, scores[:, 0], fold) for made in (first, second))
        assert (one[fold == 0] == other[fold == 0]).all()
        assert (one[fold == 1] != other[fold == 1]).any()


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-9, 9), st.booleans()), min_size=2, max_size=40))
def test_a_score_is_the_inverse_of_its_logit(pairs: list[tuple[float, bool]]) -> None:
    scores = np.array([score for score, _ in pairs])[:, np.newaxis]
    labels = np.array([yes for _, yes in pairs], dtype=np.int8)[:, np.newaxis]
    found = fitted(scores, labels)
    assert found.score(found.logit(scores)) == pytest.approx(scores, abs=1e-3)


def test_the_slope_between_two_scores_is_the_rise_of_the_logit() -> None:
    curve = Calibration(np.array([[0.0, 1.0, 3.0]]), np.array([[-1.0, 1.0, 2.0]]))
    assert curve.slope(0, 0.0, 3.0) == pytest.approx(1.0)
    assert curve.slope(0, 2.0, 2.0) == pytest.approx(0.5)
    assert curve.slope(0, 1.0, 1.0) == pytest.approx(0.5)
    assert curve.slope(0, -5.0, -5.0) == pytest.approx(2.0)
    assert curve.logit(np.array([5.0, -1.0])[:, np.newaxis]).ravel().tolist() == [3.0, -3.0]


def test_newtons_method_finds_what_scikit_learns_logistic_regression_does() -> None:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(500, 2))
    y = (X @ [1.0, -2.0] + rng.logistic(size=500) > 0.3).astype(float)
    model = LogisticRegression(C=1e6, tol=1e-10, max_iter=1000).fit(X, y)
    expected = [*model.coef_[0], model.intercept_[0]]
    np.testing.assert_allclose(newton(X, y), expected, atol=1e-4)


needs_compiler = pytest.mark.skipif(
    not logistic.MOST, reason="installed where no compiler was: Newton's method is not compiled"
)


@needs_compiler
@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.integers(1, 2100), st.floats(0.01, 30))
def test_the_compiled_newton_finds_what_the_plain_one_does(
    seed: int, k: int, n: int, spread: float
) -> None:
    rng = np.random.default_rng(seed)
    columns = spread * rng.normal(size=(n, k))
    target = rng.choice([0.01, 0.4, 0.95], size=n)
    start = rng.normal(size=k + 1)
    for begin in (None, start):
        expected = logistic.by_numpy(columns, target, begin)
        np.testing.assert_allclose(newton(columns, target, begin), expected, rtol=1e-7, atol=1e-9)


@needs_compiler
def test_the_compiled_newton_starts_where_it_is_told_and_leaves_that_as_it_was() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(5_000, 1))
    truth = rng.random(5_000) < 1 / (1 + np.exp(-7 * x[:, 0] - 2))
    start = np.array([7.0, 2.0])
    found = newton(x, truth.astype(float), start)
    assert start.tolist() == [7.0, 2.0]
    np.testing.assert_allclose(found, logistic.by_numpy(x, truth.astype(float), start), rtol=1e-9)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-800, 800), st.booleans()), max_size=1100))
def test_log_loss_is_the_sum_of_logarithms_of_what_was_said(
    pairs: list[tuple[float, bool]],
) -> None:
    z = np.array([pair[0] for pair in pairs])
    truth = np.array([pair[1] for pair in pairs], dtype=np.bool_)
    expected = np.logaddexp(0.0, np.where(truth, -z, z)).sum()
    assert logistic.log_loss(z, truth) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_without_a_compiler_the_same_calibration_is_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    scores, _, labels = bent(3_000)
    fold = np.arange(len(scores)) % 5
    ours = calibrate.fit(scores, labels, fold)
    monkeypatch.setattr(logistic, "MOST", 0)
    plain = calibrate.fit(scores, labels, fold)
    assert ours.methods == plain.methods
    np.testing.assert_allclose(ours.calibration.logits, plain.calibration.logits, atol=1e-9)
    np.testing.assert_allclose(ours.held_out, plain.held_out, atol=1e-9)


@pytest.mark.parametrize(("n", "n_topics"), [(1, 3), (400, 90), (3, 20_001), (60_000, 1), (0, 4)])
def test_many_scores_have_the_logits_that_each_has_alone(n: int, n_topics: int) -> None:
    rng = np.random.default_rng(n)
    curve = Calibration(
        np.cumsum(rng.random((n_topics, 5)) + 0.01, axis=1),
        np.cumsum(rng.random((n_topics, 5)) + 0.01, axis=1),
    )
    scores = rng.normal(1.5, 2, size=(n, n_topics))
    scores[: n // 2] = rng.choice(curve.scores.ravel(), size=scores[: n // 2].shape)
    logits = curve.logit(scores)
    assert logits.shape == scores.shape
    for row, topic in zip(
        rng.integers(0, max(n, 1), min(n, 50)), rng.integers(0, n_topics, min(n, 50)), strict=True
    ):
        xs, ys = curve.scores[topic], curve.logits[topic]
        piece = int(np.clip(np.searchsorted(xs, scores[row, topic], "right") - 1, 0, 3))
        slope = (ys[piece + 1] - ys[piece]) / (xs[piece + 1] - xs[piece])
        expected = ys[piece] + (scores[row, topic] - xs[piece]) * slope
        assert logits[row, topic] == pytest.approx(expected)


def test_newtons_method_stays_finite_where_classes_are_parted_without_an_error() -> None:
    x = np.linspace(-1, 1, 40)[:, np.newaxis]
    found = newton(x, (x[:, 0] > 0).astype(float))
    assert np.isfinite(found).all()
    assert found[0] > 5


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 200), st.floats(0.01, 50))
def test_no_confidence_goes_beyond_what_so_many_labels_can_tell(
    n_yes: int, n_no: int, spread: float
) -> None:
    scores = np.r_[np.linspace(1, 2, n_yes), np.linspace(-2, -1, n_no)] * spread
    truth = np.r_[np.ones(n_yes), np.zeros(n_no)] == 1
    for fit_curve in calibrators.FITS.values():
        curve = fit_curve(scores, truth)
        if curve is not None:
            model = Calibration(curve.scores[np.newaxis], curve.logits[np.newaxis])
            confidence = model.confidence(np.array([[-1e3], [1e3]]))[:, 0]
            assert 0.5 / (n_no + 1) - 2e-3 <= confidence[0]
            assert confidence[1] <= (n_yes + 0.5) / (n_yes + 1) + 2e-3


def test_many_scores_have_the_logits_that_they_have_one_by_one() -> None:
    curve = Calibration(np.array([[0.0, 1.0, 3.0, 4.0]]), np.array([[-1.0, 1.0, 2.0, 2.5]]))
    scores = np.linspace(-5, 9, 150_000)[:, np.newaxis]
    few = np.concatenate([curve.logit(part) for part in np.array_split(scores, 10)])
    assert np.array_equal(curve.logit(scores), few)
