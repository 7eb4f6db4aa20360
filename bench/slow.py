"""Slow clients under each server: whether others are answered, and when their wait ends."""

import importlib.util
import select
import socket
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench.applications import article_body
from bench.rows import Row
from bench.servers import SERVERS, running

IDLE, HALF, WAIT = 500, 50, 65
_HEAD = b"POST /tag HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
_SENT = {"headers": b"POST /tag HT", "body": _HEAD + b"Content-Length: 99\r\n\r\n{"}


def run() -> list[Row]:
    """Hold connections to every server that is installed, ask, and wait for a minute."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        held: list[tuple[str, str, socket.socket, float]] = []
        for name, (module, _) in SERVERS.items():
            if importlib.util.find_spec(module) is None:
                print(f"left out, not installed: {name}", file=sys.stderr)
                continue
            try:
                port = stack.enter_context(running(name, "echo", Path(folder))).port
            except TimeoutError:
                print(f"left out, did not start: {name}", file=sys.stderr)
                continue
            for what, data, count in (
                ("idle", b"", IDLE),
                *((k, v, HALF) for k, v in _SENT.items()),
            ):
                clients = [stack.enter_context(_held(port, data)) for _ in range(count)]
                held.append((name, what, clients[0], time.monotonic()))
                label = f"{name}: answered beside {count} clients that stop in their {what}"
                rows.append(Row(label, float(_answers(port)), None, "1: yes"))
                if what != "body":
                    _close(clients[1:])
        rows += _waited(held)
    return rows


def _held(port: int, data: bytes) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=5)
    client.sendall(data)
    return client


def _close(clients: list[socket.socket]) -> None:
    for client in clients:
        client.close()


def _answers(port: int) -> bool:
    body = article_body()
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=3) as client:
            client.sendall(_HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            return client.recv(65536).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def _waited(held: list[tuple[str, str, socket.socket, float]]) -> list[Row]:
    started, ended = time.monotonic(), {}
    while (left := started + WAIT - time.monotonic()) > 0:
        waiting = [client for _, _, client, _ in held if client not in ended]
        for client in select.select(waiting, [], [], min(left, 1))[0]:
            ended[client] = time.monotonic()
    return [
        Row(
            f"{name}: s, at most, until a client that stops in its {what} is let go",
            ended[client] - since,
        )
        if client in ended
        else Row(f"{name}: a client that stops in its {what} is kept over {WAIT} s", WAIT)
        for name, what, client, since in held
    ]
