"""Proofs of precision: right as often as promised, and no more pessimistic than they must be."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from copytaster.training import decisions, guarantee
from copytaster.training.config import Recipe
from copytaster.training.corpus import Corpus
from copytaster.training.decisions import Scored
from copytaster.training.guarantee import Proof, Target

TARGET = Target(0.95, 0.9)


def proven(scores: np.ndarray, labels: np.ndarray, at_least: float = -math.inf) -> Proof:
    """Return the proof of scores on a ladder drawn from themselves."""
    rungs = guarantee.ladder(scores[labels >= 0], TARGET)
    return guarantee.prove(rungs, scores, labels, TARGET, at_least)


@pytest.mark.parametrize(("right", "n"), [(45, 45), (44, 45), (90, 100), (1, 1)])
def test_the_precision_bound_is_where_the_binomial_tail_meets_the_confidence(
    right: int, n: int
) -> None:
    bound = guarantee.precision_bound(right, n, 0.9)
    assert binom.sf(right - 1, n, bound) == pytest.approx(0.1)


@given(st.floats(0.5, 0.99), st.floats(0.5, 0.99))
def test_the_fewest_articles_prove_the_target_and_one_less_does_not(
    precision: float, confidence: float
) -> None:
    target = Target(precision, confidence)
    n = target.fewest
    assert guarantee.precision_bound(n, n, confidence) >= precision - 1e-9
    if n > 1:
        assert guarantee.precision_bound(n - 1, n - 1, confidence) < precision + 1e-9


def test_a_flawless_topic_is_proven_down_to_its_last_yes() -> None:
    scores, labels = np.linspace(1, 0, 400), np.r_[np.ones(200), np.zeros(200)].astype(np.int8)
    proof = proven(scores, labels)
    above = scores >= proof.threshold
    assert (proof.right, proof.n) == (labels[above].sum(), above.sum())
    assert proof.bound >= 0.95
    assert proof.right > 180


def test_equal_scores_are_proven_together_or_not_at_all() -> None:
    scores = np.r_[np.full(60, 2.0), np.full(60, 1.0), np.full(60, -1.0)]
    half = np.r_[np.ones(60), np.zeros(120)].astype(np.int8)
    proof = proven(scores, half)
    assert (scores >= proof.threshold).sum() in {0, 60}
    spoilt = np.r_[np.ones(30), np.zeros(150)].astype(np.int8)
    assert not proven(scores, spoilt).found


def test_no_threshold_below_the_one_for_suggestions_is_proven() -> None:
    scores, labels = np.linspace(1, 0, 400), np.ones(400, dtype=np.int8)
    assert proven(scores, labels).threshold < 0.2
    assert 0.4 <= proven(scores, labels, at_least=0.4).threshold < 0.5


def test_an_unknown_label_proves_nothing_and_disproves_nothing() -> None:
    scores, labels = np.linspace(1, 0, 60), np.ones(60, dtype=np.int8)
    unknown = np.full(60, -1, dtype=np.int8)
    both = proven(np.r_[scores, scores + 0.001], np.r_[labels, unknown])
    assert both == proven(scores, labels)
    assert not proven(scores, unknown).found


def test_too_few_articles_prove_nothing() -> None:
    scores = np.linspace(1, 0, 46)
    assert not proven(scores[:45], np.ones(45, dtype=np.int8)).found
    assert proven(scores, np.ones(46, dtype=np.int8)).n == 45


def test_the_ladder_is_drawn_without_a_label_and_leads_down() -> None:
    scores = np.random.default_rng(0).normal(size=3000)
    rungs = guarantee.ladder(scores, TARGET)
    assert (np.diff(rungs) < 0).all()
    assert (scores >= rungs[0]).sum() == math.ceil((scores > 0).sum() / 2)
    fewer = guarantee.ladder(scores, TARGET, share=0.05)
    assert (scores >= fewer[0]).sum() == TARGET.fewest / 0.05
    assert guarantee.ladder(scores, TARGET, share=0.01).size == 0


SIMULATED = settings(deadline=None, max_examples=5)


@SIMULATED
@given(st.integers(0, 2**32 - 1))
def test_a_proof_is_wrong_no_more_often_than_promised(seed: int) -> None:
    """The true precision above a score t is 0.91 + 0.06 t here: a proof below t = 2/3 is wrong."""
    rng, wrong = np.random.default_rng(seed), 0
    for _ in range(300):
        scores = rng.random(1000)
        labels = (rng.random(1000) < 0.85 + 0.12 * scores).astype(np.int8)
        wrong += proven(scores, labels).threshold < 2 / 3
    assert wrong <= binom.ppf(0.9999, 300, 1 - TARGET.confidence)


@SIMULATED
@given(st.integers(0, 2**32 - 1))
def test_the_strict_way_is_wrong_no_more_often_than_promised(seed: int) -> None:
    """As above; the thresholds come from other articles than those that prove them."""
    rng, wrong = np.random.default_rng(seed), 0
    for _ in range(300):
        rungs = guarantee.ladder(rng.random(2000), TARGET, share=0.5)
        scores = rng.random(1000)
        labels = (rng.random(1000) < 0.85 + 0.12 * scores).astype(np.int8)
        wrong += guarantee.prove(rungs, scores, labels, TARGET).threshold < 2 / 3
    assert wrong <= binom.ppf(0.9999, 300, 1 - TARGET.confidence)


def test_a_threshold_with_too_few_articles_above_it_is_skipped_not_failed() -> None:
    """The held-back part is a draw: a first rung meant for 45 articles often finds 40."""
    scores, labels = np.linspace(1, -1, 200), np.r_[np.ones(100), np.zeros(100)].astype(np.int8)
    rungs = np.array([scores[39], scores[44], scores[79]])
    assert guarantee.prove(rungs, scores, labels, TARGET).n == 80
    labels[0] = 0
    assert guarantee.prove(rungs[:2], scores, labels, TARGET) == Proof()


@given(st.lists(st.floats(-3, 3)), st.floats(1e-9, 1 - 1e-9), st.floats(1e-17, 1 - 1e-9))
def test_a_ladder_ends_whatever_is_asked_for(
    scores: list[float], precision: float, confidence: float
) -> None:
    rungs = guarantee.ladder(np.array(scores), Target(precision, confidence))
    assert (np.diff(rungs) < 0).all()


def test_a_precise_topic_with_few_articles_is_told_how_many_more_it_takes() -> None:
    scores, labels = np.linspace(1, -1, 60), np.r_[np.ones(30), np.zeros(30)].astype(np.int8)
    more = guarantee.missing(scores, labels, TARGET)
    assert more is not None
    assert 15 <= more <= 400
    again = math.ceil((30 + more) / 30)
    assert proven(np.tile(scores, again) + 0.0, np.tile(labels, again)).found


def test_a_topic_that_is_often_wrong_is_not_promised_a_proof() -> None:
    scores = np.linspace(1, 0, 400)
    labels = (np.arange(400) % 2).astype(np.int8)
    assert guarantee.missing(scores, labels, TARGET) is None


def test_a_topic_of_the_taxonomy_may_have_a_target_of_its_own(small_corpus: Corpus) -> None:
    scores = np.linspace(2, -2, 400)[:, np.newaxis].repeat(3, axis=1)
    labels = np.where(scores > 0, 1, 0).astype(np.int8)
    labels[5:200:20] = 0
    taxonomy = small_corpus.taxonomy
    first = replace(taxonomy.topics[0], auto_precision=0.8, auto_confidence=0.8)
    lenient = replace(taxonomy, topics=(first, *taxonomy.topics[1:]))
    scored = Scored(scores, labels, np.arange(400))
    found = decisions.learn(scored, np.arange(400) % 5, lenient, Recipe())
    assert [target.precision for target in found.targets] == [0.8, 0.95, 0.95]
    assert [proof.found for proof in found.proofs] == [True, False, False]
    assert found.missing[0] is None


def test_updates_of_a_story_are_not_counted_again() -> None:
    scored = Scored(
        np.arange(6.0)[:, np.newaxis], np.ones((6, 1), np.int8), np.array([0] * 5 + [1])
    )
    assert scored.one_a_story().scores.ravel().tolist() == [0.0, 5.0]
