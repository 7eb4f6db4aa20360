"""A trial: train on the past, judge on what came after, beside what random splits claim."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from copytaster.training import split
from copytaster.training.config import Recipe
from copytaster.training.corpus import Corpus
from copytaster.training.fit import Progress
from copytaster.training.verdict import Verdict, judge


@dataclass(frozen=True, slots=True)
class Trial:
    """The same recipe judged on three ways to part the same corpus.

    Attributes
    ----------
    boundary, first, last : datetime
        Where the test part begins, and the dates of the oldest and newest article, in UTC.
    time : Verdict
        Trained on the past, judged on what came after: what a newsroom will see.
    groups : Verdict
        Whole groups at random.
    random : Verdict
        Articles at random: what is often claimed.
    """

    boundary: datetime
    first: datetime
    last: datetime
    time: Verdict
    groups: Verdict
    random: Verdict


def trial(
    corpus: Corpus,
    recipe: Recipe,
    share: float,
    n_jobs: int = 1,
    progress: Progress | None = None,
) -> Trial:
    """Train and judge three times: by time, by whole groups at random, and at random.

    Parameters
    ----------
    corpus : Corpus
    recipe : Recipe
        Its seed deals the random parts.
    share : float
        The share of the articles to test on, above 0 and below 1.
    n_jobs : int
        Threads or, without the compiled solver, processes; the result does not depend on it.
    progress : callable or None
        As for :func:`copytaster.training.fit.fit`.

    Raises
    ------
    CorpusError
        If an article is not dated, or a part is too small to learn from or to judge by.
    """
    newer = split.by_time(corpus, share)
    parts = {
        "time": newer,
        "groups": split.groups_at_random(corpus, newer, recipe.seed),
        "random": split.at_random(corpus, newer, recipe.seed),
    }
    found = {}
    for number, (name, part) in enumerate(parts.items(), 1):
        told = _numbered(progress, f"{number}/{len(parts)}")
        found[name] = judge(corpus, part, recipe, n_jobs, told)
    dates = split.dates(corpus)
    return Trial(
        boundary=split.moment(np.delete(dates, newer.train).min()),
        first=split.moment(dates.min()),
        last=split.moment(dates.max()),
        **found,
    )


def _numbered(progress: Progress | None, which: str) -> Progress | None:
    if progress is None:
        return None

    def told(stage: str, done: int, total: int) -> None:
        progress(f"{which} {stage}", done, total)

    return told
