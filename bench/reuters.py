"""Reuters-21578, ModApte split, 90 topics: trained on the train part, judged on the test part."""

import numpy as np

from bench.corpora import REUTERS, need
from bench.defaults import train
from bench.rows import Row
from copytaster.training import corpus, metrics


def run() -> list[Row]:
    """Train with the default settings, and decide the test articles by its own thresholds."""
    path = need(REUTERS)
    loaded, _ = corpus.load([path], split="train")
    fitted, tagger = train(loaded)
    test, _ = corpus.load([path], loaded.taxonomy, "test")
    scores = tagger.scorer.score([item.article for item in test.articles])
    report = metrics.compare(scores >= tagger.tiers.suggest, test.labels)
    auto = metrics.compare(scores >= tagger.tiers.auto, test.labels).micro
    return [
        Row("train, cross-validated micro-F1", fitted.report.micro.f1),
        Row("test micro-F1", report.micro.f1, goal="0.88 or more"),
        Row("test macro-F1", report.macro_f1),
        Row("test micro precision", report.micro.precision),
        Row("test micro recall", report.micro.recall),
        Row("test precision of auto", auto.precision, goal="0.95 or more"),
        Row("share of test labels that auto finds", auto.recall),
        Row("topics that have an auto tier", float(np.isfinite(tagger.tiers.auto).sum())),
    ]
