"""What more articles would buy."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copytaster.model.taxonomy import Taxonomy
from copytaster.training import learning_curve, power_law
from copytaster.training.corpus import Corpus
from tests.stories import SMALL, SMALL_RECIPE, as_corpus, labelled

RECIPE = replace(SMALL_RECIPE, n_folds=3)


@given(st.floats(0.3, 1.5), st.lists(st.floats(0.3, 0.9), min_size=1, max_size=4))
def test_points_on_power_laws_are_led_on_along_them(exponent: float, levels: list[float]) -> None:
    n = np.array([20, 40, 80, 140, 200])[:, np.newaxis] + np.arange(len(levels))
    most = n[-1].astype(np.float64)
    f1 = power_law.CEILING - np.array(levels) * n.astype(np.float64) ** -exponent
    expected = np.array(levels) * (most**-exponent - (most + 50) ** -exponent)
    assert power_law.gains(n, f1, 50) == pytest.approx(expected, abs=0.005)


@given(st.lists(st.floats(0, 1), min_size=10, max_size=10))
def test_a_gain_is_never_negative_nor_above_one(f1: list[float]) -> None:
    n = np.array([[1, 5, 10, 20, 30], [0, 3, 3, 4, 8]]).T
    for gain in power_law.gains(n, np.array(f1).reshape(5, 2), 50):
        assert math.isnan(gain) or 0 <= gain <= 1


def test_a_topic_that_has_more_to_learn_gains_more() -> None:
    n = np.array([[5, 10, 20, 40, 50], [100, 200, 400, 800, 1000]]).T
    f1 = np.array([[0.3, 0.45, 0.55, 0.65, 0.68], [0.8, 0.83, 0.85, 0.86, 0.865]]).T
    few, many = power_law.gains(n, f1, 50)
    assert few > 10 * many > 0


def test_a_topic_that_stands_at_its_best_gains_next_to_nothing() -> None:
    n = np.array([[20, 40, 80, 140, 200]]).T
    f1 = np.array([[0.97, 0.98, 0.98, 0.99, 0.99]]).T
    assert 0 <= power_law.gains(n, f1, 50)[0] < 0.005


@pytest.mark.parametrize(
    ("n", "f1"),
    [
        ([5, 10, 20, 40, 50], [0.1, 0.9, 0.2, 0.8, 0.3]),
        ([0, 2, 2, 4, 8], [0.0, 0.5, 0.5, 0.6, 0.7]),
        ([5, 10, 20, 40, 50], [math.nan] * 5),
    ],
    ids=["points that jump about", "three different numbers of articles", "no points"],
)
def test_what_says_nothing_gives_no_gain(n: list[int], f1: list[float]) -> None:
    known = [5, 10, 20, 40, 50], [0.3, 0.45, 0.55, 0.65, 0.68]
    numbers, reached = np.array([n, known[0]]).T, np.array([f1, known[1]]).T
    nothing, gain = power_law.gains(numbers, reached, 50)
    assert math.isnan(nothing)
    assert gain > 0
    assert np.isnan(power_law.gains(numbers[:, :1], reached[:, :1], 50)).all()


def test_parts_grow_and_groups_stay_whole(small_taxonomy: Taxonomy) -> None:
    items = [labelled(n, *story, group=f"g{n % 8}") for n, story in enumerate(SMALL, 1)]
    corpus = Corpus(tuple(items), small_taxonomy)
    before: set[str] = set()
    sizes = []
    for part in learning_curve._parts(corpus, 0):
        ids = {item.id for item in part.articles}
        assert before < ids
        before = ids
        sizes.append(len(ids))
    assert sizes[-1] == len(SMALL)
    assert all(size % 3 == 0 for size in sizes)


def test_a_curve_has_a_point_a_size_and_judges_by_the_articles_held_out(
    small_corpus: Corpus,
) -> None:
    pool, test = learning_curve.thirds(small_corpus)
    found = learning_curve.learn(pool, test, RECIPE)
    assert found is not None
    assert found.sizes[-1] == len(pool.articles)
    assert list(found.sizes) == sorted(found.sizes)
    assert len(found.micro_f1) == len(found.sizes)
    trade = found.topics["trade"]
    assert trade.articles[-1] == sum("trade" in item.yes for item in pool.articles)
    assert len(trade.f1) == len(found.sizes)
    assert math.isnan(trade.plus_50)  # a handful of articles to judge by


def test_a_topic_that_no_held_out_article_carries_has_no_f1(small_corpus: Corpus) -> None:
    held_out = as_corpus([story for story in SMALL if "sport" not in story[2]], Taxonomy(()))
    test = Corpus(held_out.articles, small_corpus.taxonomy)
    found = learning_curve.learn(small_corpus, test, RECIPE)
    assert found is not None
    assert all(math.isnan(value) for value in found.topics["sport"].f1)


def test_too_few_articles_make_no_curve(small_taxonomy: Taxonomy) -> None:
    one = as_corpus(SMALL[:1], small_taxonomy)
    assert learning_curve.learn_from(None, one) is None
    assert learning_curve.learn_from(one, one) is None


def test_the_pool_has_no_article_in_a_group_with_a_judged_one(small_taxonomy: Taxonomy) -> None:
    items = [labelled(n, *story, group=f"g{n % 8}") for n, story in enumerate(SMALL, 1)]
    corpus = Corpus(tuple(items), small_taxonomy)
    test = Corpus(tuple(items[:2]), small_taxonomy)
    pool = learning_curve.apart(corpus, test)
    assert pool is not None
    assert {item.group for item in pool.articles} == {f"g{n}" for n in (0, 3, 4, 5, 6, 7)}
    assert learning_curve.apart(corpus, corpus) is None


def test_two_thirds_are_learned_from_and_groups_stay_whole(small_taxonomy: Taxonomy) -> None:
    items = [labelled(n, *story, group=f"g{n % 8}") for n, story in enumerate(SMALL, 1)]
    pool, test = learning_curve.thirds(Corpus(tuple(items), small_taxonomy))
    groups = [{item.group for item in part.articles} for part in (pool, test)]
    assert not groups[0] & groups[1]
    assert len(pool.articles) + len(test.articles) == len(SMALL)
    assert 6 <= len(test.articles) <= 9
