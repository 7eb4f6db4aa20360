"""The languages that a corpus is in: as its articles say, else as they read."""

from copytaster.model.types import Article
from copytaster.training.languages import languages
from tests.foreign import FOREIGN
from tests.stories import SMALL


def said(language: str | None, n: int) -> list[Article]:
    """Return *n* articles that say so much of their language, and nothing else."""
    return [Article("4711", language=language)] * n


def read(code: str, n: int) -> list[Article]:
    """Return *n* articles in the language *code* that do not say so."""
    return [Article(FOREIGN[code][1])] * n


def test_an_articles_own_word_is_taken() -> None:
    german_text = Article(FOREIGN["de"][1], language="en-GB")
    assert languages([german_text] * 3 + said("EN", 3) + said("fr_CA", 3)) == ["en", "fr"]


def test_what_is_not_said_is_read() -> None:
    assert languages(read("de", 5) + read("fr", 5)) == ["de", "fr"]
    assert languages(said("und", 5) + said("sv", 2) + read("de", 2)) == ["de", "sv"]


def test_a_corpus_of_short_sentences_is_told_by_those_that_suffice() -> None:
    assert languages([Article(text, headline) for headline, text, _ in SMALL]) == ["en"]


def test_below_one_percent_a_language_does_not_count() -> None:
    assert languages(said("en", 200) + said("de", 2)) == ["en"]
    assert languages(said("en", 198) + said("de", 2)) == ["de", "en"]


def test_a_single_article_is_too_little_to_learn_a_language_from() -> None:
    assert languages(said("en", 10) + said("de", 1) + read("fr", 1)) == ["en"]


def test_the_articles_that_are_read_stand_for_all_that_do_not_say() -> None:
    """Of 3,000 silent articles 300 are read, so five in German that say so are no 1 %."""
    assert languages(said("de", 5) + read("fr", 3000)) == ["fr"]
    assert languages(said("de", 5) + read("fr", 300)) == ["de", "fr"]


def test_where_nothing_can_be_told_there_is_no_language() -> None:
    assert languages([]) == []
    assert languages(said(None, 20)) == []
