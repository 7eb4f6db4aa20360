"""Tables of trained versions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from copytaster.cli.screen import table
from copytaster.model.manifest import Manifest
from copytaster.model.registry import Registry
from copytaster.model.versions import Version, iso, share


def version_table(found: Sequence[Version]) -> Table:
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


def problem_lines(found: Sequence[Version]) -> Iterator[str]:
    """Give a line for each version whose manifest cannot be read."""
    yield from (f"{row.version}/{row.problem}" for row in found if row.problem)


def _serving(row: Version) -> str:
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
            (minute(iso(one.at)), one.kind, one.by or "-", one.why, "yes" if one.forced else "")
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
    number = share(value)
    return "-" if number is None else f"{number:.3f}"


def minute(moment: str | None) -> str:
    """Return an ISO 8601 moment in UTC to the minute."""
    return (moment or "-")[:16].replace("T", " ")


def _cell(count: object) -> str:
    return f"{count:,}" if isinstance(count, int) else "-"
