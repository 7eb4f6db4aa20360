"""Scores by TF-IDF and a linear layer, in plain NumPy: the oracle of any faster way."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copytaster.model import rivals
from copytaster.model.evidence import Locator, strongest
from copytaster.model.terms import Terms
from copytaster.model.text import pairs, tokens
from copytaster.model.types import Article, Evidence, Story

FieldName = Literal["headline", "article", "pairs"]
#: What every tagger reads.
FIELDS: tuple[FieldName, ...] = ("article", "headline")
#: What a tagger may read besides: the whole article as words and pairs of adjacent words.
OPTIONAL: tuple[FieldName, ...] = ("pairs",)

#: Columns of weights are padded to a multiple of so many, which are read at once.
STEP = 32


def padded(n_topics: int) -> int:
    """Return how many columns the weights of *n_topics* have."""
    return -(-n_topics // STEP) * STEP


def field_text(article: Story, name: FieldName) -> str:
    """Return what the field *name* reads: the headline, or the headline and the body."""
    return article.headline if name == "headline" else f"{article.headline}\n{article.text}"


def field_terms(text: str, name: FieldName) -> list[str]:
    """Return the terms of the *text* of field *name*, in order: its tokens, then pairs of them."""
    found = tokens(text)
    return found + pairs(found) if name == "pairs" else found


@dataclass(frozen=True, slots=True)
class Field:
    """One field's vocabulary and weights.

    Attributes
    ----------
    terms : Terms
        The ``n_terms`` known tokens, and in the field "pairs" pairs of them; in any order, and
        the usual ones first for speed.
    idf : ndarray of shape (n_terms,), float32
        Inverse document frequency, log((1 + n) / (1 + df)) + 1.
    weights : ndarray of shape (n_terms, width), int8
        The linear layer in steps of each term's scale; the field's own weight is folded in.
        The first ``n_topics`` columns count; the others are 0.
    scales : ndarray of shape (n_terms,), float32
        What one step of a term's weights is worth.
    """

    terms: Terms
    idf: NDArray[np.float32]
    weights: NDArray[np.int8]
    scales: NDArray[np.float32]


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
        (1 + ln count) idf, divided by the Euclidean norm or, where that is less than a single
        word's least, by 1: added words alone have next to no length. 0 to 1.
    n_tokens, n_known : int
        How many terms the field has, and how many of them are in the vocabulary.
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


class Scores(NamedTuple):
    """What a scorer says of articles.

    Attributes
    ----------
    scores : ndarray of shape (n_articles, n_topics), float64
        Decision scores.
    known : ndarray of shape (n_articles,), float64
        Share, 0 to 1, of each article's tokens that are in the vocabulary; 0 for no tokens.
    """

    scores: NDArray[np.float64]
    known: NDArray[np.float64]


class Scorer:
    """Turns articles into one decision score a topic.

    Parameters
    ----------
    fields : Mapping of FieldName to Field
        The fields, all with the same topics; those that are not optional must be there.
    intercept : ndarray of shape (n_topics,), float64
    exclusive : bool
        Whether an article has exactly one topic. A score then is how far the topic's own is ahead
        of all others' together: :func:`copytaster.model.rivals.ahead`.
    """

    #: Which implementation this is.
    engine: Literal["numpy", "compiled"] = "numpy"

    def __init__(
        self,
        fields: Mapping[FieldName, Field],
        intercept: NDArray[np.float64],
        *,
        exclusive: bool = False,
    ) -> None:
        names = FIELDS + tuple(name for name in OPTIONAL if name in fields)
        self.fields = {name: fields[name] for name in names}
        self.intercept = intercept
        self.exclusive = exclusive

    def read(self, articles: Sequence[Story]) -> Scores:
        """Score *articles*, each by itself."""
        scores = np.empty((len(articles), len(self.intercept)))
        known = np.empty(len(articles))
        for row, article in enumerate(articles):
            vectors = self.vectors(article)
            scores[row], known[row] = self.scores(vectors), vectors["article"].known
        return Scores(scores, known)

    def score(self, articles: Sequence[Story]) -> NDArray[np.float64]:
        """Return the decision scores of *articles*, shape (n_articles, n_topics), float64."""
        return self.read(articles).scores

    def vectors(self, article: Story) -> dict[FieldName, FieldVector]:
        """Return the article's TF-IDF vector in each field."""
        return {name: self._vector(name, field_text(article, name)) for name in self.fields}

    def scores(self, vectors: Mapping[FieldName, FieldVector]) -> NDArray[np.float64]:
        """Return the decision scores, shape (n_topics,), float64, of an article's *vectors*."""
        own = self._own(vectors)
        return rivals.ahead(own) if self.exclusive else own

    @property
    def empty(self) -> NDArray[np.float64]:
        """Decision scores, shape (n_topics,), float64, of an article without a known word."""
        return rivals.ahead(self.intercept) if self.exclusive else self.intercept

    def _own(self, vectors: Mapping[FieldName, FieldVector]) -> NDArray[np.float64]:
        total = self.intercept.copy()
        for name, vector in vectors.items():
            field = self.fields[name]
            rows = field.weights[vector.rows, : len(total)].astype(np.float64)
            total += (vector.values * field.scales[vector.rows]) @ rows
        return total

    def contributions(
        self, vectors: Mapping[FieldName, FieldVector], topic: int
    ) -> Iterator[tuple[str, float]]:
        """Yield each known term with what it adds to the score of the topic in column *topic*.

        A term in several fields comes several times; with :attr:`empty`, the parts sum to the
        score. What a term does for rivals of the topic counts against it.
        """
        mixed = None
        if self.exclusive:
            mixed = rivals.mixture(self.intercept, self._own(vectors), topic)
        for name, vector in vectors.items():
            field = self.fields[name]
            if mixed is None:
                weights = field.weights[vector.rows, topic]
            else:
                weights = field.weights[vector.rows, : len(mixed)] @ mixed
            parts = vector.values * field.scales[vector.rows] * weights
            yield from zip(vector.terms, parts.tolist(), strict=True)

    def evidence(
        self, article: Article, wanted: Sequence[tuple[int, float]]
    ) -> list[tuple[Evidence, ...]]:
        """Return the evidence for topics of the *article*, the strongest of each first.

        Parameters
        ----------
        article : Article
        wanted : sequence of (int, float)
            The topics' columns, and by how much the logit of each rises, a unit of score.
        """
        vectors = self.vectors(article)
        found = [strongest(self.contributions(vectors, topic), slope) for topic, slope in wanted]
        locator = Locator(article, {term for terms in found for term, _ in terms})
        return [tuple(locator.evidence(*item) for item in terms) for terms in found]

    def _vector(self, name: FieldName, text: str) -> FieldVector:
        field, found = self.fields[name], field_terms(text, name)
        row_of = field.terms.rows.get
        counts = Counter(found)
        known = [(term, row, n) for term, n in counts.items() if (row := row_of(term)) is not None]
        return tfidf(
            field,
            [term for term, _, _ in known],
            np.array([row for _, row, _ in known], dtype=np.int64),
            np.array([n for _, _, n in known], dtype=np.int64),
            len(found),
        )


def tfidf(
    field: Field, terms: list[str], rows: NDArray[np.int64], counts: NDArray[np.int64], n: int
) -> FieldVector:
    """Return the vector of a text of *n* terms, from its known terms, their rows and counts."""
    values = (1.0 + np.log(counts)) * field.idf[rows]
    norm = max(math.sqrt(float(values @ values)), 1.0)
    return FieldVector(
        terms=terms,
        rows=rows,
        values=values / norm,
        n_tokens=n,
        n_known=int(counts.sum()),
    )
