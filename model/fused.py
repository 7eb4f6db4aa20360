"""The compiled scorer, behind the face of the plain one."""

import importlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import starmap
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from copytaster.model import rivals
from copytaster.model.evidence import PLACES, SHOWN
from copytaster.model.packed import Packed
from copytaster.model.scorer import Field, FieldName, FieldVector, Scorer, Scores, tfidf
from copytaster.model.types import Article, Evidence, Story

_compiled: Any
try:
    _compiled = importlib.import_module("copytaster.model._scorer")
except ImportError:  # installed where no compiler was
    _compiled = None


def available() -> bool:
    """Return whether the compiled scorer is installed."""
    return _compiled is not None


def best_scorer(
    fields: Mapping[FieldName, Field], intercept: NDArray[np.float64], *, exclusive: bool = False
) -> Scorer:
    """Return the fastest scorer that is installed; parameters as for :class:`Scorer`.

    Should two terms have one hash, which one vocabulary in millions has, it is the plain one.
    """
    if available():
        with suppress(_compiled.SameHashError):
            return FusedScorer(fields, intercept, exclusive=exclusive)
    return Scorer(fields, intercept, exclusive=exclusive)


class FusedScorer(Scorer):
    """Scores in one compiled pass without the GIL; parameters as for :class:`Scorer`.

    Raises
    ------
    ValueError
        If two terms of a field cannot be told apart by their hashes, or arrays do not fit.
    """

    engine: Literal["numpy", "compiled"] = "compiled"

    def __init__(
        self,
        fields: Mapping[FieldName, Field],
        intercept: NDArray[np.float64],
        *,
        exclusive: bool = False,
    ) -> None:
        super().__init__(fields, intercept, exclusive=exclusive)
        self._n_topics = len(intercept)
        self._fields = {name: _field(field) for name, field in self.fields.items()}
        self.compiled = _compiled.Scorer(
            self._fields["article"], self._fields["headline"], self._fields.get("pairs"), intercept
        )

    def read(self, articles: Sequence[Story]) -> Scores:
        """Score *articles*, each by itself."""
        n = len(articles)
        scores, known = np.empty((n, self._n_topics)), np.empty(n)
        if type(articles) is Packed:  # isinstance() takes a third of a microsecond here
            self.compiled.score_packed(articles.data, articles.places, scores, known)
        else:
            self.compiled.score(articles, scores, known)
        return Scores(rivals.ahead(scores) if self.exclusive else scores, known)

    def evidence(
        self, article: Article, wanted: Sequence[tuple[int, float]]
    ) -> list[tuple[Evidence, ...]]:
        """Return the evidence for topics of the *article*, the strongest of each first."""
        found = self.compiled.explain(article.headline, article.text, PLACES)
        own = self.intercept.copy()
        if self.exclusive:
            found.add_to(own)
        every = []
        for topic, slope in wanted:
            mixed = rivals.mixture(self.intercept, own, topic) if self.exclusive else None
            every.append(tuple(starmap(Evidence, found.strongest(topic, slope, SHOWN, mixed))))
        return every

    def _vector(self, name: FieldName, text: str) -> FieldVector:
        field = self.fields[name]
        found = self._fields[name].rows(text, name == "pairs")
        every = np.frombuffer(found, dtype=np.int32).astype(np.int64)
        rows, first, counts = np.unique(every[every >= 0], return_index=True, return_counts=True)
        order = np.argsort(first)
        terms = [field.terms[row] for row in rows[order].tolist()]
        return tfidf(field, terms, rows[order], counts[order], len(every))


def _field(field: Field) -> Any:  # noqa: ANN401  # a compiled class
    return _compiled.Field(field.terms.packed, field.idf, field.scales, field.weights)
