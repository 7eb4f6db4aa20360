"""Proven precision against unseen articles, over 500 random splits of real corpora."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from bench.corpora import EVENTS, REUTERS, need
from bench.rows import Row
from copytaster.cli.screen import progress_bar
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import corpus as corpora
from copytaster.training import decisions, features, out_of_fold, split
from copytaster.training.bootstrap import exact
from copytaster.training.config import BEST, Recipe
from copytaster.training.corpus import YES, Corpus
from copytaster.training.decisions import Scored
from copytaster.training.examples import Examples
from copytaster.training.features import Counts

SPLITS = 500
#: Topics with fewer articles in the whole corpus can hardly prove anything in a part of it.
_FEWEST = 120
#: At most so many articles of a corpus, evenly spaced.
_MOST = 20_000
WAYS: Mapping[str, Recipe] = {"out of fold": BEST, "strict": replace(BEST, hold_back=0.3)}


@dataclass(frozen=True, slots=True)
class Pool:
    """A corpus to split, with what every split shares.

    Attributes
    ----------
    name : str
    corpus : Corpus
    counts : Counts
    learnt : int
        About how many articles a split learns from; all others are unseen.
    """

    name: str
    corpus: Corpus
    counts: Counts
    learnt: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the proofs of one corpus and one way; arrays are (n_splits, n_topics).

    Attributes
    ----------
    topics : tuple of str
    target : float
        The precision that was to be proven, 0 to 1.
    promised : float
        How often a proof may be wrong, 0 to 1.
    proven : ndarray of bool
        Whether the topic got the tier ``auto``.
    right, given, yes : ndarray of int64
        On the unseen articles: tags of tier ``auto`` that are right, all of them, and the labels.
    """

    topics: tuple[str, ...]
    target: float
    promised: float
    proven: NDArray[np.bool_]
    right: NDArray[np.int64]
    given: NDArray[np.int64]
    yes: NDArray[np.int64]

    @property
    def broken(self) -> NDArray[np.bool_]:
        """Whether the precision on the unseen articles was below the target."""
        return self.proven & (self.right < self.target * self.given)


def run() -> list[Row]:
    """Split, learn, prove, and look at the unseen articles, again and again."""
    from bench.plots import draw_guarantee

    outcomes = {
        f"{pool.name}, {way}": outcome(pool, recipe)
        for pool in (load("Reuters", REUTERS, 5400), load("current events", EVENTS, 8000))
        for way, recipe in WAYS.items()
    }
    draw_guarantee(outcomes, Path("docs/plots/guarantee.svg"))
    return [row for name, found in outcomes.items() for row in _rows(name, found)]


def _rows(name: str, found: Outcome) -> list[Row]:
    rates, often = found.broken.mean(axis=0), found.proven.mean(axis=0)
    worst = int(np.argmax(rates))
    low, high = exact(int(found.broken[:, worst].sum()), len(found.broken))
    given = found.given[found.proven].sum()
    return [
        Row(
            f"{name}: how often the worst topic's precision is below its target "
            f"({found.topics[worst]}, 95 % interval {low:.3f} to {high:.3f})",
            float(rates[worst]),
            goal=f"at most {found.promised:.2f}",
        ),
        Row(f"{name}: the same, mean of topics ever proven", float(rates[often > 0].mean())),
        Row(f"{name}: broken proofs, share of all proofs", found.broken.sum() / found.proven.sum()),
        Row(f"{name}: precision of all unseen auto tags", found.right[found.proven].sum() / given),
        Row(
            f"{name}: share of unseen labels that auto finds",
            found.right[found.proven].sum() / found.yes.sum(),
        ),
    ]


def load(name: str, path: Path, learnt: int) -> Pool:
    """Return the corpus at *path* with its frequent topics."""
    whole, _ = corpora.load([need(path)])
    some = Corpus(whole.articles[:: max(1, len(whole.articles) // _MOST)], whole.taxonomy)
    n_yes = (some.labels == YES).sum(axis=0)
    slugs = [slug for slug, n in zip(whole.taxonomy.slugs, n_yes, strict=True) if n >= _FEWEST]
    corpus, _ = corpora.restrict(some, Taxonomy.from_slugs(slugs))
    counts = features.count([item.article for item in corpus.articles])
    return Pool(name, corpus, counts, learnt)


def outcome(pool: Pool, recipe: Recipe, n_splits: int = SPLITS) -> Outcome:
    """Return what became of the proofs in *n_splits* random splits."""
    _ = pool.corpus.groups, pool.corpus.stories, pool.corpus.labels  # once, not in each process
    jobs = (delayed(_split)(pool, recipe, seed) for seed in range(n_splits))
    found = []
    with progress_bar() as progress:
        for one in Parallel(n_jobs=2, batch_size=5, return_as="generator")(jobs):
            found.append(one)
            progress(pool.name, len(found), n_splits)
    proven, right, given, yes = np.array(found).transpose(1, 0, 2)
    slugs, promised = pool.corpus.taxonomy.slugs, 1 - recipe.auto_confidence
    return Outcome(slugs, recipe.auto_precision, promised, proven > 0, right, given, yes)


def _split(pool: Pool, recipe: Recipe, seed: int) -> NDArray[np.int64]:
    """Learn from some stories, and return, for each topic, what its proof does on the others.

    Returns
    -------
    ndarray of shape (4, n_topics), int64
        Whether anything is proven; right, given and labels among the unseen articles.
    """
    groups, labels, story = pool.corpus.groups, pool.corpus.labels, pool.corpus.stories
    unseen = split.held_back(groups, 1 - pool.learnt / len(groups), seed)
    rows, others = np.flatnonzero(~unseen), np.flatnonzero(unseen)
    apart = split.held_back(groups[rows], recipe.hold_back, seed)
    learnt, proving = np.flatnonzero(~apart), np.flatnonzero(apart)
    fold = np.full(len(rows), -1)
    fold[learnt] = split.folds(groups[rows[learnt]], recipe.n_folds, seed)
    part = Corpus(tuple(pool.corpus.articles[row] for row in rows), pool.corpus.taxonomy)
    examples = Examples(part, recipe, pool.counts.rows(rows), labels[rows])
    judged = out_of_fold.judge(examples, fold)
    model = examples.fit(learnt)
    scored = Scored(judged.scores, labels[rows], story[rows]).rows(learnt)
    held = model.scores(examples.counts.rows(proving)) if proving.size else None
    found = decisions.learn(
        scored,
        fold[learnt],
        part.taxonomy,
        recipe,
        None if held is None else Scored(held, labels[rows[proving]], story[rows[proving]]),
    )
    auto = model.scores(pool.counts.rows(others)) >= [proof.threshold for proof in found.proofs]
    truth = labels[others] == YES
    proven = [proof.found for proof in found.proofs]
    return np.array([proven, (auto & truth).sum(0), auto.sum(0), truth.sum(0)], dtype=np.int64)
