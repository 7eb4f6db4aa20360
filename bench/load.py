"""Load on a server by wrk (a Debian package), and what the server's processes paid for it."""

import os
import re
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_LUA = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = io.open("{body}", "rb"):read("*a")
done = function(summary, latency, requests)
  local errors = summary.errors
  print(string.format("FIGURES %d %d %d %.3f %.3f", summary.requests, summary.duration,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What a closed loop of clients saw.

    Attributes
    ----------
    failures : int
        Replies of status 400 or more, broken connections and time-outs.
    rate : float
        Requests a second.
    cpu : float
        Microseconds of the server's processes a request.
    p50, p99 : float
        Milliseconds a request.
    """

    failures: int
    rate: float
    cpu: float
    p50: float
    p99: float


#: What a load is judged by.
FIGURES = {
    "rate": "requests a second",
    "cpu": "CPU of the server a request, µs",
    "p99": "p99, ms",
    "failures": "failures",
}


def median(loads: Sequence[Load], figure: str) -> float:
    """Return the median of one of :data:`FIGURES`, but the sum of failures."""
    values = [float(getattr(item, figure)) for item in loads]
    return sum(values) if figure == "failures" else statistics.median(values)


def load(url: str, body: bytes, process: int, *, clients: int, seconds: int) -> Load:
    """POST the JSON *body* to *url* over *clients* keep-alive connections for some seconds.

    Parameters
    ----------
    url : str
    body : bytes
    process : int
        The server; the time of its children counts too.
    clients, seconds : int

    Raises
    ------
    FileNotFoundError
        If wrk is not installed.
    """
    program = shutil.which("wrk")
    if program is None:
        raise FileNotFoundError("wrk is not installed; on Debian: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "body").write_bytes(body)
        script = Path(folder) / "post.lua"
        script.write_text(_LUA.replace("{body}", str(Path(folder) / "body")))
        command = [program, "-t1", f"-c{clients}", f"-d{seconds}", "-s", str(script), url]
        before = cpu_seconds(process)
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        paid = cpu_seconds(process) - before
    found = re.search(r"FIGURES (\S+) (\S+) (\S+) (\S+) (\S+)", done.stdout)
    if found is None:
        raise RuntimeError(f"wrk said: {done.stdout}")
    requests, microseconds, failures, p50, p99 = map(float, found.groups())
    return Load(
        failures=int(failures),
        rate=requests / microseconds * 1e6,
        cpu=paid / max(requests, 1) * 1e6,
        p50=p50,
        p99=p99,
    )


def family(process: int) -> list[int]:
    """Return *process* and all that came from it."""
    found = [process]
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in task.read_text().split():
            found += family(int(child))
    return found


def cpu_seconds(process: int) -> float:
    """Return the seconds of CPU that *process* and its children have used."""
    ticks = 0
    for member in family(process):
        fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICK
