"""Tokens and their places."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from copytaster.model.text import normalise, spans, tokens

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=200)


@given(ANY_TEXT)
def test_tokens_are_those_of_scikit_learns_default_pattern(text: str) -> None:
    analyse = CountVectorizer(preprocessor=normalise).build_analyzer()
    assert tokens(text) == analyse(text)


@given(ANY_TEXT)
def test_spans_give_the_tokens_in_order(text: str) -> None:
    assert [term for term, _, _ in spans(text)] == tokens(text)


@given(st.text(alphabet=st.sampled_from("İıIiΣσ aA1_.é\u0307"), max_size=60))
def test_a_span_cuts_out_of_the_text_what_normalises_to_its_token(text: str) -> None:
    for term, start, end in spans(text):
        cut = normalise(text[start:end])
        assert cut.strip("\u0307") == term.strip("\u0307") or "σ" in term or "ς" in term
        assert 0 <= start < end <= len(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Istanbul", [("istanbul", 0, 8)]),
        ("xİ yİİz TAIPEI", [("yi", 3, 5), ("taipei", 8, 14)]),
        (
            "In 2026, 1,234 votes",
            [("in", 0, 2), ("0000", 3, 7), ("000", 11, 14), ("votes", 15, 20)],
        ),
        ("a b cd", [("cd", 4, 6)]),
        ("", []),
    ],
)
def test_spans_are_offsets_into_the_text_as_it_was_sent(
    text: str, expected: list[tuple[str, int, int]]
) -> None:
    found = list(spans(text))
    assert [item for item in found if item[0] in {term for term, _, _ in expected}] == expected


def test_digits_of_every_script_are_folded() -> None:
    assert normalise("Year 2026 and ٢٠٢٦") == "year 0000 and 0000"
    assert all(unicodedata.category(char) != "Nd" or char == "0" for char in normalise("०१9Z"))
