"""Made-up articles as weak examples, so that a topic works before it has many articles."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copytaster.model.taxonomy import Taxonomy, Topic
from copytaster.model.text import tokens
from copytaster.model.types import Article
from copytaster.training.config import Recipe
from copytaster.training.corpus import UNKNOWN, YES

#: Each topic's terms are dealt into so many examples; measured on the seeds, docs/decisions.md.
_EXAMPLES = 3
_OUT = re.compile(r"\bOut:")


@dataclass(frozen=True, slots=True)
class WeakExamples:
    """A few made-up articles a topic: :func:`made`.

    Attributes
    ----------
    articles : list of Article
    labels : ndarray of shape (n_examples, n_topics), int8
        Yes for their own topic; unknown for every other.
    weights : ndarray of shape (n_examples,), float64
    """

    articles: list[Article]
    labels: NDArray[np.int8]
    weights: NDArray[np.float64]


def examples(taxonomy: Taxonomy, recipe: Recipe) -> WeakExamples:
    """Return the weak examples of *taxonomy*; none where their weight is 0."""
    every = [
        (column, text)
        for column, topic in enumerate(taxonomy)
        for text in made(topic)
        if recipe.weak_weight > 0
    ]
    labels = np.full((len(every), len(taxonomy)), UNKNOWN, dtype=np.int8)
    for row, (column, _) in enumerate(every):
        labels[row, column] = YES
    articles = [Article(text=text) for _, text in every]
    return WeakExamples(articles, labels, np.full(len(every), recipe.weak_weight))


def made(topic: Topic) -> list[str]:
    """Return the texts that are made up of *topic*: lists of its terms, and its definition.

    Of a definition that says "In: …" and "Out: …" only what is in counts.
    """
    inside = _OUT.split(topic.definition)[0].strip().removeprefix("In:").strip()
    return [text for text in (*_lists(topic), inside) if tokens(text)]


def _lists(topic: Topic) -> list[str]:
    """Return the signature terms of *topic*, dealt into a few texts."""
    dealt = (topic.terms[start::_EXAMPLES] for start in range(_EXAMPLES))
    return [", ".join(terms) for terms in dealt if terms]
