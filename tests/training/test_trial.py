"""A trial on small dated corpora."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from copytaster.model.errors import CorpusError
from copytaster.model.taxonomy import Taxonomy, Topic
from copytaster.training import split
from copytaster.training.corpus import Corpus
from copytaster.training.trial import trial
from copytaster.training.verdict import f1_error, judge
from tests.stories import SMALL_RECIPE, as_corpus, dated

#: Hours that mix the topics of the small corpus.
HOURS = [7 * n % 24 for n in range(24)]


@pytest.fixture(scope="module")
def small_dated(small_corpus: Corpus) -> Corpus:
    """The small corpus, an article an hour."""
    return dated(small_corpus, HOURS)


def copied_stories() -> Corpus:
    """Return stories of random words, each followed by a copy an hour later.

    Six in ten have a word that gives their topic away; the others can only be learned by heart.
    """
    rng = np.random.default_rng(0)
    words = ["".join(letters) for letters in product("abcdefghijklm", repeat=3)]
    stories: list[tuple[str, str, tuple[str, ...]]] = []
    hours: list[int] = []
    for hour in rng.integers(0, 500, 80).tolist():
        topic = str(rng.choice(["trade", "sport"]))
        hint = [topic] if rng.random() < 0.6 else []
        text = " ".join([*rng.choice(words, 20), *hint])
        for update in range(2):
            stories.append((f"Update {update}", text, (topic,)))
            hours.append(hour + update)
    return dated(as_corpus(stories, Taxonomy.from_slugs(["trade", "sport"])), hours)


def test_a_trial_judges_three_splits_of_the_same_sizes(small_dated: Corpus) -> None:
    told: list[str] = []
    found = trial(
        small_dated, SMALL_RECIPE, 0.25, progress=lambda stage, _done, _total: told.append(stage)
    )
    for verdict in (found.time, found.groups, found.random):
        assert (verdict.train, verdict.test, verdict.dropped) == (18, 6, 0)
        assert 0 <= verdict.tags.f1 <= 1
        assert 0 <= verdict.macro_f1 <= 1
        assert verdict.auto_precision is None
    hours = [when.hour for when in (found.first, found.boundary, found.last)]
    assert hours == [0, 18, 23]
    assert list(dict.fromkeys(told)) == [
        f"{number}/3 {stage}" for number in (1, 2, 3) for stage in ("cross-validating", "fitting")
    ]


def test_a_trial_gives_the_same_result_again(small_dated: Corpus) -> None:
    assert trial(small_dated, SMALL_RECIPE, 0.25) == trial(small_dated, SMALL_RECIPE, 0.25, 2)


def test_copies_flatter_only_the_split_that_tears_stories_apart() -> None:
    found = trial(copied_stories(), SMALL_RECIPE, 0.2)
    assert found.time.dropped <= 2
    assert found.random.tags.f1 > found.time.tags.f1 + 0.05
    assert found.random.tags.f1 > found.groups.tags.f1 + 0.05


def test_a_topic_that_the_past_never_saw_is_missed_rather_than_a_crash(
    small_dated: Corpus,
) -> None:
    taxonomy = Taxonomy((*small_dated.taxonomy.topics, Topic("art", "Art")))
    articles = tuple(
        replace(item, yes=frozenset({"art"})) if hour > 21 else item
        for item, hour in zip(small_dated.articles, HOURS, strict=True)
    )
    found = trial(Corpus(articles, taxonomy), SMALL_RECIPE, 0.25).time
    assert found.unseen == 1
    assert found.tags.missed >= 2


def test_a_topic_that_no_older_article_is_known_to_be_without_is_never_given(
    small_dated: Corpus,
) -> None:
    taxonomy = Taxonomy((*small_dated.taxonomy.topics, Topic("art", "Art", parent="trade")))
    articles = tuple(
        replace(item, yes=frozenset({"art"}))
        if hour > 21
        else replace(item, complete=False, no=frozenset(small_dated.taxonomy.slugs) - item.yes)
        for item, hour in zip(small_dated.articles, HOURS, strict=True)
    )
    corpus = Corpus(articles, taxonomy)
    found = judge(corpus, split.by_time(corpus, 0.25), SMALL_RECIPE)
    assert found.unseen == 1
    assert found.tags.missed >= 2


def test_the_most_confident_topic_counts_only_where_it_is_known(small_dated: Corpus) -> None:
    parts = split.by_time(small_dated, 0.25)
    carrying = sum(bool(small_dated.articles[row].yes) for row in parts.test)
    assert judge(small_dated, parts, SMALL_RECIPE).top_known == carrying
    articles = tuple(
        replace(item, complete=row not in parts.test)
        for row, item in enumerate(small_dated.articles)
    )
    found = judge(Corpus(articles, small_dated.taxonomy), parts, SMALL_RECIPE)
    assert found.top_known == found.top_right < carrying
    assert found.top_accuracy == 1


def test_a_test_part_without_any_topic_is_refused(small_dated: Corpus) -> None:
    articles = tuple(
        replace(item, yes=frozenset[str]()) if hour > 17 else item
        for item, hour in zip(small_dated.articles, HOURS, strict=True)
    )
    with pytest.raises(CorpusError, match=r"none of the 6 article\(s\) to test on carries a topic"):
        trial(Corpus(articles, small_dated.taxonomy), SMALL_RECIPE, 0.25)


def test_the_error_of_f1_is_what_many_samples_show() -> None:
    rng = np.random.default_rng(0)
    found, claimed = [], []
    for _ in range(400):
        labels = (rng.random((200, 4)) < 0.4).astype(np.int8)
        decided = rng.random((200, 4)) < np.where(labels == 1, 0.8, 0.1)
        right = (decided & (labels == 1)).sum()
        found.append(2 * right / (decided.sum() + labels.sum()))
        claimed.append(f1_error(decided, labels, np.arange(200)))
    assert np.mean(claimed) == pytest.approx(1.96 * np.std(found), rel=0.1)


def test_copies_of_one_article_count_as_one_draw() -> None:
    rng = np.random.default_rng(0)
    labels = (rng.random((50, 2)) < 0.5).astype(np.int8)
    decided = rng.random((50, 2)) < 0.5
    once = f1_error(decided, labels, np.arange(50))
    twice = f1_error(np.tile(decided, (2, 1)), np.tile(labels, (2, 1)), np.tile(np.arange(50), 2))
    assert twice == pytest.approx(once)


def test_nothing_right_has_no_error_to_speak_of() -> None:
    nothing = np.zeros((3, 1), dtype=np.bool_)
    assert f1_error(nothing, np.ones((3, 1), dtype=np.int8), np.arange(3)) == 0.0
