"""A version of a tagger of which some columns became others, and what it says of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copytaster.model import seen
from copytaster.model.arrays import Arrays
from copytaster.model.artifact import Artifact
from copytaster.model.manifest import Manifest
from copytaster.model.registry import Registry
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import saving
from copytaster.training.corpus import Corpus
from copytaster.training.golden import regrown

#: Under this name the manifest's data tell what was done to single topics since the training.
SURGERY = "surgery"
#: The calibration of a topic that nothing was learned of yet; its figures mean nothing.
_DRAWN = "drawn"


@dataclass(frozen=True, slots=True)
class Amendment:
    """What became of some columns.

    Attributes
    ----------
    arrays : dict of str to ndarray
    taxonomy : Taxonomy
        Of all columns.
    metrics : Mapping of str to Mapping
        Of the topics that changed, by slug, as a manifest keeps them.
    step : Mapping
        What was done, for the manifest's data.
    learned : ndarray of shape (n_keys,), uint64, or None
        Keys of the articles that the new columns learned from; ``None``: they do not tell.
    newest : str or None
        Date of the newest of these.
    """

    arrays: Arrays
    taxonomy: Taxonomy
    metrics: Mapping[str, Mapping[str, Any]]
    step: Mapping[str, Any]
    learned: NDArray[np.uint64] | None
    newest: str | None


def save(
    before: Artifact, folder: Path, made: Amendment, registry: Registry, key: bytes | None = None
) -> str:
    """Save what became of *before*, which is in *folder*, as a version of *registry*.

    It has seen what both have. The languages and the share of known words that make a text
    familiar stay: the other topics know no more than before.

    Returns
    -------
    str
        The version.

    Raises
    ------
    ArtifactError
        If what *before* has seen cannot be read.
    """
    manifest = before.manifest
    own = seen.load(folder, manifest.seen)
    both = None if own is None or made.learned is None else np.union1d(own, made.learned)
    slugs = made.taxonomy.slugs
    changed = [column for column, slug in enumerate(slugs) if slug in made.metrics]
    amended = replace(
        manifest,
        version="",
        taxonomy=made.taxonomy,
        data=_data(before, made, both),
        metrics=_metrics(manifest.metrics, made.metrics),
        golden=regrown(made.arrays, manifest.golden, changed),
    )
    keys = None if both is None else seen.dumps(both)
    return saving.succeed(amended, made.arrays, keys, registry, key)


def learned(manifest: Manifest, lesson: Corpus, slugs: Sequence[str] | None = None) -> bool:
    """Return whether the topics *slugs* of a version learned from this very *lesson*.

    Without any, whether the whole of it did, and nothing was done to single topics since.
    """
    if slugs is None:
        whole = not manifest.data.get(SURGERY) and lesson.digest == manifest.data["sha256"]
        return whole and lesson.taxonomy.digest == manifest.data["taxonomy_sha256"]
    wanted = {topic.slug: topic for topic in lesson.taxonomy}
    now = {topic.slug: topic for topic in manifest.taxonomy}
    if any(wanted[slug] != now[slug] for slug in slugs):
        return False
    return {_lesson_of(manifest.data, slug) for slug in slugs} == {lesson.digest}


def untrained(manifest: Manifest) -> frozenset[str]:
    """Return the topics of a version that nothing was learned of yet."""
    topics = manifest.metrics["topics"]
    return frozenset(slug for slug, one in topics.items() if one["calibration"] == _DRAWN)


def _lesson_of(data: Mapping[str, Any], slug: str) -> str | None:
    """Return the digest of what a topic last learned from.

    ``None`` where its column came from another version.
    """
    for step in reversed(data.get(SURGERY, ())):
        if slug in step["topics"]:
            found = step.get("sha256")
            return None if found is None else str(found)
    return str(data["sha256"])


def _data(before: Artifact, made: Amendment, both: NDArray[np.uint64] | None) -> Mapping[str, Any]:
    data = before.manifest.data
    dates = [date for date in (data["newest"], made.newest) if date is not None]
    return {
        **data,
        "articles": data["articles"] if both is None else int(both.size),
        "newest": max(dates, default=None),
        "taxonomy_sha256": made.taxonomy.digest,
        SURGERY: [*data.get(SURGERY, ()), {"from": before.manifest.version, **made.step}],
    }


def _metrics(before: Mapping[str, Any], new: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return metrics in which those that are *new* take the place of their topics'.

    F1 over all topics is pooled from these, each cross-validated on its own articles. How well all
    confidences together are calibrated is not known any more.
    """
    topics = {slug: new.get(slug, one) for slug, one in before["topics"].items()}
    known = [one for one in topics.values() if one["calibration"] != _DRAWN]
    kept = {name: value for name, value in before.items() if name != "calibration"}
    return {
        **kept,
        "micro": {"f1": _pooled_f1(known)},
        "macro": {"f1": sum(one["f1"] for one in known) / max(len(known), 1)},
        "topics": topics,
    }


def _pooled_f1(topics: list[Mapping[str, Any]]) -> float:
    right = [one["recall"] * one["articles"] for one in topics]
    given = [
        n / one["precision"] if one["precision"] else 0.0
        for n, one in zip(right, topics, strict=True)
    ]
    total = sum(given) + sum(one["articles"] for one in topics)
    return 2 * sum(right) / total if total else 0.0
