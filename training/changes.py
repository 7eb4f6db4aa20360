"""The articles whose tags a challenger would change, those that tell most first."""

from collections.abc import Sequence
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from copytaster.archive.labelled import LabelledArticle
from copytaster.model.tagger import Tagger
from copytaster.training.contest import Contest, Decided
from copytaster.training.corpus import YES
from copytaster.training.mistakes import snippet
from copytaster.training.ruling import Change, Effect, Given

#: How many of each kind are shown.
SHOWN: dict[Effect, int] = {"worse": 25, "better": 25, "open": 10}
#: What a change on an unknown label tells beside one on a known label.
_UNKNOWN = 0.25
#: What one on a topic tells that the challenger is refused for, beside one on another.
_REFUSED = 4.0


def changes(
    found: Contest,
    refused: NDArray[np.bool_],
    items: Sequence[LabelledArticle],
    champion: Tagger,
    challenger: Tagger,
) -> tuple[int, tuple[Change, ...]]:
    """Return how many articles' tags would change, and of each effect those that tell most.

    A change tells more, the more the two confidences differ; where the label is unknown it
    counts a quarter, and on a topic that the challenger is refused for, four times.

    Parameters
    ----------
    found : Contest
    refused : ndarray of shape (n_topics,), bool
        The topics that the challenger is refused for.
    items : sequence of LabelledArticle
        Its articles.
    champion, challenger : Tagger
    """
    one, other = found.champion, found.challenger
    differ = one.tags != other.tags
    weight = differ * np.where(found.labels >= 0, 1.0, _UNKNOWN) * np.where(refused, _REFUSED, 1.0)
    telling = (weight * np.abs(one.confidence - other.confidence)).sum(axis=1)
    grown = _wrong(other, found.labels) - _wrong(one, found.labels)
    effects: dict[Effect, NDArray[np.bool_]] = {
        "worse": grown > 0,
        "better": grown < 0,
        "open": grown == 0,
    }
    shown = []
    for effect, which in effects.items():
        rows = np.flatnonzero(which & differ.any(axis=1))
        first = rows[np.argsort(-telling[rows], kind="stable")][: SHOWN[effect]]
        shown += [_change(effect, items[row], champion, challenger) for row in first.tolist()]
    return int(differ.any(axis=1).sum()), tuple(shown)


def _wrong(one: Decided, labels: NDArray[np.int8]) -> NDArray[np.int64]:
    return np.asarray(((one.tags != (labels == YES)) & (labels >= 0)).sum(axis=1))


def _change(effect: Effect, item: LabelledArticle, champion: Tagger, challenger: Tagger) -> Change:
    article = item.article
    return Change(
        effect=effect,
        id=item.id,
        source=PurePath(item.source).name,
        line=item.line,
        published=None if article.published is None else article.published.date().isoformat(),
        headline=article.headline,
        snippet=snippet(article.text),
        yes=tuple(sorted(item.yes)),
        no=tuple(sorted(item.no)),
        before=_given(champion, item),
        after=_given(challenger, item),
    )


def _given(tagger: Tagger, item: LabelledArticle) -> tuple[Given, ...]:
    (tagging,) = tagger.tag([item.article])
    return tuple(Given(tag.topic, tag.confidence, tag.tier) for tag in tagging.tags)
