"""While its labels are few, a topic leans on its terms and its definition."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
import scipy.sparse as sp

from copytaster.archive.labelled import LabelledArticle
from copytaster.model.artifact import scorer_over
from copytaster.model.taxonomy import Taxonomy, Topic
from copytaster.model.types import Article
from copytaster.training import beginning, fit, recency
from copytaster.training.config import DESK, Recipe
from copytaster.training.corpus import Corpus
from copytaster.training.estimator import LinearLayer
from copytaster.training.lesson import Lesson
from tests.stories import SMALL, SMALL_RECIPE, as_corpus, labelled

HEALTH = Topic("health", "Health", "In: hospitals and vaccines against a virus. Out: sport.")
ABOUT = Article("A vaccine: hospitals prepare against the virus.")
OTHER = Article("Six wickets fell before lunch.")


def with_topic(topic: Topic, taxonomy: Taxonomy) -> Corpus:
    """Return the small corpus, of whose articles none is about one more *topic*."""
    return as_corpus(SMALL, Taxonomy((*taxonomy, topic)))


@pytest.mark.parametrize(
    "topic",
    [
        HEALTH,
        Topic("health", "Health", terms=("hospitals", "vaccine", "virus")),
        Topic("health", "Health", HEALTH.definition, terms=("hospitals", "vaccine", "virus")),
    ],
    ids=["definition", "terms", "both"],
)
def test_a_training_without_a_label_for_it_leaves_a_topic_suggested(
    topic: Topic, small_taxonomy: Taxonomy
) -> None:
    arrays = fit.fit(with_topic(topic, small_taxonomy), SMALL_RECIPE).arrays
    about, other = scorer_over(arrays).score([ABOUT, OTHER])[:, -1]
    assert about >= arrays["suggest"][-1] > other
    assert arrays["auto"][-1] == np.inf


def test_words_of_a_definition_are_known_though_no_article_has_them(
    small_taxonomy: Taxonomy,
) -> None:
    recipe = replace(SMALL_RECIPE, min_df=3)
    arrays = fit.fit(with_topic(HEALTH, small_taxonomy), recipe).arrays
    known = arrays["article.terms"].tobytes().decode().split("\n")
    assert {"hospitals", "vaccines", "virus"} <= set(known)


def test_a_topic_with_neither_has_nothing_to_lean_on(small_taxonomy: Taxonomy) -> None:
    bare = Taxonomy((*small_taxonomy, HEALTH, Topic("bare", "Bare"), Topic("out", "Out", "Out: x")))
    found = beginning.begun(bare, Recipe())
    assert found.tolist()[-3:] == [True, False, False]
    for recipe in (DESK, Recipe(weak_weight=0.0)):
        assert not beginning.begun(bare, recipe).any()


@pytest.mark.parametrize(("n_yes", "cosine"), [(0, 16.0), (50, 8.0), (150, 4.0)])
def test_labels_take_the_place_of_what_a_topic_leans_on(n_yes: int, cosine: float) -> None:
    labels = np.zeros((n_yes + 10 + 2, 1), dtype=np.int8)
    labels[:n_yes] = labels[-2:] = 1
    X = sp.csr_matrix(np.vstack([np.zeros((n_yes + 10, 2)), np.eye(2)]))
    layer = LinearLayer(np.ones((2, 1)), np.zeros(1))
    found = beginning.lean(layer, Lesson(X, labels, np.ones(len(labels))), 2)
    assert found.coef.ravel().tolist() == pytest.approx([1 + cosine / 2] * 2)
    assert beginning.lean(layer, Lesson(X, labels, np.ones(len(labels))), 0) is layer


@pytest.mark.usefixtures("few")
def test_a_no_from_before_a_topic_came_up_becomes_unknown(small_taxonomy: Taxonomy) -> None:
    dated = ((2018, ()), (2019, ("trade",)), (2020, ("sport",)), (2021, ("trade",)), (None, ()))
    items = [dated_article(number, *one) for number, one in enumerate(dated)]
    corpus = Corpus(tuple(items), small_taxonomy)
    found = recency.current(corpus)
    assert found.tolist() == [[-1, -1, 0], [1, -1, 0], [0, 1, 0], [1, 0, 0], [0, 0, 0]]
    some = recency.current(corpus, np.array([0, 2, 3, 4]))
    assert some.tolist() == [[-1, -1, 0], [-1, 1, 0], [1, 0, 0], [0, 0, 0]]


@pytest.mark.usefixtures("few")
def test_where_no_article_about_a_topic_is_dated_every_no_counts(small_taxonomy: Taxonomy) -> None:
    items = (dated_article(0, 2018, ()), dated_article(1, None, ("trade",)))
    corpus = Corpus(items, small_taxonomy)
    assert recency.current(corpus).tolist() == corpus.labels.tolist()


@pytest.mark.usefixtures("few")
def test_where_an_article_about_a_topic_has_no_date_it_may_have_been_there_all_along(
    small_taxonomy: Taxonomy,
) -> None:
    dated = ((2018, ()), (2020, ("trade", "sport")), (None, ("trade",)), (2021, ()))
    items = [dated_article(number, *one) for number, one in enumerate(dated)]
    found = recency.current(Corpus(tuple(items), small_taxonomy))
    assert found.tolist() == [[0, -1, 0], [1, 1, 0], [1, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize(("since", "older"), [(recency.FEWEST - 1, 0), (recency.FEWEST, -1)])
def test_a_topic_of_the_newest_articles_keeps_all_its_labels_if_it_has_nothing_to_lean_on(
    since: int, older: int, small_taxonomy: Taxonomy
) -> None:
    dated = [*((2018, ()) for _ in range(80)), (2020, ("trade",)), *((2021, ()),) * since]
    items = [dated_article(number, *one) for number, one in enumerate(dated)]
    corpus = Corpus(tuple(items), small_taxonomy)
    assert recency.current(corpus)[:, 0].tolist() == [older] * 80 + [1] + [0] * since
    begun = recency.current(corpus, begun=np.array([True, False, False]))[:, 0]
    assert begun.tolist() == [-1] * 80 + [1] + [0] * since


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """One no is enough."""
    monkeypatch.setattr(recency, "FEWEST", 1)


def dated_article(number: int, year: int | None, topics: tuple[str, ...]) -> LabelledArticle:
    """Return an article of a year, about *topics* and no others."""
    item = labelled(number, "", f"Story {number}.", topics)
    date = None if year is None else datetime(year, 1, 1, tzinfo=UTC)
    return replace(item, article=replace(item.article, published=date))
