"""All measurements in one run, written to ``bench/results.md``."""

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.rows import COLUMNS, Row, cells, show

_ROOT = Path(__file__).resolve().parents[1]
RESULTS = _ROOT / "bench" / "results.md"
_HEAD = """# Results

Written by `python -m bench all`; [README.md](README.md) says what each table measures and how
fair it is. A ratio is ours over the peer's, or, where it says so, how many times faster ours is.
"Reached" is empty where nothing was asked for.
"""


def write(names: Mapping[str, str], *, as_json: bool) -> None:
    """Run the measurements called *names*, each in a process of its own, and write the page.

    Parameters
    ----------
    names : Mapping of str to str
        What each measures, by name.
    as_json : bool
        Whether to print the rows as JSON rather than as tables.
    """
    sections = [_HEAD, machine()]
    for name, what in names.items():
        found = _measured(name)
        if isinstance(found, str):
            sections.append(f"## {name}: {what}\n\nNot measured: {found}\n")
        else:
            sections.append(f"## {name}: {what}\n\n{markdown(found)}")
            show(found, as_json=as_json)
        RESULTS.write_text("\n".join(sections), encoding="utf-8")  # a part is better than none


def save(name: str, what: str, rows: Sequence[Row]) -> None:
    """Put the *rows* of the measurement called *name* in the place of its last ones."""
    page = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else f"{_HEAD}\n{machine()}"
    head, *sections = re.split(r"^(?=## )", page, flags=re.MULTILINE)
    made = f"## {name}: {what}\n\n{markdown(rows)}"
    places = [at for at, found in enumerate(sections) if found.startswith(f"## {name}:")]
    if places:
        sections[places[0]] = made
    else:
        sections.append(made)
    parts = [part.strip("\n") for part in (head, *sections)]
    RESULTS.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _measured(name: str) -> list[Row] | str:
    """Return the rows of a measurement, or why there are none."""
    command = [sys.executable, "-m", "bench", name, "--json"]
    done = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        return f"it ended with status {done.returncode}"
    # Other programs that a measurement runs may print as well.
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return [row(json.loads(line)) for line in lines]


def row(found: dict[str, object]) -> Row:
    """Return the row that :func:`bench.rows.show` printed as JSON."""
    given = {field.name: found[field.name] for field in fields(Row)}
    if given["ours"] is None:
        given["ours"] = float("nan")
    return Row(**given)  # type: ignore[arg-type]  # as Row itself wrote them


def markdown(rows: Sequence[Row]) -> str:
    """Return *rows* as a Markdown table."""
    lines = [(*cells(row), row.spread) for row in rows]
    return "".join(_line(line) for line in [(*COLUMNS, "spread"), _rule(), *lines])


def _rule() -> tuple[str, ...]:
    return ("---", *["---:"] * 3, "---", "---", "---")


def _line(line: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n"


def machine() -> str:
    """Return what the figures were measured on: no name, no path."""
    return "".join(f"- {line}\n" for line in _machine())


def _machine() -> Iterator[str]:
    found = re.search(r"model name\s*: (.*)", _read("/proc/cpuinfo"))
    memory = re.search(r"MemTotal:\s*(\d+)", _read("/proc/meminfo"))
    yield f"{os.cpu_count()} cores, {found[1].strip() if found else platform.machine()}"
    if memory:
        yield f"{int(memory[1]) / 2**20:.0f} GiB of memory"
    yield f"{platform.system()}, Python {platform.python_version()}"
    yield ", ".join(f"{name} {version(name)}" for name in ("copytaster", "numpy", "scikit-learn"))
    yield f"{datetime.now(UTC).date().isoformat()}; load at the start {os.getloadavg()[0]:.1f}"


def _read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8") if Path(path).exists() else ""
