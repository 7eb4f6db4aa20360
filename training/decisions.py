"""How scores become confidences and tiers, learnt from articles that the model had not seen."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copytaster.model.arrays import Arrays
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import beginning, calibrate, guarantee, thresholds
from copytaster.training.calibrate import Calibrated
from copytaster.training.config import Recipe
from copytaster.training.guarantee import Proof, Target


@dataclass(frozen=True, slots=True)
class Scored:
    """Held-out scores beside what editors said.

    Attributes
    ----------
    scores : ndarray of shape (n_articles, n_topics), float64
    labels : ndarray of shape (n_articles, n_topics), int8
        1 yes, 0 no, -1 unknown.
    story : ndarray of shape (n_articles,), int64
        The story of each article.
    """

    scores: NDArray[np.float64]
    labels: NDArray[np.int8]
    story: NDArray[np.int64]

    def rows(self, chosen: NDArray[np.int64]) -> "Scored":
        """Return the *chosen* articles."""
        return Scored(self.scores[chosen], self.labels[chosen], self.story[chosen])

    def one_a_story(self) -> "Scored":
        """Return the first article of each story: its updates would only say the same again."""
        return self.rows(np.sort(np.unique(self.story, return_index=True)[1]))


@dataclass(frozen=True, slots=True)
class Decisions:
    """What turns scores into tags.

    Attributes
    ----------
    calibrated : Calibrated
    suggest : ndarray of shape (n_topics,), float64
        The score from which a topic is a tag.
    targets : tuple of Target
        What ``auto`` is to promise.
    proofs : tuple of Proof
        From where it does.
    missing : tuple of int or None
        Where nothing is proven: how many more articles about the topic it would likely take.
    """

    calibrated: Calibrated
    suggest: NDArray[np.float64]
    targets: tuple[Target, ...]
    proofs: tuple[Proof, ...]
    missing: tuple[int | None, ...]

    def arrays(self) -> Arrays:
        """Return the arrays that an artifact keeps of this."""
        calibration = self.calibrated.calibration
        return {
            "calibration.scores": calibration.scores,
            "calibration.logits": calibration.logits,
            "suggest": self.suggest,
            "auto": np.array([proof.threshold for proof in self.proofs]),
        }


def learn(  # noqa: PLR0913  # each a different thing
    scored: Scored,
    fold: NDArray[np.int64],
    taxonomy: Taxonomy,
    recipe: Recipe,
    held_back: Scored | None = None,
    current: NDArray[np.int8] | None = None,
    *,
    shares: NDArray[np.float64] | None = None,
) -> Decisions:
    """Learn calibration and thresholds, and prove tiers.

    Parameters
    ----------
    scored : Scored
        Out-of-fold scores.
    fold : ndarray of shape (n_articles,), int64
        The fold of each article in *scored*.
    taxonomy : Taxonomy
        The topics of the columns, with targets of their own where they have any.
    recipe : Recipe
    held_back : Scored or None
        Articles that nothing else was learnt from, scored by the model that will serve; the
        proofs then rest on these alone. ``None``: on the out-of-fold scores.
    current : ndarray of shape (n_articles, n_topics), int8, or None
        The labels that calibration and thresholds are learnt from: :func:`recency.current`.
        ``None``: all, as proofs are.
    shares : ndarray of shape (n,), float64, or None
        As for :func:`thresholds.choose`, where the tagger has more topics than these.
    """
    labels = scored.labels if current is None else current
    calibrating = calibrate.fit_together if recipe.exclusive else calibrate.fit
    calibrated = calibrating(scored.scores, labels, fold)
    begun = beginning.begun(taxonomy, recipe)
    suggest = thresholds.choose(
        scored.scores, labels, calibrated.calibration, recipe.objective, begun, shares=shares
    )
    targets = tuple(
        Target(
            topic.auto_precision or recipe.auto_precision,
            topic.auto_confidence or recipe.auto_confidence,
        )
        for topic in taxonomy
    )
    drawn = scored.one_a_story()
    evidence = drawn if held_back is None else held_back.one_a_story()
    proofs = _proofs(drawn, evidence, targets, suggest)
    missing = tuple(
        None if proof.found else _missing(evidence, topic, target, recipe.hold_back)
        for topic, (proof, target) in enumerate(zip(proofs, targets, strict=True))
    )
    return Decisions(calibrated, suggest, targets, proofs, missing)


def _missing(evidence: Scored, topic: int, target: Target, hold_back: float) -> int | None:
    """Return how many more articles about the topic are missing, of which some are held back."""
    more = guarantee.missing(evidence.scores[:, topic], evidence.labels[:, topic], target)
    return more if more is None or not hold_back else math.ceil(more / hold_back)


def _proofs(
    drawn: Scored, evidence: Scored, targets: Sequence[Target], suggest: NDArray[np.float64]
) -> tuple[Proof, ...]:
    share = len(evidence.scores) / len(drawn.scores)
    found = []
    for topic, target in enumerate(targets):
        scores, labels = evidence.scores[:, topic], evidence.labels[:, topic]
        known = drawn.labels[:, topic] >= 0
        rungs = guarantee.ladder(drawn.scores[known, topic], target, share)
        found.append(guarantee.prove(rungs, scores, labels, target, float(suggest[topic])))
    return tuple(found)
