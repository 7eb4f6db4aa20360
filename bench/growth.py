"""How the cost of an article grows with its length, with topics and with words.

Texts are real; the weights are random, which costs the same, and no topic's are pruned.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from bench.plots import draw_growth
from bench.rows import Row
from bench.speed_model import real_texts
from copytaster.model.artifact import scorer_over
from copytaster.model.scorer import FieldName, Scorer
from copytaster.model.types import Article
from copytaster.training import counting, fit
from copytaster.training.config import FAST
from copytaster.training.estimator import LinearLayer
from copytaster.training.examples import Model
from copytaster.training.features import Counts, Features

KILOBYTES = (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000)
TOPICS = (10, 30, 95, 300, 1100)
WORDS = (10_000, 30_000, 150_000, 400_000, 1_000_000)
USUAL_KILOBYTES, USUAL_TOPICS, USUAL_WORDS = 2.3, 95, 150_000
ROUNDS = 5
PLOT = Path(__file__).resolve().parents[1] / "docs" / "plots" / "growth.svg"
#: Seconds of CPU that one figure is measured for, in each round.
_BUDGET = 0.2
_NO_TERM = " "


def run() -> list[Row]:
    """Measure the three curves, each in interleaved rounds, and draw them."""
    tagged, learnt = real_texts()
    words, text = _words(tagged + learnt), "\n".join(tagged + learnt[:5000])
    usual = _articles(text, USUAL_KILOBYTES)
    scorer = _scorer(words, USUAL_WORDS, USUAL_TOPICS)
    curves = {
        "kB of text": _curve(
            KILOBYTES, [_work(scorer, _articles(text, size)) for size in KILOBYTES]
        ),
        "topics": _curve(
            TOPICS, [_work(_scorer(words, USUAL_WORDS, topics), usual) for topics in TOPICS]
        ),
        "words in the vocabulary": _curve(
            WORDS, [_work(_scorer(words, size, USUAL_TOPICS), usual) for size in WORDS]
        ),
    }
    draw_growth(curves, PLOT)
    return [
        _ratio("1,000 kB of text; peer: 100 kB", curves["kB of text"], 1000, 100, "at most 11"),
        _ratio("1,100 topics; peer: 95", curves["topics"], 1100, 95, "at most 4"),
        _ratio("1,000,000 words; peer: 10,000", curves["words in the vocabulary"], 10**6, 10**4),
        *(
            Row(f"{size:,} {what}: microseconds", cost)
            for what, found in curves.items()
            for size, cost in found.items()
        ),
    ]


def _ratio(what: str, curve: dict[float, float], large: float, small: float, goal: str = "") -> Row:
    name = f"microseconds of CPU to score an article, {what}"
    return Row(name, curve[large], curve[small], f"{goal} times" if goal else "")


def _words(texts: Sequence[str]) -> list[str]:
    """Return a million words: those of *texts*, the most frequent first, then made-up ones."""
    terms, counts = counting.count(texts)
    often = np.bincount(counts.indices, minlength=len(terms))
    real = [terms[at] for at in np.argsort(-often, kind="stable")]
    endings = (f"q{chr(97 + number)}" for number in range(26))
    made = (f"{term}{ending}" for ending in endings for term in real)
    found = dict.fromkeys(real)
    while len(found) < max(WORDS):
        found.setdefault(next(made))
    return list(found)


def _scorer(words: Sequence[str], n_words: int, n_topics: int) -> Scorer:
    """Return a scorer over the first *n_words*, by the way that a trained tagger takes."""
    terms = sorted(words[:n_words])
    found: dict[FieldName, list[str]] = {"article": terms, "headline": [_NO_TERM]}
    matrices = {name: sp.csr_matrix(np.ones((1, len(known)))) for name, known in found.items()}
    features = Features(Counts(found, matrices), replace(FAST, min_df=1))
    rng = np.random.default_rng(0)
    coef = 0.1 * rng.standard_normal((n_words + 1, n_topics))
    layer = LinearLayer(coef, np.zeros(n_topics))
    return scorer_over(fit.linear_arrays(Model(features, layer)))


def _articles(text: str, kilobytes: float) -> list[Article]:
    """Return consecutive pieces of *text*, at most a hundred."""
    size = int(1000 * kilobytes)
    count = max(1, min(100, len(text) // size))
    return [Article(text[start * size : (start + 1) * size]) for start in range(count)]


def _work(scorer: Scorer, articles: Sequence[Article]) -> Callable[[], float]:
    def measure() -> float:
        """Return the microseconds of CPU an article."""
        start, done = time.process_time(), 0
        while time.process_time() - start < _BUDGET:
            for _ in range(max(1, len(articles) // 10)):
                scorer.score([articles[done % len(articles)]])
                done += 1
        return (time.process_time() - start) / done * 1e6

    return measure


def _curve(sizes: Sequence[float], works: Sequence[Callable[[], float]]) -> dict[float, float]:
    """Return the median of interleaved rounds, by size; the first round only warms up."""
    figures = [[work() for work in works] for _ in range(ROUNDS + 1)][1:]
    return dict(zip(sizes, np.median(figures, axis=0).tolist(), strict=True))
