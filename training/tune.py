"""Searching a preset's few settings by cross-validation."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from copytaster.training import beginning, metrics, out_of_fold, recency, thresholds
from copytaster.training.config import Recipe
from copytaster.training.corpus import Corpus
from copytaster.training.examples import Examples
from copytaster.training.features import Counts
from copytaster.training.fit import Progress, folds

#: What is tried, C as a multiple; a setting at a time would miss that they pull on each other.
_HEADLINE_WEIGHTS = (0.0, 0.3, 0.6)
_STRENGTHS = (0.25, 0.5, 1.0, 2.0)
_RATIO_WEIGHTS = (0.5, 2.0)


@dataclass(frozen=True, slots=True)
class Trial:
    """A recipe, and how well it did on articles that it had not seen.

    Attributes
    ----------
    recipe : Recipe
    micro_f1, macro_f1 : float
        Cross-validated, 0 to 1.
    """

    recipe: Recipe
    micro_f1: float
    macro_f1: float

    @property
    def objective(self) -> float:
        """What the recipe's thresholds are to make high."""
        both = (self.micro_f1 + self.macro_f1) / 2
        return {"micro": self.micro_f1, "macro": self.macro_f1, "both": both}[self.recipe.objective]

    def as_json(self) -> dict[str, float]:
        """Return the figures by name."""
        return {"micro_f1": self.micro_f1, "macro_f1": self.macro_f1}


def candidates(recipe: Recipe) -> list[Recipe]:
    """Return *recipe* itself, then its neighbours in headline weight, C and ratio weight.

    A recipe without log-count ratios stays without.
    """
    ratios = _RATIO_WEIGHTS if recipe.ratio_weight else (0.0,)
    around = [
        replace(recipe, headline_weight=weight, C=recipe.C * strength, ratio_weight=ratio)
        for weight, strength, ratio in product(_HEADLINE_WEIGHTS, _STRENGTHS, ratios)
    ]
    return [recipe, *(tried for tried in around if tried != recipe)]


def search(
    corpus: Corpus, recipe: Recipe, n_jobs: int = 1, progress: Progress | None = None
) -> tuple[Trial, ...]:
    """Try the :func:`candidates`, and return the trials, best first.

    The folds are those that the fit will use, so that its cross-validated figures are a little
    flattered by the choice; a test part is the judge of a tuned recipe. Articles that the recipe
    holds back are left out.

    Parameters
    ----------
    corpus : Corpus
    recipe : Recipe
        The preset to begin with.
    n_jobs : int
        Processes, each with a recipe of its own: liblinear draws its random numbers from one
        generator a process.
    progress : callable or None
        Called after each recipe.
    """
    folds(corpus, recipe)  # refuses at once what no recipe can be fitted to
    counts = Examples(corpus, recipe).counts
    tried = candidates(recipe)
    trials = []
    for trial in _run(corpus, tried, counts, n_jobs):
        trials.append(trial)
        if progress is not None:
            progress("tuning", len(trials), len(tried))
    return tuple(
        sorted(trials, key=lambda trial: (-trial.objective, _changed(trial.recipe, recipe)))
    )


def _changed(tried: Recipe, recipe: Recipe) -> int:
    """Return how many settings differ, so that of equals the nearest to the preset is chosen."""
    own = recipe.as_json()
    return sum(own[name] != value for name, value in tried.as_json().items())


def _run(corpus: Corpus, tried: list[Recipe], counts: Counts, n_jobs: int) -> Iterator[Trial]:
    jobs = (delayed(_trial)(corpus, recipe, counts) for recipe in tried)
    yield from Parallel(n_jobs=n_jobs, return_as="generator")(jobs)


def _trial(corpus: Corpus, recipe: Recipe, counts: Counts) -> Trial:
    fold = folds(corpus, recipe)
    rows = np.flatnonzero(fold >= 0)
    with threadpool_limits(1):
        scores = out_of_fold.judge(Examples(corpus, recipe, counts), fold).scores[rows]
        begun = beginning.begun(corpus.taxonomy, recipe)
        current = recency.current(corpus, rows, begun)
        decided = thresholds.cross_fitted(
            scores, current, fold[rows], recipe.objective, begun=begun
        )
    report = metrics.compare(decided, corpus.labels[rows])
    return Trial(recipe, report.micro.f1, report.macro_f1)
