"""Which of the archive's articles an editor should label next: those that would teach most."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from copytaster.archive.labelled import LabelledArticle
from copytaster.model.shingles import jaccard, shingles
from copytaster.model.tagger import Tagger

#: An article that shares so much of the word sequences of one that is asked for teaches the same.
_ALIKE = 0.3
#: How much more a topic counts that may not be applied unseen yet.
_SHORT = 2.0
#: How much less worth a label is to a topic, for each that is asked for it already.
_FADE = 0.8
#: Questions of one article that are shown.
_MOST = 3
#: A question that is worth less is not asked: the tagger is sure enough.
_LEAST = 0.05
#: Articles that are scored at once.
_BATCH = 256


@dataclass(frozen=True, slots=True)
class Question:
    """One topic that an editor should say yes or no to.

    Attributes
    ----------
    topic : str
    confidence, threshold : float
        Of this article, and the one from which the topic is a tag; both 0 to 1.
    proven : bool
        Whether the topic has an ``auto`` tier already.
    worth : float
        How near the confidence is to the threshold, 0 to 1, times two where nothing is proven.
    """

    topic: str
    confidence: float
    threshold: float
    proven: bool
    worth: float

    @property
    def why(self) -> str:
        """The reason, in words."""
        near = (
            f"{self.confidence:.0%} sure of {self.topic}, which is a tag from {self.threshold:.0%}"
        )
        return near if self.proven else f"{near}; {self.topic} has no auto tier yet"


@dataclass(frozen=True, slots=True)
class Asked:
    """An article, and what is asked of it, the most instructive first."""

    item: LabelledArticle
    questions: tuple[Question, ...]


def ask(tagger: Tagger, items: Sequence[LabelledArticle], limit: int) -> list[Asked]:
    """Return at most *limit* of *items*, those whose labels would teach most first.

    A label is worth most where the tagger cannot decide: near a topic's threshold, in the
    logit of the confidence (Lewis and Gale, A sequential algorithm for training text classifiers,
    SIGIR 1994). Each further question for the same topic is worth a fifth less, and an article
    like one that is asked for already, or of the same chain, is left out.

    Parameters
    ----------
    tagger : Tagger
    items : sequence of LabelledArticle
        Topics that an article has a label for are not asked.
    limit : int
    """
    waiting = [Asked(item, found) for item, found in _questions(tagger, items) if found]
    chosen: list[Asked] = []
    asked: Counter[str] = Counter()
    seen: list[frozenset[str]] = []
    chains: set[str] = set()
    while waiting and len(chosen) < limit:
        worths = [_worth(one, asked) for one in waiting]
        best = waiting.pop(int(np.argmax(worths)))
        text, chain = shingles(best.item.article.text), best.item.article.chain
        if chain in chains or any(jaccard(text, other) >= _ALIKE for other in seen):
            continue
        seen.append(text)
        chains |= {chain} if chain is not None else set()
        asked.update(question.topic for question in best.questions)
        chosen.append(best)
    return chosen


def _worth(one: Asked, asked: Counter[str]) -> float:
    return max(question.worth * _FADE ** asked[question.topic] for question in one.questions)


def _questions(
    tagger: Tagger, items: Sequence[LabelledArticle]
) -> Iterator[tuple[LabelledArticle, tuple[Question, ...]]]:
    """Yield each article with the questions that are worth asking of it."""
    suggest = tagger.tiers.suggest
    thresholds = tagger.calibration.confidence(suggest)
    border = tagger.calibration.logit(suggest)
    proven = np.isfinite(tagger.tiers.auto)
    for start in range(0, len(items), _BATCH):
        batch = items[start : start + _BATCH]
        scores = tagger.scorer.read([item.article for item in batch]).scores
        confidences = tagger.calibration.confidence(scores)
        # 4 p (1 - p) of the distance: 1 at the threshold, and falling off on both sides alike.
        sure = 1.0 / (1.0 + np.exp(-(tagger.calibration.logit(scores) - border)))
        worth = 4.0 * sure * (1.0 - sure) * np.where(proven, 1.0, _SHORT)
        for item, row, said in zip(batch, worth, confidences, strict=True):
            known = item.yes | item.no
            first = [
                Question(
                    slug, float(said[at]), float(thresholds[at]), bool(proven[at]), float(row[at])
                )
                for at, slug in enumerate(tagger.taxonomy.slugs)
                if row[at] >= _LEAST and slug not in known and math.isfinite(row[at])
            ]
            first.sort(key=lambda one: -one.worth)
            yield item, tuple(first[:_MOST])
