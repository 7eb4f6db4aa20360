"""What operators rely on: slow clients, reloads, crashes, ports."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from copytaster.model.registry import Registry
from tests.service.running import Running, serving

BODY = b'{"text": "The tariff on steel"}'


@pytest.fixture(scope="module")
def running(small_models: Path) -> Iterator[Running]:
    """One worker, with little patience; no test changes it."""
    with serving(small_models, COPYTASTER_WORKERS="1", COPYTASTER_READ_SECONDS="2") as found:
        yield found


def workers(running: Running) -> list[int]:
    master = running.process.pid
    children = Path(f"/proc/{master}/task/{master}/children")
    if not children.exists():
        pytest.skip("this system has no /proc to look into")
    return [int(worker) for worker in children.read_text().split()]


def test_slow_and_idle_clients_do_not_keep_others_waiting(running: Running) -> None:
    half_head = b"POST /tag HTTP/1.1\r\nHo"
    half_body = b"POST /tag HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"
    with ExitStack() as stack:
        for sent in [b""] * 50 + [half_head] * 50 + [half_body] * 50:
            client = socket.create_connection(("127.0.0.1", running.port), timeout=30)
            stack.enter_context(client).sendall(sent)
        for _ in range(20):
            assert running.post("/tag", BODY)[0] == 200


def test_a_body_that_does_not_come_in_time_is_a_problem(running: Running) -> None:
    head = "POST /tag HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", running.port), timeout=30) as client:
        client.sendall(f"{head}Content-Length: 99\r\n\r\n".encode() + b"{")
        reply = client.recv(65536)
    assert reply.startswith(b"HTTP/1.1 408")
    assert b"took longer than 2 seconds" in reply


def test_a_short_article_overtakes_a_long_one(running: Running) -> None:
    long = json.dumps({"text": "tariff steel export " * 50_000}).encode()
    done: list[str] = []

    def send() -> None:
        assert running.post("/tag?explain=1", long)[0] == 200
        done.append("long")

    thread = threading.Thread(target=send)
    thread.start()
    while not done:
        assert running.post("/tag", BODY)[0] == 200
        done.append("short")
    thread.join()
    assert done == ["short", "long"]


def test_an_id_is_echoed_where_it_is_fit_and_made_where_it_is_not(running: Running) -> None:
    def sent_back(name: str) -> str:
        with socket.create_connection(("127.0.0.1", running.port), timeout=30) as client:
            head = f"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-Id: {name}\r\n\r\n"
            client.sendall(head.encode())
            reply = client.recv(65536).decode().lower()
        return reply.split("x-request-id: ")[1].split("\r\n")[0]

    assert sent_back("cms-77:a") == "cms-77:a"
    assert len(sent_back('a "quoted" one')) == 16


def test_a_port_in_use_is_refused(running: Running, small_models: Path) -> None:
    command = [sys.executable, "-m", "copytaster.cli.main", "serve", "--models", str(small_models)]
    done = subprocess.run(
        [*command, "--port", str(running.port)], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{running.port}".encode() in done.stderr


def test_a_worker_that_dies_is_replaced(small_models: Path) -> None:
    with serving(small_models) as running:
        before = workers(running)
        os.kill(before[0], signal.SIGKILL)
        until = time.monotonic() + 30
        while len(workers(running)) < 2 or before[0] in workers(running):
            assert time.monotonic() < until
            time.sleep(0.05)
        assert running.post("/tag", BODY)[0] == 200
        assert running.process.poll() is None


def test_sighup_serves_the_new_champion_and_a_stopping_worker_closes_only_what_it_has_not_read(
    small_models: Path, tmp_path: Path, default_models: Path
) -> None:
    models = Path(shutil.copytree(small_models, tmp_path / "models"))
    new = Registry(default_models).champion() or ""
    shutil.copytree(default_models / new, models / new)
    with serving(models) as running:
        old = len(workers(running))
        Registry(models).promote(new)
        running.process.send_signal(signal.SIGHUP)
        seen: list[str] = []
        closed = 0
        until = time.monotonic() + 60
        while seen[-20:] != [new] * 20 and time.monotonic() < until:
            try:
                status, reply = running.post("/tag", BODY)
            except ConnectionError:  # made as a worker stopped: clients and proxies send again
                closed += 1
                continue
            assert status == 200
            seen.append(json.loads(reply)["model"])
            time.sleep(0.02)
        assert seen[-20:] == [new] * 20
        assert closed <= old  # one client has one connection at a time


def test_sighup_with_a_champion_that_cannot_be_loaded_changes_nothing(
    small_models: Path, tmp_path: Path
) -> None:
    models = Path(shutil.copytree(small_models, tmp_path / "models"))
    (models / "2026-01-01-bad").mkdir()
    (models / "2026-01-01-bad" / "manifest.json").write_text("{")
    with serving(models) as running:
        (models / "champion").write_text("2026-01-01-bad\n")
        before = workers(running)
        running.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + 30
        while set(workers(running)) & set(before) and time.monotonic() < until:
            time.sleep(0.05)
        assert running.post("/tag", BODY)[0] == 200


def test_the_access_log_has_a_line_a_request(small_models: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with (
        log.open("wb") as handle,
        serving(small_models, out=handle, COPYTASTER_ACCESS_LOG="1") as running,
    ):
        assert running.post("/tag?explain=1", BODY)[0] == 200
        assert running.get("/caf%C3%A9")[0] == 404
    lines = [line.split() for line in log.read_text().splitlines()]
    asked = {tuple(line[3:6]) for line in lines}
    assert ("POST", "/tag?explain=1", "200") in asked
    assert ("GET", "/caf%C3%A9", "404") in asked
    assert all(len(line) == 7 for line in lines)
