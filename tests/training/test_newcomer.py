"""A topic without labels works at once, and leaves all others as they were."""

from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from copytaster.model import artifact, fused
from copytaster.model.arrays import Arrays
from copytaster.model.artifact import scorer_over
from copytaster.model.errors import CorpusError
from copytaster.model.scorer import Scorer, padded
from copytaster.model.taxonomy import Taxonomy, Topic
from copytaster.model.types import Article
from copytaster.training import columns, newcomer, steps, vocabulary
from copytaster.training.corpus import Corpus, load
from tests.stories import SMALL

TEXTS = [Article(text, headline) for headline, text, _ in SMALL]
HEALTH = Topic("health", "Health", "In: illness. Out: sport.", terms=("Covid-19", "the virus"))


@pytest.fixture(scope="session")
def small_arrays(small_folder: Path) -> Arrays:
    """The arrays of the small tagger; read only."""
    return artifact.load(small_folder).arrays


def test_every_other_topic_scores_exactly_as_before(small_arrays: Arrays) -> None:
    found = newcomer.add(small_arrays, HEALTH, TEXTS)
    before, after = scorer_over(small_arrays).score(TEXTS), scorer_over(found.arrays).score(TEXTS)
    np.testing.assert_allclose(after[:, :-1], before, atol=1e-12, rtol=0)
    if fused.available():
        np.testing.assert_array_equal(after[:, :-1], before)
    for name in ("intercept", "suggest", "auto", "calibration.scores", "calibration.logits"):
        np.testing.assert_array_equal(found.arrays[name][:-1], small_arrays[name])
    n = len(small_arrays["article.idf"])
    kept = found.arrays["article.weights"][:n, :3]
    np.testing.assert_array_equal(kept, small_arrays["article.weights"][:, :3])


def test_a_word_that_the_tagger_never_saw_counts_for_the_new_topic_and_no_other(
    small_arrays: Arrays,
) -> None:
    found = newcomer.add(small_arrays, HEALTH, TEXTS)
    assert {"covid", "virus", "illness"} <= set(found.words)
    scorer = scorer_over(found.arrays)
    plain, told = scorer.score(
        [Article("A tariff on steel."), Article("A tariff on steel, covid.")]
    )
    assert told[-1] > max(plain[-1], found.arrays["suggest"][-1])
    np.testing.assert_allclose(told[:-1], plain[:-1], atol=1e-9, rtol=0)


def test_a_text_of_added_words_alone_is_suggested_with_a_bounded_confidence(
    small_arrays: Arrays,
) -> None:
    found = newcomer.add(small_arrays, HEALTH, TEXTS).arrays
    score = scorer_over(found).score([Article("Covid", "covid")])[0, -1]
    assert found["suggest"][-1] <= score < np.inf
    knots = found["calibration.logits"][-1]
    assert knots[-2] <= np.log1p(len(newcomer.examples(HEALTH))) + 1e-3


def test_the_compiled_and_the_plain_scorer_agree_on_it(small_arrays: Arrays) -> None:
    best = scorer_over(newcomer.add(small_arrays, HEALTH, TEXTS).arrays)
    plain = Scorer(best.fields, best.intercept)
    texts = [*TEXTS, Article("the virus and a tariff, covid covid"), Article("", "Covid cup")]
    np.testing.assert_allclose(best.score(texts), plain.score(texts), atol=1e-5, rtol=0)


def test_it_is_never_auto_and_suggested_no_more_often_than_a_usual_topic(
    small_arrays: Arrays,
) -> None:
    found = newcomer.add(small_arrays, HEALTH, TEXTS)
    assert np.isinf(found.arrays["auto"][-1])
    scores = scorer_over(small_arrays).score(TEXTS)
    usual = np.median((scores >= small_arrays["suggest"]).mean(axis=0))
    assert found.share <= usual


def test_what_a_definition_says_is_out_does_not_count() -> None:
    assert [one.text for one in newcomer.examples(HEALTH)][-1] == "illness."


