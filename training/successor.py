"""A version of a tagger that follows a changed taxonomy without being trained again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from copytaster.model import artifact, seen
from copytaster.model.artifact import Artifact
from copytaster.model.manifest import Manifest
from copytaster.model.registry import Registry
from copytaster.model.taxonomy import Taxonomy
from copytaster.model.types import Article
from copytaster.training import columns, following, newcomer, saving
from copytaster.training.golden import renewed
from copytaster.training.newcomer import Newcomer

#: Under this name the manifest's data tell what has followed since the training.
FOLLOWED = "followed"


@dataclass(frozen=True, slots=True)
class Successor:
    """What came of following.

    Attributes
    ----------
    version : str or None
        The new version; ``None`` where there is nothing to follow.
    added : mapping of str to Newcomer
        What came of the topics that were given a column, by slug.
    waiting : tuple of str
        What only a training can do, in words.
    """

    version: str | None
    added: Mapping[str, Newcomer]
    waiting: tuple[str, ...]


def follow(
    version: str,
    wanted: Taxonomy,
    texts: Callable[[], Sequence[Article]],
    registry: Registry,
    key: bytes | None = None,
) -> Successor:
    """Save a successor of *version* whose topics are those *wanted*, as far as that can be.

    No other topic's scores, thresholds or confidences change.

    Parameters
    ----------
    version : str
        A version of *registry*.
    wanted : Taxonomy
    texts : callable
        Returns what new topics are told from (:func:`copytaster.training.newcomer.add`); called
        only where there is one.
    registry : Registry
    key : bytes or None
        The key that versions are signed with.

    Raises
    ------
    ArtifactError
        If the version cannot be opened.
    CorpusError
        If there is a topic to add, and no text to tell it from.
    """
    loaded = artifact.load(registry.folder(version), key)
    now = loaded.manifest.taxonomy
    plan = following.plan(now, wanted, exclusive="exclusive" in loaded.arrays)
    taxonomy = plan.taxonomy(wanted)
    if taxonomy == now:
        return Successor(None, {}, plan.waiting)
    arrays = columns.take(loaded.arrays, plan.kept)
    came: dict[str, Newcomer] = {}
    beside = texts() if plan.new else ()
    for topic in plan.new:
        came[topic.slug] = found = newcomer.add(arrays, topic, beside)
        arrays = found.arrays
    made = replace(
        loaded.manifest,
        version="",
        taxonomy=taxonomy,
        data=_data(loaded, plan, taxonomy, came),
        metrics=_metrics(loaded.manifest, plan),
        golden=renewed(arrays, loaded.manifest.golden, range(len(plan.kept), len(taxonomy))),
    )
    articles = seen.check(registry.folder(version), made.seen)
    return Successor(saving.succeed(made, arrays, articles, registry, key), came, plan.waiting)


def _data(
    loaded: Artifact, plan: following.Plan, taxonomy: Taxonomy, came: Mapping[str, Newcomer]
) -> Mapping[str, Any]:
    data, slugs = loaded.manifest.data, loaded.manifest.taxonomy.slugs
    pairs = zip((slugs[column] for column in plan.kept), plan.topics, strict=True)
    step = {
        "from": loaded.manifest.version,
        "renamed": {old: topic.slug for old, topic in pairs if old != topic.slug},
        "dropped": [slug for at, slug in enumerate(slugs) if at not in plan.kept],
        "added": {
            slug: {"words": list(one.words), "suggested": one.share, "rounding": one.error}
            for slug, one in came.items()
        },
    }
    return {
        **data,
        "taxonomy_sha256": taxonomy.digest,
        FOLLOWED: [*data.get(FOLLOWED, ()), step],
    }


def _metrics(manifest: Manifest, plan: following.Plan) -> Mapping[str, Any]:
    """Return the metrics of the topics that were trained, and that nothing is known of others."""
    before, slugs = manifest.metrics["topics"], manifest.taxonomy.slugs
    known = {
        topic.slug: before[slugs[column]]
        for column, topic in zip(plan.kept, plan.topics, strict=True)
    }
    asked = manifest.parameters
    new = {
        topic.slug: {
            "articles": 0,
            "precision": 0.0,
            "recall": 0.0,
            "f1": 0.0,
            "calibration": "drawn",
            "auto": {
                "precision": topic.auto_precision or asked["auto_precision"],
                "confidence": topic.auto_confidence or asked["auto_confidence"],
                "proven": None,
                "right": 0,
                "of": 0,
                "more": None,
            },
        }
        for topic in plan.new
    }
    return {**manifest.metrics, "topics": {**known, **new}}
