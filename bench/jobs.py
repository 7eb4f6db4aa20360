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
    version : str or None
        The challenger.
    seconds : float
        From the request to the end.
    stages : dict of str to float
        Seconds of each stage, in order; the job tells its stage once a second.
    megabytes : float
        The most resident memory that its process had.
    cpu : float
        Seconds of CPU that its process used.
    share : float
        How much of it was done, 0 to 1.
    """

    outcome: str
    version: str | None
    seconds: float
    stages: dict[str, float]
    megabytes: float
    cpu: float
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
    used, last, stage = Used(), started, "waiting"
    while job["state"] not in _ENDED and go_on():
        time.sleep(_LOOK)
        for one in _retraining(process.pid):
            used = used.at_least(one)
        job = _ask(port, "GET", f"/jobs/{job['id']}")
        now = time.monotonic()
        stages[stage] = stages.get(stage, 0.0) + now - last
        last, stage = now, job["stage"] or stage
    if job["state"] == "failed":
        raise RuntimeError(f"the retraining failed: {job['error']}")
    result = job["result"] or {"outcome": job["state"], "version": None}
    seconds = time.monotonic() - started
    return Training(
        outcome=result["outcome"],
        version=result["version"],
        seconds=seconds,
        stages=stages,
        megabytes=used.megabytes,
        cpu=used.cpu,
        share=job["share"],
    )


def wait(port: int) -> None:
    """Wait until no job is queued or running."""
    while any(job["state"] not in _ENDED for job in _ask(port, "GET", "/jobs")["jobs"]):
        time.sleep(_LOOK)


@dataclass(frozen=True, slots=True)
class Used:
    """What a process has used so far.

    Attributes
    ----------
    megabytes : float
        The most resident memory.
    cpu : float
        Seconds of CPU.
    """

    megabytes: float = 0.0
    cpu: float = 0.0

    def at_least(self, process: int) -> "Used":
        """Return this or, where it is more, what *process* has used; nothing when it is gone."""
        now = used(process)
        return Used(max(self.megabytes, now.megabytes), max(self.cpu, now.cpu))


def used(process: int) -> Used:
    """Return what a process has used so far; nothing when it is gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
        cpu = load.cpu_seconds(process)
    except OSError:
        return Used()
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return Used(float(found[1]) * 1.024 / 1000 if found else 0.0, cpu)


def _retraining(service: int) -> list[int]:
    """Return the processes below the *service* that retrain: one, or none."""
    try:
        return [
            one
            for one in load.family(service)
            if b"retrain" in Path(f"/proc/{one}/cmdline").read_bytes().split(b"\0")
        ]
    except OSError:  # one of them ended just now
        return []


def _ask(port: int, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401  # JSON
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        found = json.loads(reply.read())
    if reply.status >= http.client.BAD_REQUEST:
        raise RuntimeError(f"{method} {path} was answered with {reply.status}: {found}")
    return found
