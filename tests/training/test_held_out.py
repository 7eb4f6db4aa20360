"""What is held out: new, newest, and nothing that anybody has seen a part of."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copytaster.model import manifest, seen
from copytaster.model.tagger import Tagger
from copytaster.training import held_out
from copytaster.training.corpus import Corpus
from copytaster.training.held_out import Contender, Share
from tests.stories import as_corpus, dated


@pytest.fixture(scope="module")
def plain(small_corpus: Corpus, small_tagger: Tagger) -> Contender:
    """A tagger that has seen the first article only."""
    return Contender(small_tagger, seen.keys([small_corpus.articles[0].article]))


@pytest.fixture
def later(small_corpus: Corpus) -> Corpus:
    """The small corpus, one article an hour."""
    return dated(small_corpus, range(len(small_corpus.articles)))


def chained(corpus: Corpus, rows: list[int]) -> Corpus:
    """Return *corpus* with the articles in *rows* as one chain."""
    items = list(corpus.articles)
    for row in rows:
        items[row] = replace(items[row], article=replace(items[row].article, chain="story"))
    return Corpus(tuple(items), corpus.taxonomy)


def test_the_newest_are_held_out(later: Corpus, plain: Contender) -> None:
    n = len(later.articles)
    assert held_out.choose(later, plain, Share(0.25, 0)).tolist() == list(range(n - 6, n))


def test_nothing_is_held_out_where_nothing_serves(later: Corpus) -> None:
    assert held_out.choose(later, None, Share()).size == 0


def test_a_chain_that_began_earlier_is_not_newest_and_is_never_torn(
    later: Corpus, plain: Contender
) -> None:
    n = len(later.articles)
    found = held_out.choose(chained(later, [2, n - 1]), plain, Share(0.25, 0))
    assert n - 1 not in found
    whole = held_out.choose(chained(later, [n - 2, n - 1]), plain, Share(0.01, 0))
    assert whole.tolist() == [n - 2, n - 1]


def test_a_chain_that_a_tagger_has_seen_a_part_of_judges_nobody(
    later: Corpus, plain: Contender
) -> None:
    n = len(later.articles)
    found = held_out.unseen(chained(later, [0, n - 1]), plain)
    assert not found[[0, n - 1]].any()
    assert found[1:-1].all()


def test_a_near_duplicate_of_a_seen_article_judges_nobody(later: Corpus, plain: Contender) -> None:
    first = later.articles[0].article
    copy = replace(later.articles[-1], article=replace(first, id="copy", text=first.text + " "))
    found = held_out.unseen(Corpus((*later.articles, copy), later.taxonomy), plain)
    assert not found[-1]


def test_an_article_without_any_label_judges_nobody(later: Corpus, plain: Contender) -> None:
    blank = replace(later.articles[5], yes=frozenset(), no=frozenset(), complete=False)
    items = (*later.articles[:5], blank, *later.articles[6:])
    assert not held_out.unseen(Corpus(items, later.taxonomy), plain)[5]


def test_at_least_so_many_are_held_out_but_never_more_than_half(
    later: Corpus, plain: Contender
) -> None:
    new = len(later.articles) - 1
    assert held_out.choose(later, plain, Share(0.1, 8)).size == 8
    assert held_out.choose(later, plain, Share(0.1, 400)).size == new // 2


@pytest.mark.parametrize(
    ("new", "every", "held"),
    [
        (100, 300, 50),  # half of what is new
        (600, 800, 120),  # a fifth of what is new
        (450, 900, 100),  # no fewer than a hundred
        (700, 2000, 200),  # a tenth of all
        (1500, 5000, 400),
        (3000, 5000, 600),
    ],
)
def test_less_is_held_out_where_what_is_new_is_much_of_all(new: int, every: int, held: int) -> None:
    assert Share().of(new, every) == held


def test_articles_without_a_date_count_as_the_oldest(
    small_corpus: Corpus, plain: Contender
) -> None:
    n = len(small_corpus.articles)
    half = dated(small_corpus, [None] * (n - 3) + [0, 1, 2])
    assert held_out.choose(half, plain, Share(0.01, 3)).tolist() == [n - 3, n - 2, n - 1]
    undated = held_out.choose(small_corpus, plain, Share(0.01, 3))
    assert undated.tolist() == [n - 3, n - 2, n - 1]


def test_of_an_older_artifact_only_articles_newer_than_its_newest_are_known_to_be_new(
    small_corpus: Corpus, small_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(small_folder, tmp_path / "old"))
    path = folder / "manifest.json"
    document = json.loads(path.read_text())
    for name in ("seal", "seen.npy"):
        document.pop(name)
    document["data"]["newest"] = "2026-01-01"
    document["seal"] = manifest._seal(document)
    path.write_text(json.dumps(document))
    old = Contender.load(folder)
    assert old.seen is None
    n = len(small_corpus.articles)
    corpus = dated(small_corpus, [None, 0, 23, *range(24, 21 + n)])
    assert held_out.unseen(corpus, old).tolist() == [False] * 3 + [True] * (n - 3)


def test_of_an_older_artifact_without_dates_nothing_is_known_to_be_new(
    later: Corpus, small_tagger: Tagger
) -> None:
    assert not held_out.unseen(later, Contender(small_tagger, None)).any()


@given(
    st.lists(st.sampled_from("abcdef"), min_size=2, max_size=30),
    st.lists(st.integers(0, 29), max_size=5),
    st.floats(0.01, 0.99),
    st.integers(0, 40),
)
def test_groups_are_whole_new_and_as_many_as_asked_for(
    small_tagger: Tagger, chains: list[str], known: list[int], share: float, least: int
) -> None:
    stories = [(f"word{n}", f"alone{n} single{n}", ("trade",)) for n in range(len(chains))]
    corpus = as_corpus(stories, small_tagger.taxonomy)
    items = tuple(
        replace(item, article=replace(item.article, chain=chain))
        for item, chain in zip(corpus.articles, chains, strict=True)
    )
    corpus = Corpus(items, corpus.taxonomy)
    old = [items[row].article for row in known if row < len(items)]
    one = Contender(small_tagger, np.unique(seen.keys(old)))
    found = held_out.choose(corpus, one, Share(share, least))
    held = {chains[row] for row in found.tolist()}
    assert held.isdisjoint({chains[row] for row in known if row < len(items)})
    assert found.tolist() == [row for row, chain in enumerate(chains) if chain in held]
    new = int(held_out.unseen(corpus, one).sum())
    assert len(found) >= max(share * new, min(least, new // 2))
