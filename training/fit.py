"""From a corpus to a saved tagger."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copytaster.model import arrays as array_file
from copytaster.model import artifact
from copytaster.model.errors import CorpusError
from copytaster.model.manifest import Manifest
from copytaster.model.registry import Registry
from copytaster.model.scorer import FIELDS
from copytaster.training import (
    calibrate,
    guarantee,
    metrics,
    out_of_fold,
    split,
    thresholds,
)
from copytaster.training.config import DEFAULT, Recipe
from copytaster.training.corpus import NO, YES, Corpus
from copytaster.training.estimator import LinearLayer
from copytaster.training.features import Features
from copytaster.training.golden import golden
from copytaster.training.metrics import Report

#: Told what is being done, how many of its steps are done, and how many there are.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A tagger that is not saved yet, with how well it did on articles that it had not seen.

    Attributes
    ----------
    corpus : Corpus
    recipe : Recipe
    arrays : dict of str to ndarray
        As :class:`copytaster.model.artifact.Artifact` describes them.
    report : Report
        Cross-validated, with thresholds that were chosen without the article's fold.
    """

    corpus: Corpus
    recipe: Recipe
    arrays: array_file.Arrays
    report: Report


def fit(
    corpus: Corpus,
    recipe: Recipe = DEFAULT,
    n_jobs: int = 1,
    progress: Progress | None = None,
) -> Fitted:
    """Fit a tagger, its calibration and its tiers.

    Parameters
    ----------
    corpus : Corpus
    recipe : Recipe
    n_jobs : int
        Threads; the result does not depend on it.
    progress : callable or None
        Called after each fitted column.

    Raises
    ------
    CorpusError
        If the articles make fewer than two groups, or a topic has no article known not to
        be about it.
    """
    _must_have_no(corpus)
    fold = split.folds(corpus.groups, recipe.n_folds, recipe.seed)
    steps = _Steps(progress, (int(fold.max()) + 2) * len(corpus.taxonomy))
    steps.stage = "cross-validating"
    scores = out_of_fold.scores(corpus, fold, recipe, n_jobs, steps.tick)
    steps.stage = "fitting"
    everything = np.arange(len(corpus.articles))
    features, layer = out_of_fold.fit_rows(corpus, everything, recipe, n_jobs, steps.tick)
    decided = thresholds.cross_fitted(scores, corpus.labels, fold)
    return Fitted(
        corpus=corpus,
        recipe=recipe,
        arrays={**linear_arrays(features, layer), **_decisions(scores, corpus, recipe)},
        report=metrics.compare(decided, corpus.labels),
    )


def linear_arrays(features: Features, layer: LinearLayer) -> array_file.Arrays:
    """Return the part of an artifact's arrays that scores: terms, idf, weights, intercept."""
    found: dict[str, NDArray[Any]] = {"intercept": layer.intercept}
    for name in FIELDS:
        vectorizer = features.vectorizers[name]
        found[f"{name}.terms"] = artifact.pack_terms(vectorizer.get_feature_names_out().tolist())
        found[f"{name}.idf"] = vectorizer.idf_.astype(np.float32)
        weights = layer.coef[features.columns(name)] * features.field_weight(name)
        found[f"{name}.weights"] = weights.astype(np.float32)
    return found


def save(fitted: Fitted, registry: Registry, key: bytes | None = None) -> str:
    """Save a fitted tagger as a version of *registry*, and return the version.

    The version follows from the content alone: saving the same tagger twice leaves one.
    """
    registry.root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=registry.root, prefix=".saving.") as folder:
        path = Path(folder) / artifact.ARRAYS
        array_file.dump(fitted.arrays, path)
        manifest = _manifest(fitted, path)
        artifact.save(manifest, path, registry.folder(manifest.version), key)
    return manifest.version


def _must_have_no(corpus: Corpus) -> None:
    without = ~(corpus.labels == NO).any(axis=0)
    if without.any():
        slugs = [slug for slug, none in zip(corpus.taxonomy.slugs, without, strict=True) if none]
        raise CorpusError(
            f"no article is known not to be about {', '.join(slugs)}, so there is nothing to tell "
            "such a topic from; add articles without it, list it in not_topics, or leave it out"
        )


class _Steps:
    """Counts steps for a progress bar."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.stage = ""
        self._progress = progress
        self._done = 0
        self._total = total

    def tick(self) -> None:
        """Count one step."""
        self._done += 1
        if self._progress is not None:
            self._progress(self.stage, self._done, self._total)


def _decisions(scores: NDArray[np.float64], corpus: Corpus, recipe: Recipe) -> array_file.Arrays:
    calibration = calibrate.fit(scores, corpus.labels)
    suggest = thresholds.per_topic(scores, corpus.labels)
    _, first = np.unique(corpus.stories, return_index=True)
    columns = zip(scores[first].T, corpus.labels[first].T, suggest.tolist(), strict=True)
    auto = [guarantee.proven(column, known, recipe, least) for column, known, least in columns]
    return {
        "slope": calibration.slope,
        "offset": calibration.offset,
        "suggest": suggest,
        "auto": np.array(auto),
    }


def _manifest(fitted: Fitted, path: Path) -> Manifest:
    size, sha256 = artifact.digest(path)
    corpus = fitted.corpus
    manifest = Manifest(
        version="",
        taxonomy=corpus.taxonomy,
        data={
            "articles": len(corpus.articles),
            "newest": corpus.newest,
            "sha256": corpus.digest,
            "taxonomy_sha256": corpus.taxonomy.digest,
        },
        parameters=fitted.recipe.as_json(),
        metrics=_metrics(fitted),
        software={name: installed(name) for name in ("copytaster", "numpy", "scikit-learn")},
        golden=golden(fitted.arrays, corpus.taxonomy),
        size=size,
        sha256=sha256,
    )
    return replace(manifest, version=f"{corpus.newest or 'undated'}-{manifest.digest[:12]}")


def _metrics(fitted: Fitted) -> Mapping[str, Any]:
    articles = (fitted.corpus.labels == YES).sum(axis=0).tolist()
    slugs = fitted.corpus.taxonomy.slugs
    rows = zip(slugs, articles, fitted.report.topics, strict=True)
    return {
        "micro": {"f1": fitted.report.micro.f1},
        "macro": {"f1": fitted.report.macro_f1},
        "topics": {
            slug: {
                "articles": n,
                "precision": counts.precision,
                "recall": counts.recall,
                "f1": counts.f1,
            }
            for slug, n, counts in rows
        },
    }
