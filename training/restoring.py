"""One topic's column as another version has it, put into a tagger whose other columns stay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from copytaster.model.arrays import Arrays
from copytaster.model.artifact import scorer_over
from copytaster.model.errors import CorpusError
from copytaster.model.scorer import FIELDS, FieldName
from copytaster.model.terms import Terms
from copytaster.model.types import Article
from copytaster.training import columns, vocabulary
from copytaster.training.steps import Mould

#: So many articles suffice to choose the size of a column by.
_MOST_TEXTS = 5_000
_OWN = ("intercept", "suggest", "auto", "calibration.scores", "calibration.logits")
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Column:
    """The column of a topic in an artifact's arrays."""

    arrays: Arrays
    at: int

    def own(self) -> Arrays:
        """Return its rows of the arrays that have a row a topic, each of shape (1, …)."""
        return {name: self.arrays[name][[self.at]] for name in _OWN}

    def scores(self, articles: Sequence[Article]) -> _Floats:
        """Return its scores of *articles*, shape (n_articles,), float64."""
        return np.asarray(scorer_over(self.arrays).score(articles)[:, self.at])

    def weighed(self, name: FieldName) -> NDArray[np.int64]:
        """Return the terms of a field that it weighs."""
        return np.flatnonzero(self.arrays[f"{name}.weights"][:, self.at])

    def free(self, name: FieldName) -> NDArray[np.bool_]:
        """Return which terms of a field no other column weighs, of shape (n_terms,), bool."""
        others = self.arrays[f"{name}.weights"].copy()
        others[:, self.at] = 0
        return np.asarray(~(others != 0).any(axis=1))


@dataclass(frozen=True, slots=True)
class Restored:
    """A tagger with one column as another version has it.

    Attributes
    ----------
    arrays : dict of str to ndarray
    exact : bool
        Whether every score is that version's, to the last bit.
    words : int
        That were added to the vocabulary.
    rounding : float
        What steps that other topics set move scores by, as a share of their spread.
    articles, differ, tagged : int
        Of so many articles, for so many the topic is a tag of one version alone, and for so many
        of either; all 0 where it is exact, for then none were looked at.
    """

    arrays: Arrays
    exact: bool
    words: int
    rounding: float = 0.0
    articles: int = 0
    differ: int = 0
    tagged: int = 0

    @property
    def share(self) -> float:
        """Of the articles that either version tags, the share that only one does, 0 to 1."""
        return self.differ / self.tagged if self.tagged else 0.0


def same(one: Column, other: Column) -> bool:
    """Return whether two columns give every article the same score and decision."""
    mine, theirs = one.own(), other.own()
    if any(not np.array_equal(mine[name], theirs[name]) for name in _OWN):
        return False
    return _same_space(one.arrays, other.arrays) and all(
        _said(one, name) == _said(other, name) for name in FIELDS
    )


def restore(into: Column, old: Column, texts: Callable[[], Sequence[Article]]) -> Restored:
    """Put the column *old* into the place of another; all other columns stay as they are.

    Where both taggers see the same of every article, it scores as it did, to the last bit. Else its
    weights are carried over term by term, w idf / idf' for a term whose idf is idf' now; words that
    are missing are added; and thresholds and calibration are moved so that decisions agree.

    Parameters
    ----------
    into : Column
        The column whose place it takes.
    old : Column
    texts : callable
        Returns articles such as come in, for what cannot be exact; labels are not looked at.

    Raises
    ------
    CorpusError
        If there is no text to compare by, or scores have nothing in common.
    """
    missing = {name: _missing(into, old, name) for name in FIELDS}
    wide = into.arrays
    for name, words in missing.items():
        wide = vocabulary.widened(wide, name, words)
    place, n_words = Column(wide, into.at), sum(len(words) for words in missing.values())
    if _same_space(into.arrays, old.arrays) and all(_fits(place, old, name) for name in FIELDS):
        return Restored(_as_it_was(place, old), exact=True, words=n_words)
    return _carried(place, old, texts(), n_words)


