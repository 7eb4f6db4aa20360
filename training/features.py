"""From articles to the matrix that the linear layer learns from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfTransformer

from copytaster.model.scorer import FieldName, field_text
from copytaster.model.types import Article
from copytaster.training import counting, word_vectors
from copytaster.training.config import DEFAULT, Recipe

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
    vectors : ndarray of shape (n_terms, k), float32, or None
        What is known of the field "article"'s terms from texts alone; ``None`` for nothing.
    """

    terms: Mapping[FieldName, list[str]]
    matrices: Mapping[FieldName, sp.csr_matrix]
    vectors: NDArray[np.float32] | None = None

    def rows(self, chosen: NDArray[np.int64]) -> "Counts":
        """Return the counts of the *chosen* articles."""
        return replace(self, matrices={name: m[chosen] for name, m in self.matrices.items()})


def count(
    articles: Sequence[Article], recipe: Recipe = DEFAULT, texts: Sequence[str] = ()
) -> Counts:
    """Count the terms of *articles* in each field of *recipe*.

    The recipe's word vectors are learned from *texts*. They are of terms that enough articles have
    for a vocabulary.
    """
    terms: dict[FieldName, list[str]] = {}
    matrices: dict[FieldName, sp.csr_matrix] = {}
    for name in fields(recipe):
        read = [field_text(article, name) for article in articles]
        if name == "pairs":
            known, matrix = counting.count_pairs(read, recipe.min_df)
        else:
            known, matrix = counting.count(read)
        terms[name] = known or [_STAND_IN]
        matrices[name] = matrix if known else sp.csr_matrix((len(articles), 1))
    found = Counts(terms, matrices)
    return replace(found, vectors=_vectors(found, recipe, texts)) if recipe.vectors else found


def _vectors(counts: Counts, recipe: Recipe, texts: Sequence[str]) -> NDArray[np.float32]:
    terms = counts.terms["article"]
    usual = np.flatnonzero(_in_articles(counts.matrices["article"]) >= recipe.min_df)
    learned = word_vectors.learn(texts, [terms[column] for column in usual], recipe.vectors)
    vectors = np.zeros((len(terms), learned.shape[1]), dtype=np.float32)
    vectors[usual] = learned
    return vectors


def fields(recipe: Recipe) -> tuple[FieldName, ...]:
    """Return the fields that *recipe* reads, in the order of their columns."""
    return ("article", "headline", "pairs") if recipe.exclusive else ("article", "headline")


def _in_articles(matrix: sp.csr_matrix) -> NDArray[np.int64]:
    """Return how many articles each term comes in."""
    return np.bincount(matrix.indices, minlength=matrix.shape[1])


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

    An exclusive recipe's last block is the whole article again, with pairs of adjacent words.

    Parameters
    ----------
    counts : Counts
        Of the articles that vocabulary and document frequencies are learnt from.
    recipe : Recipe
    n_made : int
        So many of the last articles are made up: their words are always in the vocabulary.

    Attributes
    ----------
    blocks : dict of FieldName to Block
        In the order of the columns.
    vectors : ndarray of shape (n_words, k), float32
        Those of the words in the block "article".
    """

    def __init__(self, counts: Counts, recipe: Recipe, n_made: int = 0) -> None:
        weights = {"article": 1.0, "headline": recipe.headline_weight, "pairs": 1.0}
        self.blocks = {
            name: _block(counts, name, recipe.min_df, weights[name], n_made)
            for name in fields(recipe)
        }
        kept = self.blocks["article"].kept
        none = np.zeros((len(kept), 0), dtype=np.float32)
        self.vectors = none if counts.vectors is None else counts.vectors[kept]

    def transform(self, counts: Counts) -> sp.csr_matrix:
        """Return the features of counted articles, of shape (n_articles, n_features), float64."""
        found = [block.transform(counts.matrices[name]) for name, block in self.blocks.items()]
        return sp.hstack(found, format="csr")

    def columns(self, name: FieldName) -> slice:
        """Return the columns of the field's block."""
        sizes = [len(block.terms) for block in self.blocks.values()]
        at = list(self.blocks).index(name)
        return slice(sum(sizes[:at]), sum(sizes[: at + 1]))


def _block(counts: Counts, name: FieldName, min_df: int, weight: float, n_made: int) -> Block:
    matrix = counts.matrices[name]
    usual = _in_articles(matrix) >= min_df
    if name == "article" and n_made:
        usual |= _in_articles(matrix[-n_made:]) > 0
    kept = np.flatnonzero(usual)
    terms = [counts.terms[name][column] for column in kept]
    if not terms:
        kept, terms = np.array([0]), [_STAND_IN]
        matrix = sp.csr_matrix(matrix.shape)
    tfidf = TfidfTransformer(sublinear_tf=True).fit(matrix[:, kept])
    return Block(kept, terms, tfidf, weight)
