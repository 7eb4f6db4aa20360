"""What a topic leans on while its labels are few: the mean of its made-up articles."""

import numpy as np
from numpy.typing import NDArray

from copytaster.model.taxonomy import Taxonomy
from copytaster.training import weak
from copytaster.training.config import Recipe
from copytaster.training.corpus import YES
from copytaster.training.estimator import LinearLayer
from copytaster.training.lesson import Lesson

#: How much a cosine of 1 with the mean adds to the score of a topic without any label: measured on
#: topics of current events that were left out in turn, docs/decisions.md.
_LEAN = 16.0
#: With so many yes labels it adds half of that.
_HALF = 50


def begun(taxonomy: Taxonomy, recipe: Recipe) -> NDArray[np.bool_]:
    """Return which topics have made-up articles to lean on, of shape (n_topics,), bool."""
    leans = recipe.weak_weight > 0 and not recipe.exclusive
    return np.array([leans and bool(weak.made(topic)) for topic in taxonomy])


def lean(layer: LinearLayer, lesson: Lesson, n_made: int) -> LinearLayer:
    """Return *layer* with the mean of each topic's made-up articles added to its column.

    Parameters
    ----------
    layer : LinearLayer
        Fitted to *lesson*.
    lesson : Lesson
    n_made : int
        So many of its last articles are made up.
    """
    if not n_made:
        return layer
    made = (lesson.labels[-n_made:] == YES).astype(np.float64)
    n_yes = (lesson.labels[:-n_made] == YES).sum(axis=0)
    share = _LEAN * _HALF / (_HALF + n_yes) / np.maximum(made.sum(axis=0), 1.0)
    return LinearLayer(layer.coef + lesson.X[-n_made:].T @ (made * share), layer.intercept)
