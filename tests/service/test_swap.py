"""A new champion goes live under load: real servers, real promotions."""

import json
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.clients import Client, in_order
from copytaster.model.registry import Registry
from tests.service import versions
from tests.service.running import Running, serving

BODY = b'{"text": "The tariff on steel", "language": "en"}'
#: The versions that tests promote, and what each calls the topic "trade".
NAMES = {"2026-02-01-a": "commerce", "2026-02-02-b": "business", "2026-02-03-c": "exchange"}
A, B, C = NAMES


@pytest.fixture
def models(small_models: Path, tmp_path: Path) -> Path:
    """A models folder of its own, with further versions; the small tagger is the champion."""
    root = Path(shutil.copytree(small_models, tmp_path / "models"))
    first = root / champion(root)
    for version, name in NAMES.items():
        versions.make(first, version, {"trade": name})
    return root


@pytest.fixture
def running(models: Path) -> Iterator[Running]:
    """A service of one worker over *models*."""
    with serving(models, COPYTASTER_WORKERS="1") as found:
        yield found


def champion(root: Path) -> str:
    found = Registry(root).champion()
    assert found is not None
    return found


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not what():
        assert time.monotonic() < end, "it does not come to that"
        time.sleep(0.05)


def ready(running: Running) -> dict[str, object]:
    status, body = running.get("/readyz")
    assert status == 200
    found: dict[str, object] = json.loads(body)
    return found


def tagged(running: Running) -> tuple[str, str]:
    """Return the version and the first topic of a reply."""
    status, body = running.post("/tag", BODY)
    assert status == 200
    reply = json.loads(body)
    return reply["model"], reply["tags"][0]["topic"]


def workers(running: Running) -> list[int]:
    master = running.process.pid
    children = Path(f"/proc/{master}/task/{master}/children")
    if not children.exists():
        pytest.skip("this system has no /proc to look into")
    return [int(worker) for worker in children.read_text().split()]


def mapped(worker: int) -> set[str]:
    """Return the versions whose arrays a process has in its memory."""
    maps = Path(f"/proc/{worker}/maps").read_text().split()
    return {Path(word).parent.name for word in maps if word.endswith("/tagger.joblib")}


def test_promotions_and_a_rollback_under_load_fail_no_request_and_come_in_order(
    models: Path,
) -> None:
    first = champion(models)
    promoted = [first, A, B, A, C, first]
    named = {**NAMES, first: "trade"}
    with serving(models, COPYTASTER_WORKERS="2") as running:
        clients = [Client(running.port, BODY) for _ in range(4)]
        for client in clients:
            client.start()
        for version in promoted[1:]:
            time.sleep(0.3)
            Registry(models).promote(version)
            until(lambda version=version: _all_say(running, version))  # type: ignore[misc]
        seen = [client.stop() for client in clients]
        until(lambda: all(mapped(worker) == {first} for worker in workers(running)))
    assert [one.failures for one in seen] == [[]] * 4
    assert [(one.kept, one.fresh) for one in seen] == [(0, 0)] * 4
    every = [answers for one in seen for answers in one.connections]
    assert all(in_order(answers, promoted) for answers in every)
    assert {answer.model for answers in every for answer in answers} == set(promoted)
    for answers in every:
        for answer in answers:
            assert answer.topics & set(named.values()) == {named[answer.model]}


def _all_say(running: Running, version: str) -> bool:
    """Return whether whoever of the workers answers serves *version*, at every route."""
    found = {str(ready(running)["model"]) for _ in range(10)}
    found |= {str(json.loads(running.get("/topics")[1])["model"]) for _ in range(10)}
    return found == {version}


def test_topics_metrics_and_readyz_follow_the_champion(models: Path, running: Running) -> None:
    first = champion(models)
    assert tagged(running) == (first, "trade")
    Registry(models).promote(A)
    until(lambda: ready(running)["model"] == A)
    assert ready(running)["champion"] == A
    assert ready(running)["refused"] is None
    assert tagged(running) == (A, "commerce")
    topics = json.loads(running.get("/topics")[1])
    assert (topics["model"], topics["topics"][0]["topic"]) == (A, "commerce")
    metrics = running.get("/metrics")[1].decode()
    assert f'copytaster_model_info{{version="{A}"}} 1\n' in metrics
    assert "copytaster_model_swaps_total 1\n" in metrics
    for name in ("trade", "commerce"):
        assert f'copytaster_tags_total{{topic="{name}",tier="suggest"}} 1\n' in metrics


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda root: versions.damage(root / B), "is damaged: its SHA-256 is not the manifest's"),
        (lambda root: versions.make_wrong(root / A, B), "a golden input scores 0.01 off"),
        (lambda root: shutil.rmtree(root / B), "no such version"),
    ],
)
def test_a_version_that_does_not_prove_itself_is_refused_and_the_old_one_serves_on(
    models: Path, running: Running, spoil: Callable[[Path], object], why: str
) -> None:
    first, mended = champion(models), models / ".mended"
    shutil.copytree(models / B, mended)
    if "golden" in why:
        shutil.rmtree(models / B)
    spoil(models)
    versions.point(models, B)
    until(lambda: ready(running)["refused"] is not None)
    found = ready(running)
    refused = found["refused"]
    assert isinstance(refused, dict)
    assert why in str(refused["why"])
    there = (models / B).exists()
    assert (refused["version"], found["champion"]) == ((B, B) if there else (None, None))
    assert found["model"] == first
    assert tagged(running) == (first, "trade")
    assert b"copytaster_model_refused 1\n" in running.get("/metrics")[1]
    shutil.rmtree(models / B, ignore_errors=True)
    mended.rename(models / B)
    until(lambda: ready(running)["model"] == B)
    assert (ready(running)["champion"], ready(running)["refused"]) == (B, None)


