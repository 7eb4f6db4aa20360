"""Reuters-21578, ModApte split, 90 topics: trained on the train part, judged on the test part."""

from dataclasses import replace

import numpy as np

from bench.corpora import REUTERS, need
from bench.rows import Row
from copytaster.cli.screen import progress_bar
from copytaster.model.artifact import scorer_over
from copytaster.training import corpus as corpora
from copytaster.training import fit, metrics, reliability
from copytaster.training.config import BEST, FAST, Recipe
from copytaster.training.corpus import YES, Corpus

RECIPES = {
    "best": BEST,
    "best, objective micro": replace(BEST, objective="micro"),
    "best, objective macro": replace(BEST, objective="macro"),
    "fast": FAST,
}


def run() -> list[Row]:
    """Train by each preset and objective, and decide the test articles by its own thresholds."""
    train, _ = corpora.load([need(REUTERS)], split="train")
    test, _ = corpora.load([REUTERS], train.taxonomy, "test")
    return [row for name, recipe in RECIPES.items() for row in _rows(name, recipe, train, test)]


def _rows(name: str, recipe: Recipe, train: Corpus, test: Corpus) -> list[Row]:
    with progress_bar() as progress:
        fitted = fit.fit(train, recipe, 2, progress)
    scores = scorer_over(fitted.arrays).score([item.article for item in test.articles])
    report = metrics.compare(scores >= fitted.arrays["suggest"], test.labels)
    rows = [
        Row(f"{name}: train, cross-validated micro-F1", fitted.report.micro.f1),
        Row(f"{name}: train, cross-validated macro-F1", fitted.report.macro_f1),
        Row(f"{name}: test micro-F1", report.micro.f1, goal="at least 0.90"),
        Row(f"{name}: test macro-F1", report.macro_f1, goal="at least 0.60"),
    ]
    if recipe is not BEST:
        return rows
    auto = metrics.compare(scores >= fitted.arrays["auto"], test.labels).micro
    confidence = fitted.decisions.calibrated.calibration.confidence(scores).ravel()
    found = reliability.judge(confidence, test.labels.ravel() == YES, reliability.BINS)
    return [
        *rows,
        Row(f"{name}: test micro precision", report.micro.precision),
        Row(f"{name}: test micro recall", report.micro.recall),
        Row(f"{name}: test ECE, {found.pairs} pairs above 0.05", found.ece, goal="at most 0.02"),
        Row(f"{name}: test Brier score", found.brier),
        Row(f"{name}: test log loss", found.log_loss),
        Row(f"{name}: test precision of auto", auto.precision, goal="at least 0.95"),
        Row(f"{name}: share of test labels that auto finds", auto.recall, goal="at least 0.60"),
        Row(f"{name}: topics with an auto tier", float(np.isfinite(fitted.arrays["auto"]).sum())),
    ]
