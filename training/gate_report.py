"""The web page that shows the gate's ruling: one file, no network, no script, for any screen."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from copytaster.model import files
from copytaster.training import report

_STATUS = {"shared": 0, "new": 1, "retired": 2}


def write(document: Mapping[str, Any], path: Path) -> None:
    """Write the page of a ruling, whole or not at all.

    Parameters
    ----------
    document : mapping
        The ruling, as ``verdict.json`` holds it.
    path : Path
        The HTML file to write, in a folder that exists; replaced if it is there.
    """
    files.write_text(path, render(document))


def render(document: Mapping[str, Any]) -> str:
    """Return the page of a ruling.

    Headlines and snippets are foreign text: Jinja escapes them, and the page's policy lets no
    script run.
    """
    made = report.environment()
    style = Markup("\n").join(report.source(made, name) for name in ("report.css", "gate.css"))
    return made.get_template("gate.html").render(
        document=document,
        names={slug: topic["name"] for slug, topic in document["topics"].items()},
        topics=sorted(document["topics"].items(), key=_rank),
        style=style,
        policy=report.policy(style),
    )


def _rank(item: tuple[str, Mapping[str, Any]]) -> tuple[object, ...]:
    """Refused topics come first, then those that changed most, then the frequent."""
    slug, topic = item
    moved = topic["better"] + topic["worse"]
    return not topic["refused"], _STATUS[topic["status"]], -moved, -topic["articles"], slug
