"""From articles to the matrix that the linear layer learns from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfTransformer

from copytaster.model.scorer import FIELDS, FieldName, field_text
from copytaster.model.types import Article
from copytaster.training import counting
from copytaster.training.config import Recipe

#: The only term of a field that has none; no text can hold it as a token.
_STAND_IN = " "


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each term comes in each article, field by field, counted once for all folds.

    Attributes
    ----------
    terms : Mapping of FieldName to list of str
        All terms of the field, sorted.
    matrices : Mapping of FieldName to csr_matrix of shape (n_articles, len(terms)), float64
    """

    terms: Mapping[FieldName, list[str]]
    matrices: Mapping[FieldName, sp.csr_matrix]

    def rows(self, chosen: NDArray[np.int64]) -> "Counts":
        """Return the counts of the *chosen* articles."""
        return Counts(self.terms, {name: found[chosen] for name, found in self.matrices.items()})


def count(articles: Sequence[Article]) -> Counts:
    """Count the terms of *articles* in each field."""
    terms: dict[FieldName, list[str]] = {}
    matrices: dict[FieldName, sp.csr_matrix] = {}
    for name in FIELDS:
        found, matrix = counting.count([field_text(article, name) for article in articles])
        terms[name] = found or [_STAND_IN]
        matrices[name] = matrix if found else sp.csr_matrix((len(articles), 1))
    return Counts(terms, matrices)


@dataclass(frozen=True, slots=True)
class Block:
    """One field's part of the columns.

    Attributes
    ----------
    kept : ndarray of shape (n_terms,), int64
        The columns of the counts that are in the vocabulary.
    terms : list of str
        Their terms, sorted.
    tfidf : TfidfTransformer
        Fitted to them.
    weight : float
        The field's weight.
    """

    kept: NDArray[np.int64]
    terms: list[str]
    tfidf: TfidfTransformer
    weight: float

    def transform(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        """Return the block of columns for articles with these *counts*."""
        return self.weight * self.tfidf.transform(counts[:, self.kept])


class Features:
    """Sublinear TF-IDF of the whole article and, weighted, of its headline, side by side.

    Parameters
    ----------
    counts : Counts
        Of the articles that vocabulary and document frequencies are learnt from.
    recipe : Recipe

    Attributes
    ----------
    blocks : dict of FieldName to Block
        In the order of the columns.
    """

    def __init__(self, counts: Counts, recipe: Recipe) -> None:
        weights: dict[FieldName, float] = {"article": 1.0, "headline": recipe.headline_weight}
        self.blocks = {name: _block(counts, name, recipe.min_df, weights[name]) for name in FIELDS}

    def transform(self, counts: Counts) -> sp.csr_matrix:
        """Return the features of counted articles, of shape (n_articles, n_features), float64."""
        found = [block.transform(counts.matrices[name]) for name, block in self.blocks.items()]
        return sp.hstack(found, format="csr")

    def columns(self, name: FieldName) -> slice:
        """Return the columns of the field's block."""
        sizes = [len(self.blocks[field].terms) for field in FIELDS]
        at = FIELDS.index(name)
        return slice(sum(sizes[:at]), sum(sizes[: at + 1]))


def _block(counts: Counts, name: FieldName, min_df: int, weight: float) -> Block:
    matrix = counts.matrices[name]
    in_articles = np.bincount(matrix.indices, minlength=matrix.shape[1])
    kept = np.flatnonzero(in_articles >= min_df)
    terms = [counts.terms[name][column] for column in kept]
    if not terms:
        kept, terms = np.array([0]), [_STAND_IN]
        matrix = sp.csr_matrix(matrix.shape)
    tfidf = TfidfTransformer(sublinear_tf=True).fit(matrix[:, kept])
    return Block(kept, terms, tfidf, weight)
