"""Feedback that was acknowledged, after the service was killed right then, again and again."""

import http.client
import itertools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from bench.rows import Row
from copytaster.archive.archive import Archive
from copytaster.archive.store import Store

KILLS, CLIENTS = 500, 3
_SERVER = os.environ.get("COPYTASTER_TEST_POSTGRESQL", "postgresql+psycopg://root@127.0.0.1/test")
_START = 60.0


def run() -> list[Row]:
    """Kill the service 500 times over SQLite and over PostgreSQL."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        command = [sys.executable, "-m", "copytaster.cli.main", "train", "--out"]
        subprocess.run([*command, str(home / "models")], check=True, stdout=subprocess.DEVNULL)
        rows.extend(_over("SQLite", f"sqlite:///{home / 'archive.db'}", home))
        try:
            with _postgresql() as url:
                rows.extend(_over("PostgreSQL", url, home))
        except SQLAlchemyError as error:
            rows.append(Row(f"skipped: PostgreSQL: {str(error).splitlines()[0]}", float("nan")))
    return rows


def _over(name: str, url: str, home: Path) -> list[Row]:
    acknowledged: list[str] = []
    numbers = itertools.count()
    chance = random.Random(0)  # noqa: S311  # when to kill, no secret
    for kill in range(KILLS):
        _round(url, home, numbers, acknowledged, chance.uniform(0, 0.05))
        if sys.stderr.isatty():
            print(f"\r{name}: {kill + 1} kills, {len(acknowledged)} told", end="", file=sys.stderr)
    archive = Archive(url)
    with archive.reading() as connection:
        there = {item.id: item.yes for item in Store(connection).each()}
    archive.database.engine.dispose()
    missing = sum(there.get(identifier) != frozenset({"trade"}) for identifier in acknowledged)
    return [
        Row(f"{name}: kill -9 right after an acknowledgement", float(KILLS)),
        Row(f"{name}: articles acknowledged", float(len(acknowledged))),
        Row(f"{name}: of these lost, or without their label", float(missing), goal="at most 0"),
    ]


def _round(
    url: str, home: Path, numbers: Iterator[int], acknowledged: list[str], wait: float
) -> None:
    """Serve, store articles from several clients, and kill it all after the first is told of."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "copytaster.cli.main", "serve", "--port", str(port)]
    command += ["--workers", "1", "--models", str(home / "models")]
    environ = {**os.environ, "COPYTASTER_DATABASE_URL": url, "COPYTASTER_WORKER": "0"}
    process = subprocess.Popen(
        command, env=environ, stderr=subprocess.DEVNULL, start_new_session=True
    )
    _ready(port)
    told = threading.Event()

    def client() -> None:
        try:
            while True:
                identifier = f"a{next(numbers)}"
                sent = {"id": identifier, "text": "A tariff on steel.", "topics": ["trade"]}
                if _post(port, sent) == http.HTTPStatus.CREATED:
                    acknowledged.append(identifier)
                    told.set()
        except (OSError, http.client.HTTPException):
            return

    clients = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for one in clients:
        one.start()
    told.wait(_START)
    time.sleep(wait)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for one in clients:
        one.join()


def _post(port: int, sent: Mapping[str, object]) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=_START)) as connection:
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/articles", json.dumps(sent).encode(), headers)
        reply = connection.getresponse()
        reply.read()
        return reply.status


def _ready(port: int) -> None:
    until = time.monotonic() + _START
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


@contextmanager
def _postgresql() -> Iterator[str]:
    """Give the URL of a new database."""
    server = create_engine(_SERVER, isolation_level="AUTOCOMMIT")
    name = f"copytaster_bench_{uuid.uuid4().hex}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(_SERVER).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()
