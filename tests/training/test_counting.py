"""Counting terms: the compiled way and scikit-learn's."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from copytaster.model.types import Article
from copytaster.training import counting, features

LETTERS = "aAbB01_ .-'İıΣσς\u0307éÉß\u0660٣ǅʼn한中😀\ud800\n\x00ﬁ"
TEXTS = st.lists(st.text(alphabet=LETTERS) | st.text(), min_size=1, max_size=5)

needs_compiler = pytest.mark.skipif(
    not counting.COMPILED, reason="installed where no compiler was: the counter is not compiled"
)


@needs_compiler
@given(TEXTS)
@example(["ΑΣ ΑΣΑ Σ ΣΣ", "İstanbul İİ"])
@example(["", "a", "aa\ud800bb"])
def test_terms_are_counted_as_scikit_learn_counts_them(texts: list[str]) -> None:
    terms, counts = counting.count(texts)
    expected_terms, expected = counting.by_vectorizer(texts)
    assert terms == expected_terms
    assert counts.shape == expected.shape
    assert counts.dtype == expected.dtype
    for name in ("indptr", "indices", "data"):
        assert np.array_equal(getattr(counts, name), getattr(expected, name)), name


@needs_compiler
def test_every_code_point_is_part_of_a_word_exactly_where_it_is_for_scikit_learn() -> None:
    texts = [f"{chr(code)}a {chr(code)}{chr(code)} x{chr(code)}y" for code in range(0x110000)]
    terms, counts = counting.count(texts)
    expected_terms, expected = counting.by_vectorizer(texts)
    assert terms == expected_terms
    assert (counts != expected).nnz == 0


@needs_compiler
def test_many_terms_and_long_ones_are_kept_apart() -> None:
    texts = [
        " ".join(f"w{n}{'x' * (n % 70)}" for n in range(start, start + 40_000, 3))
        for start in range(3)
    ] + ["y" * 300_000]
    terms, counts = counting.count(texts)
    expected_terms, expected = counting.by_vectorizer(texts)
    assert terms == expected_terms
    assert (counts != expected).nnz == 0


def test_without_the_compiled_counter_scikit_learn_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    articles = [Article(text="Tariffs rose by 25 percent", headline="Trade"), Article(text="Cats")]
    ours = features.count(articles)
    monkeypatch.setattr(counting, "COMPILED", False)
    theirs = features.count(articles)
    assert ours.terms == theirs.terms
    for name, matrix in theirs.matrices.items():
        assert (ours.matrices[name] != matrix).nnz == 0


def test_articles_without_a_headline_have_a_stand_in_that_none_of_them_holds() -> None:
    counts = features.count([Article(text="one two"), Article(text="two three")])
    assert counts.terms["headline"] == [" "]
    assert counts.matrices["headline"].nnz == 0
