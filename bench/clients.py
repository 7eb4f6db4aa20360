"""Clients that keep their connections, as HTTP libraries do, and note what they saw."""

import json
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache

#: How often a request is sent again before it has failed.
TRIES = 5
_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply to an article.

    Attributes
    ----------
    sent, took : float
        When the request was sent or, if the reply before it came too late, should have been, in
        seconds of ``time.monotonic``, and how many it took, with those that were lost before.
    model : str
        The version that the reply names.
    topics : frozenset of str
    """

    sent: float
    took: float
    model: str
    topics: frozenset[str]


@dataclass(slots=True)
class Seen:
    """What a client saw.

    Attributes
    ----------
    connections : list of list of Answer
        The replies on each of its connections, in order.
    failures : list of str
        What went wrong for good: another status than 200, half a reply, or no reply at all.
    kept, fresh : int
        Requests on which nothing at all was sent back, and which were sent again: on a connection
        that had been used before, and on one just made.
    """

    connections: list[list[Answer]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    kept: int = 0
    fresh: int = 0


class Client(threading.Thread):
    """Posts the JSON *body* to ``/tag`` again and again, over one connection after the other.

    Parameters
    ----------
    port : int
    body : bytes
    rate : float or None
        Requests a second; ``None``: the next one as soon as one is answered.
    """

    def __init__(self, port: int, body: bytes, rate: float | None = None) -> None:
        super().__init__(daemon=True)
        self.seen = Seen()
        self._port = port
        self._pause = 1 / rate if rate else 0.0
        head = "POST /tag HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        self._request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        self._stopped = threading.Event()
        self._socket: socket.socket | None = None

    def run(self) -> None:
        """Ask until it is stopped."""
        due = time.monotonic()
        while not self._stopped.is_set():
            late = time.monotonic() - due
            if late < 0:
                self._stopped.wait(-late)
            # A request that had to wait for the reply before it has waited from when it was due.
            sent = due if self._pause and late > 0 else max(due, time.monotonic())
            try:
                self._ask(sent)
            except (OSError, ValueError) as error:
                self.seen.failures.append(repr(error))
                self._close()
            due += self._pause
        self._close()

    def stop(self) -> Seen:
        """Stop after the request in flight, and return what was seen."""
        self._stopped.set()
        self.join()
        return self.seen

    def _ask(self, sent: float) -> None:
        for _ in range(TRIES):
            used = self._socket is not None
            try:
                data = self._exchange()
            except _NothingBackError:
                self._close()
                self.seen.kept += used
                self.seen.fresh += not used
                continue
            took = time.monotonic() - sent
            self.seen.connections[-1].append(Answer(sent, took, *_parsed(data)))
            return
        raise ConnectionError(f"nothing came back {TRIES} times")

    def _exchange(self) -> bytes:
        """Send the request, and return the body of its reply."""
        found = b""
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._port), _SECONDS)
                self.seen.connections.append([])
            self._socket.sendall(self._request)
            found = self._socket.recv(65536)
        except TimeoutError:
            raise
        except OSError as error:
            raise _NothingBackError from error
        if not found:
            raise _NothingBackError
        while b"\r\n\r\n" not in found:
            found += self._more()
        head, _, body = found.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        while len(body) < int(fields[b"content-length"]):
            body += self._more()
        if not head.startswith(b"HTTP/1.1 200 "):
            raise ValueError(head.split(b"\r\n")[0].decode())
        if fields.get(b"connection") == b"close":
            self._close()
        return body

    def _more(self) -> bytes:
        part = self._socket.recv(65536) if self._socket else b""
        if not part:
            raise ConnectionError("half a reply")
        return part

    def _close(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.close()
        self._socket = None


@lru_cache(1024)
def _parsed(reply: bytes) -> tuple[str, frozenset[str]]:
    document = json.loads(reply)
    return document["model"], frozenset(tag["topic"] for tag in document["tags"])


class _NothingBackError(Exception):
    """The connection ended, and no byte of a reply had come."""


def in_order(answers: Sequence[Answer], promoted: Sequence[str]) -> bool:
    """Return whether *answers* name versions in the order in which they were *promoted*.

    Some may be left out, but none comes after one that was promoted later.
    """
    at = 0
    for answer in answers:
        while at < len(promoted) and promoted[at] != answer.model:
            at += 1
    return at < len(promoted)


def longest_stale(answers: Sequence[Answer], promoted: Sequence[tuple[float, str]]) -> float:
    """Return for how many seconds, at most, a version answered after it was replaced.

    Parameters
    ----------
    answers : sequence of Answer
    promoted : sequence of (float, str)
        When, in seconds of ``time.monotonic``, which version was promoted, the first first.
    """
    return max((_stale(answer, promoted) for answer in answers), default=0.0)


def _stale(answer: Answer, promoted: Sequence[tuple[float, str]]) -> float:
    past = [(at, version) for at, version in promoted if at <= answer.sent]
    for (_, version), (replaced, _) in zip(past[-2::-1], past[:0:-1], strict=True):
        if past[-1][1] != answer.model == version:
            return answer.sent - replaced
    return 0.0
