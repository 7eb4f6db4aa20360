"""Counting terms: the compiled way and scikit-learn's."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import example, given
from hypothesis import strategies as st

from copytaster.model.scorer import field_text
from copytaster.model.types import Article
from copytaster.training import company, counting, features
from copytaster.training.config import DESK
from tests.stories import seed_texts

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
    same(counting.count(texts), counting.by_vectorizer(texts))


def same(found: tuple[list[str], sp.csr_matrix], expected: tuple[list[str], sp.csr_matrix]) -> None:
    assert found[0] == expected[0]
    ours, theirs = found[1], expected[1]
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype
    for name in ("indptr", "indices", "data"):
        assert np.array_equal(getattr(ours, name), getattr(theirs, name)), name


@needs_compiler
@given(TEXTS, st.integers(1, 3))
@example(["ΑΣ ΑΣΑ Σ ΣΣ", "İstanbul İİ"], 1)
@example(["aa bb aa bb", "bb aa_ bb", "aa0 aa bb"], 2)
@example(["one two", "two three"], 3)
@example(["", "aa"], 1)
def test_pairs_are_counted_as_scikit_learn_counts_them(texts: list[str], min_df: int) -> None:
    texts = [*texts, " ".join(texts)]
    same(counting.count_pairs(texts, min_df), counting.by_vectorizer(texts, 2, min_df))


@needs_compiler
@pytest.mark.parametrize("min_df", [1, 2, 5])
def test_pairs_of_the_seed_articles_are_counted_as_scikit_learn_counts_them(min_df: int) -> None:
    texts = seed_texts()
    same(counting.count_pairs(texts, min_df), counting.by_vectorizer(texts, 2, min_df))


@needs_compiler
def test_many_pairs_are_kept_apart() -> None:
    texts = [" ".join(f"w{n * step % 997:b}" for n in range(40_000)) for step in range(1, 6)]
    texts = [text.translate(str.maketrans("01", "xy")) for text in texts]
    found = counting.count_pairs(texts, 1)
    assert len(found[0]) > 2 * 997
    same(found, counting.by_vectorizer(texts, 2))


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
    recipe = replace(DESK, min_df=1, vectors=2)
    texts = [field_text(article, "article") for article in articles]
    ours = features.count(articles, recipe, texts)
    monkeypatch.setattr(counting, "COMPILED", False)
    monkeypatch.setattr(company, "COMPILED", False)
    theirs = features.count(articles, recipe, texts)
    assert ours.vectors is not None
    assert theirs.vectors is not None
    assert ours.vectors.tobytes() == theirs.vectors.tobytes()
    assert ours.terms == theirs.terms
    for name, matrix in theirs.matrices.items():
        assert (ours.matrices[name] != matrix).nnz == 0


def test_articles_without_a_headline_have_a_stand_in_that_none_of_them_holds() -> None:
    counts = features.count([Article(text="one two"), Article(text="two three")])
    assert counts.terms["headline"] == [" "]
    assert counts.matrices["headline"].nnz == 0
