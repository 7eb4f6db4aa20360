"""The service as it is run: over real sockets, in its own processes."""

import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from copytaster.model.registry import Registry
from copytaster.service.server import free_port
from copytaster.service.settings import Settings
from tests.service.running import Running, serving

LIMIT = 2000


@pytest.fixture(scope="module")
def running(small_models: Path) -> Iterator[Running]:
    """A service over the small tagger, with a low limit; no test changes it."""
    with serving(small_models, COPYTASTER_MAX_BODY_BYTES=str(LIMIT)) as found:
        yield found


def test_an_article_is_tagged_over_a_real_socket(running: Running) -> None:
    body = json.dumps({"id": 5, "text": "The tariff on steel", "language": "en"}).encode()
    for path in ("/tag", "/v1/tag"):
        status, reply = running.post(path, body)
        document = json.loads(reply)
        assert (status, document["id"], document["language"]) == (200, 5, "en")
        assert document["tags"][0]["topic"] == "trade"


def chunks(size: int) -> Iterator[bytes]:
    """Yield *size* bytes of text in parts."""
    yield b"tariff " * (size // 7)
    yield b"x" * (size % 7)


def test_a_chunked_body_at_the_limit_is_tagged_and_one_byte_more_is_413(running: Running) -> None:
    assert running.post("/tag", chunks(LIMIT), "text/plain")[0] == 200
    for size in (LIMIT + 1, 20 * LIMIT):
        status, problem = running.post("/tag", chunks(size), "text/plain")
        assert status == 413
        assert f"limit of {LIMIT} bytes" in json.loads(problem)["detail"]


def test_a_body_with_a_length_at_the_limit_is_tagged_and_one_byte_more_is_413(
    running: Running,
) -> None:
    for size, expected in ((LIMIT, 200), (LIMIT + 1, 413), (10 * LIMIT, 413)):
        assert running.post("/tag", b"x" * size, "text/plain")[0] == expected


@pytest.mark.parametrize(
    ("headers", "body", "detail"),
    [
        ("Content-Length: 40", b"A tariff", b"malformed after 8 bytes"),
        ("Transfer-Encoding: chunked", b"8\r\nA tariff\r\nzz\r\n", b"malformed after 8 bytes"),
    ],
)
def test_a_body_that_is_cut_off_or_malformed_is_not_tagged(
    running: Running, headers: str, body: bytes, detail: bytes
) -> None:
    head = f"POST /tag HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n{headers}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", running.port), timeout=30) as client:
        client.sendall(head.encode() + body)
        client.shutdown(socket.SHUT_WR)
        reply = b"".join(iter(lambda: client.recv(65536), b""))
    assert reply.startswith(b"HTTP/1.1 400")
    assert detail in reply


def test_the_docs_load_nothing_from_elsewhere(running: Running) -> None:
    status, page = running.get("/docs/")
    assert status == 200
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.decode())
    assert any(name.endswith("swagger-ui-bundle.js") for name in loaded)
    for name in loaded:
        assert name.startswith("/docs/")
        assert running.get(name)[0] == 200


def test_neither_master_nor_workers_have_scikit_learn_in_memory(running: Running) -> None:
    master = running.process.pid
    children = Path(f"/proc/{master}/task/{master}/children")
    if not children.exists():
        pytest.skip("this system has no /proc to look into")
    until = time.monotonic() + 30
    while len(workers := children.read_text().split()) < Settings().workers:
        assert time.monotonic() < until, "a worker is missing"
        time.sleep(0.05)
    processes = [str(master), *workers]
    for process in processes:
        mapped = Path(f"/proc/{process}/maps").read_text()
        assert "numpy" in mapped
        assert "sklearn" not in mapped
        assert "/scipy/" not in mapped


def test_sigterm_finishes_the_request_in_flight(small_models: Path) -> None:
    with serving(small_models) as running:
        body = b'{"text": "The tariff on steel"}'
        head = (
            "POST /tag HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", running.port), timeout=30) as client:
            client.sendall(head.encode() + body[:10])
            time.sleep(0.5)
            running.process.terminate()
            time.sleep(0.5)
            client.sendall(body[10:])
            reply = b"".join(iter(lambda: client.recv(65536), b""))
        assert reply.startswith(b"HTTP/1.1 200")
        assert b'"topic":"trade"' in reply
        assert running.process.wait(30) == 0


def test_when_the_master_is_killed_its_workers_finish_what_they_have_and_free_the_port(
    small_models: Path,
) -> None:
    with serving(small_models) as running:
        body = b'{"text": "The tariff on steel"}'
        head = (
            "POST /tag HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", running.port), timeout=30) as client:
            client.sendall(head.encode() + body[:10])
            time.sleep(0.2)
            running.process.kill()
            running.process.wait()
            time.sleep(1)
            client.sendall(body[10:])
            reply = b"".join(iter(lambda: client.recv(65536), b""))
        assert reply.startswith(b"HTTP/1.1 200")
        until = time.monotonic() + 30
        while _listens(running.port):
            assert time.monotonic() < until, "a worker serves on"
            time.sleep(0.1)
        assert free_port(Settings(port=running.port)) == running.port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_eight_clients_at_once_get_the_same_tags_as_one(running: Running) -> None:
    replies: list[bytes] = []

    def client() -> None:
        body = b'{"text": "A late goal"}'
        replies.extend(running.post("/tag?explain=1", body)[1] for _ in range(25))

    threads = [threading.Thread(target=client) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(replies) == 200
    assert len(set(replies)) == 1


def test_the_first_start_trains_the_default_tagger_and_the_next_is_ready_at_once(
    tmp_path: Path,
) -> None:
    models = tmp_path / "home" / "models"
    with serving(models) as running:
        first = json.loads(running.get("/readyz")[1])
        assert first["topics"] == 28
    assert Registry(models).versions() == [first["model"]]
    with serving(models, wait=20) as running:
        assert json.loads(running.get("/readyz")[1]) == first


def test_a_header_whose_name_has_an_underscore_passes_for_no_other(running: Running) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
    with closing(connection):
        headers = {
            "Content-Type": "application/json",
            "Content_Type": "text/plain",
            "content_length": "9" * 4400,
            "X_Request_Id": "forged",
        }
        connection.request("POST", "/tag", b'{"text": "A tariff"}', headers)
        reply = connection.getresponse()
        assert reply.status == 200
        assert reply.getheader("X-Request-Id") != "forged"
