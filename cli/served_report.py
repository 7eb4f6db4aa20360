"""How what was served fared with editors, beside what was promised."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from copytaster.cli import home
from copytaster.cli.screen import OUT, table

if TYPE_CHECKING:
    from copytaster.archive.served import Served
    from copytaster.archive.stats import Stats

_COLUMNS = ("topic", "tier", "articles", "yes", "no", "neither", "precision", "95 %", "promised")


def promised(root: Path) -> dict[str, float]:
    """Return the precision, 0 to 1, that the champion's tier auto promises, by topic."""
    from copytaster.model.manifest import NAME, Manifest

    folder = home.champion(root)
    if folder is None:
        return {}
    topics: Mapping[str, Mapping[str, Mapping[str, float | None]]]
    topics = Manifest.load(folder / NAME, home.model_key()).metrics["topics"]
    told = {topic: of["auto"] for topic, of in topics.items() if "auto" in of}
    return {
        topic: float(auto["precision"] or 0.0)
        for topic, auto in told.items()
        if auto.get("proven") is not None
    }


def show(found: "Stats", promises: Mapping[str, float]) -> None:
    """Print what was served, where that is kept."""
    if found.decisions_since is None:
        return
    OUT.print(f"{found.decisions:,} taggings are kept, since {found.decisions_since:%Y-%m-%d}.")
    rows = [_row(one, promises.get(one.topic)) for one in found.served]
    if rows:
        OUT.print(table("What editors said of what was served, in articles", _COLUMNS, rows))


def _row(one: "Served", promise: float | None) -> tuple[object, ...]:
    low, high = one.interval
    told = one.precision is not None
    return (
        one.topic,
        one.tier,
        f"{one.articles:,}",
        f"{one.yes:,}",
        f"{one.no:,}",
        f"{one.neither:,}",
        f"{one.precision:.3f}" if told else "",
        f"{low:.3f} to {high:.3f}" if told else "",
        f"{promise:.3f}" if promise is not None and one.tier == "auto" else "",
    )
