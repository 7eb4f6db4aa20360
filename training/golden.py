"""Golden inputs: texts with known scores that prove, at loading, that scoring still agrees."""

from collections.abc import Sequence

import numpy as np

from copytaster.model.arrays import Arrays
from copytaster.model.artifact import scorer_over
from copytaster.model.manifest import Golden
from copytaster.model.scorer import FieldName
from copytaster.model.taxonomy import Taxonomy
from copytaster.model.terms import Terms
from copytaster.model.types import Article

#: How many inputs are kept, and of how many terms each is made.
_INPUTS = 8
_TERMS = 12


def golden(arrays: Arrays, taxonomy: Taxonomy) -> tuple[Golden, ...]:
    """Make golden inputs from the heaviest terms of some topics, and one of no known word.

    Parameters
    ----------
    arrays : dict of str to ndarray
        Those of the artifact.
    taxonomy : Taxonomy
        The topics of their columns.
    """
    articles = [Article("", "")]
    for topic in np.linspace(0, len(taxonomy) - 1, min(_INPUTS, len(taxonomy)), dtype=int):
        words = _heaviest(arrays, "article", topic)
        if "pairs.terms" in arrays:
            words += _heaviest(arrays, "pairs", topic)
        articles.append(Article(text=" ".join(words + words[:3]), headline=" ".join(words[:4])))
    return _scored(arrays, articles)


def renewed(arrays: Arrays, kept: Sequence[Golden], topics: Sequence[int]) -> tuple[Golden, ...]:
    """Return inputs of a tagger that was given new columns: those *kept*, and one for each.

    Parameters
    ----------
    arrays : dict of str to ndarray
        Those of the artifact.
    kept : sequence of Golden
        The inputs from before.
    topics : sequence of int
        The new columns.
    """
    articles = [Article(one.text, one.headline) for one in kept]
    usual = _usual(arrays)
    for topic in topics:
        # Added words alone would have no length to be divided by: usual ones are among them.
        words = usual + _heaviest(arrays, "article", topic, by_value=True)
        articles.append(Article(text=" ".join(words), headline=" ".join(words[:4])))
    return _scored(arrays, articles)


def regrown(arrays: Arrays, kept: Sequence[Golden], topics: Sequence[int]) -> tuple[Golden, ...]:
    """Return inputs as :func:`renewed`, of no more than some *topics*; their number is bounded."""
    some = np.linspace(0, len(topics) - 1, min(_INPUTS, len(topics)), dtype=np.int64)
    return renewed(arrays, kept[: 1 + _INPUTS], [topics[at] for at in some.tolist()])


def _scored(arrays: Arrays, articles: Sequence[Article]) -> tuple[Golden, ...]:
    scores = scorer_over(arrays).score(articles)
    return tuple(
        Golden(article.headline, article.text, row.tolist())
        for article, row in zip(articles, scores, strict=True)
    )


def _usual(arrays: Arrays) -> list[str]:
    """Return terms that have an idf of their own, the usual ones first."""
    idf = arrays["article.idf"]
    terms = Terms(arrays["article.terms"])
    order = np.argsort(np.where(idf < 1.0, np.inf, idf), kind="stable")
    return [terms[row] for row in order[:_TERMS].tolist()]


def _heaviest(arrays: Arrays, name: FieldName, topic: int, *, by_value: bool = False) -> list[str]:
    column = arrays[f"{name}.weights"][:, topic] * arrays[f"{name}.scales"]
    if by_value:
        column = column * arrays[f"{name}.idf"]
    terms = Terms(arrays[f"{name}.terms"])
    return [terms[row] for row in np.argsort(-column, kind="stable")[:_TERMS].tolist()]
