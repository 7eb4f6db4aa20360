"""Training time on Reuters, end to end, beside scikit-learn and fastText in the same run.

The scikit-learn way gives the same outputs: TF-IDF, one-vs-rest fits, 5-fold out-of-fold scores,
and from these a sigmoid and the threshold with the best F1 for each topic.
"""

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, precision_recall_curve
from sklearn.model_selection import cross_val_predict
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from bench import workers
from bench.corpora import REUTERS, need
from bench.rows import Row
from copytaster.model.artifact import scorer_over
from copytaster.model.scorer import field_text
from copytaster.training import corpus as corpora
from copytaster.training import fit
from copytaster.training.config import BEST, FAST, Recipe
from copytaster.training.corpus import YES, Corpus

_Found = TypeVar("_Found")
ROUNDS = 3
RECIPES = {"best": BEST, "fast, 5 folds": replace(FAST, n_folds=BEST.n_folds), "fast": FAST}
SCIKIT, FASTTEXT = "scikit-learn", "fastText"


@dataclass(frozen=True, slots=True)
class Run:
    """One training.

    Attributes
    ----------
    wall, cpu : float
        Seconds.
    micro_f1 : float
        On the test part.
    bare : float
        Seconds of CPU without calibration and thresholds, where they can be told apart.
    """

    wall: float
    cpu: float
    micro_f1: float
    bare: float = float("nan")


def run() -> list[Row]:
    """Train all in turn, one thread each; medians count."""
    train, _ = corpora.load([need(REUTERS)], split="train")
    test, _ = corpora.load([REUTERS], train.taxonomy, "test")
    ways: dict[str, Callable[[], Run]] = {
        SCIKIT: lambda: _plain(train, test),
        **{name: _way(train, test, recipe) for name, recipe in RECIPES.items()},
    }
    missing = []
    try:
        ways[FASTTEXT] = _fasttext(train, test)
    except workers.MissingError as error:
        missing.append(Row(f"skipped: {FASTTEXT}: {error}", float("nan")))
    runs: dict[str, list[Run]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            runs[name].append(way())
    bare = float(np.median([one.bare for one in runs[SCIKIT]]))
    beside = [
        Row(
            f"{name}: seconds of CPU; peer: {SCIKIT}, 5-fold scores and a fit alone",
            float(np.median([one.cpu for one in runs[name]])),
            bare,
            "at most 1 times" if name == "best" else "",
        )
        for name in RECIPES
    ]
    return [*beside, *(row for name in RECIPES for row in _rows(name, runs)), *missing]


def _rows(name: str, runs: dict[str, list[Run]]) -> list[Row]:
    rows = []
    for peer in (name for name in (SCIKIT, FASTTEXT) if name in runs):
        judged = peer == SCIKIT and RECIPES[name].n_folds == BEST.n_folds
        for what, unit in (("cpu", "seconds of CPU"), ("wall", "seconds")):
            sides = [[getattr(one, what) for one in runs[side]] for side in (name, peer)]
            ours, theirs = (float(np.median(side)) for side in sides)
            spread = "; ".join(f"{min(side):.2f} to {max(side):.2f}" for side in sides)
            goal = "at least 3 times" if judged else ""
            label = f"{name}: {unit}; peer: {peer}"
            rows.append(Row(label, ours, theirs, goal, faster=True, spread=spread))
        f1 = (runs[name][0].micro_f1, runs[peer][0].micro_f1)
        goal = "at least 1 times" if judged else ""
        rows.append(Row(f"{name}: test micro-F1; peer: {peer}", *f1, goal))
    return rows


def _way(train: Corpus, test: Corpus, recipe: Recipe) -> Callable[[], Run]:
    def train_and_judge() -> Run:
        # A corpus of its own each time: what a corpus remembers must be worked out again.
        fresh = Corpus(train.articles, train.taxonomy)
        wall, cpu, fitted = timed(lambda: fit.fit(fresh, recipe))
        scores = scorer_over(fitted.arrays).score([item.article for item in test.articles])
        return Run(wall, cpu, _micro_f1(test, scores >= fitted.arrays["suggest"]))

    return train_and_judge


def _plain(train: Corpus, test: Corpus) -> Run:
    labels = train.labels == YES
    pipeline = make_pipeline(TfidfVectorizer(sublinear_tf=True), OneVsRestClassifier(LinearSVC()))

    bare = 0.0

    def work() -> NDArray[np.float64]:
        nonlocal bare
        started = time.process_time()
        texts = _texts(train)
        scores = cross_val_predict(pipeline, texts, labels, cv=5, method="decision_function")
        pipeline.fit(texts, labels)
        bare = time.process_time() - started
        columns = list(zip(scores.T, labels.T, strict=True))
        for column, marked in columns:
            LogisticRegression().fit(column[:, np.newaxis], marked)
        return np.array([_threshold(column, marked) for column, marked in columns])

    wall, cpu, thresholds = timed(work)
    scores = pipeline.decision_function(_texts(test))
    return Run(wall, cpu, _micro_f1(test, scores >= thresholds), bare)


def _threshold(scores: NDArray[np.float64], marked: NDArray[np.bool_]) -> float:
    """Return the threshold with the best F1."""
    precision, recall, thresholds = precision_recall_curve(marked, scores)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return float(thresholds[f1[:-1].argmax()])


def _fasttext(train: Corpus, test: Corpus) -> Callable[[], Run]:
    python = str(workers.python("fasttext"))
    parts = {
        part: [(field_text(item.article, "article"), sorted(item.yes)) for item in corpus.articles]
        for part, corpus in (("train", train), ("test", test))
    }
    command = [python, "-m", "bench.peers.fasttext_training"]

    def train_and_judge() -> Run:
        done = subprocess.run(
            command,
            cwd=workers.ROOT,
            input=json.dumps(parts),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return Run(**json.loads(done.stdout))

    return train_and_judge


def timed(work: Callable[[], _Found]) -> tuple[float, float, _Found]:
    """Return the seconds, the seconds of CPU, and what *work* returns."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return time.perf_counter() - wall, time.process_time() - cpu, found


def _texts(corpus: Corpus) -> list[str]:
    return [field_text(item.article, "article") for item in corpus.articles]


def _micro_f1(test: Corpus, decided: NDArray[np.bool_]) -> float:
    return float(f1_score(test.labels == YES, decided, average="micro"))
