"""A retraining as whoever asks for it over HTTP sees it, and the memory that it takes."""

import http.client
import json
import re
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import load

_LOOK = 0.25
_ENDED = {"done", "failed"}


@dataclass(frozen=True, slots=True)
class Training:
    """What became of a retraining.

    Attributes
    ----------
    outcome : str
        As docs/retrain.md lists them, or ``running`` where nobody waited for its end.
    seconds : float
        From the request to the end.
    stages : dict of str to float
        Seconds of each stage, in order; the job tells its stage once a second.
    megabytes : float
        The most resident memory that its process had.
    share : float
        How much of it was done, 0 to 1.
    """

    outcome: str
    seconds: float
    stages: dict[str, float]
    megabytes: float
    share: float


def retrain(
    process: "subprocess.Popen[bytes]",
    port: int,
    order: Mapping[str, Any],
    go_on: Callable[[], bool] = lambda: True,
) -> Training:
    """Ask the service for a retraining, and watch it to its end, or until *go_on* says no.

    Parameters
    ----------
    process : Popen
        The service, which has its worker beside it.
    port : int
    order : mapping
        What ``POST /retrain`` takes.
    go_on : callable

    Raises
    ------
    RuntimeError
        If the job failed.
    """
    started = time.monotonic()
    job = _ask(port, "POST", "/retrain", order)
    stages: dict[str, float] = {}
    peak, last, stage = 0.0, started, "waiting"
    while job["state"] not in _ENDED and go_on():
        time.sleep(_LOOK)
        peak = max(peak, _megabytes(process.pid))
        job = _ask(port, "GET", f"/jobs/{job['id']}")
        now = time.monotonic()
        stages[stage] = stages.get(stage, 0.0) + now - last
        last, stage = now, job["stage"] or stage
    if job["state"] == "failed":
        raise RuntimeError(f"the retraining failed: {job['error']}")
    outcome = (job["result"] or {}).get("outcome", job["state"])
    return Training(outcome, time.monotonic() - started, stages, peak, job["share"])


def wait(port: int) -> None:
    """Wait until no job is queued or running."""
    while any(job["state"] not in _ENDED for job in _ask(port, "GET", "/jobs")["jobs"]):
        time.sleep(_LOOK)


def most_megabytes(process: int) -> float:
    """Return the most resident memory that a process has had so far; 0 when it is gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return float(found[1]) * 1.024 / 1000 if found else 0.0


def _megabytes(service: int) -> float:
    return sum(most_megabytes(one) for one in load.family(service) if _retrains(one))


def _retrains(process: int) -> bool:
    try:
        command = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"retrain" in command


def _ask(port: int, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401  # JSON
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        found = json.loads(reply.read())
    if reply.status >= http.client.BAD_REQUEST:
        raise RuntimeError(f"{method} {path} was answered with {reply.status}: {found}")
    return found
