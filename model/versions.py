"""The versions of a registry, each with what a person asks of it first."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from copytaster.model import promotion
from copytaster.model.errors import ArtifactError
from copytaster.model.history import History
from copytaster.model.manifest import NAME, Manifest
from copytaster.model.registry import Registry


@dataclass(frozen=True, slots=True)
class Version:
    """One version in a list.

    Attributes
    ----------
    version : str
        The name of its folder.
    champion : bool
    saved : str
        When its folder was written last, ISO 8601.
    digest : str or None
        SHA-256 of its manifest, which holds those of its files.
    newest : str or None
        Date of the newest article that it was trained on.
    articles, topics : int or None
    languages : tuple of str
        Those that it learnt from, as far as they could be told.
    micro_f1, macro_f1 : float or None
        By cross-validation at training, 0 to 1.
    since, until : str or None
        When it served last, ISO 8601.
    judged : bool or None
        What the gate said; ``None`` if it was not judged.
    verdict : Mapping or None
        The same with the champion that it was compared with, and the first sentences.
    problem : str or None
        Why its manifest or verdict cannot be read; the figures are ``None`` then.
    """

    version: str
    champion: bool
    saved: str
    digest: str | None
    newest: str | None
    articles: int | None
    topics: int | None
    languages: tuple[str, ...]
    micro_f1: float | None
    macro_f1: float | None
    since: str | None
    until: str | None
    judged: bool | None
    verdict: Mapping[str, Any] | None
    problem: str | None

    def as_json(self) -> dict[str, Any]:
        """Return all of it by name."""
        return asdict(self)


def every(registry: Registry) -> list[Version]:
    """Return the versions of *registry*, the one that was saved first at the front.

    Raises
    ------
    ArtifactError
        If the pointer cannot be read, or a line of it is no entry.
    """
    history = registry.history()
    found = [_described(registry, history, version) for version in registry.versions()]
    here = [one for one in found if one is not None]
    return sorted(here, key=lambda one: (one.saved, one.version))


def one(registry: Registry, version: str) -> Version | None:
    """Return a version, ``None`` if it is not here; raises as :func:`every` does."""
    if version not in registry.versions():
        return None
    return _described(registry, registry.history(), version)


def _described(registry: Registry, history: History, version: str) -> Version | None:
    """Return what is to be told of a version, ``None`` if it was removed meanwhile."""
    folder = registry.folder(version)
    try:
        saved = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
    since, until = _served(history, version)
    facts: dict[str, Any] = {}
    verdict = problem = None
    try:
        facts = _facts(Manifest.load(folder / NAME, registry.key))
        verdict = registry.verdict(version)
    except ArtifactError as error:
        problem = f"{error.path.name}: {error.problem}"
    return Version(
        version=version,
        champion=version == history.champion,
        saved=iso(saved),
        digest=facts.get("digest"),
        newest=facts.get("newest"),
        articles=facts.get("articles"),
        topics=facts.get("topics"),
        languages=tuple(facts.get("languages", ())),
        micro_f1=facts.get("micro_f1"),
        macro_f1=facts.get("macro_f1"),
        since=since,
        until=until,
        judged=None if verdict is None else verdict["promote"],
        verdict=None if verdict is None else promotion.short(verdict),
        problem=problem,
    )


def _facts(manifest: Manifest) -> dict[str, Any]:
    data, metrics = manifest.data, manifest.metrics
    return {
        "digest": manifest.digest,
        "newest": data.get("newest"),
        "articles": data.get("articles"),
        "languages": data.get("languages", ()),
        "topics": len(manifest.taxonomy),
        "micro_f1": share(metrics.get("micro", {}).get("f1")),
        "macro_f1": share(metrics.get("macro", {}).get("f1")),
    }


def _served(history: History, version: str) -> tuple[str | None, str | None]:
    """Return when *version* served last: since, and until unless it still does."""
    times = [iso(entry.at) for entry in history.entries]
    for at in reversed(range(len(times))):
        if history.entries[at].version == version:
            return times[at], times[at + 1] if at + 1 < len(times) else None
    return None, None


def share(value: object) -> float | None:
    """Return a figure of a manifest, ``None`` where it is no finite number."""
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def iso(moment: datetime) -> str:
    """Return a moment in UTC, to the second, in ISO 8601."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
