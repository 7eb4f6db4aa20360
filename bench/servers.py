"""HTTP servers beside each other: one worker of each, the same applications, in turns."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import load
from bench.applications import article_body, save_models
from bench.rows import Row

CLIENTS, SECONDS, ROUNDS = 12, 2, 3
ROOT = Path(__file__).resolve().parents[1]
_APP = "bench.applications:application"


def _python(code: str) -> list[str]:
    found = "import sys; from bench.applications import application; port = int(sys.argv[1])\n"
    return ["-c", found + code, "{port}"]


def _gunicorn(*options: str) -> list[str]:
    bind = ["-b", "127.0.0.1:{port}", "--no-control-socket", "--log-level", "error"]
    return ["-m", "gunicorn", "-w", "1", *options, *bind, _APP]


def _granian(*options: str) -> list[str]:
    listen = ["--host", "127.0.0.1", "--port", "{port}", "--no-log", "--http", "1"]
    return ["-m", "granian", "--workers", "1", *options, *listen, _APP]


_OURS = """
from copytaster.service.server import Server
from copytaster.service.settings import Settings
Server(lambda: application, Settings(port=port, workers=1)).run()
"""
_WAITRESS = "import waitress; waitress.serve(application, host='127.0.0.1', port=port, threads=4)"
_CHEROOT = "from cheroot import wsgi; wsgi.Server(('127.0.0.1', port), application).start()"
_FASTPYSGI = "import fastpysgi; fastpysgi.run(application, host='127.0.0.1', port=port)"
_A2WSGI = """
import a2wsgi, uvicorn
app = a2wsgi.WSGIMiddleware(application, workers=4)
uvicorn.run(app, host='127.0.0.1', port=port, log_level='error', access_log=False)
"""
_HYPERCORN = ["-m", "hypercorn", "-b", "127.0.0.1:{port}", "--log-level", "error", f"wsgi:{_APP}"]
_PYTHON_PARSER = ("--http-parser", "python")
OURS = "granian (ASGI), our bridge"
#: Name to the module that must be there, and the command after the interpreter's name.
SERVERS: dict[str, tuple[str, list[str]]] = {
    OURS: ("granian", _python(_OURS)),
    "granian (WSGI), 4 threads": ("granian", _granian("--interface=wsgi", "--blocking-threads=4")),
    "granian (WSGI), 1 thread": ("granian", _granian("--interface=wsgi", "--blocking-threads=1")),
    "bjoern": ("bjoern", _python("import bjoern; bjoern.run(application, '127.0.0.1', port)")),
    "fastpysgi": ("fastpysgi", _python(_FASTPYSGI)),
    "gunicorn gthread, C parser": (
        "gunicorn_h1c",
        _gunicorn("-k", "gthread", "--threads", "4", "--http-parser", "fast"),
    ),
    "gunicorn gthread": (
        "gunicorn",
        _gunicorn("-k", "gthread", "--threads", "4", *_PYTHON_PARSER),
    ),
    "gunicorn gevent": ("gevent", _gunicorn("-k", "gevent", *_PYTHON_PARSER)),
    "gunicorn sync": ("gunicorn", _gunicorn("-k", "sync", *_PYTHON_PARSER)),
    "waitress": ("waitress", _python(_WAITRESS)),
    "cheroot": ("cheroot", _python(_CHEROOT)),
    "uvicorn, a2wsgi": ("a2wsgi", _python(_A2WSGI)),
    "hypercorn": ("hypercorn", _HYPERCORN),
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
def running(server: str, app: str, models: Path) -> Iterator[Running]:
    """Run one of :data:`SERVERS` with the application *app* until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    environ |= {"BENCH_APP": app, "BENCH_MODELS": str(models)}
    command = [part.replace("{port}", str(port)) for part in SERVERS[server][1]]
    process = subprocess.Popen(
        [sys.executable, *command],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )
    try:
        _wait(port, process)
        yield Running(port, process)
    finally:
        _stop(process)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"{process.args!r} does not listen on port {port}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    family = load.family(process.pid)
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        for member in family:
            os.kill(member, 9)
        process.wait(10)


def run() -> list[Row]:
    """Load every server that is installed with an echo and with Copytaster, in turns."""
    here = [name for name, (module, _) in SERVERS.items() if importlib.util.find_spec(module)]
    for name in SERVERS.keys() - set(here):
        print(f"left out, not installed: {name}", file=sys.stderr)
    if shutil.which("wrk") is None:
        print("left out, wrk is not installed: all", file=sys.stderr)
        return []
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder)
        save_models(models)
        return [row for app in ("echo", "tag") for row in _rows(app, here, models)]


def _rows(app: str, names: list[str], models: Path) -> Iterator[Row]:
    body = article_body()
    loads: dict[str, list[load.Load]] = {name: [] for name in names}
    with ExitStack() as stack:
        live = {}
        for name in names:
            try:
                live[name] = stack.enter_context(running(name, app, models))
            except TimeoutError:
                print(f"left out, did not start: {name}", file=sys.stderr)
        for _ in range(ROUNDS + 1):
            for name, server in live.items():
                loads[name].append(server.load(body))
    for figure, label in load.FIGURES.items():
        ours = load.median(loads[OURS][1:], figure)
        for name in [name for name in live if name != OURS]:
            peer = load.median(loads[name][1:], figure)
            yield Row(f"{app}: {label}, beside {name}", ours, peer, "")
