"""A version whose column of one topic is that of an earlier champion."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from copytaster.model import artifact, seen
from copytaster.model.artifact import Artifact
from copytaster.model.errors import ArtifactError, CorpusError
from copytaster.model.redirects import Redirects
from copytaster.model.registry import Registry
from copytaster.model.types import Article
from copytaster.training import amended, restoring
from copytaster.training.amended import Amendment
from copytaster.training.corpus import must_know
from copytaster.training.restoring import Column, Restored

_EXCLUSIVE = "topics exclude each other there (preset desk), so no column can be taken alone"


@dataclass(frozen=True, slots=True)
class Rollback:
    """A topic to be rolled back.

    Attributes
    ----------
    topic : str
        Its slug.
    champion, source : Artifact
        What serves, and the version whose column it gets.
    """

    topic: str
    champion: Artifact
    source: Artifact

    def restore(self, texts: Callable[[], Sequence[Article]]) -> Restored:
        """Put the column into the champion; raises as :func:`restoring.restore`."""
        return restoring.restore(self._column(self.champion), self._column(self.source), texts)

    def save(self, made: Restored, registry: Registry, key: bytes | None = None) -> str:
        """Save what was *made* as a version of *registry*, not promoted, and return its name."""
        manifest = self.source.manifest
        folder = registry.folder(manifest.version)
        step = {
            "did": f"rolled {self.topic} back to {manifest.version}",
            "topics": [self.topic],
            "to": manifest.version,
            "exact": made.exact,
            "articles": made.articles,
            "differ": made.differ,
            "tagged": made.tagged,
            "words": made.words,
            "rounding": {self.topic: made.rounding},
        }
        amendment = Amendment(
            arrays=made.arrays,
            taxonomy=self.champion.manifest.taxonomy,
            metrics={self.topic: self._metrics(made)},
            step=step,
            learned=seen.load(folder, manifest.seen),
            newest=manifest.data["newest"],
        )
        before = registry.folder(self.champion.manifest.version)
        return amended.save(self.champion, before, amendment, registry, key)

    @property
    def changes_nothing(self) -> bool:
        """Whether both columns decide alike."""
        return restoring.same(self._column(self.champion), self._column(self.source))

    def _column(self, one: Artifact) -> Column:
        now = self.champion.manifest.taxonomy.redirects
        at = _place(one, self.topic, now)
        if at is None:
            raise AssertionError(f"{one.manifest.version} has no {self.topic}")
        return Column(one.arrays, at)

    def _metrics(self, made: Restored) -> Mapping[str, Any]:
        """Return the metrics of its training.

        What proved ``auto`` is gone if the tier is, or if scores are others than those it was
        proven with.
        """
        at = self._column(self.source).at
        slug = self.source.manifest.taxonomy.slugs[at]
        found: Mapping[str, Any] = self.source.manifest.metrics["topics"][slug]
        tier = np.isfinite(made.arrays["auto"][self._column(self.champion).at])
        if made.exact and tier:
            return found
        return {**found, "auto": {**found["auto"], "proven": None, "right": 0, "of": 0}}


def find(registry: Registry, topic: str, to: str | None = None) -> Rollback:
    """Find the column that *topic* had before.

    Parameters
    ----------
    registry : Registry
    topic : str
        A slug of the champion.
    to : str or None
        The version to take it from; ``None``: the newest of those that rolling back returns to
        whose column decides otherwise than the champion's.

    Raises
    ------
    ArtifactError
        If nothing serves, there is no such version, or one cannot be opened.
    CorpusError
        If the topic is unknown to the champion or to that version, has had no other column, or
        topics exclude each other.
    """
    version = registry.champion()
    if version is None:
        raise ArtifactError(registry.root, "has no champion", "run copytaster train first")
    champion = _opened(registry, version)
    must_know(topic, champion.manifest.taxonomy)
    if to is not None:
        return _other(champion, _opened(registry, to), topic)
    for name in registry.history().below():
        found = _rollback(champion, _opened(registry, name), topic)
        if not found.changes_nothing:
            return found
    raise CorpusError(f"no champion before {version} had another column of {topic}")


def _other(champion: Artifact, source: Artifact, topic: str) -> Rollback:
    found = _rollback(champion, source, topic)
    if found.changes_nothing:
        now, then = champion.manifest.version, source.manifest.version
        raise CorpusError(f"{topic} is in {then} as it is in {now}; nothing was changed")
    return found


def _rollback(champion: Artifact, source: Artifact, topic: str) -> Rollback:
    version = source.manifest.version
    if _place(source, topic, champion.manifest.taxonomy.redirects) is None:
        raise CorpusError(
            f"{version} does not have the topic {topic}; it has "
            f"{', '.join(source.manifest.taxonomy.slugs)}"
        )
    return Rollback(topic, champion, source)


def _opened(registry: Registry, version: str) -> Artifact:
    if version not in registry.versions():
        raise ArtifactError(
            registry.root,
            f"no such version: {version!r}",
            f"name one of those here with --to: {', '.join(registry.versions())}",
        )
    found = artifact.load(registry.folder(version), registry.key)
    if "exclusive" in found.arrays:
        raise CorpusError(f"{version}: {_EXCLUSIVE}")
    return found


def _place(one: Artifact, topic: str, now: Redirects) -> int | None:
    """Return the column of what is *topic* by today's redirects, ``None`` where there is none."""
    slugs = one.manifest.taxonomy.slugs
    if topic in slugs:
        return slugs.index(topic)
    old = [at for at, slug in enumerate(slugs) if now.ends(slug) == (topic,)]
    return old[0] if len(old) == 1 else None
