"""Golden inputs: texts with known scores that prove, at loading, that scoring still agrees."""

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
    scorer = scorer_over(arrays)
    articles = [Article("", "")]
    for topic in np.linspace(0, len(taxonomy) - 1, min(_INPUTS, len(taxonomy)), dtype=int):
        words = _heaviest(arrays, "article", topic)
        if "pairs.terms" in arrays:
            words += _heaviest(arrays, "pairs", topic)
        articles.append(Article(text=" ".join(words + words[:3]), headline=" ".join(words[:4])))
    scores = scorer.score(articles)
    return tuple(
        Golden(article.headline, article.text, row.tolist())
        for article, row in zip(articles, scores, strict=True)
    )


def _heaviest(arrays: Arrays, name: FieldName, topic: int) -> list[str]:
    column = arrays[f"{name}.weights"][:, topic] * arrays[f"{name}.scales"]
    terms = Terms(arrays[f"{name}.terms"])
    return [terms[row] for row in np.argsort(-column, kind="stable")[:_TERMS].tolist()]
