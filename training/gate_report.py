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
    blamed = {reason["topic"]: reason["check"] for reason in document["reasons"] if reason["topic"]}
    return made.get_template("gate.html").render(
        document=document,
        blamed=blamed,
        names={slug: topic["name"] for slug, topic in document["topics"].items()},
        topics=sorted(document["topics"].items(), key=lambda item: _rank(item[0], item[1], blamed)),
        style=style,
        policy=report.policy(style),
    )


def _rank(slug: str, topic: Mapping[str, Any], blamed: Mapping[str, str]) -> tuple[object, ...]:
    """Topics that fail a check come first, then those that changed most, then the frequent."""
    moved = topic["better"] + topic["worse"]
    return slug not in blamed, _STATUS[topic["status"]], -moved, -topic["articles"], slug
