"""The words that decided: contributions of terms, and where they stand."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping

from copytaster.model.text import spans
from copytaster.model.types import Article, Evidence, Span

#: How many terms are shown for one tag.
SHOWN = 8

Places = Mapping[str, tuple[Span, ...]]


def locate(text: str) -> Places:
    """Return where each token of *text* stands, as code point offsets, in order."""
    places: defaultdict[str, list[Span]] = defaultdict(list)
    for term, start, end in spans(text):
        places[term].append((start, end))
    return {term: tuple(found) for term, found in places.items()}


class Locator:
    """Finds the terms of one article in its headline and text."""

    def __init__(self, article: Article) -> None:
        self._text = locate(article.text)
        self._headline = locate(article.headline)

    def evidence(
        self, contributions: Iterable[tuple[str, float]], slope: float
    ) -> tuple[Evidence, ...]:
        """Return the strongest terms that speak for a topic, strongest first.

        Parameters
        ----------
        contributions : iterable of (str, float)
            Terms with what they add to the score; a term's parts are summed.
        slope : float
            The topic's calibration slope, which turns a score into a logit.
        """
        totals: defaultdict[str, float] = defaultdict(float)
        for term, part in contributions:
            totals[term] += part * slope
        strongest = heapq.nsmallest(SHOWN, totals.items(), key=lambda item: (-item[1], item[0]))
        return tuple(
            Evidence(term, total, self._text.get(term, ()), self._headline.get(term, ()))
            for term, total in strongest
            if total > 0
        )
