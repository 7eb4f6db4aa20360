"""The language of a text: told by its tag, or detected where there is none."""

import importlib
from functools import cache
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

_compiled: Any
try:
    _compiled = importlib.import_module("copytaster.model._detector")
except ImportError:  # installed where no compiler was
    _compiled = None

#: The longest stretch of a text that is read for its language, in characters.
READ = 500
#: The least probability with which a language is detected.
SURE = 0.9
#: The least amount of letters, in bytes of UTF-8: 20 of English, 7 of Chinese, which say as much.
LETTERS = 20

#: No one language: undetermined, several, none.
_UNUSABLE = frozenset({"", "und", "mul", "zxx"})
#: Codes to the macrolanguage or the newer code that the IANA registry of subtags gives for them,
#: as far as the detector or a CMS may send them.
_BROADER = {
    **dict.fromkeys(("nb", "nn"), "no"),
    **dict.fromkeys(("cmn", "wuu", "yue"), "zh"),
    **dict.fromkeys(("ary", "arz"), "ar"),
    **dict.fromkeys(("bs", "hr", "sr"), "sh"),
    **dict.fromkeys(("id", "in"), "ms"),
    "iw": "he",
    "uzs": "uz",
}
_loading = Lock()


def primary(tag: str | None) -> str | None:
    """Return the language of a BCP 47 *tag*: lower-case, without region, script or variant.

    Returns
    -------
    str or None
        ``None`` where the tag names no one language: ``und``, ``mul``, ``zxx``, none, empty.
    """
    code = (tag or "").replace("_", "-").partition("-")[0].lower()
    return None if code in _UNUSABLE else code


def broader(code: str) -> str:
    """Return the language that *code* is compared by: nb and nn are no, yue is zh.

    Languages of one macrolanguage are too near to each other to be told by a few lines.
    """
    return _BROADER.get(code, code)


def detect(text: str) -> str | None:
    """Return the language of *text*, or ``None`` where it cannot be told.

    The first call in a process loads the detector: about 0.3 s and 80 MB.

    Parameters
    ----------
    text : str
        Its first 500 characters are read.

    Returns
    -------
    str or None
        ISO 639 code of the language where its probability is at least 0.9; otherwise that of
        the macrolanguage, where its languages together reach it; otherwise ``None``.
    """
    start = text.strip()[:READ]
    if not _has_letters(start):
        return None
    detector = _detector()
    shares = detector._decide(start)  # noqa: SLF001  # classify and rank would each do it anew
    best = int(shares.argmax())
    code, probability = detector.nb_classes[best], float(shares[best])
    if probability < SURE:
        code = broader(code)
        kin = [broader(other) == code for other in detector.nb_classes]
        probability = float(shares[kin].sum())
    return primary(code) if probability >= SURE else None


def loaded() -> bool:
    """Return whether the detector is loaded in this process, so that :func:`detect` is quick."""
    return _load.cache_info().currsize > 0


def _has_letters(text: str) -> bool:
    amount = 0
    for letter in filter(str.isalpha, text):
        amount += len(letter.encode())
        if amount >= LETTERS:
            return True
    return False


def _detector() -> Any:  # noqa: ANN401  # py3langid has no annotations
    with _loading:
        return _load()


@cache
def _load() -> Any:  # noqa: ANN401  # as above
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    class Hastened(LanguageIdentifier):  # type: ignore[misc]  # it is Any
        """With its inner loops, four fifths of its time, compiled."""

        __slots__ = ("hot",)

        def __init__(self, *tables: Any, **options: Any) -> None:  # noqa: ANN401  # as above
            super().__init__(*tables, **options)
            self.hot = _compiled.Detector(
                np.asarray(self.tk_nextmove, dtype=np.uint32).reshape(-1, 256),
                np.asarray(self.tk_row, dtype=np.uint32),
                np.asarray(self.tk_output, dtype=np.int32),
                self.nb_ptc.view(np.uint16),
            )

        def _raw_score(self, text: bytes) -> NDArray[np.float32]:
            scores: NDArray[np.float32] = self.nb_pc.copy()
            return scores if self.hot.add(text, scores) else np.zeros_like(scores)

    kind = LanguageIdentifier if _compiled is None else Hastened
    return kind.from_model_file(MODEL_FILE, norm_probs=True)
