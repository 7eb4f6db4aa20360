"""Why an editor should look at an article."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copytaster.model.language import broader, detect, primary
from copytaster.model.scorer import field_text
from copytaster.model.types import Review, Story


@dataclass(frozen=True, slots=True)
class Reviewer:
    """What the tagger has read, and so what it should not be trusted with.

    Attributes
    ----------
    languages : frozenset of str
        The languages that it learnt from, as :func:`copytaster.model.language.broader` gives
        them; empty where they could not be told, and then no language is foreign.
    familiar_from : float
        The least share of known tokens, 0 to 1, in a text of its own kind.
    doubtful_below : float
        The share of known tokens, 0 to 1, below which the language is worth a look.
    """

    languages: frozenset[str]
    familiar_from: float
    doubtful_below: float

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Reviewer":
        """Return the reviewer that a manifest's *data* describe.

        Raises
        ------
        KeyError, TypeError, ValueError
            If a field is missing, of another type, or out of range.
        """
        languages = data["languages"]
        if not isinstance(languages, list) or not all(isinstance(code, str) for code in languages):
            raise TypeError("languages")
        return cls(
            languages=frozenset(broader(code) for code in languages),
            familiar_from=_share(data, "familiar_from"),
            doubtful_below=_share(data, "doubtful_below"),
        )

    def language(self, article: Story, known: float) -> str | None:
        """Return the language of *article*: as given, else detected where there is a doubt.

        Detection takes as long as tagging. A text in a language that the tagger never saw has
        few *known* words, so only such texts are looked at.

        Parameters
        ----------
        article : Story
        known : float
            Share of its tokens, 0 to 1, that the tagger has seen.
        """
        doubtful = self.languages and known < self.doubtful_below
        if not doubtful or primary(article.language) is not None:
            return article.language
        return detect(field_text(article, "article")) or article.language

    def doubtful(self, known: NDArray[np.float64]) -> list[int]:
        """Return which articles' languages are worth a look, from the *known* share of each."""
        return np.flatnonzero(known < self.doubtful_below).tolist() if self.languages else []

    def is_foreign(self, language: str | None) -> bool:
        """Return whether *language*, a BCP 47 tag, is one that the tagger never learnt from."""
        code = primary(language)
        return bool(self.languages) and code is not None and broader(code) not in self.languages

    def review(self, language: str | None, known: float, *, tagged: bool) -> Review | None:
        """Return why an editor should look, or ``None``.

        Parameters
        ----------
        language : str or None
            As :meth:`language` gives it.
        known : float
            Share of the article's tokens, 0 to 1, that the tagger has seen.
        tagged : bool
            Whether any topic reached its threshold.
        """
        if self.is_foreign(language):
            return "language"
        if tagged:
            return None
        return "unfamiliar text" if known < self.familiar_from else "nothing above threshold"


def _share(data: Mapping[str, Any], name: str) -> float:
    value = data[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(name)
    if not math.isfinite(value) or not 0 <= value <= 1:
        raise ValueError(name)
    return float(value)
