"""An artifact's vocabulary, widened by words that leave every present topic's scores alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from copytaster.model import terms as packing
from copytaster.model.arrays import Arrays
from copytaster.model.artifact import scorer_over
from copytaster.model.scorer import FieldName, Scorer
from copytaster.model.types import Article

#: The idf of an added word: beside the square of any other's, 1 at least, its own is lost in double
#: precision, so that an article's norm, and with it every other topic's score, stays the same to
#: the last bit; its weights are as many times larger.
TINY = 1e-10
#: True idf are 1 at least.
_ADDED_BELOW = 0.5


def added(arrays: Arrays, name: FieldName) -> NDArray[np.bool_]:
    """Return which terms of a field were added to it, of shape (n_terms,), bool."""
    return np.asarray(arrays[f"{name}.idf"] < _ADDED_BELOW)


def widened(arrays: Arrays, name: FieldName, words: Sequence[str]) -> Arrays:
    """Return *arrays* with the new *words* behind the terms of a field, without any weight."""
    if not words:
        return arrays
    known = arrays[f"{name}.terms"].tobytes().decode()
    weights, n = arrays[f"{name}.weights"], len(words)
    return {
        **arrays,
        f"{name}.terms": packing.pack([known, *words]),
        f"{name}.idf": np.concatenate([arrays[f"{name}.idf"], np.full(n, TINY, np.float32)]),
        f"{name}.scales": np.concatenate([arrays[f"{name}.scales"], np.ones(n, np.float32)]),
        f"{name}.weights": np.concatenate([weights, np.zeros((n, weights.shape[1]), np.int8)]),
    }


@dataclass(frozen=True, slots=True)
class Space:
    """What a tagger's scorer sees of articles in one field.

    Attributes
    ----------
    scorer : Scorer
    name : FieldName
    boost : ndarray of shape (n_terms,), float64
        How many times more an added word is worth than its idf says; 1 for all others.
    """

    scorer: Scorer
    name: FieldName
    boost: NDArray[np.float64]

    @classmethod
    def of(cls, arrays: Arrays, name: FieldName, articles: Sequence[Article]) -> "Space":
        """Return the space in which added words are as rare as they are in *articles*."""
        scorer = scorer_over(arrays)
        idf = arrays[f"{name}.idf"].astype(np.float64)
        found = read(scorer, name, articles)
        in_articles = np.bincount(found.indices, minlength=found.shape[1])
        due = np.log((1 + len(articles)) / (1 + in_articles)) + 1.0
        return cls(scorer, name, np.where(added(arrays, name), due / idf, 1.0))

    def values(self, articles: Sequence[Article]) -> sp.csr_matrix:
        """Return the TF-IDF values of *articles* as they are served, (n_articles, n_terms).

        But for the size of each row: it is such that :meth:`features` are of length 1.
        """
        found = read(self.scorer, self.name, articles)
        length = np.sqrt(found.power(2) @ self.boost**2)
        return (sp.diags(1.0 / np.where(length > 0, length, 1.0)) @ found).tocsr()

    def features(self, articles: Sequence[Article]) -> sp.csr_matrix:
        """Return what :meth:`values` are with added words at their due, (n_articles, n_terms)."""
        return (self.values(articles) @ sp.diags(self.boost)).tocsr()


def read(scorer: Scorer, name: FieldName, articles: Sequence[Article]) -> sp.csr_matrix:
    """Return the TF-IDF values of *articles* in one field, (n_articles, n_terms), float64."""
    rows, values, starts = [np.empty(0, np.int64)], [np.empty(0)], [0]
    for article in articles:
        found = scorer.vectors(article)[name]
        rows.append(found.rows)
        values.append(found.values)
        starts.append(starts[-1] + len(found.rows))
    shape = (len(articles), len(scorer.fields[name].idf))
    return sp.csr_matrix((np.concatenate(values), np.concatenate(rows), starts), shape=shape)