def test_a_topic_with_nothing_to_begin_with_is_refused(small_arrays: Arrays) -> None:
    with pytest.raises(CorpusError, match="x: needs signature terms or a definition"):
        newcomer.add(small_arrays, Topic("x", "X", "Out: all."), TEXTS)
    with pytest.raises(CorpusError, match="there is no text to tell it from"):
        newcomer.add(small_arrays, HEALTH, [])


def test_more_topics_than_a_row_is_wide_make_it_wider(small_arrays: Arrays) -> None:
    arrays = small_arrays
    for number in range(30):
        arrays = newcomer.add(
            arrays, Topic(f"t{number}", "T", terms=(f"word{number}",)), TEXTS
        ).arrays
    assert arrays["article.weights"].shape[1] == padded(33) == 64
    before, after = scorer_over(small_arrays).score(TEXTS), scorer_over(arrays).score(TEXTS)
    np.testing.assert_allclose(after[:, :3], before, atol=1e-9, rtol=0)
    again = columns.take(arrays, [0, 1, 2])
    assert again["article.weights"].shape[1] == 32


def test_a_column_that_is_taken_out_leaves_the_others(small_arrays: Arrays) -> None:
    found = columns.take(small_arrays, [2, 0])
    expected = scorer_over(small_arrays).score(TEXTS)[:, [2, 0]]
    np.testing.assert_array_equal(scorer_over(found).score(TEXTS), expected)


def test_added_words_are_told_from_others(small_arrays: Arrays) -> None:
    wide = vocabulary.widened(small_arrays, "article", ["covid"])
    assert vocabulary.added(wide, "article").sum() == 1
    assert vocabulary.widened(small_arrays, "article", []) is small_arrays


@given(st.lists(st.floats(-3, 3), min_size=4, max_size=4), st.integers(0, 3))
def test_steps_keep_the_scales_of_others_and_come_near_the_weights(
    weights: list[float], free: int
) -> None:
    wanted, scales = np.array(weights), np.full(4, 0.02, dtype=np.float32)
    own = np.arange(4) == free
    found = steps.fit(wanted, scales, own, sp.csr_matrix(np.eye(4)))
    np.testing.assert_array_equal(found.scales[~own], scales[~own])
    near = found.steps * found.scales.astype(np.float64) / found.size
    if np.ptp(wanted) > 0.1:
        assert np.abs(near - wanted).max() < 0.05 * np.abs(wanted).max()


def test_on_real_news_no_decision_of_another_topic_changes(
    default_models: Path, wikinews: Path
) -> None:
    folder = default_models / (default_models / "champion").read_text().split()[0]
    arrays = artifact.load(folder).arrays
    corpus, _ = load([wikinews])
    texts = [item.article for item in corpus.articles[:5000]]
    found = newcomer.add(arrays, HEALTH, texts[::10]).arrays
    before, after = scorer_over(arrays).score(texts), scorer_over(found).score(texts)
    assert np.abs(after[:, :-1] - before).max() <= 1e-6
    for tier in ("suggest", "auto"):
        same = (after[:, :-1] >= found[tier][:-1]) == (before >= arrays[tier])
        assert same.all()


def test_a_topic_of_the_seeds_is_found_by_its_terms_alone() -> None:
    from copytaster import seeds
    from copytaster.training import fit
    from copytaster.training.config import FAST

    taxonomy = Taxonomy.load(seeds.TAXONOMY)
    whole, _ = load([seeds.ARTICLES], taxonomy)
    half = Corpus(whole.articles[::2], taxonomy)
    without = [at for at, topic in enumerate(taxonomy) if topic.slug != "elections"]
    arrays = columns.take(fit.fit(half, FAST).arrays, without)
    column = taxonomy.slugs.index("elections")
    found = newcomer.add(arrays, taxonomy.topics[column], [i.article for i in half.articles])
    rest = whole.articles[1::2]
    tagged = (
        scorer_over(found.arrays).score([i.article for i in rest])[:, -1]
        >= found.arrays["suggest"][-1]
    )
    truth = np.array(["elections" in item.yes for item in rest])
    assert 2 * (tagged & truth).sum() / (tagged.sum() + truth.sum()) > 0.8
