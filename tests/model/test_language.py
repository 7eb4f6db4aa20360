"""The language of a text is told by its tag, or by its letters where they suffice."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copytaster.model.language import READ, broader, detect, primary
from tests.foreign import FOREIGN

ENGLISH = "The ministers agreed on Tuesday to lift the tariff on steel before the end of the year."


@pytest.mark.parametrize("tag", ["en", "EN", "en-GB", "En_us", "en-Latn-GB", "en-x-desk"])
def test_region_script_case_and_underscore_do_not_make_another_language(tag: str) -> None:
    assert primary(tag) == "en"


@pytest.mark.parametrize("tag", [None, "", "und", "UND", "mul", "zxx", "und-Latn"])
def test_a_tag_that_names_no_one_language_is_none(tag: str | None) -> None:
    assert primary(tag) is None


@pytest.mark.parametrize(
    ("one", "other"), [("nb", "nn"), ("nb", "no"), ("iw", "he"), ("yue", "zh"), ("hr", "sr")]
)
def test_languages_that_a_few_lines_do_not_tell_apart_compare_as_one(one: str, other: str) -> None:
    assert broader(one) == broader(other)


def test_other_languages_compare_as_themselves() -> None:
    assert {broader(code) for code in ("da", "no", "sv", "en", "de")} == {
        "da",
        "no",
        "sv",
        "en",
        "de",
    }


@pytest.mark.parametrize("code", FOREIGN)
def test_a_story_is_detected_in_its_language(code: str) -> None:
    headline, text = FOREIGN[code]
    assert detect(f"{headline}\n{text}") == code


def test_english_is_detected_also_in_capitals_and_after_much_white_space() -> None:
    assert detect(ENGLISH) == "en"
    assert detect(ENGLISH.upper()) == "en"
    assert detect("\n" * 10 * READ + ENGLISH) == "en"


def test_a_language_that_is_sure_only_with_its_kin_is_given_as_their_macrolanguage() -> None:
    text = "Vlada želi graditi više vjetroelektrana na moru, rekao je premijer u ponedjeljak."
    assert detect(text) == "sh"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "1,204  33.1%  17/12\n" * 40,
        "🏏🎉🔥 " * 30,
        "Ελλάδα",
        "Taiwan",
        "Steel tariff row",
        "qqzx vkkw jjfq zzpl wwxk qqpt vvnm xxcz " * 8,
        '<div class="a"><a href="http://x.y/z?q=1">link</a></div>' * 4,
        "def main(argv):\n    for i in range(10):\n        print(i, argv[i])\n" * 3,
        "\ud800" * 100,
    ],
)
def test_what_has_no_language_or_too_little_of_it_is_not_told(text: str) -> None:
    assert detect(text) is None


def test_only_the_start_is_read() -> None:
    start = (ENGLISH * 10)[:READ]
    assert detect(start + FOREIGN["de"][1] * 100) == detect(start) == "en"


@settings(deadline=None)
@given(st.text())
def test_any_text_gets_a_usable_code_or_none(text: str) -> None:
    found = detect(text)
    assert found is None or primary(found) == found


def test_threads_that_ask_first_at_once_get_the_same_answers_as_one() -> None:
    """In a fresh process, so that they all meet the detector before it is loaded."""
    code = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from copytaster.model import language\n"
        f"texts = {[text for _, text in FOREIGN.values()]!r}\n"
        "with ThreadPoolExecutor(8) as pool: print(*pool.map(language.detect, texts))\n"
        "assert language._load.cache_info().misses == 1"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == list(FOREIGN)


def test_asking_again_in_another_thread_changes_nothing() -> None:
    texts = [text for _, text in FOREIGN.values()] * 20
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(detect, texts)) == [detect(text) for text in texts]
