"""``/tag`` with everything on, beside an echo and a plain Flask service under the same server."""

import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench import load
from bench.applications import article_body, save_models
from bench.rows import Row
from bench.servers import CLIENTS, OURS, SECONDS, running

ROUNDS = 7
_PEERS = {
    "echo": (
        "a Flask endpoint that echoes JSON",
        {"rate": "at least 0.85 times", "p99": "at most 1.5 times"},
    ),
    "plain": ("Flask and a scikit-learn pipeline", {"rate": "at least 40 times"}),
    "unscored": ("ourselves without scoring", {}),
}


def run() -> list[Row]:
    """Load one worker of each with one article of real length, in turns."""
    if shutil.which("wrk") is None:
        print("left out, wrk is not installed: all", file=sys.stderr)
        return []
    body = article_body()
    loads: dict[str, list[load.Load]] = {name: [] for name in ("tag", *_PEERS)}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        save_models(Path(folder))
        live = {name: stack.enter_context(running(OURS, name, Path(folder))) for name in loads}
        for _ in range(ROUNDS + 1):
            for name, server in live.items():
                loads[name].append(server.load(body))
    how = f"{len(body)} bytes, {CLIENTS} clients, {ROUNDS} x {SECONDS} s"
    print(f"medians; {how}", file=sys.stderr)
    return [
        Row(
            f"{label}, beside {what}",
            load.median(loads["tag"][1:], figure),
            load.median(loads[name][1:], figure),
            goals.get(figure, ""),
        )
        for name, (what, goals) in _PEERS.items()
        for figure, label in load.FIGURES.items()
    ]