def _missing(into: Column, old: Column, name: FieldName) -> list[str]:
    terms, known = Terms(old.arrays[f"{name}.terms"]), Terms(into.arrays[f"{name}.terms"]).rows
    weighed = (terms[row] for row in old.weighed(name).tolist())
    return [term for term in weighed if term not in known]


def _places(place: Column, old: Column, name: FieldName) -> NDArray[np.int64]:
    """Return where the terms that *old* weighs are, which must be there."""
    rows, terms = Terms(place.arrays[f"{name}.terms"]).rows, Terms(old.arrays[f"{name}.terms"])
    return np.array([rows[terms[row]] for row in old.weighed(name).tolist()], dtype=np.int64)


def _fits(place: Column, old: Column, name: FieldName) -> bool:
    """Return whether the steps of *old* mean the same there."""
    mine, theirs = _places(place, old, name), old.weighed(name)
    idf, scales = (
        place.arrays[f"{name}.{what}"][mine] == old.arrays[f"{name}.{what}"][theirs]
        for what in ("idf", "scales")
    )
    return bool((idf & (scales | place.free(name)[mine])).all())


def _as_it_was(place: Column, old: Column) -> Arrays:
    found = dict(place.arrays)
    for name in FIELDS:
        mine, theirs = _places(place, old, name), old.weighed(name)
        weights, scales = found[f"{name}.weights"].copy(), found[f"{name}.scales"].copy()
        weights[:, place.at] = 0
        weights[mine, place.at] = old.arrays[f"{name}.weights"][theirs, old.at]
        scales[mine] = old.arrays[f"{name}.scales"][theirs]
        found[f"{name}.weights"], found[f"{name}.scales"] = weights, scales
    return columns.put(found, np.array([place.at]), old.own(), np.ones(1))


