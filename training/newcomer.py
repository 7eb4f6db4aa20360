"""The column of a topic that has no label yet, in the feature space of a tagger that is there."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copytaster.model.arrays import Arrays
from copytaster.model.artifact import scorer_over
from copytaster.model.calibration import Calibration
from copytaster.model.errors import CorpusError
from copytaster.model.scorer import FieldName
from copytaster.model.taxonomy import Topic
from copytaster.model.terms import Terms
from copytaster.model.text import tokens
from copytaster.model.types import Article
from copytaster.training import calibrators, columns, steps, vocabulary, weak
from copytaster.training.vocabulary import Space

#: The field that made-up articles can speak to: they have no headline.
_FIELD: FieldName = "article"
#: So many texts suffice to tell a topic from, evenly spaced.
MOST_TEXTS = 10_000
#: However rarely the other topics come, it is suggested for such a share.
_LEAST_SHARE = 0.005
#: By so much points of a calibration are apart at least.
_APART = 1e-3


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What came of adding a topic.

    Attributes
    ----------
    arrays : dict of str to ndarray
        Those of the artifact, with the topic as the last column.
    words : tuple of str
        That the tagger did not know before.
    share : float
        Of the texts, that the topic is suggested for.
    error : float
        What rounding moves scores by, as a share of their standard deviation.
    """

    arrays: Arrays
    words: tuple[str, ...]
    share: float
    error: float


def examples(topic: Topic) -> list[Article]:
    """Return made-up articles of *topic*, as training learns from: :func:`weak.made`."""
    return [Article(text=text) for text in weak.made(topic)]


def add(arrays: Arrays, topic: Topic, texts: Sequence[Article]) -> Newcomer:
    """Add *topic* to an artifact's *arrays*; every other topic scores as it did.

    Parameters
    ----------
    arrays : dict of str to ndarray
    topic : Topic
        With signature terms, a definition, or both.
    texts : sequence of Article
        Such as come in, most of them not about the topic; labels are not looked at.

    Raises
    ------
    CorpusError
        If there is nothing to learn from.

    Notes
    -----
    A score is the mean cosine with the made-up articles: Rocchio, Relevance feedback in information
    retrieval, 1971, of which only the yes. Fitting against the texts as if none were about the
    topic was worse, the more of them are: docs/topics.md.
    """
    made, texts = examples(topic), _spread(texts)
    if not made:
        raise CorpusError(f"{topic.slug}: needs signature terms or a definition to begin with")
    if not texts:
        raise CorpusError(f"{topic.slug}: there is no text to tell it from")
    known = frozenset(Terms(arrays[f"{_FIELD}.terms"]))
    said = dict.fromkeys(word for article in made for word in tokens(article.text))
    words = tuple(word for word in said if word not in known)
    wide = columns.room(vocabulary.widened(arrays, _FIELD, words))
    space = Space.of(wide, _FIELD, texts)
    free = ~(wide[f"{_FIELD}.weights"] != 0).any(axis=1)
    column = steps.fit(
        _weights(space, made), wide[f"{_FIELD}.scales"], free, space.values([*texts, *made])
    )
    found = _decided(_with_column(wide, column), made, texts)
    own = scorer_over(found).score(texts)[:, -1]
    return Newcomer(found, words, float((own >= found["suggest"][-1]).mean()), column.error)


def _weights(space: Space, made: Sequence[Article]) -> NDArray[np.float64]:
    """Return the weights, (n_terms,), float64, whose score is the mean cosine with *made* texts."""
    return np.asarray(space.features(made).mean(axis=0)).ravel() * space.boost


def _with_column(wide: Arrays, column: steps.Stepped) -> Arrays:
    at = len(wide["intercept"])
    weights = wide[f"{_FIELD}.weights"].copy()
    weights[:, at] = column.steps
    return {
        **wide,
        f"{_FIELD}.weights": weights,
        f"{_FIELD}.scales": column.scales,
        "intercept": np.append(wide["intercept"], 0.0),
    }


def _decided(linear: Arrays, made: Sequence[Article], texts: Sequence[Article]) -> Arrays:
    """Give the last column a threshold and a calibration, drawn from those of the other topics.

    It is suggested for no larger a share of the texts than the median topic is. Confidence is the
    median topic's at the threshold and at the median text; a text that reads like the made-up ones
    has what Laplace's rule of succession says of so many that are right.
    """
    scorer, at = scorer_over(linear), len(linear["suggest"])
    scores = scorer.score(texts)
    others = Calibration(linear["calibration.scores"], linear["calibration.logits"])
    share = float(np.median((scores[:, :at] >= linear["suggest"]).mean(axis=0)))
    own = scores[:, at]
    threshold = float(np.quantile(own, 1.0 - max(share, _LEAST_SHARE), method="higher"))
    threshold = float(np.nextafter(max(threshold, 0.0), np.inf))  # a word in common at least
    middle = float(others.logit(np.median(scores[:, :at], axis=0)).mean())
    anchors = (
        (min(float(np.median(own)), threshold - _APART), middle),
        (threshold, float(np.median(others.logit(linear["suggest"])))),
        (float(np.median(scorer.score(made)[:, at])), float(np.log1p(len(made)))),
    )
    x, y = (_rising(values) for values in zip(*anchors, strict=True))
    curve = calibrators.bounded(x, y, np.arange(len(made) + len(texts)) < len(made))
    return {
        **linear,
        "suggest": np.append(linear["suggest"], threshold),
        "auto": np.append(linear["auto"], np.inf),
        "calibration.scores": np.vstack([others.scores, curve.scores]),
        "calibration.logits": np.vstack([others.logits, curve.logits]),
    }


def _rising(values: Sequence[float]) -> NDArray[np.float64]:
    """Return *values*, each of which is above the one before by something at least."""
    apart = _APART * np.arange(len(values))
    return np.asarray(np.maximum.accumulate(np.array(values) - apart) + apart)


def _spread(texts: Sequence[Article]) -> Sequence[Article]:
    if len(texts) <= MOST_TEXTS:
        return texts
    at = np.linspace(0, len(texts) - 1, MOST_TEXTS, dtype=np.int64)
    return [texts[row] for row in at.tolist()]
