"""A load of ``/tag`` while new taggers go live, one is rolled back, and workers come and go.

Eight clients ask as fast as they are answered, over connections that they keep. A request on
which no byte of a reply came back, since its connection had ended, is sent again, as HTTP
libraries do; such requests are counted apart from those that failed.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench import load
from bench.clients import Answer, Client, Seen, in_order, longest_stale
from bench.defaults import seed_corpus
from bench.footprint import pss
from bench.rows import Row
from bench.service import serving
from copytaster.cli.screen import progress_bar
from copytaster.model.registry import Registry
from copytaster.training import fit, saving
from copytaster.training.config import FAST
from copytaster.training.corpus import Corpus

CLIENTS, WORKERS = 8, 2
#: Seconds from one event to the next; a worker that dies twice in six ends the service.
PAUSE = 3.0
#: What happens: four promotions and one step back, over and over, and two accidents between.
ROUND = ("promote",) * 4 + ("roll back",)
EVENTS = (*ROUND * 2, "kill", *ROUND, "reload", *ROUND * 2)
#: Weights of the regularisation, each of which makes another tagger.
_TAGGERS = (0.3, 1.0, 3.0, 10.0)


@dataclass(frozen=True, slots=True)
class Run:
    """What came of all events.

    Attributes
    ----------
    seen : list of Seen
        One a client.
    promoted : list of (float, str)
        When, in seconds of ``time.monotonic``, the pointer named which version.
    before, after : float
        MB of PSS of the service, before the first promotion and after the last.
    """

    seen: list[Seen]
    promoted: list[tuple[float, str]]
    before: float
    after: float


def run() -> list[Row]:
    """Train a few taggers, and have them take turns under load."""
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry(Path(folder) / "models")
        loaded = seed_corpus()
        names = _train(loaded, registry)
        registry.promote(names[0])
        found = _run(registry, names, _body(loaded))
    answers = [answer for one in found.seen for part in one.connections for answer in part]
    promoted = [name for _, name in found.promoted]
    wrong = [part for one in found.seen for part in one.connections if not in_order(part, promoted)]
    for failure in [failure for one in found.seen for failure in one.failures]:
        print(f"failed: {failure}", file=sys.stderr)
    swapping, other = _split(answers, [at for at, _ in found.promoted])
    events = f"{EVENTS.count('promote')} promotions, {EVENTS.count('roll back')} rollbacks"
    none = "at most 0"
    return [
        Row(f"requests answered over {events}, a kill -9, a SIGHUP", len(answers)),
        Row("requests failed", sum(len(one.failures) for one in found.seen), goal=none),
        Row(
            "sent again, no byte of a reply had come on a kept connection",
            sum(one.kept for one in found.seen),
        ),
        Row(
            "sent again, no byte of a reply had come on a new connection",
            sum(one.fresh for one in found.seen),
        ),
        Row("connections that saw an older version after a newer", len(wrong), goal=none),
        Row("of so many connections", sum(len(one.connections) for one in found.seen)),
        Row(
            "s, at most, that a version answered after it was replaced",
            longest_stale(answers, found.promoted),
            goal="at most 2",
        ),
        Row(
            "p99, ms, in the second after a swap; peer: in other seconds",
            _p99(swapping),
            _p99(other),
        ),
        Row("MB of PSS of the service at the end; peer: before", found.after, found.before),
    ]


def _train(loaded: Corpus, registry: Registry) -> list[str]:
    with progress_bar() as progress:
        made = [fit.fit(loaded, replace(FAST, C=C), 1, progress) for C in _TAGGERS]
    return [saving.save(fitted, registry) for fitted in made]


def _body(loaded: Corpus) -> bytes:
    article = loaded.articles[0].article
    sent = {"headline": article.headline, "text": article.text, "language": "en"}
    return json.dumps(sent).encode()


def _run(registry: Registry, names: Sequence[str], body: bytes) -> Run:
    promoted = [(time.monotonic(), names[0])]
    with serving(registry.root, WORKERS) as (process, port):
        clients = [Client(port, body) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        time.sleep(PAUSE)
        before, at = _megabytes(process), 0
        for number, event in enumerate(EVENTS, 1):
            print(f"{number} of {len(EVENTS)}: {event}", file=sys.stderr)
            if event == "kill":
                os.kill(load.family(process.pid)[-1], signal.SIGKILL)
                time.sleep(PAUSE)
            elif event == "reload":
                process.send_signal(signal.SIGHUP)
                time.sleep(2 * PAUSE)
            else:
                at += 1 if event == "promote" else -1
                # A rollback promotes the version before: for those who serve it is the same.
                promoted.append((time.monotonic(), names[at % len(names)]))
                registry.promote(names[at % len(names)])
            time.sleep(PAUSE)
        after = _megabytes(process)
        return Run([client.stop() for client in clients], promoted, before, after)


def _megabytes(process: subprocess.Popen[bytes]) -> float:
    return sum(pss(member) for member in load.family(process.pid)) / 1000


def _p99(seconds: Sequence[float]) -> float:
    """Return the 99th percentile in milliseconds."""
    return 1000 * float(np.percentile(seconds, 99))


def _split(answers: Sequence[Answer], swaps: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return how long requests took that were sent within a second after one of *swaps*, or not."""
    swapping: list[float] = []
    other: list[float] = []
    for answer in answers:
        soon = any(0 <= answer.sent - at < 1 for at in swaps)
        (swapping if soon else other).append(answer.took)
    return swapping, other
