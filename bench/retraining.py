"""Retraining over 50,000 real articles beside a service that tags, and what its clients notice.

The archive grows, and is learned from, in steps; the last step is learned from three times: while
nobody asks for tags, under a full load, and under a steady one, after which the new version serves.
"""

import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench import feed, jobs, load
from bench.clients import Answer, Client
from bench.footprint import pss
from bench.jobs import Training
from bench.plots import draw_retraining
from bench.rows import Row
from bench.service import serving
from bench.workers import ROOT
from copytaster.model.registry import Registry
from copytaster.model.taxonomy import as_json

#: Articles in the archive, step by step.
SIZES = (5_000, 10_000, 20_000, 40_000, 50_000)
WORKERS, CLIENTS = 2, 4
#: Requests a second of each client of the steady load, and seconds of it beforehand.
RATE, BEFORE = 200.0, 60.0
#: The full load: connections, seconds a piece, pieces before and during.
CONNECTIONS, PIECE, PIECES = 8, 10, (2, 4)
#: Seconds in which all workers have a new version: they look every two.
_SWAP = 4.0
PLOT = Path(__file__).resolve().parents[1] / "docs" / "plots" / "retraining.svg"


@dataclass(frozen=True, slots=True)
class Newsroom:
    """A folder with a service's models, its archive and its topics.

    Attributes
    ----------
    folder : Path
    articles : list of dict
        The feed.
    """

    folder: Path
    articles: list[dict[str, Any]]

    @classmethod
    def open(cls, folder: Path, articles: list[dict[str, Any]]) -> "Newsroom":
        """Return one whose topics are those of *articles*, and whose archive is empty."""
        folder.mkdir()
        topics = {"topics": [as_json(topic) for topic in feed.taxonomy(articles)]}
        (folder / "taxonomy.json").write_text(json.dumps(topics), encoding="utf-8")
        return cls(folder, articles)

    @property
    def models(self) -> Path:
        """The registry."""
        return self.folder / "models"

    def take_in(self, start: int, end: int) -> float:
        """Import a part of the feed, and return how many seconds it took."""
        path = self.folder / "part.jsonl"
        feed.write(self.articles[start:end], path)
        return self.run("archive", "import", str(path)).seconds

    def retrain(self) -> Training:
        """Learn from the archive as the worker would have it done."""
        return self.run("retrain", "--no-seeds", "--jobs", "1")

    def run(self, *command: str) -> Training:
        """Run one of our commands to its end."""
        started, used = time.monotonic(), jobs.Used()
        program = [sys.executable, "-m", "copytaster.cli.main", *command]
        program += ["--models", str(self.models)]
        process = subprocess.Popen(program, cwd=ROOT, stdout=subprocess.DEVNULL)
        while process.poll() is None:
            used = used.at_least(process.pid)
            time.sleep(0.05)
        if process.returncode:
            raise RuntimeError(f"{command} ended with status {process.returncode}")
        seconds = time.monotonic() - started
        return Training("done", None, seconds, {}, used.megabytes, used.cpu, 1.0)


@dataclass(frozen=True, slots=True)
class Steady:
    """What clients of the steady load saw.

    Attributes
    ----------
    before, during : list of Answer
    failures : list of str
    versions : int
        How many versions of the tagger answered.
    """

    before: list[Answer]
    during: list[Answer]
    failures: list[str]
    versions: int


def run() -> list[Row]:
    """Let an archive grow, and retrain."""
    found = feed.articles()
    with tempfile.TemporaryDirectory() as folder:
        longer = list(_longer(Newsroom.open(Path(folder) / "longer", feed.longer(found))))
        room = Newsroom.open(Path(folder) / "feed", found)
        seconds = room.take_in(0, SIZES[0])
        grown = {SIZES[0]: room.retrain()}
        with serving(room.models, WORKERS) as (process, port):
            for before, size in itertools.pairwise(SIZES):
                seconds += room.take_in(before, size)
                order = {"promote": size < SIZES[-1]}
                grown[size] = jobs.retrain(process, port, order)
                print(f"{size} articles: {grown[size]}", file=sys.stderr)
            bodies = [_body(one) for one in found[-CLIENTS:]]
            full = list(_full(process, port, bodies[0]))
            memory = _megabytes(process.pid)
            steady, trained = _steady(process, port, bodies, Registry(room.models))
            memory = max(memory, _megabytes(process.pid))
    draw_retraining({n: (one.seconds, one.megabytes) for n, one in grown.items()}, PLOT)
    return [
        Row(f"seconds to import {len(found):,} articles, in {len(SIZES)} files", seconds),
        *_growth(grown),
        *longer,
        *_besides(steady, trained),
        *full,
        Row("MB of PSS of the service, its clients served", memory),
    ]


def _body(article: Mapping[str, Any]) -> bytes:
    sent = {"headline": article["headline"], "text": article["text"], "language": "en"}
    return json.dumps(sent).encode()


def _megabytes(service: int) -> float:
    return sum(pss(member) for member in load.family(service)) / 1000


