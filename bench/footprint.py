"""Memory a worker, time from process start to ready, and the size of the package.

Memory is the proportional set size that Linux reports, summed over the processes of a server:
pages that several share count once.
"""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import speed_model
from bench.rows import Row
from bench.workers import ROOT

ROUNDS, REQUESTS = 3, 400
FEW, MANY = 1, 4
_ECHO = ("-m", "bench.peers.echo")


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers.

    Attributes
    ----------
    pid, port : int
    seconds, cpu : float
        From the start of the process to the first good reply: by the clock, and of CPU time in
        all its processes.
    """

    pid: int
    port: int
    seconds: float
    cpu: float


def run() -> list[Row]:
    """Measure the server with the speed model, in turns with an echo under the same server."""
    model = speed_model.get()
    ours = ("-m", "copytaster.cli.main", "serve", "--models", str(model.models))
    body = json.dumps({"text": model.articles[0]}).encode()
    sides: dict[str, list[float]] = {"ours": [], "echo": []}
    seconds: dict[str, list[float]] = {"ours": [], "echo": []}
    cpu: dict[str, list[float]] = {"ours": [], "echo": []}
    for _ in range(ROUNDS):
        for side, command, path in (("ours", ours, "/readyz"), ("echo", _ECHO, "")):
            memory = {}
            for workers in (FEW, MANY):
                with _served([*command, "--workers", str(workers)], path) as served:
                    memory[workers] = _megabytes_after_work(served, body)
                    seconds[side].append(served.seconds)
                    cpu[side].append(served.cpu)
            sides[side].append((memory[MANY] - memory[FEW]) / (MANY - FEW))
    each = {side: float(np.median(found)) for side, found in sides.items()}
    return [
        Row("MB of PSS that each further worker costs; peer: an echo", each["ours"], each["echo"]),
        Row("the same, more than the echo", each["ours"] - each["echo"], goal="at most 15 MB"),
        _start("seconds from process start to ready; peer: an echo", seconds, "at most 1 second"),
        _start("the same, CPU seconds of all processes", cpu, ""),
        Row("MB on disk of the installed package", _package_megabytes()),
        Row("MB on disk of the speed model", _size(model.champion) / 1e6),
    ]


def _start(name: str, of: Mapping[str, Sequence[float]], goal: str) -> Row:
    ours, echo = (float(np.median(of[side])) for side in ("ours", "echo"))
    spread = " and ".join(f"{side} {min(of[side]):.2f} to {max(of[side]):.2f}" for side in of)
    return Row(name, ours, echo, goal, spread=spread)


@contextmanager
def _served(command: Sequence[str], ready: str) -> Iterator[Served]:
    """Run Python with *command* and a free port; *ready* is the path that tells, or empty."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command, "--port", str(port)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(port, ready):
            if process.poll() is not None or time.perf_counter() - start > 120:  # noqa: PLR2004
                raise SystemExit(f"{command} did not start")
            time.sleep(0.005)
        seconds = time.perf_counter() - start
        yield Served(process.pid, port, seconds, sum(_cpu(pid) for pid in _family(process.pid)))
    finally:
        process.terminate()
        process.wait(60)


def _answers(port: int, path: str) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        try:
            connection.request("GET", path or "/")
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return False
    return status == http.client.OK if path else True


def _megabytes_after_work(served: Served, body: bytes) -> float:
    """Send articles, each over a connection of its own so that all workers get some."""
    for _ in range(REQUESTS):
        with closing(http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)) as sent:
            sent.request("POST", "/tag", body, {"Content-Type": "application/json"})
            reply = sent.getresponse()
            reply.read()
            if reply.status != http.client.OK:
                raise SystemExit(f"/tag answered {reply.status}")
    return sum(pss(pid) for pid in _family(served.pid)) / 1000


def _family(pid: int) -> Iterator[int]:
    """Yield *pid* and all processes below it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _family(int(child))


def _cpu(pid: int) -> float:
    """Return the CPU seconds that a process has used."""
    behind = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(behind[11]) + int(behind[12])) / os.sysconf("SC_CLK_TCK")


def pss(pid: int) -> float:
    """Return the proportional set size of a process, in kB."""
    found = re.search(
        r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE
    )
    return float(found[1]) * 1.024 if found else 0.0


def _package_megabytes() -> float:
    """Return the size of our files alone, as pip unpacks them."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder]
        subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as opened:
            return sum(info.file_size for info in opened.infolist()) / 1e6


def _size(folder: Path) -> float:
    return float(sum(path.stat().st_size for path in folder.iterdir()))
