"""A real ``copytaster serve`` in a process of its own."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True)
class Running:
    """A service that answers on ``port`` of the loopback interface."""

    port: int
    process: subprocess.Popen[bytes]

    def get(self, path: str) -> tuple[int, bytes]:
        """Return status and body of a GET."""
        return self.send("GET", path)

    def post(
        self, path: str, body: bytes | Iterable[bytes], content_type: str = "application/json"
    ) -> tuple[int, bytes]:
        """Return status and body of a POST; a *body* in parts is sent in chunks, without length."""
        return self.send("POST", path, body, content_type)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] | None = None,
        content_type: str = "text/plain",
        more: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes]:
        """Return status and body of a request, with *more* headers, on its own connection."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            headers = {"Content-Type": content_type, **(more or {})}
            whole = body is None or isinstance(body, bytes)
            connection.request(method, path, body, headers, encode_chunked=not whole)
            reply = connection.getresponse()
            return reply.status, reply.read()


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    models: Path, *, wait: float = 120, out: BinaryIO | None = None, **environ: str
) -> Iterator[Running]:
    """Run the service over the folder *models* until the block ends."""
    port = free_port()
    command = [sys.executable, "-m", "copytaster.cli.main", "serve"]
    command += ["--port", str(port), "--models", str(models)]
    # Few tests have jobs to do.
    environ = {"COPYTASTER_WORKER": "0", **environ}
    process = subprocess.Popen(command, env={**os.environ, **environ}, stdout=out)
    running = Running(port, process)
    try:
        _wait(running, time.monotonic() + wait)
        yield running
    finally:
        process.terminate()
        process.wait(60)


def _wait(running: Running, until: float) -> None:
    while True:
        try:
            if running.get("/readyz")[0] == 200:
                return
        except OSError:
            if running.process.poll() is not None or time.monotonic() > until:
                raise
        time.sleep(0.05)
