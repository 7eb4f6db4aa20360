"""``copytaster tag`` from NDJSON file to NDJSON file, beside scikit-learn in batches."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import speed_model
from bench.rows import Row

ARTICLES, ROUNDS = 100_000, 3
#: Peers tag so many, each in this many at once.
_PEERS = {"in batches of 1,000": (10_000, 1000), "one by one": (200, 1)}
_ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class _Run:
    """Seconds by the clock, seconds of CPU, and the most memory, in MB."""

    seconds: float
    cpu: float
    memory: float


def run() -> list[Row]:
    """Time ours on 100,000 articles and scikit-learn on fewer, both without starting up."""
    model = speed_model.get()
    ours: list[_Run] = []
    theirs: dict[str, list[_Run]] = {name: [] for name in _PEERS}
    empty: dict[str, list[_Run]] = {"ours": [], "theirs": []}
    with tempfile.TemporaryDirectory() as folder:
        sizes = (0, ARTICLES, *(n for n, _ in _PEERS.values()))
        files = {n: _file(Path(folder), n) for n in sizes}
        out = Path(folder) / "out.jsonl"
        tag = ["-m", "copytaster.cli.main", "tag", "--json", "--models", str(model.models)]
        for _ in range(ROUNDS):
            empty["ours"].append(_timed([*tag, str(files[0])], None, out))
            ours.append(_timed([*tag, str(files[ARTICLES])], None, out))
            for name, (n, batch) in _PEERS.items():
                peer = ["-m", "bench.peers.scikit_bulk", str(model.folder), "--batch", str(batch)]
                empty["theirs"].append(_timed(peer, files[0], out))
                theirs[name].append(_timed(peer, files[n], out))
    return [
        Row("MB of memory at most, 100,000 articles", _median(ours, "memory"), goal="at most 300"),
        *(
            Row(
                f"µs an article by {clock}; peer: scikit-learn, {name}",
                1e6 * (_median(ours, figure) - _median(empty["ours"], figure)) / ARTICLES,
                1e6 * (_median(theirs[name], figure) - _median(empty["theirs"], figure)) / n,
                "at least 30 times" if figure == "seconds" else "",
                faster=True,
            )
            for name, (n, _) in _PEERS.items()
            for figure, clock in (("seconds", "the clock, 2 cores"), ("cpu", "CPU time"))
        ),
    ]


def _median(runs: Sequence[_Run], figure: str) -> float:
    return float(np.median([getattr(one, figure) for one in runs]))


def _file(folder: Path, n: int) -> Path:
    """Write *n* articles: the measured ones, again and again."""
    texts, path = speed_model.get().articles, folder / f"{n}.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for number in range(n):
            headline, _, text = texts[number % len(texts)].partition("\n")
            sent = {"id": str(number), "headline": headline, "text": text, "language": "en"}
            out.write(json.dumps(sent) + "\n")
    return path


def _timed(arguments: Sequence[str], stdin: Path | None, stdout: Path) -> _Run:
    """Run Python with *arguments*, from file to file."""
    with Path(stdin or os.devnull).open("rb") as given, stdout.open("wb") as out:
        started = time.perf_counter()
        process = subprocess.Popen([sys.executable, *arguments], cwd=_ROOT, stdin=given, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{arguments[1]} ended with status {process.returncode}")
    cpu = usage.ru_utime + usage.ru_stime
    return _Run(time.perf_counter() - started, cpu, usage.ru_maxrss / 1024)
