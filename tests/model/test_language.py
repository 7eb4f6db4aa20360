"""The language of a text is told by its tag, or by its letters where they suffice."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from copytaster.model import language
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


@pytest.fixture(scope="module")
def plain() -> Any:  # noqa: ANN401  # py3langid has no annotations
    """The detector as its authors wrote it."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@pytest.mark.skipif(language._compiled is None, reason="nothing was compiled")
@pytest.mark.parametrize("code", FOREIGN)
def test_the_compiled_detector_says_of_any_piece_what_the_plain_one_says(
    plain: Any,  # noqa: ANN401  # as above
    code: str,
) -> None:
    text = "\n".join(FOREIGN[code])
    hastened = language._detector()
    assert type(hastened) is not type(plain)
    for length in (1, 7, 40, READ):
        for start in range(0, len(text), 29):
            agree(hastened, plain, text[start : start + length])


@pytest.mark.skipif(language._compiled is None, reason="nothing was compiled")
@settings(deadline=None)
@given(text=st.text() | st.text("aeiou nrst", min_size=30) | st.text(st.characters(codec="utf-8")))
def test_the_compiled_detector_says_of_any_text_what_the_plain_one_says(
    plain: Any,  # noqa: ANN401  # as above
    text: str,
) -> None:
    agree(language._detector(), plain, text)


def agree(one: Any, other: Any, text: str) -> None:  # noqa: ANN401  # as above
    """Hold two detectors to equal probabilities, and so to the same languages where one is sure."""
    np.testing.assert_allclose(one._decide(text), other._decide(text), atol=1e-4)


@pytest.fixture
def _uncompiled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(language, "_compiled", None)
    language._load.cache_clear()
    yield
    language._load.cache_clear()


@pytest.mark.usefixtures("_uncompiled")
def test_without_the_compiled_detector_the_plain_one_detects() -> None:
    assert [detect(text) for _, text in FOREIGN.values()] == list(FOREIGN)
    assert type(language._detector()) is LanguageIdentifier


@pytest.mark.skipif(language._compiled is None, reason="nothing was compiled")
@pytest.mark.parametrize(
    ("name", "value"), [("moves", 2), ("rows", 1), ("features", 1), ("features", 7)]
)
def test_tables_that_point_outside_each_other_are_refused(name: str, value: int) -> None:
    tables: dict[str, NDArray[Any]] = {
        "moves": np.zeros((1, 256), np.uint32),
        "rows": np.zeros(2, np.uint32),
        "features": np.zeros(2, np.int32),
        "weights": np.zeros((1, 3), np.uint16),
    }
    language._compiled.Detector(*tables.values())
    tables[name].flat[1] = value
    with pytest.raises(ValueError, match="do not fit"):
        language._compiled.Detector(*tables.values())


@pytest.mark.skipif(language._compiled is None, reason="nothing was compiled")
def test_every_weight_of_half_precision_is_read_exactly() -> None:
    every = np.arange(2**16, dtype=np.uint16)
    finite = every[np.isfinite(every.view(np.float16))]
    moves, rows = np.zeros((1, 256), np.uint32), np.zeros(1, np.uint32)
    hot = language._compiled.Detector(moves, rows, np.zeros(1, np.int32), finite[np.newaxis])
    scores = np.zeros(len(finite), np.float32)
    assert hot.add(b"x", scores)
    expected = finite.view(np.float16).astype(np.float32) * np.log1p(np.float32(1))
    np.testing.assert_allclose(scores, expected, rtol=1e-6)
    assert not hot.add(b"", scores)
