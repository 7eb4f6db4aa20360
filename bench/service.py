"""A real ``copytaster serve`` in a process of its own, on a free port."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.workers import ROOT

_SECONDS = 60


@contextmanager
def serving(models: Path, workers: int) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Serve the champion of the registry at *models*, and give the process and its port.

    Raises
    ------
    TimeoutError
        If it does not listen within a minute.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "copytaster.cli.main", "serve", "--port", str(port)]
    command += ["--workers", str(workers), "--models", str(models)]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        until = time.monotonic() + _SECONDS
        while not _listens(port):
            if time.monotonic() > until:
                raise TimeoutError("the service does not start")
            time.sleep(0.05)
        yield process, port
    finally:
        process.terminate()
        process.wait(_SECONDS)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
