"""The clients that tell what a load saw: what they count as failed, and as out of order."""

import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from bench.clients import TRIES, Answer, Client, in_order, longest_stale
from bench.jobs import Used, used

REPLY = b'{"model":"a","tags":[{"topic":"trade"}]}'
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(REPLY) + REPLY
HALF, WRONG = GOOD[:-5], GOOD.replace(b"200", b"500")


@contextmanager
def answering(script: Sequence[Sequence[bytes]]) -> Iterator[int]:
    """Answer each connection's requests as its part of the *script* says, then close it.

    The last part goes for all further connections.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        stopped = threading.Event()

        def serve() -> None:
            at = 0
            while not stopped.is_set():
                connection = server.accept()[0]
                with connection:
                    for reply in script[min(at, len(script) - 1)]:
                        if connection.recv(65536):
                            connection.sendall(reply)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(65536):
                        pass
                at += 1

        thread = threading.Thread(target=serve)
        thread.start()
        port = server.getsockname()[1]
        yield port
        stopped.set()
        socket.create_connection(("127.0.0.1", port)).close()
        thread.join()


@pytest.mark.parametrize(
    ("script", "failures", "kept", "fresh"),
    [
        ([[GOOD] * 500], 0, 0, 0),
        ([[GOOD], [GOOD] * 500], 0, 1, 0),
        ([[], [GOOD], [], [GOOD] * 500], 0, 1, 2),
        ([[HALF], [GOOD] * 500], 1, 0, 0),
        ([[WRONG, GOOD], [GOOD] * 500], 1, 0, 0),
        ([*[[]] * TRIES, [GOOD] * 500], 1, 0, TRIES),
    ],
)
def test_half_and_wrong_replies_fail_and_lost_requests_are_sent_again_and_counted(
    script: Sequence[Sequence[bytes]], failures: int, kept: int, fresh: int
) -> None:
    with answering(script) as port:
        client = Client(port, b"{}")
        client.start()
        end = time.monotonic() + 30
        while sum(map(len, client.seen.connections)) < 20:
            assert time.monotonic() < end
            time.sleep(0.005)
        seen = client.stop()
    assert (len(seen.failures), seen.kept, seen.fresh) == (failures, kept, fresh)
    assert {answer.model for part in seen.connections for answer in part} == {"a"}


def asked(port: int, rate: float | None) -> list[Answer]:
    """Return what a client saw by its twentieth reply or later, on its one connection."""
    client = Client(port, b"{}", rate)
    client.start()
    end = time.monotonic() + 30
    while not client.seen.connections or len(client.seen.connections[0]) < 20:
        assert time.monotonic() < end
        time.sleep(0.005)
    (found,) = client.stop().connections
    return found


def test_a_client_with_a_rate_asks_no_faster() -> None:
    with answering([[GOOD] * 500]) as port:
        found = asked(port, 100)
    assert found[-1].sent - found[0].sent >= (len(found) - 1) / 100 - 1e-6


def test_a_request_that_waits_for_the_reply_before_it_waits_from_when_it_was_due() -> None:
    with answering([[GOOD] * 100_000]) as port:
        found = asked(port, 1e9)
    assert all(one.sent < found[0].sent + 1e-6 * len(found) for one in found)
    assert found[-1].took > found[0].took


def test_a_client_without_a_rate_asks_when_it_is_answered() -> None:
    with answering([[GOOD] * 100_000]) as port:
        found = asked(port, None)
    assert all(
        later.sent >= earlier.sent + earlier.took for earlier, later in itertools.pairwise(found)
    )


def test_what_a_process_has_used_is_known_while_it_lives() -> None:
    now = used(os.getpid())
    assert now.megabytes > 1
    assert now.cpu > 0
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert used(ended.pid) == Used()
    assert now.at_least(ended.pid) == now


def answers(models: str) -> list[Answer]:
    return [Answer(at, 0.0, model, frozenset()) for at, model in enumerate(models)]


@pytest.mark.parametrize(
    ("seen", "promoted", "right"),
    [
        ("aabbcc", "abc", True),
        ("aac", "abc", True),
        ("bcc", "abc", True),
        ("aba", "abc", False),
        ("aba", "aba", True),
        ("abab", "aba", False),
        ("ad", "abc", False),
        ("", "abc", True),
    ],
)
def test_an_older_version_after_a_newer_is_out_of_order(
    seen: str, promoted: str, *, right: bool
) -> None:
    assert in_order(answers(seen), promoted) is right


@pytest.mark.parametrize(
    ("seen", "stale"), [("aaabbb", 0.0), ("aaaaab", 1.5), ("aaabba", 2.5), ("bbbbbb", 0.0)]
)
def test_a_version_is_stale_from_when_it_was_replaced(seen: str, stale: float) -> None:
    assert longest_stale(answers(seen), [(-1.0, "a"), (2.5, "b")]) == stale


def test_a_version_that_came_back_is_not_stale() -> None:
    assert longest_stale(answers("aba"), [(-1.0, "a"), (0.5, "b"), (1.5, "a")]) == 0
