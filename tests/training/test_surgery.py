"""Some topics are fitted anew, and every other stays as it is, to the last bit."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from copytaster import seeds
from copytaster.model import fused
from copytaster.model.arrays import Arrays
from copytaster.model.artifact import scorer_over
from copytaster.model.errors import CorpusError
from copytaster.model.scorer import Scorer
from copytaster.model.taxonomy import Taxonomy
from copytaster.model.terms import Terms
from copytaster.model.types import Article
from copytaster.training import corpus as corpora
from copytaster.training import fit, metrics, steps, surgery
from copytaster.training.config import FAST
from copytaster.training.corpus import YES, Corpus
from copytaster.training.features import count
from copytaster.training.rounding import MOST
from copytaster.training.surgery import Operated
from copytaster.training.wordspace import WordSpace
from tests.stories import labelled

_OWN = ("intercept", "suggest", "auto", "calibration.scores", "calibration.logits")
CHOSEN = ("taiwan", "trade")


@pytest.fixture(scope="module")
def whole() -> Corpus:
    """The seed articles."""
    return corpora.load([seeds.ARTICLES], Taxonomy.load(seeds.TAXONOMY))[0]


@pytest.fixture(scope="module")
def before(whole: Corpus) -> Arrays:
    """A tagger of every third of them."""
    return fit.fit(Corpus(whole.articles[::3], whole.taxonomy), FAST).arrays


@pytest.fixture(scope="module")
def lesson(whole: Corpus) -> Corpus:
    """Two thirds of them: half of what it is tested on was never seen."""
    kept = tuple(item for at, item in enumerate(whole.articles) if at % 3 < 2)
    return Corpus(kept, whole.taxonomy)


@pytest.fixture(scope="module")
def found(before: Arrays, lesson: Corpus) -> Operated:
    """Two topics of it, fitted anew."""
    return surgery.operate(before, lesson, CHOSEN, FAST)


@pytest.fixture(scope="module")
def others(found: Operated) -> list[int]:
    """The columns that stay."""
    columns = range(len(found.taxonomy))
    return [column for column in columns if column not in found.at]


@pytest.fixture(scope="module")
def texts(whole: Corpus) -> list[Article]:
    """All articles."""
    return [item.article for item in whole.articles]


def test_every_other_topic_scores_real_articles_as_before(
    before: Arrays, found: Operated, others: list[int], texts: list[Article]
) -> None:
    assert found.words > 0
    was, is_now = scorer_over(before).score(texts), scorer_over(found.arrays).score(texts)
    if fused.available():
        np.testing.assert_array_equal(is_now[:, others], was[:, others])
    assert (is_now[:, found.at] != was[:, found.at]).any()
    for name in _OWN:
        np.testing.assert_array_equal(found.arrays[name][others], before[name][others])
    for name in ("article.weights", "headline.weights"):
        kept = found.arrays[name][: len(before[name])][:, others]
        np.testing.assert_array_equal(kept, before[name][:, others])
        assert not found.arrays[name][len(before[name]) :, others].any()


@pytest.fixture(scope="module")
def words(found: Operated, before: Arrays) -> list[str]:
    """Words that were added, and as many that were not."""
    terms = list(Terms(found.arrays["article.terms"]))
    n = len(before["article.idf"])
    return [*terms[n:][:300], *terms[:300], "nevereverseen"]


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_every_other_topic_scores_any_text_as_before(
    before: Arrays, found: Operated, others: list[int], words: list[str], data: st.DataObject
) -> None:
    said = st.lists(st.sampled_from(words), max_size=40).map(" ".join)
    article = Article(data.draw(said), data.draw(said))
    was, is_now = scorer_over(before), scorer_over(found.arrays)
    if fused.available():
        assert (
            is_now.score([article])[0, others].tolist() == was.score([article])[0, others].tolist()
        )
    plain = Scorer(is_now.fields, is_now.intercept).score([article])
    np.testing.assert_allclose(plain, is_now.score([article]), atol=1e-5, rtol=0)
    wanted = Scorer(was.fields, was.intercept).score([article])
    np.testing.assert_allclose(plain[0, others], wanted[0, others], atol=1e-12, rtol=0)
    assert np.abs(plain).max() < 100


def test_what_was_fitted_anew_does_as_well_as_in_a_tagger_fitted_anew(
    before: Arrays, found: Operated, lesson: Corpus, whole: Corpus
) -> None:
    unseen = whole.articles[2::3]
    labels = Corpus(unseen, whole.taxonomy).labels[:, found.at]
    full = fit.fit(lesson, FAST).arrays
    f1 = []
    for arrays in (before, full, found.arrays):
        scores = scorer_over(arrays).score([item.article for item in unseen])
        decided = scores >= arrays["suggest"]
        f1.append(metrics.compare(decided[:, found.at], labels).micro.f1)
    assert f1[2] > f1[1] - 0.05
    assert f1[2] > f1[0]
    assert max(found.rounding) < 0.1


def test_what_it_says_of_itself_comes_from_articles_that_the_fit_had_not_seen(
    before: Arrays, lesson: Corpus
) -> None:
    rng = np.random.default_rng(0)
    chance = rng.random(len(lesson.articles)) < 0.3
    slug = lesson.taxonomy.slugs[0]
    dealt = tuple(
        replace(item, yes=item.yes - {slug} | ({slug} if one else set()), no=frozenset())
        for item, one in zip(lesson.articles, chance.tolist(), strict=True)
    )
    noise = Corpus(dealt, lesson.taxonomy)
    found = surgery.operate(before, noise, [slug], FAST)
    learned = scorer_over(found.arrays).score([item.article for item in dealt])[:, 0]
    right = np.corrcoef(learned, noise.labels[:, 0] == YES)[0, 1]
    assert right > 0.8  # it has them by heart
    assert found.report.micro.precision < 0.45  # and knows that it knows nothing
    assert not found.decisions.proofs[0].found


def test_a_word_that_the_tagger_never_saw_speaks_for_the_topic(
    before: Arrays, lesson: Corpus
) -> None:
    n = len(lesson.articles)
    story = "The zorblat opened in the capital on day {}, and many came to see it."
    more = tuple(labelled(n + at, "", story.format(at), ["trade"]) for at in range(12))
    found = surgery.operate(
        before, Corpus((*lesson.articles, *more), lesson.taxonomy), ["trade"], FAST
    )
    at = lesson.taxonomy.slugs.index("trade")
    with_it, without = scorer_over(found.arrays).score(
        [Article("A zorblat opened near the river."), Article("A bakery opened near the river.")]
    )[:, at]
    assert with_it > without + 0.1
    assert "zorblat" in list(Terms(found.arrays["article.terms"]))


def test_a_word_that_only_the_held_out_articles_have_does_not_count_in_their_fold(
    before: Arrays,
) -> None:
    articles = [Article("tariff on steel"), Article("tariff on beef"), Article("beef on steel")]
    space = WordSpace.of(before, count(articles, FAST), FAST)
    row = Terms(before["article.terms"]).rows["tariff"]
    rest, everything = np.array([1, 2]), np.arange(3)
    assert space.view(rest, rest[:0], part=True).idf[row] == 0
    assert space.view(rest, rest[:0], part=False).idf[row] > 1
    assert space.view(everything, rest[:0], part=True).idf[row] > 1


def test_new_words_are_those_of_enough_articles_about_the_topic(before: Arrays) -> None:
    articles = [Article(f"xyzzy plugh {end}") for end in ("one", "two", "three", "four")]
    space = WordSpace.of(before, count(articles, FAST), FAST)
    every, none = np.arange(4), np.arange(0)
    for yes, expected in ((every[:2], {"xyzzy", "plugh"}), (every[:1], set()), (none, set())):
        view = space.view(every, yes, part=False)
        words, at = space.new(view.idf > 0)["article"]
        assert set(words) == expected
        assert (view.gain[at] > 1e9).all()


def test_stories_that_are_held_back_alone_prove_the_tier(before: Arrays, lesson: Corpus) -> None:
    recipe = replace(FAST, hold_back=0.3)
    found = surgery.operate(before, lesson, ["trade"], recipe)
    known = int((lesson.labels[:, found.at] >= 0).sum())
    judged = found.report.topics[0]
    assert 0 < judged.right + judged.missed < found.articles[0]
    assert known == len(lesson.articles)


def test_a_topic_without_a_known_no_is_refused(before: Arrays, lesson: Corpus) -> None:
    only = tuple(item for item in lesson.articles if "trade" in item.yes)
    with pytest.raises(CorpusError, match="no article is known not to be about trade"):
        surgery.operate(before, Corpus(only, lesson.taxonomy), ["trade"], FAST)


def test_columns_fit_the_steps_that_others_have_set() -> None:
    rng = np.random.default_rng(1)
    weights = rng.normal(size=(50, 3))
    scales = np.full(50, 0.02, dtype=np.float32)
    free = np.arange(50) >= 25
    values = sp.random(40, 50, 0.5, format="csr", random_state=2)
    mould = steps.Mould.of(weights, scales, free, values)
    cast = mould.cast(weights)
    np.testing.assert_array_equal(cast.scales[:25], scales[:25])
    assert np.abs(cast.steps[25:]).max(axis=1).tolist() == [MOST] * 25
    off = np.abs(cast.weights - weights) * mould.sizes
    assert (off <= cast.scales[:, np.newaxis] / 2 + 1e-6).all()


def test_equal_articles_give_equal_bits_whatever_the_number_of_threads(
    before: Arrays, lesson: Corpus, found: Operated
) -> None:
    again = surgery.operate(before, lesson, CHOSEN[::-1], FAST, n_jobs=2)
    assert again.arrays.keys() == found.arrays.keys()
    for name, array in found.arrays.items():
        assert array.tobytes() == again.arrays[name].tobytes(), name


def test_all_topics_may_be_fitted_in_the_old_word_space(before: Arrays, lesson: Corpus) -> None:
    found = surgery.operate(before, lesson, lesson.taxonomy.slugs, FAST)
    assert found.slugs == lesson.taxonomy.slugs
    assert max(found.rounding) < 0.02


def test_words_are_counted_as_the_scorer_reads_them(before: Arrays, lesson: Corpus) -> None:
    items = lesson.articles[:20]
    articles = [item.article for item in items]
    space = WordSpace.of(before, count(articles, FAST), FAST)
    rows = np.arange(len(articles))
    view = space.view(rows, rows[:0], part=False)
    scorer = scorer_over(before)
    n = len(before["article.idf"])
    for row, article in enumerate(articles):
        vector = scorer.vectors(article)["article"]
        mine = view.values(rows[[row]])[:, :n].toarray()[0]
        np.testing.assert_allclose(mine[vector.rows], vector.values, rtol=1e-12)
        assert (mine > 0).sum() == len(vector.terms)


NEWCOMERS = ("health", "energy", "travel", "sport")


@pytest.mark.parametrize("n_yes", [1, 10])
def test_a_newcomer_with_few_labels_does_about_as_well_alone_as_in_a_whole_fit(
    whole: Corpus, n_yes: int
) -> None:
    alone: list[float] = []
    full: list[float] = []
    for slug in NEWCOMERS:
        column = whole.taxonomy.slugs.index(slug)
        about = whole.labels[:, column] == YES
        learnt = np.arange(len(about)) % 2 == 0
        learnt &= ~about | (np.cumsum(about & learnt) <= n_yes)
        few = Corpus(
            tuple(item for item, one in zip(whole.articles, learnt.tolist(), strict=True) if one),
            whole.taxonomy,
        )
        later = tuple(whole.articles[1::2])
        truth = Corpus(later, whole.taxonomy).labels[:, [column]]
        arrays = fit.fit(few, FAST).arrays
        found = surgery.operate(arrays, few, [slug], FAST)
        for f1, made in ((full, arrays), (alone, found.arrays)):
            scores = scorer_over(made).score([item.article for item in later])[:, [column]]
            decided = scores >= made["suggest"][column]
            f1.append(metrics.compare(decided, truth).micro.f1)
    assert np.mean(alone) > np.mean(full) - 0.05
