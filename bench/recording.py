"""What it costs ``/tag`` that what is served is kept, and what of it the archive then has."""

import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench import load
from bench.applications import article_body, save_models
from bench.rows import Row
from bench.servers import CLIENTS, OURS, SECONDS, running
from copytaster.archive.archive import Archive
from copytaster.archive.decisions import Decisions
from copytaster.archive.scrub import Scrub

ROUNDS = 9


def run() -> list[Row]:
    """Load a worker that keeps its decisions in SQLite and one that does not, in turns."""
    if shutil.which("wrk") is None:
        print("left out, wrk is not installed: all", file=sys.stderr)
        return []
    body = article_body()
    loads: dict[str, list[load.Load]] = {"kept": [], "tag": []}
    with tempfile.TemporaryDirectory() as folder:
        save_models(Path(folder))
        with ExitStack() as stack:
            live = {name: stack.enter_context(running(OURS, name, Path(folder))) for name in loads}
            for _ in range(ROUNDS + 1):
                for name, server in live.items():
                    loads[name].append(server.load(body))
        path = Path(folder) / "archive.db"
        archive = Archive(f"sqlite:///{path}")
        with archive.reading() as connection:
            n, _ = Decisions(connection).count()
        Scrub(archive.database).cut()
        archive.database.engine.dispose()
        size = path.stat().st_size
    served = sum(item.rate * SECONDS for item in loads["kept"])
    print(f"medians; {len(body)} bytes, {CLIENTS} clients, {ROUNDS} x {SECONDS} s", file=sys.stderr)
    print(f"{n} kept of about {served:.0f} served; {size / n:.0f} bytes each", file=sys.stderr)
    return [
        Row(
            f"{label}, decisions kept, beside not",
            load.median(loads["kept"][1:], figure),
            load.median(loads["tag"][1:], figure),
            "",
        )
        for figure, label in load.FIGURES.items()
    ]