def _growth(grown: Mapping[int, Training]) -> Iterator[Row]:
    for size, one in grown.items():
        last = size == SIZES[-1]
        what = f"a retraining over {size:,} articles, nobody tagging"
        yield Row(f"{what}: seconds", one.seconds, goal="at most 180" * last)
        yield Row(f"{what}: seconds of CPU", one.cpu)
        yield Row(f"{what}: MB of memory at most", one.megabytes, goal="at most 1500" * last)
    for stage, seconds in grown[SIZES[-1]].stages.items():
        yield Row(f"of these {grown[SIZES[-1]].seconds:.0f} s: {stage}", seconds)


def _longer(room: Newsroom) -> Iterator[Row]:
    room.take_in(0, len(room.articles))
    trained = room.retrain()
    length = np.mean([len(one["headline"]) + len(one["text"]) for one in room.articles])
    what = f"a first training on {len(room.articles):,} articles of {length:,.0f} characters"
    yield Row(f"{what}: seconds", trained.seconds)
    yield Row(f"{what}: seconds of CPU", trained.cpu)
    yield Row(f"{what}: MB of memory at most", trained.megabytes)


def _besides(seen: Steady, trained: Training) -> Iterator[Row]:
    rate = f"{CLIENTS * RATE:.0f} requests a second"
    before, during = ([one.took for one in part] for part in (seen.before, seen.during))
    yield Row(f"beside {rate}: seconds of the retraining", trained.seconds, goal="at most 180")
    yield Row(f"beside {rate}: MB of memory at most", trained.megabytes, goal="at most 1500")
    for share, goal in ((50, ""), (99, "at most 1.5 times"), (99.9, "")):
        ours, peer = (1000 * float(np.percentile(part, share)) for part in (during, before))
        yield Row(f"{rate}: p{share:g}, ms, while retraining; peer: before", ours, peer, goal)
    yield Row(f"{rate}: the longest, ms; peer: before", 1000 * max(during), 1000 * max(before))
    yield Row(f"{rate}: answered while retraining; peer: before", len(during), len(before))
    yield Row(f"{rate}: requests failed", len(seen.failures), goal="at most 0")
    yield Row(f"{rate}: versions that answered", seen.versions, goal="at least 2")


def _steady(
    process: "subprocess.Popen[bytes]", port: int, bodies: Sequence[bytes], registry: Registry
) -> tuple[Steady, Training]:
    """Ask for tags at a steady rate, for a while, through a retraining, and through its swap.

    What the gate refused is promoted all the same, so that there is a swap.
    """
    clients = [Client(port, body, RATE) for body in bodies]
    for client in clients:
        client.start()
    time.sleep(1.0)
    started = time.monotonic()
    time.sleep(BEFORE)
    began = time.monotonic()
    trained = jobs.retrain(process, port, {})
    if trained.outcome == "refused" and trained.version is not None:
        registry.promote(trained.version)
    time.sleep(_SWAP)
    ended = time.monotonic()
    seen = [client.stop() for client in clients]
    answers = [answer for one in seen for part in one.connections for answer in part]
    found = Steady(
        before=[one for one in answers if started <= one.sent < began],
        during=[one for one in answers if began <= one.sent < ended],
        failures=[failure for one in seen for failure in one.failures],
        versions=len({answer.model for answer in answers}),
    )
    return found, trained


def _full(process: "subprocess.Popen[bytes]", port: int, body: bytes) -> Iterator[Row]:
    """Load the service with all it bears, before and in the first minute of a retraining."""
    before, during = ([], [])  # type: tuple[list[load.Load], list[load.Load]]

    def piece(into: list[load.Load]) -> None:
        url = f"http://127.0.0.1:{port}/tag"
        into.append(load.load(url, body, process.pid, clients=CONNECTIONS, seconds=PIECE))

    try:
        for _ in range(PIECES[0]):
            piece(before)
    except FileNotFoundError as error:
        yield Row(f"skipped: full load: {error}", float("nan"))
        return

    def go_on() -> bool:
        piece(during)
        return len(during) < PIECES[1]

    trained = jobs.retrain(process, port, {"promote": False, "preset": "best"}, go_on)
    jobs.wait(port)
    what = f"full load of {CONNECTIONS} connections"
    for figure in ("p50", "p99", "rate"):
        sides = [[float(getattr(one, figure)) for one in part] for part in (during, before)]
        ours, peer = (float(np.median(side)) for side in sides)
        name = {"rate": "requests a second"}.get(figure, f"{figure}, ms")
        spread = "; ".join(f"{min(side):.2f} to {max(side):.2f}" for side in sides)
        yield Row(f"{what}: {name}, while retraining; peer: before", ours, peer, spread=spread)
    failed = sum(one.failures for one in (*before, *during))
    yield Row(f"{what}: requests failed", failed, goal="at most 0")
    seconds = f"{trained.seconds:.0f}"
    yield Row(f"{what}: share of the retraining done in its first {seconds} s", trained.share)
