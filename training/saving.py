"""A fitted tagger as a version on disk."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from copytaster.model import arrays as array_file
from copytaster.model import artifact, files, seen
from copytaster.model.manifest import SEEN, File, Manifest
from copytaster.model.registry import Registry
from copytaster.training import unlabelled
from copytaster.training.corpus import YES, Corpus
from copytaster.training.decisions import Decisions
from copytaster.training.fit import Fitted
from copytaster.training.golden import golden
from copytaster.training.languages import languages
from copytaster.training.metrics import Counts
from copytaster.training.tune import Trial


def save(
    fitted: Fitted, registry: Registry, key: bytes | None = None, trials: Sequence[Trial] = ()
) -> str:
    """Save a fitted tagger as a version of *registry*, and return the version.

    The version follows from the content alone: saving the same tagger twice leaves one.

    Parameters
    ----------
    fitted : Fitted
    registry : Registry
    key : bytes or None
        The key to sign it with.
    trials : sequence of Trial
        The recipes that were tried before this one was chosen.
    """
    with registry.writing(), files.folder_aside(registry.folder("saving")) as folder:
        path = folder / artifact.ARRAYS
        array_file.dump(fitted.arrays, path)
        keys = folder / SEEN
        keys.write_bytes(seen.dumps(fitted.corpus.keys))
        manifest = _manifest(fitted, path, keys, trials)
        artifact.save(manifest, path, registry.folder(manifest.version), key, keys)
    return manifest.version


def succeed(
    made: Manifest,
    arrays: array_file.Arrays,
    articles: bytes | None,
    registry: Registry,
    key: bytes | None = None,
) -> str:
    """Save what became of another version as a version of *registry*, and return its name.

    Parameters
    ----------
    made : Manifest
        Its version, size and digests are filled in here.
    arrays : dict of str to ndarray
    articles : bytes or None
        The file of what it has seen (:func:`copytaster.model.seen.dumps`), if it tells.
    registry : Registry
    key : bytes or None
        The key to sign it with.
    """
    with registry.writing(), files.folder_aside(registry.folder("saving")) as folder:
        path = folder / artifact.ARRAYS
        array_file.dump(arrays, path)
        keys = None
        if articles is not None:
            keys = folder / SEEN
            keys.write_bytes(articles)
        size, sha256 = artifact.digest(path)
        listed = None if keys is None else File(*artifact.digest(keys))
        made = replace(made, size=size, sha256=sha256, seen=listed)
        date = made.data["newest"] or "undated"
        made = replace(made, version=f"{date}-{made.digest[:12]}")
        artifact.save(made, path, registry.folder(made.version), key, keys)
    return made.version


def _manifest(fitted: Fitted, path: Path, keys: Path, trials: Sequence[Trial]) -> Manifest:
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
            "languages": languages([item.article for item in corpus.articles]),
            **fitted.familiarity.as_json(),
            **_unlabelled(corpus),
        },
        parameters={**fitted.recipe.as_json(), "tuned": _tuned(trials)},
        metrics=_metrics(fitted),
        software={name: installed(name) for name in ("copytaster", "numpy", "scikit-learn")},
        golden=golden(fitted.arrays, corpus.taxonomy),
        size=size,
        sha256=sha256,
        seen=File(*artifact.digest(keys)),
    )
    return replace(manifest, version=f"{corpus.newest or 'undated'}-{manifest.digest[:12]}")


def _unlabelled(corpus: Corpus) -> Mapping[str, Any]:
    if not corpus.unlabelled:
        return {}
    return {
        "unlabelled": len(corpus.unlabelled),
        "unlabelled_sha256": unlabelled.digest(corpus.unlabelled),
    }


def _tuned(trials: Sequence[Trial]) -> list[Mapping[str, Any]]:
    first = trials[0].recipe.as_json() if trials else {}
    moved = [name for name in first if len({t.recipe.as_json()[name] for t in trials}) > 1]
    return [
        {**{name: trial.recipe.as_json()[name] for name in moved}, **trial.as_json()}
        for trial in trials
    ]


def _metrics(fitted: Fitted) -> Mapping[str, Any]:
    articles = (fitted.corpus.labels == YES).sum(axis=0).tolist()
    return {
        "micro": {"f1": fitted.report.micro.f1},
        "macro": {"f1": fitted.report.macro_f1},
        "calibration": {
            "brier": fitted.reliability.brier,
            "log_loss": fitted.reliability.log_loss,
            "ece": fitted.reliability.ece if fitted.reliability.pairs else None,
        },
        "topics": {
            slug: of_topic(fitted.report.topics[topic], fitted.decisions, topic, articles[topic])
            for topic, slug in enumerate(fitted.corpus.taxonomy.slugs)
        },
    }


def of_topic(counts: Counts, found: Decisions, topic: int, articles: int) -> Mapping[str, Any]:
    """Return the metrics of the topic in column *topic* of *found*, which so many *articles* have.

    *counts* are of its cross-validated decisions.
    """
    target, proof = found.targets[topic], found.proofs[topic]
    return {
        "articles": articles,
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
        "calibration": found.calibrated.methods[topic],
        "auto": {
            "precision": target.precision,
            "confidence": target.confidence,
            "proven": proof.bound if proof.found else None,
            "right": proof.right,
            "of": proof.n,
            "more": found.missing[topic],
        },
    }
