"""The words that decided: contributions of terms, and where they stand."""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable

from copytaster.model.text import spans
from copytaster.model.types import Article, Evidence, Span

#: How many terms are shown for one tag.
SHOWN = 8

#: How many places of one term are shown, in text and in headline.
PLACES = 50


def strongest(contributions: Iterable[tuple[str, float]], slope: float) -> list[tuple[str, float]]:
    """Return the terms that speak most for a topic with what they add to its logit.

    Parameters
    ----------
    contributions : iterable of (str, float)
        Terms with what they add to the score; a term's parts are summed.
    slope : float
        By how much the logit rises, a unit of score, from an empty article to this one.
    """
    totals: defaultdict[str, float] = defaultdict(float)
    for term, part in contributions:
        totals[term] += part * slope
    first = heapq.nsmallest(SHOWN, totals.items(), key=lambda item: (-item[1], item[0]))
    return [(term, total) for term, total in first if total > 0]


class Locator:
    """Finds where given terms stand in one article.

    Parameters
    ----------
    article : Article
    terms : collection of str
        The terms that will be asked for: tokens, and pairs of adjacent tokens.
    """

    def __init__(self, article: Article, terms: Collection[str]) -> None:
        self._text = _locate(article.text, terms)
        self._headline = _locate(article.headline, terms)

    def evidence(self, term: str, contribution: float) -> Evidence:
        """Return the evidence of *term*, with its first fifty places."""
        return Evidence(term, contribution, self._text.get(term, ()), self._headline.get(term, ()))


def _locate(text: str, terms: Collection[str]) -> dict[str, tuple[Span, ...]]:
    places: dict[str, list[Span]] = {term: [] for term in terms}
    before, begin = "", 0
    for term, start, end in spans(text):
        for name, first in ((term, start), (f"{before} {term}", begin)):
            if name in places and len(places[name]) < PLACES:
                places[name].append((first, end))
        before, begin = term, start
    return {term: tuple(found) for term, found in places.items()}