def _carried(place: Column, old: Column, texts: Sequence[Article], n_words: int) -> Restored:
    if not texts:
        raise CorpusError(
            "there is no article to compare both versions by, and the word space has changed since "
            "then; import some (copytaster archive import)"
        )
    values = _values(place.arrays, texts[:: -(-len(texts) // _MOST_TEXTS)])
    before = old.scores(texts)
    weights = np.concatenate([_weights(place, old, name) for name in FIELDS])[:, np.newaxis]
    scales = np.concatenate([place.arrays[f"{name}.scales"] for name in FIELDS])
    free = np.concatenate([place.free(name) for name in FIELDS])
    cast = Mould.of(weights, scales, free, values).cast(weights)
    found, start = dict(place.arrays), 0
    for name in FIELDS:
        rows = slice(start, start + len(found[f"{name}.idf"]))
        found[f"{name}.weights"] = found[f"{name}.weights"].copy()
        found[f"{name}.weights"][:, place.at] = cast.steps[rows, 0]
        found[f"{name}.scales"] = cast.scales[rows]
        start = rows.stop
    own, at, as_it_is = old.own(), np.array([place.at]), np.ones(1)
    own["intercept"] = own["intercept"] * cast.sizes
    after = Column(columns.put(found, at, own, as_it_is), place.at).scores(texts)
    found = columns.put(found, at, {**own, **_moved(own, before, after)}, as_it_is)
    was, is_now = before >= old.arrays["suggest"][old.at], after >= found["suggest"][place.at]
    meant = np.asarray(values @ weights).ravel()
    off = np.asarray(values @ cast.weights).ravel() - meant
    return Restored(
        arrays=found,
        exact=False,
        words=n_words,
        rounding=float(off.std() / (meant.std() or 1.0)),
        articles=len(texts),
        differ=int((was != is_now).sum()),
        tagged=int((was | is_now).sum()),
    )


def _weights(place: Column, old: Column, name: FieldName) -> _Floats:
    """Return the weights, (n_terms,), float64, that make a term add what it added."""
    mine, theirs = _places(place, old, name), old.weighed(name)
    idf, scales, steps = (old.arrays[f"{name}.{what}"] for what in ("idf", "scales", "weights"))
    worth = scales[theirs].astype(np.float64) * steps[theirs, old.at] * idf[theirs]
    found = np.zeros(len(place.arrays[f"{name}.idf"]))
    found[mine] = worth / place.arrays[f"{name}.idf"][mine]
    return found


def _values(arrays: Arrays, texts: Sequence[Article]) -> sp.csr_matrix:
    scorer = scorer_over(arrays)
    return sp.hstack([vocabulary.read(scorer, name, texts) for name in FIELDS], format="csr")


def _moved(own: Arrays, before: _Floats, after: _Floats) -> Arrays:
    """Return thresholds and knots for scores *after*, from those for the scores *before*.

    Knots move along the straight line through both; the threshold is the one that decides most
    articles as before. No article is ``auto`` that was not.
    """
    spread = float(before.var())
    slope = float(np.cov(before, after, bias=True)[0, 1]) / spread if spread else 0.0
    if slope <= 0:
        raise CorpusError("scores of both versions have nothing in common; retrain the topic")
    offset = float(after.mean()) - slope * float(before.mean())
    near = offset + slope * float(own["suggest"][0])
    suggest = agreeing(after, before >= own["suggest"][0], near)
    below = after[before < own["auto"][0]]
    safe = np.nextafter(below.max(initial=-np.inf), np.inf)
    auto = max(safe, suggest, offset + slope * own["auto"][0])
    return {
        "suggest": np.array([suggest]),
        "auto": np.array([auto]),
        "calibration.scores": offset + slope * own["calibration.scores"],
    }


def agreeing(scores: _Floats, wanted: NDArray[np.bool_], near: float) -> float:
    """Return the threshold that decides most articles as *wanted*; of several the one *near*.

    Parameters
    ----------
    scores : ndarray of shape (n_articles,), float64
    wanted : ndarray of shape (n_articles,), bool
        Whether the score should reach it.
    near : float
    """
    order = np.argsort(-scores, kind="stable")
    ranked, right = scores[order], wanted[order]
    bounds = np.concatenate([[np.nextafter(ranked[0], np.inf)], ranked])
    # The k highest reach the k-th bound; a bound amid equal scores would not part them.
    wrong = (
        np.concatenate([[0], np.cumsum(~right)])
        + right.sum()
        - np.concatenate([[0], np.cumsum(right)])
    )
    parts = np.append(bounds[1:-1] > ranked[1:], [True])
    parts = np.concatenate([[True], parts])
    best = np.flatnonzero(parts & (wrong == wrong[parts].min()))
    lower = np.append(ranked, -np.inf)[best]
    # From just above the next score to the bound itself, all decide alike.
    closest = np.clip(near, np.nextafter(lower, np.inf), bounds[best])
    closest = np.where(best == 0, np.maximum(near, bounds[0]), closest)
    return float(closest[np.argmin(np.abs(closest - near))])


def _same_space(one: Arrays, other: Arrays) -> bool:
    """Return whether two taggers give every article the same norm in each field."""
    return all(_true(one, name) == _true(other, name) for name in FIELDS)


def _true(arrays: Arrays, name: FieldName) -> dict[str, float]:
    kept = ~vocabulary.added(arrays, name)
    pairs = zip(Terms(arrays[f"{name}.terms"]), arrays[f"{name}.idf"].tolist(), strict=True)
    return {term: idf for (term, idf), true in zip(pairs, kept.tolist(), strict=True) if true}


def _said(column: Column, name: FieldName) -> dict[str, tuple[int, float, float]]:
    """Return what a column says of each term that it weighs: steps, scale and idf."""
    terms, rows = Terms(column.arrays[f"{name}.terms"]), column.weighed(name).tolist()
    steps, scales, idf = (column.arrays[f"{name}.{what}"] for what in ("weights", "scales", "idf"))
    return {
        terms[row]: (int(steps[row, column.at]), float(scales[row]), float(idf[row]))
        for row in rows
    }
