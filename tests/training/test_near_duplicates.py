"""Copies and updates are found; stories that only share a sentence are not."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copytaster.model.shingles import jaccard, literal, sequences
from copytaster.training import near_duplicates
from copytaster.training.near_duplicates import MOST_COMPARED, OVERLAP, pairs

if near_duplicates.COMPILED:
    from copytaster.training._shared import count_shared

needs_compiler = pytest.mark.skipif(
    not near_duplicates.COMPILED, reason="installed where no compiler was"
)

STORY = (
    "The port of Rotterdam said on Monday that dockers had ended a strike of nine days after the "
    "employers offered a rise of four per cent over two years and a shorter night shift. Some "
    "sixty ships wait outside the harbour, and the port expects the queue to last until Friday."
)


def some_texts(seed: int = 0) -> list[str]:
    """Return texts of random words, each followed somewhere by copies with some words changed."""
    rng = np.random.default_rng(seed)
    words = np.array([f"word{n}" for n in range(2_000)])
    texts = []
    for _ in range(60):
        original = rng.choice(words, size=80)
        texts.append(" ".join(original))
        for changed in (1, 2, 4, 8, 30):
            edited = original.copy()
            edited[rng.integers(0, 80, changed)] = rng.choice(words, changed)
            texts.append(" ".join(edited))
    return [texts[at] for at in rng.permutation(len(texts))]


def test_an_edited_copy_is_found() -> None:
    edited = STORY.replace("Monday", "Tuesday") + " A union leader called it a fair deal."
    ((earlier, later, overlap),) = pairs(["Something else is in the news today", STORY, edited])
    assert (earlier, later) == (1, 2)
    assert overlap == pytest.approx(jaccard(sequences(literal(STORY)), sequences(literal(edited))))


def test_two_stories_with_a_common_sentence_are_not_near_duplicates() -> None:
    common = " Shares of the company closed unchanged on the exchange in Amsterdam on Monday."
    other = (
        "A fire in a warehouse near the old town of Ghent destroyed the stock of three dealers in "
        "carpets early this morning, and the fire brigade let the last walls burn down."
    )
    assert pairs([STORY + common, other + common]) == []


def test_reports_of_one_form_with_other_figures_are_not_near_duplicates() -> None:
    form = "Shr {} cts vs {} cts Net {} vs {} Revs {} vs {} Avg shrs {} vs {}"
    first = form.format(12, 10, 5511, 4470, 81200, 73400, 45911, 44700)
    second = form.format(57, 49, 9136, 7215, 44800, 31700, 15980, 14700)
    assert pairs([first, second]) == []


def test_texts_of_fewer_than_five_words_resemble_nothing() -> None:
    assert pairs(["No comment from Paris", "No comment from Paris", "", "..."]) == []


def test_texts_with_the_same_words_are_paired_with_the_first() -> None:
    same = [STORY, STORY.upper(), f"  {STORY}  "]
    assert pairs(same) == [(0, 1, 1.0), (0, 2, 1.0)]


def test_what_is_found_is_what_an_exact_comparison_of_all_pairs_finds() -> None:
    texts = some_texts()
    sets = [sequences(literal(text)) for text in texts]
    exact = {
        (a, b): overlap
        for b in range(len(texts))
        for a in range(b)
        if (overlap := jaccard(sets[a], sets[b])) >= OVERLAP
    }
    found = {(a, b): overlap for a, b, overlap in pairs(texts)}
    assert len(exact) > 200
    assert found == exact


@needs_compiler
def test_texts_are_passed_over_only_where_no_pair_is_lost() -> None:
    texts = some_texts(2) + [f"{text} {number}" for number, text in enumerate(some_texts(3))]
    chosen = near_duplicates.possible(texts)
    assert pairs(texts) == list(near_duplicates._pairs(texts, range(len(texts))))
    assert {row for pair in pairs(texts) for row in pair[:2]} <= set(chosen)
    assert len(near_duplicates.possible([*some_texts(4)[:1], STORY, STORY[:90]])) < 3


@needs_compiler
@settings(deadline=None)
@given(st.lists(st.text(alphabet="aA0٣ \n.İΣςé中😀", max_size=60), max_size=8))
def test_shared_sequences_are_counted_as_sets_of_them_would_be(texts: list[str]) -> None:
    sets = [sequences(literal(text)) for text in texts]
    shared, own = np.zeros((2, len(texts)), dtype=np.int64)
    count_shared(texts, shared, own)
    for row, mine in enumerate(sets):
        others = frozenset().union(*(sets[:row] + sets[row + 1 :]))
        assert own[row] <= len(mine - others)
        assert shared[row] >= len(mine & others)
        assert bool(own[row] + shared[row]) == bool(mine)


@needs_compiler
def test_sequences_of_their_own_are_counted_once_and_figures_tell_them_apart() -> None:
    texts = ["one two three four 1987 " * 3, "ONE two three four 1987", "one two three four 2026"]
    shared, own = np.zeros((2, 3), dtype=np.int64)
    count_shared(texts, shared, own)
    assert own.tolist() == [4, 0, 1]
    assert shared.tolist() == [3, 1, 0]


def test_without_the_compiled_counter_every_text_is_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours = pairs(some_texts(5))
    monkeypatch.setattr(near_duplicates, "COMPILED", False)
    assert pairs(some_texts(5)) == ours


def test_many_texts_of_one_form_are_compared_only_with_the_latest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [f"{STORY} Notice number {number}" for number in range(100, 120)]
    assert len(pairs(texts)) == 190
    monkeypatch.setattr(near_duplicates, "MOST_COMPARED", 3)
    assert [a for a, b, _ in pairs(texts) if b == 19] == [16, 17, 18]
    assert MOST_COMPARED > 3


def test_the_same_pairs_are_found_in_every_process() -> None:
    code = (
        "from copytaster.training.near_duplicates import pairs\n"
        "from tests.training.test_near_duplicates import some_texts\n"
        "print(pairs(some_texts(1)))"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert seen == {f"{pairs(some_texts(1))}\n".encode()}


@settings(deadline=None)
@given(st.lists(st.text(alphabet="abc \n.1", max_size=60), max_size=8))
def test_every_pair_is_in_order_and_overlaps_enough(texts: list[str]) -> None:
    for earlier, later, overlap in pairs(texts):
        assert earlier < later
        assert OVERLAP <= overlap <= 1
        sets = [sequences(literal(texts[at])) for at in (earlier, later)]
        assert overlap == jaccard(*sets)
