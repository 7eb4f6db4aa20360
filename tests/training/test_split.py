"""Parts of a corpus: what is older trains, nothing is torn apart, nothing is lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copytaster.model.errors import CorpusError
from copytaster.model.taxonomy import Taxonomy
from copytaster.training.corpus import Corpus
from copytaster.training.split import Parts, at_random, by_time, dates, groups_at_random
from tests.stories import dated, labelled


def corpus_of(hours: list[int | None], groups: list[str | None] | None = None) -> Corpus:
    """Return articles of unlike texts, published so many hours into a year, in *groups*."""
    named = groups or [None] * len(hours)
    items = [
        labelled(n, f"h{n}", f"text {n}", ["a"], group=group) for n, group in enumerate(named, 1)
    ]
    return dated(Corpus(tuple(items), Taxonomy.from_slugs(["a"])), hours)


CORPORA = st.lists(
    st.tuples(st.integers(0, 20), st.sampled_from([None, "g", "h", "i"])), min_size=2, max_size=30
).map(lambda rows: corpus_of([hour for hour, _ in rows], [group for _, group in rows]))
SHARES = st.floats(0.01, 0.99)


def parted(corpus: Corpus, share: float) -> Parts | None:
    """Return the parts by time, or nothing where there is no such split."""
    try:
        return by_time(corpus, share)
    except CorpusError:
        return None


@settings(deadline=None)
@given(CORPORA, SHARES)
def test_every_training_article_is_older_than_every_test_article(
    corpus: Corpus, share: float
) -> None:
    parts = parted(corpus, share)
    if parts is not None:
        when = dates(corpus)
        newer = np.concatenate([parts.test, parts.dropped])
        assert when[parts.train].max() < when[newer].min()


@settings(deadline=None)
@given(CORPORA, SHARES, st.integers(0, 5), st.sampled_from([None, groups_at_random]))
def test_no_group_is_on_both_sides(
    corpus: Corpus, share: float, seed: int, random: Callable[[Corpus, Parts, int], Parts] | None
) -> None:
    parts = parted(corpus, share)
    if parts is not None:
        if random is not None:
            parts = random(corpus, parts, seed)
        assert not np.isin(corpus.groups[parts.train], corpus.groups[parts.test]).any()


@settings(deadline=None)
@given(CORPORA, SHARES, st.integers(0, 5))
def test_each_article_is_in_exactly_one_part_and_the_first_two_are_not_empty(
    corpus: Corpus, share: float, seed: int
) -> None:
    timed = parted(corpus, share)
    if timed is not None:
        random, whole = at_random(corpus, timed, seed), groups_at_random(corpus, timed, seed)
        for parts in (timed, random, whole):
            rows = np.concatenate([parts.train, parts.test, parts.dropped])
            assert sorted(rows.tolist()) == list(range(len(corpus.articles)))
            assert parts.train.size
            assert 0 < parts.test.size <= timed.test.size
        assert (len(random.train), len(random.test)) == (len(timed.train), len(timed.test))


def test_the_newest_share_is_the_test() -> None:
    parts = by_time(corpus_of([5, 3, 9, 1, 7]), 0.4)
    assert parts.train.tolist() == [0, 1, 3]
    assert parts.test.tolist() == [2, 4]
    assert parts.dropped.tolist() == []


def test_articles_of_one_instant_stay_together_on_the_side_that_is_nearer_to_the_share() -> None:
    assert by_time(corpus_of([1, 2, 3, 3, 3]), 0.2).test.tolist() == [2, 3, 4]
    assert by_time(corpus_of([1, 2, 2, 2, 3]), 0.3).test.tolist() == [4]


def test_the_newer_members_of_an_older_story_are_dropped() -> None:
    parts = by_time(corpus_of([1, 2, 3, 4, 5], [None, "g", None, "g", None]), 0.6)
    assert parts.train.tolist() == [0, 1]
    assert parts.dropped.tolist() == [3]
    assert parts.test.tolist() == [2, 4]


def test_an_edited_copy_of_an_older_article_is_dropped() -> None:
    corpus = corpus_of([1, 2, 3])
    text = "dockers in the port ended a strike of nine days after employers offered them a rise"
    bodies = [text, "something else", f"{text} of four per cent"]
    items = [
        replace(item, article=replace(item.article, headline="", text=body))
        for item, body in zip(corpus.articles, bodies, strict=True)
    ]
    assert by_time(Corpus(tuple(items), corpus.taxonomy), 0.6).dropped.tolist() == [2]


def test_a_date_without_a_time_zone_is_read_as_utc() -> None:
    corpus = corpus_of([0, 1])
    naive = [datetime(2026, 1, 1), datetime.fromisoformat("2026-01-01T01:00:00+02:00")]  # noqa: DTZ001  # what is tested
    items = [
        replace(item, article=replace(item.article, published=when))
        for item, when in zip(corpus.articles, naive, strict=True)
    ]
    assert by_time(Corpus(tuple(items), corpus.taxonomy), 0.5).test.tolist() == [0]


def test_undated_articles_are_refused_with_their_number_and_the_first_place() -> None:
    with pytest.raises(CorpusError, match=r"2 of 4 article.*tests:2; give each its 'published'"):
        by_time(corpus_of([1, None, 2, None]), 0.2)


def test_articles_of_a_single_instant_cannot_be_parted_by_time() -> None:
    with pytest.raises(CorpusError, match=r"all 3 article.*2026-01-01 07:00.*add older or newer"):
        by_time(corpus_of([7, 7, 7]), 0.2)


def test_a_test_part_that_only_holds_updates_is_refused() -> None:
    with pytest.raises(CorpusError, match=r"each of the 1 article.*older story.*larger share"):
        by_time(corpus_of([1, 2, 3], ["g", None, "g"]), 0.3)


def test_random_parts_depend_on_the_seed_alone() -> None:
    corpus = corpus_of(list(range(40)))
    timed = by_time(corpus, 0.3)
    for deal in (at_random, groups_at_random):
        once, again, other = (deal(corpus, timed, seed).test.tolist() for seed in (1, 1, 2))
        assert once == again != other
