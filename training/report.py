"""The web page that shows an evaluation: one file, no network, readable on a phone."""

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from copytaster.model import files

_NONE = "\N{EN DASH}"
#: What the plots need; the rest of the document is written out in the page itself.
_PLOTTED = (
    "articles",
    "micro",
    "auto",
    "calibration",
    "topics",
    "curves",
    "confusions",
    "learning",
)
#: Characters that could end a script element or its lines; escaped, JSON stays JSON.
_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def write(document: Mapping[str, Any], path: Path) -> None:
    """Write the report of an evaluation, whole or not at all.

    Parameters
    ----------
    document : mapping
        The evaluation, as ``copytaster evaluate`` writes it to ``evaluation.json``.
    path : Path
        The HTML file to write, in a folder that exists; replaced if it is there.

    Raises
    ------
    ValueError
        If a number of the document is not finite; what is undefined is ``None``.
    """
    files.write_text(path, render(document))


def render(document: Mapping[str, Any]) -> str:
    """Return the report of an evaluation as an HTML page that loads nothing.

    Notes
    -----
    Headlines and snippets are foreign text. Jinja escapes them, the embedded JSON holds none of
    the characters that HTML reads, and the page's policy lets only its own script and style run,
    named by their SHA-256 (Content Security Policy Level 3, section 2.3.1).
    """
    made = environment()
    style, script = (source(made, name) for name in ("report.css", "report.js"))
    return made.get_template("report.html").render(
        document=document,
        names={slug: topic["name"] for slug, topic in document["topics"].items()},
        topics=_by(document["topics"], "articles"),
        gains=_by((document["learning"] or {}).get("topics", {}), "plus_50"),
        has_more=any("more_for_auto" in topic for topic in document["topics"].values()),
        data=embedded({key: document[key] for key in _PLOTTED}),
        style=style,
        script=script,
        policy=policy(style, script),
    )


def embedded(value: object) -> Markup:
    """Return *value* as JSON that no HTML parser takes for anything but text."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.translate(_ESCAPES))  # noqa: S704 - nothing is left that HTML reads


def environment() -> Environment:
    """Return what renders our templates: it escapes all text, and refuses unknown names."""
    made = Environment(
        loader=PackageLoader("copytaster.training"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(figure=_figure, percent=_percent, count=_count, sort_key=_sort_key)
    return made


def source(made: Environment, name: str) -> Markup:
    """Return the style or script called *name*, as it is."""
    assert made.loader is not None  # noqa: S101 - set above
    return Markup(made.loader.get_source(made, name)[0])  # noqa: S704 - our own file


def policy(style: str, script: str = "") -> str:
    """Return the content policy of a page that loads nothing and runs nothing else than these."""
    scripts = _digest(script) if script else "'none'"
    return (
        f"default-src 'none'; script-src {scripts}; style-src {_digest(style)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(source: str) -> str:
    digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _by(topics: Mapping[str, Any], key: str) -> list[tuple[str, Any]]:
    """Return the topics, the highest value of *key* first and those without one last."""
    unknown = float("-inf")
    return sorted(
        topics.items(),
        key=lambda item: unknown if item[1][key] is None else item[1][key],
        reverse=True,
    )


def _figure(value: float | None, digits: int = 3) -> str:
    return _NONE if value is None else f"{value:.{digits}f}"


def _percent(value: float | None) -> str:
    return _NONE if value is None else f"{100 * value:.1f} %"


def _count(value: int | None) -> str:
    return _NONE if value is None else f"{value:,}"


def _sort_key(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
