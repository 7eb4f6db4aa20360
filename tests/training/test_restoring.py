"""One topic's column as another version has it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copytaster import seeds
from copytaster.model import fused
from copytaster.model.arrays import Arrays
from copytaster.model.artifact import scorer_over
from copytaster.model.errors import CorpusError
from copytaster.model.taxonomy import Taxonomy, Topic
from copytaster.model.types import Article
from copytaster.training import corpus as corpora
from copytaster.training import fit, newcomer, restoring, surgery
from copytaster.training.config import FAST
from copytaster.training.corpus import Corpus
from copytaster.training.restoring import Column

TRADE = "trade"


@pytest.fixture(scope="module")
def whole() -> Corpus:
    """The seed articles."""
    return corpora.load([seeds.ARTICLES], Taxonomy.load(seeds.TAXONOMY))[0]


@pytest.fixture(scope="module")
def at(whole: Corpus) -> int:
    """The column of trade."""
    return whole.taxonomy.slugs.index(TRADE)


@pytest.fixture(scope="module")
def texts(whole: Corpus) -> list[Article]:
    """All articles."""
    return [item.article for item in whole.articles]


@pytest.fixture(scope="module")
def old(whole: Corpus) -> Arrays:
    """A tagger of every other article."""
    return fit.fit(Corpus(whole.articles[::2], whole.taxonomy), FAST).arrays


@pytest.fixture(scope="module")
def new(whole: Corpus) -> Arrays:
    """A tagger of all articles, with words and idf of its own."""
    return fit.fit(whole, FAST).arrays


def never() -> list[Article]:
    raise AssertionError("the texts were read")


def test_what_was_cut_comes_back_exactly(
    old: Arrays, whole: Corpus, at: int, texts: list[Article]
) -> None:
    cut = surgery.operate(old, whole, [TRADE], FAST).arrays
    here, there = Column(cut, at), Column(old, at)
    assert not restoring.same(here, there)
    found = restoring.restore(here, there, never)
    assert (found.exact, found.share) == (True, 0.0)
    assert restoring.same(Column(found.arrays, at), there)
    if fused.available():
        mine, theirs = (scorer_over(arrays).score(texts) for arrays in (found.arrays, old))
        np.testing.assert_array_equal(mine, theirs)


def test_words_that_were_added_for_it_come_back_with_it(
    old: Arrays, whole: Corpus, at: int, texts: list[Article]
) -> None:
    cut = surgery.operate(old, whole, [TRADE], FAST)
    assert cut.words > 0
    found = restoring.restore(Column(old, at), Column(cut.arrays, at), never)
    assert (found.exact, found.words) == (True, cut.words)
    if fused.available():
        mine, theirs = (scorer_over(arrays).score(texts) for arrays in (found.arrays, cut.arrays))
        np.testing.assert_array_equal(mine, theirs)


def test_it_comes_back_exactly_though_another_topic_was_cut_since_if_its_steps_fit(
    old: Arrays, whole: Corpus, at: int, texts: list[Article]
) -> None:
    other = whole.taxonomy.slugs.index("travel")
    first = surgery.operate(old, whole, ["travel"], FAST).arrays
    second = surgery.operate(first, whole, [TRADE], FAST).arrays
    found = restoring.restore(Column(second, at), Column(first, at), lambda: texts)
    scores = scorer_over(found.arrays).score(texts)
    if fused.available():
        assert (scores[:, other] == scorer_over(second).score(texts)[:, other]).all()
    assert found.exact


def test_into_other_words_it_is_carried_over_and_decides_nearly_as_it_did(
    old: Arrays, new: Arrays, at: int, texts: list[Article]
) -> None:
    found = restoring.restore(Column(new, at), Column(old, at), lambda: texts)
    assert not found.exact
    mine, theirs, before = (scorer_over(a).score(texts) for a in (found.arrays, old, new))
    others = np.delete(np.arange(mine.shape[1]), at)
    if fused.available():
        np.testing.assert_array_equal(mine[:, others], before[:, others])
    assert np.corrcoef(mine[:, at], theirs[:, at])[0, 1] > 0.995
    decided = mine[:, at] >= found.arrays["suggest"][at]
    meant = theirs[:, at] >= old["suggest"][at]
    assert found.differ == (decided != meant).sum()
    assert found.tagged == (decided | meant).sum()
    assert found.share < 0.05
    auto = mine[:, at] >= found.arrays["auto"][at]
    assert not (auto & (theirs[:, at] < old["auto"][at])).any()
    assert found.arrays["auto"][at] >= found.arrays["suggest"][at]
    assert (np.diff(found.arrays["calibration.scores"][at]) > 0).all()


def test_a_topic_that_was_added_by_its_terms_is_carried_over_too(
    old: Arrays, new: Arrays, texts: list[Article]
) -> None:
    topic = Topic("fruit", "Fruit", terms=("zorblat", "bananas", "orchard", "harvest"))
    there, here = (newcomer.add(arrays, topic, texts).arrays for arrays in (old, new))
    found = restoring.restore(
        Column(here, -1 + len(here["auto"])), Column(there, -1 + len(there["auto"])), lambda: texts
    )
    scores = scorer_over(found.arrays).score([Article("zorblat in the orchard"), Article("a goal")])
    assert scores[0, -1] > found.arrays["suggest"][-1] > scores[1, -1]


def test_without_a_text_what_is_not_exact_is_refused(old: Arrays, new: Arrays, at: int) -> None:
    with pytest.raises(CorpusError, match="no article to compare both versions by"):
        restoring.restore(Column(new, at), Column(old, at), list)
    with pytest.raises(CorpusError, match="nothing in common"):
        restoring.restore(Column(new, at), Column(old, at), lambda: [Article("same")] * 3)


@given(
    pairs=st.lists(
        st.tuples(st.integers(-6, 6).map(float), st.booleans()), min_size=1, max_size=30
    ),
    near=st.floats(-9, 9),
)
def test_no_threshold_decides_more_articles_as_wanted(
    pairs: list[tuple[float, bool]], near: float
) -> None:
    scores, wanted = np.array([s for s, _ in pairs]), np.array([w for _, w in pairs])
    found = restoring.agreeing(scores, wanted, near)
    tried = [-10.0, 10.0, near, *(score + step for score in scores for step in (0.0, 0.5))]
    wrong = {one: int(((scores >= one) != wanted).sum()) for one in [found, *tried]}
    assert wrong[found] == min(wrong.values())
    if wrong[near] == wrong[found]:
        assert found == near