def test_a_rollback_ends_a_refusal(models: Path, running: Running) -> None:
    first = champion(models)
    versions.damage(models / B)
    versions.point(models, B)
    until(lambda: ready(running)["refused"] is not None)
    versions.point(models, first)
    until(lambda: ready(running)["refused"] is None)
    assert ready(running)["model"] == first
    assert b"copytaster_model_refused 0\n" in running.get("/metrics")[1]
    assert b"copytaster_model_refusals_total 1\n" in running.get("/metrics")[1]


def test_with_a_key_an_unsigned_champion_is_refused_and_a_signed_one_serves(
    models: Path,
) -> None:
    key = b"a newsroom's key"
    versions.make(models / A, "2026-02-04-signed", key=key)
    versions.make(models / A, "2026-02-05-signed", key=key)
    versions.point(models, "2026-02-04-signed")
    with serving(models, COPYTASTER_WORKERS="1", COPYTASTER_MODEL_KEY=key.decode()) as running:
        versions.point(models, B)
        until(lambda: ready(running)["refused"] is not None)
        assert "is not signed" in str(ready(running)["refused"])
        assert ready(running)["model"] == "2026-02-04-signed"
        versions.point(models, "2026-02-05-signed")
        until(lambda: ready(running)["model"] == "2026-02-05-signed")


def test_a_worker_that_was_killed_comes_back_with_the_champion(
    models: Path, running: Running
) -> None:
    Registry(models).promote(A)
    until(lambda: ready(running)["model"] == A)
    (worker,) = workers(running)
    os.kill(worker, signal.SIGKILL)
    assert _first_answer(running) == A


def test_while_the_champion_is_refused_a_killed_worker_comes_back_with_what_served_last(
    models: Path, running: Running
) -> None:
    Registry(models).promote(A)
    until(lambda: ready(running)["model"] == A)
    versions.damage(models / B)
    versions.point(models, B)
    until(lambda: ready(running)["refused"] is not None)
    (worker,) = workers(running)
    os.kill(worker, signal.SIGKILL)
    assert _first_answer(running) == A
    assert ready(running)["refused"] is not None


def _first_answer(running: Running) -> str:
    """Return the version of the first reply that comes."""
    end = time.monotonic() + 30
    while True:
        try:
            return tagged(running)[0]
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.01)


def test_a_stream_that_began_before_a_swap_ends_with_its_version(
    models: Path, running: Running
) -> None:
    first = champion(models)
    head = "POST /tag HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
    with socket.create_connection(("127.0.0.1", running.port), timeout=30) as client:
        client.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + _chunk(BODY + b"\n"))
        reply = client.recv(65536)
        while b'"model"' not in reply:
            reply += client.recv(65536)
        Registry(models).promote(A)
        until(lambda: tagged(running) == (A, "commerce"))
        client.sendall(_chunk((BODY + b"\n") * 200) + b"0\r\n\r\n")
        while not reply.endswith(b"\r\n0\r\n\r\n"):
            reply += client.recv(65536)
    assert reply.count(f'"model":"{first}"'.encode()) == 201
    assert reply.count(b'"topic":"trade"') == 201
    assert A.encode() not in reply


def _chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def test_counts_go_on_over_a_swap_and_over_a_reload(models: Path) -> None:
    with serving(models, COPYTASTER_WORKERS="1") as running:
        tagged(running)
        Registry(models).promote(A)
        until(lambda: ready(running)["model"] == A)
        tagged(running)
        before = workers(running)
        running.process.send_signal(signal.SIGHUP)
        until(lambda: len(found := workers(running)) == 1 and found != before)
        tagged(running)
        metrics = running.get("/metrics")[1].decode()
    assert "copytaster_articles_total 3\n" in metrics
    assert 'copytaster_tags_total{topic="trade",tier="suggest"} 1\n' in metrics
    assert 'copytaster_tags_total{topic="commerce",tier="suggest"} 2\n' in metrics
