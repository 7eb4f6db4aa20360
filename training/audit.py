"""Labels that look wrong or missing, ranked, with the evidence against them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copytaster.model import evidence
from copytaster.training import doubt, split
from copytaster.training.config import DEFAULT, Recipe
from copytaster.training.corpus import YES, Corpus
from copytaster.training.doubt import Judgement
from copytaster.training.fit import Progress, Steps, must_have_no

#: A label is a suspect, and a topic a proposal, from here on.
_EVEN = 0.5

#: Terms with what each added to the logit of the topic.
Terms = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label that looks wrong.

    Attributes
    ----------
    row : int
        The article's place in the corpus.
    topic : str
        The topic's slug.
    label : {"yes", "no"}
        What the editor said; a doubtful "no" is a label that looks missing.
    confidence : float
        Probability, 0 to 1, that the label is right, by a model that has not seen the article.
    suspicion : float
        What suspects are ranked by, 0 to 1: :func:`doubt.suspicion`.
    speaks_for, speaks_against : tuple of (str, float)
        The article's strongest terms for the topic, and against it, each with what it adds to
        the logit.
    instead : tuple of str
        Other topics that the same model would put on the article, most confident first.
    """

    row: int
    topic: str
    label: str
    confidence: float
    suspicion: float
    speaks_for: Terms
    speaks_against: Terms
    instead: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found.

    Attributes
    ----------
    corpus : Corpus
    seen : Judgement
        What models say of articles that they have not seen.
    """

    corpus: Corpus
    seen: Judgement

    @property
    def suspicion(self) -> NDArray[np.float64]:
        """Suspicion, 0 to 1, of each label, of shape (n_articles, n_topics); 0 where unknown."""
        return doubt.suspicion(self.seen.confidence, self.corpus.labels)

    @property
    def confidence(self) -> NDArray[np.float64]:
        """Confidence, 0 to 1, in each label given, of shape (n_articles, n_topics)."""
        return doubt.agreement(self.seen.confidence, self.corpus.labels)

    @property
    def estimate(self) -> int:
        """How many labels look wrong, by :func:`doubt.estimate`."""
        return doubt.estimate(self.seen.confidence, self.corpus.labels)

    def suspects(self, limit: int, topics: Sequence[str] | None = None) -> list[Suspect]:
        """Return the labels that are more likely wrong than right, worst first.

        Parameters
        ----------
        limit : int
            At most so many.
        topics : sequence of str or None
            Only labels of these; ``None`` takes all.
        """
        suspicion, confidence = self.suspicion, self.confidence
        suspicion[confidence >= _EVEN] = 0.0
        if topics is not None:
            others = [slug not in topics for slug in self.corpus.taxonomy.slugs]
            suspicion[:, others] = 0.0
        order = np.argsort(-suspicion, axis=None, kind="stable")[:limit]
        rows, columns = np.unravel_index(order, suspicion.shape)
        return [
            self._suspect(row, column, confidence[row, column], suspicion[row, column])
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
            if suspicion[row, column] > 0
        ]

    def _suspect(self, row: int, column: int, confidence: float, suspicion: float) -> Suspect:
        own = int(self.seen.fold[row])
        scorer, slope = self.seen.scorers[own], float(self.seen.slope[own])
        vectors = scorer.vectors(self.corpus.articles[row].article)
        parts = list(scorer.contributions(vectors, column))
        against = evidence.strongest(parts, -slope)
        return Suspect(
            row=row,
            topic=self.corpus.taxonomy.slugs[column],
            label="yes" if self.corpus.labels[row, column] == YES else "no",
            confidence=float(confidence),
            suspicion=float(suspicion),
            speaks_for=tuple(evidence.strongest(parts, slope)),
            speaks_against=tuple((term, -part) for term, part in against),
            instead=self._instead(row, column),
        )

    def _instead(self, row: int, column: int) -> tuple[str, ...]:
        confidence = self.seen.confidence[row]
        order = np.argsort(-confidence, kind="stable").tolist()
        slugs = self.corpus.taxonomy.slugs
        return tuple(slugs[at] for at in order if at != column and confidence[at] >= _EVEN)


def audit(
    corpus: Corpus,
    recipe: Recipe = DEFAULT,
    n_jobs: int = 1,
    progress: Progress | None = None,
) -> Audit:
    """Judge every label by models that have not seen its article, nor any of its group.

    Parameters
    ----------
    corpus : Corpus
    recipe : Recipe
    n_jobs : int
        Threads or, without the compiled solver, processes; the result does not depend on it.
    progress : callable or None
        Called after each fitted column.

    Raises
    ------
    CorpusError
        If the articles make fewer than two groups, or a topic has no known no.
    """
    must_have_no(corpus.labels, corpus.taxonomy)
    fold = split.folds(corpus.groups, recipe.n_folds, recipe.seed)
    steps = Steps(progress, 2 * (int(fold.max()) + 1) * len(corpus.taxonomy))
    steps.stage = "judging labels"
    return Audit(corpus, doubt.held_out(corpus, fold, recipe, n_jobs, steps.tick))
