"""The company that words keep: the compiled way and Python's."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import example, given
from hypothesis import strategies as st

from copytaster.model.text import tokens
from copytaster.training import company
from tests.stories import seed_texts
from tests.training.test_counting import TEXTS

ROWS = st.lists(st.integers(-1, 5), max_size=60)
WINDOWS = st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True).map(sorted)

needs_compiler = pytest.mark.skipif(
    not company.COMPILED, reason="installed where no compiler was: the counter is not compiled"
)


def same(ours: sp.csr_matrix, theirs: sp.csr_matrix) -> None:
    assert ours.format == theirs.format
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype
    for name in ("indptr", "indices", "data"):
        assert np.array_equal(getattr(ours, name), getattr(theirs, name)), name


def both(found: np.ndarray, n_rows: int, windows: list[int]) -> None:
    ours, theirs = (
        list(way(found, n_rows, windows)) for way in (company.count, company.count_by_sums)
    )
    assert len(ours) == len(theirs) == len(windows)
    for one, other in zip(ours, theirs, strict=True):
        same(one, other)


@needs_compiler
@given(TEXTS, st.lists(st.text(max_size=3), max_size=3, unique=True), st.integers(0, 3), st.data())
@example(["ΑΣ ΑΣΑ Σ ΣΣ", "İstanbul İİ"], ["ΑΣ", "ας", "istanbul", "i"], 1, None)
@example(["Ab 12 a b ab"], ["Ab", "12", "a b", "a", "", "ab", "00"], 2, None)
def test_rows_of_words_are_found_as_token_by_token(
    texts: list[str], odd: list[str], gap: int, data: st.DataObject | None
) -> None:
    words = sorted({token for text in texts for token in tokens(text)})
    if data is not None and words:
        words = data.draw(st.lists(st.sampled_from(words), unique=True))
    terms = list(dict.fromkeys([*odd, *words]))
    ours, theirs = (way(texts, terms, gap) for way in (company.rows, company.rows_by_tokens))
    assert ours.dtype == theirs.dtype
    assert ours.tolist() == theirs.tolist()


@needs_compiler
@given(ROWS, WINDOWS)
@example([], [1])
@example([-1, -1], [2])
@example([0, 0, 0], [1, 2])
@example([5, 5, -1, 0], [3])
def test_company_is_counted_as_sums_over_distances_count_it(
    rows: list[int], windows: list[int]
) -> None:
    both(np.array(rows, dtype=np.int32), 6, windows)


@needs_compiler
def test_company_in_the_seed_articles_is_that_of_the_oracle() -> None:
    texts = seed_texts()
    terms = sorted({token for text in texts for token in tokens(text)})[::2]
    found = company.rows(texts, terms, 10)
    assert np.array_equal(found, company.rows_by_tokens(texts, terms, 10))
    both(found, len(terms), [5, 10])


@pytest.mark.parametrize("compiled", [False, pytest.param(True, marks=needs_compiler)])
def test_each_window_counts_who_comes_so_near(
    monkeypatch: pytest.MonkeyPatch,
    compiled: bool,  # noqa: FBT001 - a way, by its name
) -> None:
    monkeypatch.setattr(company, "COMPILED", compiled)
    found = company.rows(["One two, one!", "THREE"], ["one", "two", "three"], 1)
    assert found.tolist() == [-1, 0, 1, 0, -1, 2, -1]
    near, far = company.count(found, 3, (1, 2))
    assert near.toarray().tolist() == [[0, 2, 0], [2, 0, 0], [0, 0, 0]]
    assert far.toarray().tolist() == [[2, 2, 1], [2, 0, 0], [1, 0, 0]]


@needs_compiler
@pytest.mark.parametrize("row", [-2, 3])
def test_a_row_that_is_not_there_is_refused(row: int) -> None:
    with pytest.raises(ValueError, match=f"row {row} is not one of 3"):
        next(company.count(np.array([0, row, 1], dtype=np.int32), 3, (1,)))
