"""The census: facts that are true, and shortcomings that are named."""

from dataclasses import replace

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from copytaster import seeds
from copytaster.model import shingles
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import census, corpus, split
from copytaster.training.corpus import Corpus
from tests.stories import as_corpus, labelled

WORDS = st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta"]), max_size=30).map(" ".join)


@given(st.lists(WORDS, max_size=6))
def test_the_closest_pair_is_that_of_trying_all_pairs(texts: list[str]) -> None:
    sets = [shingles.shingles(text) for text in texts]
    overlaps = [len(a & b) / len(a | b) for n, a in enumerate(sets) for b in sets[:n] if a & b]
    overlap, pair = shingles.closest(texts)
    assert overlap == max(overlaps, default=0.0)
    assert (pair is None) == (not overlaps)


def test_articles_are_counted_by_topic_alone_and_as_hard_negatives(small_corpus: Corpus) -> None:
    decoy = labelled(90, "Tariff of a hotel", "The room's tariff is on the door.", ["travel"])
    vain = labelled(91, "Nothing", "Nothing of the kind is here.", ["travel"])
    marked = [replace(item, no=frozenset({"trade"})) for item in (decoy, vain)]
    taken = census.take(replace(small_corpus, articles=(*small_corpus.articles, *marked)))
    trade = next(topic for topic in taken.topics if topic.slug == "trade")
    assert (trade.articles, trade.alone, trade.hard_negatives) == (7, 6, 1)
    assert taken.articles == sum(taken.labels) == 26
    assert taken.vocabulary[-1][1] > taken.vocabulary[0][1]


def test_every_shortcoming_is_named() -> None:
    text = "one two three four five six seven"
    taxonomy = Taxonomy.from_slugs(["trade"])
    short = as_corpus([("", text, ("trade",)), ("", text, ("trade",))], taxonomy)
    found = "\n".join(census.shortcomings(short, census.take(short), census.SEEDS))
    for expected in (
        "s1: words is 7, expected 120 to 450",
        "2 articles, expected 900 or more",
        "trade: 2 articles of 60",
        "trade: 0 hard negatives of 25",
        "s1 and s2 overlap by 1.00, more than 0.25",
    ):
        assert expected in found or expected.replace("s1 and s2", "s2 and s1") in found


def test_the_seed_articles_are_what_they_should_be() -> None:
    loaded, problems = corpus.load([seeds.ARTICLES], Taxonomy.load(seeds.TAXONOMY))
    assert problems == []
    assert census.shortcomings(loaded, census.take(loaded), census.SEEDS) == []


@given(st.lists(st.integers(0, 7), min_size=2), st.integers(2, 6), st.integers(0, 99))
def test_no_group_is_torn_apart_by_folds(groups: list[int], n_folds: int, seed: int) -> None:
    assume(len(set(groups)) >= 2)
    fold = split.folds(np.array(groups), n_folds, seed).tolist()
    assert len(set(zip(groups, fold, strict=True))) == len(set(groups))
    assert set(fold) == set(range(min(n_folds, len(set(groups)))))
