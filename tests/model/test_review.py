"""Which articles an editor should look at, and why."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copytaster.model.review import Reviewer
from copytaster.model.types import Article
from tests.foreign import FOREIGN

REVIEWER = Reviewer(frozenset({"en"}), familiar_from=0.7, doubtful_below=0.8)
GERMAN = Article(FOREIGN["de"][1], FOREIGN["de"][0])
DATA: dict[str, object] = {"languages": ["en"], "familiar_from": 0.7, "doubtful_below": 0.8}


def test_a_given_language_is_trusted_whatever_the_text_is_in() -> None:
    given_ = Article(GERMAN.text, language="en-GB")
    assert REVIEWER.language(given_, 0.0) == "en-GB"
    assert not REVIEWER.is_foreign("en-GB")


@pytest.mark.parametrize("language", [None, "und", "mul"])
def test_a_language_that_is_not_given_is_detected_where_few_words_are_known(
    language: str | None,
) -> None:
    article = Article(GERMAN.text, language=language)
    assert REVIEWER.language(article, 0.3) == "de"
    assert REVIEWER.language(article, 0.8) == language


def test_what_cannot_be_detected_stays_as_it_was_given() -> None:
    assert REVIEWER.language(Article("4711", language="und"), 0.0) == "und"
    assert REVIEWER.language(Article("4711"), 0.0) is None
    assert not REVIEWER.is_foreign("und")
    assert not REVIEWER.is_foreign(None)


def test_without_a_list_of_languages_none_is_foreign_and_none_is_detected() -> None:
    anything = Reviewer(frozenset(), familiar_from=0.7, doubtful_below=0.8)
    assert anything.language(GERMAN, 0.0) is None
    assert not anything.is_foreign("de")


def test_each_reason_by_name() -> None:
    assert REVIEWER.review("de", 0.9, tagged=True) == "language"
    assert REVIEWER.review("de", 0.1, tagged=False) == "language"
    assert REVIEWER.review("en", 0.69, tagged=False) == "unfamiliar text"
    assert REVIEWER.review("en", 0.7, tagged=False) == "nothing above threshold"
    assert REVIEWER.review("en", 0.1, tagged=True) is None


@given(st.sampled_from(["en", "EN-us", "de", "und", None]), st.floats(0, 1))
def test_an_article_without_a_tag_always_has_a_reason(language: str | None, known: float) -> None:
    assert REVIEWER.review(language, known, tagged=False) is not None


def test_a_taggers_own_macrolanguage_is_not_foreign() -> None:
    norwegian = Reviewer.of({**DATA, "languages": ["nb"]})
    assert not norwegian.is_foreign("nn-NO")
    assert norwegian.is_foreign("da")


@pytest.mark.parametrize(
    "change",
    [
        {"languages": None},
        {"languages": "en"},
        {"languages": [1]},
        {"familiar_from": "0.5"},
        {"familiar_from": True},
        {"familiar_from": 1.5},
        {"doubtful_below": None},
        {"doubtful_below": math.nan},
        {"doubtful_below": -0.1},
    ],
    ids=str,
)
def test_data_of_another_type_or_range_are_refused(change: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        Reviewer.of({**DATA, **change})
