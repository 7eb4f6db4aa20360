"""Training time on Reuters, end to end, beside plain scikit-learn in the same run."""

import time
from collections.abc import Callable

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import cross_val_predict
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from bench.corpora import REUTERS, need
from bench.rows import Row
from copytaster.model.scorer import field_text
from copytaster.training import corpus as corpora
from copytaster.training import fit
from copytaster.training.config import BEST, FAST, Recipe
from copytaster.training.corpus import YES, Corpus

_ROUNDS = 3


def run() -> list[Row]:
    """Time both, in turn, one thread each; the median counts."""
    loaded, _ = corpora.load([need(REUTERS)], split="train")
    seconds: dict[str, list[float]] = {"best": [], "fast": [], "plain": []}
    for _ in range(_ROUNDS):
        seconds["plain"].append(_timed(lambda: _plain(loaded)))
        seconds["best"].append(_timed(lambda: _ours(loaded, BEST)))
        seconds["fast"].append(_timed(lambda: _ours(loaded, FAST)))
    plain = float(np.median(seconds["plain"]))
    peer = "peer: TfidfVectorizer + OneVsRest(LinearSVC), 5-fold scores and a fit to all"
    return [
        Row(
            f"{name}: seconds of CPU with out-of-fold thresholds; {peer}",
            float(np.median(seconds[name])),
            plain,
            "not above the peer" if name == "best" else "",
        )
        for name in ("best", "fast")
    ]


def _timed(work: Callable[[], object]) -> float:
    """Return the seconds of CPU that *work* takes; the machine is shared, the clock is not ours."""
    start = time.process_time()
    work()
    return time.process_time() - start


def _ours(loaded: Corpus, recipe: Recipe) -> object:
    # A corpus of its own each time: what a corpus remembers must be worked out again.
    return fit.fit(Corpus(loaded.articles, loaded.taxonomy), recipe)


def _plain(loaded: Corpus) -> object:
    texts = [field_text(item.article, "article") for item in loaded.articles]
    labels = loaded.labels == YES
    pipeline = make_pipeline(TfidfVectorizer(sublinear_tf=True), OneVsRestClassifier(LinearSVC()))
    scores = cross_val_predict(pipeline, texts, labels, cv=5, method="decision_function")
    return scores, pipeline.fit(texts, labels)
