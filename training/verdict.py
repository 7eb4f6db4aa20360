"""How well a tagger that is trained on one part of a corpus does on another."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copytaster.model.errors import CorpusError
from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import fit, metrics, saving
from copytaster.training.config import Recipe
from copytaster.training.corpus import NO, UNKNOWN, YES, Corpus
from copytaster.training.fit import Progress
from copytaster.training.judged import score
from copytaster.training.metrics import Counts
from copytaster.training.split import Parts

#: The normal distribution has 95 % within so many standard deviations.
_TWO_SIDED = 1.96


@dataclass(frozen=True, slots=True)
class Verdict:
    """How well a tagger trained on one part of a corpus does on another.

    Attributes
    ----------
    train, test, dropped : int
        Articles in each part.
    tags, auto : Counts
        All tags that it gave to the test part, and those of tier ``auto``, against the labels.
    error : float
        Half the width of the 95 % confidence interval of the micro F1, 0 to 1.
    macro_f1 : float
        Mean F1, 0 to 1, of the topics that an article of the test part carries.
    topics : int
        How many these are.
    unseen : int
        How many of these no article of the training part carries; what is missed counts.
    top_right, top_known : int
        Of the test articles that carry a topic, how many have their most confident topic right,
        and for how many it is known whether it is.
    """

    train: int
    test: int
    dropped: int
    tags: Counts
    auto: Counts
    error: float
    macro_f1: float
    topics: int
    unseen: int
    top_right: int
    top_known: int

    @property
    def top_accuracy(self) -> float | None:
        """Share, 0 to 1, of right most confident topics; ``None`` where none can be judged."""
        return self.top_right / self.top_known if self.top_known else None

    @property
    def auto_precision(self) -> float | None:
        """Share, 0 to 1, of ``auto`` tags that were right; ``None`` where none was given."""
        return self.auto.precision if self.auto.right + self.auto.wrong else None

    @property
    def auto_coverage(self) -> float:
        """Share, 0 to 1, of the test part's labels that ``auto`` tags found."""
        return self.auto.recall


def judge(
    corpus: Corpus,
    parts: Parts,
    recipe: Recipe,
    n_jobs: int = 1,
    progress: Progress | None = None,
) -> Verdict:
    """Train on one part of *corpus*, thresholds and all, and judge on another.

    A topic that the training part has no yes for is judged like any other: it is found only if
    its signature terms suffice. One that it has no no for cannot be learned and is never given.
    """
    labels = corpus.labels[parts.test]
    carried = np.flatnonzero((labels == YES).any(axis=0))
    if not carried.size:
        raise CorpusError(
            f"none of the {len(labels)} article(s) to test on carries a topic; test on a larger "
            "share, or add labelled articles"
        )
    tagger = _train(corpus, parts.train, recipe, n_jobs, progress)
    items = [corpus.articles[row] for row in parts.test]
    columns = [corpus.taxonomy.slugs.index(slug) for slug in tagger.taxonomy.slugs]
    scores, foreign = score(tagger, [item.article for item in items])
    decided = np.zeros((2, *labels.shape), dtype=np.bool_)
    decided[0][:, columns] = scores >= tagger.tiers.suggest
    decided[1][:, columns] = (scores >= tagger.tiers.auto) & ~foreign[:, np.newaxis]
    report, auto = metrics.compare(decided[0], labels), metrics.compare(decided[1], labels)
    seen = (corpus.labels[parts.train] == YES).any(axis=0)
    top = _top(tagger.calibration.confidence(scores), labels, columns)
    return Verdict(
        train=len(parts.train),
        test=len(parts.test),
        dropped=len(parts.dropped),
        tags=report.micro,
        auto=auto.micro,
        error=f1_error(decided[0], labels, corpus.groups[parts.test]),
        macro_f1=float(np.mean([report.topics[topic].f1 for topic in carried])),
        topics=len(carried),
        unseen=int((~seen[carried]).sum()),
        top_right=int((top == YES).sum()),
        top_known=int((top != UNKNOWN).sum()),
    )


def f1_error(
    decided: NDArray[np.bool_], labels: NDArray[np.int8], groups: NDArray[np.int64]
) -> float:
    """Return half the width of the 95 % confidence interval of the micro F1, 0 to 1.

    Parameters
    ----------
    decided : ndarray of shape (n_articles, n_topics), bool
    labels : ndarray of shape (n_articles, n_topics), int8
    groups : ndarray of shape (n_articles,), int64
        Articles of one group count as one draw.

    Notes
    -----
    Linearisation of a ratio of sums over clusters: Cochran, Sampling Techniques, 1977, chapters
    6 and 9A. Where nothing is right it is 0, which is no proof.
    """
    right = 2.0 * (decided & (labels == YES)).sum(axis=1)
    both = ((decided & (labels != UNKNOWN)).sum(axis=1) + (labels == YES).sum(axis=1)).astype(float)
    if not right.any():
        return 0.0
    residual = np.bincount(groups, right - right.sum() / both.sum() * both)
    return float(_TWO_SIDED * np.sqrt((residual**2).sum()) / both.sum())


def _train(
    corpus: Corpus,
    rows: NDArray[np.int64],
    recipe: Recipe,
    n_jobs: int,
    progress: Progress | None,
) -> Tagger:
    """Return the tagger that would be served, trained on *rows* and on topics with a known no."""
    taxonomy = _learnable(corpus.taxonomy, (corpus.labels[rows] == NO).any(axis=0))
    slugs = frozenset(taxonomy.slugs)
    items = [corpus.articles[row] for row in rows]
    past = Corpus(
        tuple(replace(item, yes=item.yes & slugs, no=item.no & slugs) for item in items),
        taxonomy,
        corpus.unlabelled,
    )
    fitted = fit.fit(past, recipe, n_jobs, progress)
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry(Path(folder))
        return Tagger.load(registry.folder(saving.save(fitted, registry)))


def _learnable(taxonomy: Taxonomy, known: NDArray[np.bool_]) -> Taxonomy:
    """Return the topics that are *known* to be absent somewhere; all of them, if none is."""
    if known.all() or not known.any():
        return taxonomy
    topics = zip(taxonomy, known.tolist(), strict=True)
    return Taxonomy(tuple(replace(topic, parent=None) for topic, some in topics if some))


def _top(
    confidences: NDArray[np.float64], labels: NDArray[np.int8], columns: list[int]
) -> NDArray[np.int8]:
    """Return the label of the most confident topic of each article that carries a topic."""
    best = np.array(columns)[confidences.argmax(axis=1)]
    carrying = np.flatnonzero((labels == YES).any(axis=1))
    found: NDArray[np.int8] = labels[carrying, best[carrying]]
    return found
