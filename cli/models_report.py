"""Tables of trained versions."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

from copytaster.cli.screen import table
from copytaster.model.errors import ArtifactError
from copytaster.model.history import History
from copytaster.model.manifest import NAME, Manifest
from copytaster.model.registry import Registry


@dataclass(frozen=True, slots=True)
class Row:
    """One version in a list.

    Attributes
    ----------
    version : str
    champion : bool
    saved : str
        When its folder was written last, ISO 8601.
    newest : str or None
        Date of the newest article that it was trained on.
    articles, topics : int or None
    micro_f1 : float or None
        By cross-validation at training, 0 to 1.
    since, until : str or None
        When it served last, ISO 8601.
    judged : bool or None
        What the gate said; ``None`` if it was not judged.
    problem : str or None
        Why its manifest cannot be read; the figures are ``None`` then.
    """

    version: str
    champion: bool
    saved: str
    newest: str | None
    articles: int | None
    topics: int | None
    micro_f1: float | None
    since: str | None
    until: str | None
    judged: bool | None
    problem: str | None

    def as_json(self) -> dict[str, Any]:
        """Return the row by name."""
        return asdict(self)


def rows(registry: Registry) -> list[Row]:
    """Return a row for each version of *registry*, sorted by when it was saved."""
    history, champion = registry.history(), registry.champion()
    found = [_row(registry, history, version, champion) for version in registry.versions()]
    return sorted(found, key=lambda row: (row.saved, row.version))


def _row(registry: Registry, history: History, version: str, champion: str | None) -> Row:
    folder = registry.folder(version)
    since, until = _served(history, version)
    data: Mapping[str, Any] = {}
    judged = topics = micro = problem = None
    try:
        manifest = Manifest.load(folder / NAME, registry.key)
        data, topics = manifest.data, len(manifest.taxonomy)
        micro = _number(manifest.metrics.get("micro", {}).get("f1"))
        judged = (registry.verdict(version) or {}).get("promote")
    except ArtifactError as error:
        problem = f"{error.path.name}: {error.problem}"
    return Row(
        version=version,
        champion=version == champion,
        saved=_iso(datetime.fromtimestamp(folder.stat().st_mtime, UTC)),
        newest=data.get("newest"),
        articles=data.get("articles"),
        topics=topics,
        micro_f1=micro,
        since=since,
        until=until,
        judged=judged,
        problem=problem,
    )


def _served(history: History, version: str) -> tuple[str | None, str | None]:
    """Return when *version* served last: since, and until unless it still does."""
    times = [_iso(entry.at) for entry in history.entries]
    for at in reversed(range(len(times))):
        if history.entries[at].version == version:
            return times[at], times[at + 1] if at + 1 < len(times) else None
    return None, None


def version_table(found: Sequence[Row]) -> Table:
    """Return the list for people."""
    cells = [
        (
            f"{'*' if row.champion else ' '} {row.version}",
            row.saved[:10],
            row.newest or "-",
            _cell(row.articles),
            _cell(row.topics),
            figure(row.micro_f1),
            {None: "-", True: "passed", False: "refused"}[row.judged],
            _serving(row),
        )
        for row in found
    ]
    columns = ("version", "saved", "newest", "articles", "topics", "micro F1")
    title = "Versions (* serves; times are UTC)"
    return table(title, (*columns, "gate", "served"), cells)


def problem_lines(found: Sequence[Row]) -> Iterator[str]:
    """Give a line for each version whose manifest cannot be read."""
    yield from (f"{row.version}/{row.problem}" for row in found if row.problem)


def _serving(row: Row) -> str:
    if row.since is None:
        return "never"
    return f"until {minute(row.until)}" if row.until else f"since {minute(row.since)}"


def described(registry: Registry, version: str, manifest: Manifest) -> Iterator[Table]:
    """Give tables that say what a version's manifest says, and when the version served."""
    data, metrics = manifest.data, manifest.metrics
    languages = ", ".join(data.get("languages", ())) or "not told"
    facts = [
        ("trained on", f"{_cell(data.get('articles'))} articles"),
        ("newest article", data.get("newest") or "undated"),
        *(("single topics since", line) for line in since(manifest)),
        ("languages", languages),
        ("topics", len(manifest.taxonomy)),
        ("micro F1, cross-validated", figure(metrics.get("micro", {}).get("f1"))),
        ("macro F1, cross-validated", figure(metrics.get("macro", {}).get("f1"))),
        ("confidences off by (ECE)", figure(metrics.get("calibration", {}).get("ece"))),
        ("size of its arrays", f"{manifest.size / 1e6:.2f} MB"),
        ("made with", ", ".join(f"{name} {made}" for name, made in manifest.software.items())),
    ]
    yield table(version, ("fact", "value"), facts, words=True)
    yield table("Settings", ("setting", "value"), settings(manifest), words=True)
    yield _topics(manifest)
    entries = [entry for entry in registry.history().entries if entry.version == version]
    if entries:
        lines = [
            (minute(_iso(one.at)), one.kind, one.by or "-", one.why, "yes" if one.forced else "")
            for one in entries
        ]
        yield table(
            "Began to serve", ("at (UTC)", "how", "who", "why", "forced"), lines, words=True
        )
    if version in registry.versions():
        yield from _verdict(registry, version)


def _verdict(registry: Registry, version: str) -> Iterator[Table]:
    found = registry.verdict(version)
    if found is not None:
        words = found.get("words")
        lines = [(line,) for line in words] if isinstance(words, list) else []
        ruled = "passed it" if found["promote"] else "refused it"
        yield table(f"The gate {ruled}", ("in words",), lines, words=True)


def since(manifest: Manifest) -> list[str]:
    """Return what was done to single topics since the training, oldest first, in words."""
    return [_step(one) for one in manifest.data.get("surgery", ())]


def _step(one: Mapping[str, Any]) -> str:
    words = f"{one['words']:,} new words" if one.get("words") else ""
    if "to" not in one:
        learned = f"{_cell(one.get('articles'))} articles to {one.get('newest') or 'no known date'}"
        return ", ".join(filter(None, (one["did"], learned, words)))
    otherwise = "" if one["exact"] else f"{one['differ']:,} of {one['articles']:,} texts otherwise"
    return ", ".join(filter(None, (one["did"], "exactly" if one["exact"] else otherwise, words)))


def settings(manifest: Manifest) -> list[tuple[str, str]]:
    """Return the settings that a version was trained with, but for what was tried before."""
    return [
        (name, "-" if value is None else str(value))
        for name, value in manifest.parameters.items()
        if name != "tuned"
    ]


def _topics(manifest: Manifest) -> Table:
    lines = []
    for topic in manifest.taxonomy:
        one = manifest.metrics["topics"][topic.slug]
        proven = one.get("auto", {}).get("proven")
        shown = (figure(one[name]) for name in ("precision", "recall", "f1"))
        lines.append((topic.slug, _cell(one["articles"]), *shown, figure(proven)))
    columns = ("topic", "articles", "precision", "recall", "F1", "auto proven")
    return table("Topics, cross-validated", columns, lines)


def figure(value: object) -> str:
    """Return a share for a table."""
    number = _number(value)
    return "-" if number is None else f"{number:.3f}"


def minute(moment: str | None) -> str:
    """Return an ISO 8601 moment in UTC to the minute."""
    return (moment or "-")[:16].replace("T", " ")


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _cell(count: object) -> str:
    return f"{count:,}" if isinstance(count, int) else "-"


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
