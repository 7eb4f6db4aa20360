"""Scores by TF-IDF and a linear layer, in plain NumPy: the oracle of any faster way."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from copytaster.model.text import tokens
from copytaster.model.types import Article

FieldName = Literal["headline", "article"]
FIELDS: tuple[FieldName, ...] = ("article", "headline")


def field_text(article: Article, name: FieldName) -> str:
    """Return what the field *name* reads: the headline, or the headline and the body."""
    return article.headline if name == "headline" else f"{article.headline}\n{article.text}"


@dataclass(frozen=True, slots=True)
class Field:
    """One field's vocabulary and weights.

    Attributes
    ----------
    vocabulary : Mapping of str to int
        Row of each of the ``n_terms`` known tokens.
    idf : ndarray of shape (n_terms,), float32
        Inverse document frequency, log((1 + n) / (1 + df)) + 1.
    weights : ndarray of shape (n_terms, n_topics), float32
        The linear layer; the field's own weight is folded in.
    """

    vocabulary: Mapping[str, int]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FieldVector:
    """One article's L2-normalised sublinear TF-IDF in one field.

    Attributes
    ----------
    terms : list of str
        The known terms, in the order in which they first appear.
    rows : ndarray of shape (len(terms),), int64
        Their rows in the vocabulary.
    values : ndarray of shape (len(terms),), float64
        (1 + ln count) idf, divided by the Euclidean norm; 0 to 1.
    n_tokens, n_known : int
        How many tokens the field has, and how many of them are in the vocabulary.
    """

    terms: list[str]
    rows: NDArray[np.int64]
    values: NDArray[np.float64]
    n_tokens: int
    n_known: int

    @property
    def known(self) -> float:
        """Share, 0 to 1, of the tokens that are in the vocabulary; 0 for no tokens."""
        return self.n_known / self.n_tokens if self.n_tokens else 0.0


class Scorer:
    """Turns articles into one decision score a topic.

    Parameters
    ----------
    fields : Mapping of FieldName to Field
        The fields, all with the same ``n_topics``.
    intercept : ndarray of shape (n_topics,), float64
    """

    def __init__(self, fields: Mapping[FieldName, Field], intercept: NDArray[np.float64]) -> None:
        self.fields = {name: fields[name] for name in FIELDS}
        self.intercept = intercept

    def vectors(self, article: Article) -> dict[FieldName, FieldVector]:
        """Return the article's TF-IDF vector in each field."""
        return {
            name: _vector(field, tokens(field_text(article, name)))
            for name, field in self.fields.items()
        }

    def scores(self, vectors: Mapping[FieldName, FieldVector]) -> NDArray[np.float64]:
        """Return the decision scores, shape (n_topics,), float64, of an article's *vectors*."""
        total = self.intercept.copy()
        for name, vector in vectors.items():
            total += vector.values @ self.fields[name].weights[vector.rows].astype(np.float64)
        return total

    def score(self, articles: Sequence[Article]) -> NDArray[np.float64]:
        """Return the decision scores of *articles*, shape (n_articles, n_topics), float64."""
        scores = np.empty((len(articles), len(self.intercept)))
        for row, article in enumerate(articles):
            scores[row] = self.scores(self.vectors(article))
        return scores

    def contributions(
        self, vectors: Mapping[FieldName, FieldVector], topic: int
    ) -> Iterator[tuple[str, float]]:
        """Yield each known term with what it adds to the score of the topic in column *topic*.

        A term in headline and body comes twice; with the intercept, the parts sum to the score.
        """
        for name, vector in vectors.items():
            parts = vector.values * self.fields[name].weights[vector.rows, topic]
            yield from zip(vector.terms, parts.tolist(), strict=True)


def _vector(field: Field, found: list[str]) -> FieldVector:
    counts = Counter(found)
    look_up = field.vocabulary.get
    known = [(term, row, n) for term, n in counts.items() if (row := look_up(term)) is not None]
    rows = np.array([row for _, row, _ in known], dtype=np.int64)
    counted = np.array([n for _, _, n in known], dtype=np.float64)
    values = (1.0 + np.log(counted)) * field.idf[rows]
    norm = math.sqrt(float(values @ values))
    return FieldVector(
        terms=[term for term, _, _ in known],
        rows=rows,
        values=values / norm if norm else values,
        n_tokens=len(found),
        n_known=int(counted.sum()),
    )
