"""The word space of a tagger that is there, over counted articles, with words it may be given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from copytaster.model.arrays import Arrays
from copytaster.model.scorer import FIELDS, FieldName
from copytaster.model.terms import Terms
from copytaster.training import vocabulary
from copytaster.training.config import Recipe
from copytaster.training.features import Counts

_Mask = NDArray[np.bool_]
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FieldSpace:
    """One field of it.

    Attributes
    ----------
    tf : csr_matrix of shape (n_articles, n_terms), float64
        1 + ln count.
    idf : ndarray of shape (n_terms,), float64
        As the tagger has them; tiny for added words.
    new : tuple of str
        The last terms, which the tagger does not have.
    weight : float
        The field's weight.
    """

    tf: sp.csr_matrix
    idf: _Floats
    new: tuple[str, ...]
    weight: float

    @classmethod
    def of(
        cls, arrays: Arrays, name: FieldName, counts: Counts, min_df: int, weight: float
    ) -> "FieldSpace":
        """Return the space in which words of *min_df* articles or more may be added."""
        rows = Terms(arrays[f"{name}.terms"]).rows
        matrix, said = counts.matrices[name], counts.terms[name]
        place = np.array([rows.get(term, -1) for term in said], dtype=np.int64)
        new = np.flatnonzero((place < 0) & (_articles(matrix) >= min_df))
        place[new] = len(rows) + np.arange(len(new))
        kept = np.flatnonzero(place >= 0)
        found = matrix[:, kept]
        shape = (matrix.shape[0], len(rows) + len(new))
        tf = sp.csr_matrix(
            (1.0 + np.log(found.data), place[kept][found.indices], found.indptr), shape=shape
        )
        tf.sort_indices()
        idf = np.concatenate([arrays[f"{name}.idf"], np.full(len(new), vocabulary.TINY)])
        # As the artifact keeps it.
        idf = idf.astype(np.float32).astype(np.float64)
        return cls(tf, idf, tuple(said[column] for column in new.tolist()), weight)

    @property
    def added(self) -> _Mask:
        """Which terms have a tiny idf, of shape (n_terms,), bool."""
        return np.asarray(self.idf < 1.0)


@dataclass(frozen=True, slots=True)
class View:
    """What of the space one fit uses, its fields side by side; both of shape (n_terms,), float64.

    Attributes
    ----------
    space : WordSpace
    idf : ndarray
        As the space has them; 0 for terms that do not count.
    gain : ndarray
        How many times more a term is worth to the fit than its value says: an added word its due
        idf over the tiny one, and a headline's the weight of the field.
    """

    space: "WordSpace"
    idf: _Floats
    gain: _Floats

    def values(self, rows: NDArray[np.int64]) -> sp.csr_matrix:
        """Return the TF-IDF of articles as it is served, of shape (n_rows, n_terms), float64."""
        found, start = [], 0
        for field in self.space.fields.values():
            idf = self.idf[start : start + len(field.idf)]
            start += len(field.idf)
            long = (field.tf[rows] @ sp.diags(idf)).tocsr()
            norm = np.sqrt(np.asarray(long.power(2).sum(axis=1)).ravel())
            found.append(sp.diags(1.0 / np.maximum(norm, 1.0)) @ long)
        return sp.hstack(found, format="csr")

    def features(self, rows: NDArray[np.int64]) -> sp.csr_matrix:
        """Return what a column is fitted to, of shape (n_rows, n_terms), float64."""
        found = (self.values(rows) @ sp.diags(self.gain)).tocsr()
        found.eliminate_zeros()
        return found


@dataclass(frozen=True, slots=True)
class WordSpace:
    """What a tagger sees of articles, and what it could be made to see besides.

    Attributes
    ----------
    fields : Mapping of FieldName to FieldSpace
    min_df : int
        Words of fewer articles are not added.
    """

    fields: Mapping[FieldName, FieldSpace]
    min_df: int

    @classmethod
    def of(cls, arrays: Arrays, counts: Counts, recipe: Recipe) -> "WordSpace":
        """Return the space of an artifact's *arrays* over *counts*."""
        weights = {"article": 1.0, "headline": recipe.headline_weight}
        fields = {
            name: FieldSpace.of(arrays, name, counts, recipe.min_df, weights[name])
            for name in FIELDS
        }
        return cls(fields, recipe.min_df)

    def view(self, rows: NDArray[np.int64], yes: NDArray[np.int64], *, part: bool) -> View:
        """Return what a fit to the articles in *rows* uses.

        New words are those that enough of the articles in *yes* have, whose topics are fitted.

        Parameters
        ----------
        rows, yes : ndarray of shape (n,), int64
        part : bool
            Whether the articles that are not in *rows* are to be scored as if they were unknown.
            Then a word that would not be in the vocabulary but for them does not count.
        """
        idf, gain = [], []
        for field in self.fields.values():
            here = _articles(field.tf[rows])
            usual = here >= self.min_df
            old = usual | (_articles(field.tf) < self.min_df) if part else np.ones_like(usual)
            first = len(old) - len(field.new)
            new = _articles(field.tf[yes])[first:] >= self.min_df
            wanted = np.concatenate([old[:first], new])
            due = np.log((1 + len(rows)) / (1 + here)) + 1.0
            idf.append(np.where(wanted, field.idf, 0.0))
            gain.append(field.weight * np.where(field.added, due / field.idf, 1.0))
        return View(self, np.concatenate(idf), np.concatenate(gain))

    def new(self, chosen: _Mask) -> dict[FieldName, tuple[Sequence[str], NDArray[np.int64]]]:
        """Return, for each field, the new words among the terms *chosen*, and their places."""
        found: dict[FieldName, tuple[Sequence[str], NDArray[np.int64]]] = {}
        start = 0
        for name, field in self.fields.items():
            end = start + len(field.idf)
            first = end - len(field.new)
            at = np.flatnonzero(chosen[first:end])
            found[name] = [field.new[one] for one in at.tolist()], first + at
            start = end
        return found


def _articles(matrix: sp.csr_matrix) -> NDArray[np.int64]:
    """Return how many articles have each term."""
    return np.bincount(matrix.indices, minlength=matrix.shape[1])
