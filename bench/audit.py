"""Flipped labels of Reuters train, found by the audit and by cleanlab."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.corpora import REUTERS, need
from bench.rows import Row
from copytaster.cli.screen import ERR, progress_bar
from copytaster.training import audit, calibrate, corpus, out_of_fold
from copytaster.training.config import DEFAULT
from copytaster.training.corpus import NO, YES, Corpus
from copytaster.training.examples import Examples

#: The method was chosen on seeds 101 and 102 of the noise (docs/decisions.md).
SEED = 2026
RATE = 0.05
DEPTHS = (100, 500)

Flags = NDArray[np.bool_]
Matrix = NDArray[np.float64]


def flipped_pairs(labels: NDArray[np.int8], rng: np.random.Generator) -> Flags:
    """Choose each known label with a chance of 5 %."""
    return np.asarray((rng.random(labels.shape) < RATE) & (labels >= 0))


def moved_yes(labels: NDArray[np.int8], rng: np.random.Generator) -> Flags:
    """Choose 5 % of the yes labels and, for each, a no of the same topic elsewhere."""
    chosen = np.zeros(labels.shape, dtype=np.bool_)
    yes = np.argwhere(labels == YES)
    for row, topic in yes[rng.choice(len(yes), round(RATE * len(yes)), replace=False)]:
        free = np.flatnonzero((labels[:, topic] == NO) & ~chosen[:, topic])
        chosen[[row, rng.choice(free)], topic] = True
    return chosen


NOISES: dict[str, Callable[[NDArray[np.int8], np.random.Generator], Flags]] = {
    "5 % of all labels flipped": flipped_pairs,
    "5 % of yes labels moved": moved_yes,
}


@dataclass(frozen=True, slots=True)
class Planted:
    """A corpus with wrong labels, and where they are."""

    corpus: Corpus
    wrong: Flags


def run() -> list[Row]:
    """Flip labels, audit, and count how many of the first 100 and 500 suspects were flipped."""
    loaded, _ = corpus.load([need(REUTERS)], split="train")
    if find_spec("cleanlab") is None:
        ERR.print("cleanlab is not installed: no peer; pip install '.[bench]'")
    rows: list[Row] = []
    for name, noise in NOISES.items():
        wrong = noise(loaded.labels, np.random.default_rng(SEED))
        rows.extend(_rows(name, Planted(_flipped(loaded, wrong), wrong)))
    return rows


def _rows(name: str, planted: Planted) -> Iterator[Row]:
    labels = planted.corpus.labels
    with progress_bar() as progress:
        found = audit.audit(planted.corpus, n_jobs=2, progress=progress)
    peers = {
        "same confidences": _peers(labels, found.seen.confidence),
        "plain out-of-fold confidences": _peers(labels, _plain(planted.corpus, found.seen.fold)),
    }
    for depth in DEPTHS:
        ours = _precision(found.suspicion, planted.wrong, depth)
        for given, ways in peers.items():
            best, peer = _best(ways, planted.wrong, depth)
            label = f"{name}: precision at {depth}; peer: cleanlab {best}, {given}"
            yield Row(label, ours, peer, "not below the peer")
    yield Row(
        f"{name}: labels estimated wrong; peer: flipped",
        float(found.estimate),
        float(planted.wrong.sum()),
    )


def _plain(noisy: Corpus, fold: NDArray[np.int64]) -> Matrix:
    """Return one pass of out-of-fold scores, calibrated topic by topic: what is usual."""
    scores = out_of_fold.judge(Examples(noisy, DEFAULT), fold, 2).scores
    confidence = np.empty(scores.shape)
    for number in range(int(fold.max()) + 1):
        inside = fold == number
        fitted = calibrate.platt_each(scores[~inside], noisy.labels[~inside])
        confidence[inside] = fitted.confidence(scores[inside])
    return confidence


def _peers(labels: NDArray[np.int8], confidence: Matrix) -> Mapping[str, Matrix]:
    """Return cleanlab's suspicions, topic by topic, by each of its ways."""
    if find_spec("cleanlab") is None:
        return {}
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    ways: dict[str, dict[str, Any]] = {
        "self_confidence": {"method": "self_confidence"},
        "normalized_margin": {"method": "normalized_margin"},
        "confidence_weighted_entropy": {"method": "confidence_weighted_entropy"},
        "adjusted self_confidence": {"method": "self_confidence", "adjust_pred_probs": True},
    }
    found = {way: np.empty(confidence.shape) for way in (*ways, "find_label_issues")}
    for topic in range(labels.shape[1]):
        given = (labels[:, topic] == YES).astype(int)
        both = np.stack([1 - confidence[:, topic], confidence[:, topic]], axis=1)
        for way, options in ways.items():
            found[way][:, topic] = 1 - get_label_quality_scores(given, both, **options)
        # The labels that it calls issues come first, by self-confidence, and then the others.
        issues = find_label_issues(given, both, n_jobs=1)
        found["find_label_issues"][:, topic] = issues + found["self_confidence"][:, topic]
    return found


def _best(ways: Mapping[str, Matrix], wrong: Flags, depth: int) -> tuple[str, float | None]:
    if not ways:
        return "(not installed)", None
    scores = {way: _precision(matrix, wrong, depth) for way, matrix in ways.items()}
    best = max(scores, key=scores.__getitem__)
    return best, scores[best]


def _precision(suspicion: Matrix, wrong: Flags, depth: int) -> float:
    """Share, 0 to 1, of the *depth* most suspicious labels that are *wrong*."""
    first = np.argsort(-suspicion, axis=None, kind="stable")[:depth]
    return float(wrong.ravel()[first].mean())


def _flipped(loaded: Corpus, wrong: Flags) -> Corpus:
    """Return *loaded*, whose labels are complete, with the labels in *wrong* turned round."""
    labels = np.where(wrong, 1 - loaded.labels, loaded.labels)
    slugs = np.array(loaded.taxonomy.slugs)
    articles = tuple(
        replace(item, yes=frozenset(slugs[row == YES].tolist()))
        for item, row in zip(loaded.articles, labels, strict=True)
    )
    return Corpus(articles, loaded.taxonomy)
