"""HTTP servers beside each other: one worker of each, the same applications, in turns."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import load
from bench.rows import Row

CLIENTS, SECONDS, ROUNDS = 12, 2, 3
ROOT = Path(__file__).resolve().parents[1]
_APP = "bench.applications:application"


def _python(code: str) -> list[str]:
    found = "import sys; from bench.applications import application; port = int(sys.argv[1]); "
    return ["-c", found + code, "{port}"]


def _gunicorn(*options: str) -> list[str]:
    bind = ["-b", "127.0.0.1:{port}", "--no-control-socket", "--log-level", "error"]
    return ["-m", "gunicorn", "-w", "1", *options, *bind, _APP]


def _granian(*options: str) -> list[str]:
    listen = ["--host", "127.0.0.1", "--port", "{port}", "--no-log", "--http", "1"]
    return ["-m", "granian", "--workers", "1", *options, *listen, _APP]


#: Name to the module that it takes, and the command after the interpreter's name.
OURS = "granian, our bridge"
SERVERS: dict[str, tuple[str, list[str]]] = {
    OURS: (
        "granian",
        _python(
            "from copytaster.service.server import Server; from copytaster.service.settings import Settings; Server(lambda: application, Settings(port=port, workers=1)).run()"
        ),
    ),
    "gunicorn gthread": (
        "gunicorn",
        _gunicorn("-k", "gthread", "--threads", "4", "--http-parser", "python"),
    ),
    "gunicorn gthread, C parser": (
        "gunicorn_h1c",
        _gunicorn("-k", "gthread", "--threads", "4", "--http-parser", "fast"),
    ),
    "gunicorn sync": ("gunicorn", _gunicorn("-k", "sync", "--http-parser", "python")),
    "gunicorn gevent": ("gevent", _gunicorn("-k", "gevent")),
    "waitress": (
        "waitress",
        _python(
            "import waitress; waitress.serve(application, host='127.0.0.1', port=port, threads=4)"
        ),
    ),
    "cheroot": (
        "cheroot",
        _python(
            "from cheroot import wsgi; wsgi.Server(('127.0.0.1', port), application, numthreads=16).start()"
        ),
    ),
    "granian WSGI": ("granian", _granian("--interface", "wsgi", "--blocking-threads", "4")),
    "granian WSGI, 1 thread": (
        "granian",
        _granian("--interface", "wsgi", "--blocking-threads", "1"),
    ),
    "bjoern": ("bjoern", _python("import bjoern; bjoern.run(application, '127.0.0.1', port)")),
    "fastpysgi": (
        "fastpysgi",
        _python("import fastpysgi; fastpysgi.run(application, host='127.0.0.1', port=port)"),
    ),
    "pyruvate": (
        "pyruvate",
        _python("import pyruvate; pyruvate.serve(application, f'127.0.0.1:{port}', 4)"),
    ),
    "uWSGI": (
        "pyuwsgi",
        [
            "-c",
            "import sys, pyuwsgi; pyuwsgi.run(['--http-socket', '127.0.0.1:' + sys.argv[1], '--module', '"
            + _APP
            + "', '--master', '--need-app', '--threads', '4', '--processes', '1', '--disable-logging', '--http-keepalive', '--add-header', 'Connection: Keep-Alive', '--pythonpath', '.'])",
            "{port}",
        ],
    ),
    "uvicorn, a2wsgi": (
        "a2wsgi",
        _python(
            "import uvicorn, a2wsgi; uvicorn.run(a2wsgi.WSGIMiddleware(application, workers=4), host='127.0.0.1', port=port, log_level='error', access_log=False)"
        ),
    ),
    "hypercorn": (
        "hypercorn",
        [
            "-m",
            "hypercorn",
            "-w",
            "1",
            "-b",
            "127.0.0.1:{port}",
            "--log-level",
            "error",
            "wsgi:" + _APP,
        ],
    ),
}


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    port: int
    process: subprocess.Popen[bytes]

    def load(self, body: bytes, *, seconds: int = SECONDS, clients: int = CLIENTS) -> load.Load:
        """Return what clients that post *body* to ``/tag`` see."""
        url = f"http://127.0.0.1:{self.port}/tag"
        return load.load(url, body, self.process.pid, clients=clients, seconds=seconds)


@contextmanager
def running(command: list[str], app: str, models: Path) -> Iterator[Running]:
    """Run a server of the application *app* until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT) + ":/tmp",
        "BENCH_APP": app,
        "BENCH_MODELS": str(models),
        "OPENBLAS_NUM_THREADS": "1",
    }
    filled = [part.replace("{port}", str(port)) for part in command]
    quiet = None if os.environ.get("BENCH_LOUD") else subprocess.DEVNULL
    process = subprocess.Popen(
        [sys.executable, *filled], env=environ, stdout=quiet, stderr=quiet, cwd=ROOT
    )
    try:
        _wait(port, process)
        yield Running(port, process)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            for member in load.family(process.pid)[::-1]:
                os.kill(member, 9)
            process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"{process.args} does not listen on port {port}")
