"""What more articles would buy: accuracy after training on more and more of them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from copytaster.model.artifact import scorer_over
from copytaster.model.errors import CorpusError
from copytaster.training import fit, metrics, power_law, split
from copytaster.training.config import FAST, Recipe
from copytaster.training.corpus import YES, Corpus
from copytaster.training.fit import Progress

#: Shares of the articles to train on.
SHARES = (0.1, 0.2, 0.4, 0.7, 1.0)
#: Thresholds need out-of-fold scores; three folds give them cheaply.
CHEAP = replace(FAST, n_folds=3)
#: How many more articles with the topic are asked about.
MORE = 50
#: One part in so many is held out where nothing else was set apart.
_PARTS = 3
#: F1 on fewer articles with the topic is too rough to draw a curve through.
_FEWEST_YES = 10
#: One point is no curve.
_FEWEST_SIZES = 2


@dataclass(frozen=True, slots=True)
class TopicCurve:
    """One topic along the sizes.

    Attributes
    ----------
    articles : tuple of int
        How many of the articles trained on carry the topic.
    f1 : tuple of float
        On the articles held out, 0 to 1; nan where none of these carries it.
    plus_50 : float
        What 50 more articles with the topic are likely to add to F1, 0 to 1; nan where the
        points do not say.
    """

    articles: tuple[int, ...]
    f1: tuple[float, ...]
    plus_50: float


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """All topics along the sizes.

    Attributes
    ----------
    sizes : tuple of int
        How many articles were trained on.
    micro_f1 : tuple of float
        On the articles held out, 0 to 1.
    topics : dict of str to TopicCurve
    """

    sizes: tuple[int, ...]
    micro_f1: tuple[float, ...]
    topics: dict[str, TopicCurve]


def learn_from(
    pool: Corpus | None, test: Corpus, n_jobs: int = 1, progress: Progress | None = None
) -> LearningCurve | None:
    """Run :func:`learn`; without a *pool*, the articles of *test* are parted for it.

    Returns
    -------
    LearningCurve or None
        ``None`` where the articles are too few to part or to train on.
    """
    if pool is not None:
        return learn(pool, test, CHEAP, n_jobs, progress)
    try:
        pool, rest = thirds(test)
    except CorpusError:
        return None
    return learn(pool, rest, CHEAP, n_jobs, progress)


def learn(
    pool: Corpus,
    test: Corpus,
    recipe: Recipe = CHEAP,
    n_jobs: int = 1,
    progress: Progress | None = None,
) -> LearningCurve | None:
    """Train on growing parts of *pool*, each within the next, and judge each on *test*.

    Parameters
    ----------
    pool, test : Corpus
        Of one taxonomy, without a group in common; :func:`apart` and :func:`thirds` part them.
    recipe : Recipe
    n_jobs : int
        Threads or, without the compiled solver, processes.
    progress : callable or None
        Called as each fit goes on.

    Returns
    -------
    LearningCurve or None
        ``None`` where fewer than two of the parts are enough to train on.
    """
    yes, reports = [], []
    for step, part in enumerate(_parts(pool, recipe.seed)):
        try:
            fitted = fit.fit(part, recipe, n_jobs, _part_of(progress, step))
        except CorpusError:
            continue  # too few to cross-validate, or a topic that every one of them carries
        scores = scorer_over(fitted.arrays).score([item.article for item in test.articles])
        reports.append(metrics.compare(scores >= fitted.arrays["suggest"], test.labels))
        yes.append((len(part.articles), (part.labels == YES).sum(axis=0)))
    if len(reports) < _FEWEST_SIZES:
        return None
    carried = (test.labels == YES).sum(axis=0)
    articles = np.array([counts for _, counts in yes])
    f1 = np.array([[counts.f1 for counts in report.topics] for report in reports])
    f1[:, carried == 0] = np.nan
    bought = power_law.gains(articles, np.where(carried >= _FEWEST_YES, f1, np.nan), MORE)
    columns = zip(pool.taxonomy.slugs, articles.T, f1.T, bought.tolist(), strict=True)
    return LearningCurve(
        sizes=tuple(size for size, _ in yes),
        micro_f1=tuple(report.micro.f1 for report in reports),
        topics={
            slug: TopicCurve(tuple(counts.tolist()), tuple(reached.tolist()), gained)
            for slug, counts, reached, gained in columns
        },
    )


def apart(corpus: Corpus, test: Corpus) -> Corpus | None:
    """Return the articles of *corpus* in no group with one of *test*, ``None`` where none is.

    An article of *test* is known by file and line.
    """
    places = {(item.source, item.line) for item in test.articles}
    inside = np.array([(item.source, item.line) in places for item in corpus.articles])
    rows = np.flatnonzero(~np.isin(corpus.groups, corpus.groups[inside]))
    return _take(corpus, rows) if rows.size else None


def thirds(corpus: Corpus, seed: int = 0) -> tuple[Corpus, Corpus]:
    """Part *corpus* into two thirds to learn from and one to judge on, groups kept whole.

    Raises
    ------
    CorpusError
        If there are not two groups to part.
    """
    fold = split.folds(corpus.groups, _PARTS, seed)
    return _take(corpus, np.flatnonzero(fold != 0)), _take(corpus, np.flatnonzero(fold == 0))


def _parts(corpus: Corpus, seed: int) -> list[Corpus]:
    """Return growing parts of *corpus*, each within the next, of groups in a random order."""
    ranks = np.random.default_rng(seed).permutation(int(corpus.groups.max()) + 1)[corpus.groups]
    ranked = np.sort(ranks)
    last = {int(ranked[max(1, round(share * ranked.size)) - 1]) for share in SHARES}
    return [_take(corpus, np.flatnonzero(ranks <= rank)) for rank in sorted(last)]


def _take(corpus: Corpus, rows: NDArray[np.int64]) -> Corpus:
    return Corpus(tuple(corpus.articles[row] for row in rows), corpus.taxonomy)


def _part_of(progress: Progress | None, step: int) -> Progress | None:
    if progress is None:
        return None
    whole = len(SHARES)

    def report(_: str, done: int, total: int) -> None:
        progress("learning curves", step * total + done, whole * total)

    return report
