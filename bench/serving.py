"""Requests a second over HTTP, beside an endpoint that only echoes JSON under the same server."""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from flask import Flask, Response, jsonify, request

from bench.defaults import seed_corpus
from bench.rows import Row
from copytaster.model.registry import Registry
from copytaster.training import fit, saving

CLIENTS, REQUESTS, ROUNDS = 8, 2000, 3


def echo() -> Flask:
    """Return an application that parses JSON and sends it back."""
    app = Flask(__name__)

    @app.post("/tag")
    def tag() -> Response:
        return jsonify(request.get_json())

    return app


def serve_echo(port: int) -> None:
    """Serve :func:`echo` as our own service is served."""
    from copytaster.service.server import Server
    from copytaster.service.settings import Settings

    settings = Settings(port=port)
    Server(echo(), settings).run()


@dataclass(frozen=True, slots=True)
class Load:
    """What a closed loop of clients saw.

    Attributes
    ----------
    failures : int
        Replies other than 200, and broken connections.
    rate : float
        Requests a second.
    p50, p99 : float
        Milliseconds a request.
    """

    failures: int
    rate: float
    p50: float
    p99: float


def run() -> list[Row]:
    """Send 2,000 requests of one real-length article from 8 clients, in turns to both."""
    corpus = seed_corpus()
    article = max(corpus.articles, key=lambda item: len(item.article.text)).article
    body = json.dumps({"headline": article.headline, "text": article.text}).encode()
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry(Path(folder))
        registry.promote(saving.save(fit.fit(corpus, n_jobs=2), registry))
        ours_command = ["-m", "copytaster.cli.main", "serve", "--models", folder, "--port"]
        echo_command = ["-c", "import sys, bench.serving as b; b.serve_echo(int(sys.argv[1]))"]
        with _running(ours_command) as ours, _running(echo_command) as peer:
            rounds = [(_load(ours, body), _load(peer, body)) for _ in range(ROUNDS)]
    return _rows(rounds, len(body))


def _rows(rounds: list[tuple[Load, Load]], size: int) -> list[Row]:
    ours, peer = zip(*rounds, strict=True)

    def median(name: str, side: tuple[Load, ...]) -> float:
        return float(np.median([getattr(load, name) for load in side]))

    sent = f"{ROUNDS} x {REQUESTS} requests of {size} bytes, {CLIENTS} clients"
    failed = [float(sum(load.failures for load in side)) for side in (ours, peer)]
    figures = {"rate": "requests a second, median", "p50": "p50, ms", "p99": "p99, ms"}
    return [
        Row(f"failures in {sent}", failed[0], failed[1], "none; the peer is a Flask echo"),
        *(Row(label, median(name, ours), median(name, peer)) for name, label in figures.items()),
    ]


def _load(port: int, body: bytes) -> Load:
    seconds: list[float] = []
    failures: list[str] = []

    def client() -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            for _ in range(REQUESTS // CLIENTS):
                started = time.perf_counter()
                try:
                    connection.request("POST", "/tag", body, {"Content-Type": "application/json"})
                    reply = connection.getresponse()
                    reply.read()
                    if reply.status != http.client.OK:
                        failures.append(str(reply.status))
                except (OSError, http.client.HTTPException) as error:
                    failures.append(repr(error))
                    connection.close()
                seconds.append(time.perf_counter() - started)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started
    p50, p99 = np.percentile(seconds, [50, 99]) * 1000
    return Load(len(failures), len(seconds) / elapsed, float(p50), float(p99))


@contextmanager
def _running(arguments: list[str]) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    root = Path(__file__).resolve().parents[1]
    environ = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, *arguments, str(port)]
    process = subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(60)
