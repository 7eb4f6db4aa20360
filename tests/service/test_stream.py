"""A stream of articles over a real socket."""

import io
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from copytaster.model.tagger import Tagger
from copytaster.service import articles, reader
from copytaster.service.app import create_app
from copytaster.service.live import Live
from copytaster.service.metrics import ARTICLES, PROBLEMS, Metrics
from copytaster.service.schemas import ArticleRequest, LineProblem, TaggingReply, TagQuery
from copytaster.service.stream import Stream
from tests.service.running import Running, serving
from tests.service.test_reader import FORM, ODD, PLAIN, RECORD

KIND = "application/x-ndjson"
LIMIT = 2000


@pytest.fixture(scope="module")
def running(small_models: Path) -> Iterator[Running]:
    """A service with a low limit and little patience; no test changes it."""
    with serving(
        small_models, COPYTASTER_MAX_BODY_BYTES=str(LIMIT), COPYTASTER_READ_SECONDS="1"
    ) as found:
        yield found


@pytest.fixture
def client(small_tagger: Tagger) -> FlaskClient:
    """A client of a fresh application."""
    return create_app(small_tagger).test_client()


def answers(body: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in body.splitlines()]


def test_a_line_gets_what_its_article_alone_would_get(client: FlaskClient) -> None:
    articles = [
        {"id": 1, "text": "A tariff on steel"},
        {"id": "b", "headline": "Late goal", "text": ""},
        {"text": "The hotel", "language": "de"},
    ]
    body = "\n".join(map(json.dumps, articles))
    for query in ("", "?explain=1", "?all=1&limit=2"):
        alone = [client.post(f"/tag{query}", json=article).get_json() for article in articles]
        reply = client.post(f"/tag{query}", data=body, content_type=KIND)
        assert (reply.status_code, reply.mimetype) == (200, KIND)
        assert answers(reply.data) == alone


def test_a_bad_line_gets_a_problem_with_its_number_and_the_rest_is_tagged(
    running: Running,
) -> None:
    lines = [
        b'{"id": 1, "text": "A tariff"}',
        b'{"id": 2}',
        b"",
        b"{",
        b'{"text": " "}',
        b'{"text": "' + b"x" * LIMIT + b'"}',
        b'\xef\xbb\xbf{"id": 7, "text": "A tariff"}',
    ]
    status, reply = running.post("/tag", b"\n".join(lines), KIND)
    found = answers(reply)
    assert status == 200
    assert [item.get("id") for item in found] == [1, None, None, None, None, 7]
    problems = [LineProblem.model_validate(item) for item in found[1:5]]
    assert [(item.line, item.status) for item in problems] == [
        (2, 400),
        (4, 400),
        (5, 422),
        (6, 413),
    ]
    assert [error.field for error in problems[0].errors] == ["text"]
    assert f"limit of {LIMIT} bytes" in problems[3].detail


LINES = st.sampled_from(
    [*PLAIN, *ODD, b'{"text": " ", "headline": "\\u00a0\\u2003"}', b'{"text": ""}', b"", b" \x0c"]
) | st.tuples(RECORD, FORM).map(
    lambda made: json.dumps(made[0], **made[1]).replace("\n", "").encode("utf-8", "surrogatepass")
)
QUERIES = [TagQuery(), TagQuery(all=True, limit=2), TagQuery(explain=True)]


def streamed(live: Live, query: TagQuery, lines: list[bytes], size: int) -> bytes:
    """Return the answer to a stream of *lines* that comes in pieces of *size* bytes."""
    left = io.BytesIO(b"\r\n".join(lines))
    stream = Stream(live.now, query, live.metrics, limit=LIMIT)
    return b"".join(stream.answers(lambda _: left.read(size)))


@settings(deadline=None, max_examples=200)
@given(
    lines=st.lists(LINES, max_size=9),
    query=st.sampled_from(QUERIES),
    size=st.sampled_from([7, 500, 65536]),
)
def test_compiled_or_not_a_stream_says_the_same_and_counts_the_same(
    small_tagger: Tagger, lines: list[bytes], query: TagQuery, size: int
) -> None:
    compiled, plain = Live(small_tagger, Metrics(1)), Live(small_tagger, Metrics(1))
    found = streamed(compiled, query, lines, 65536)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_compiled", None)
        assert streamed(plain, query, lines, size) == found
    assert plain.metrics.totals() == compiled.metrics.totals()
    totals = compiled.metrics.totals()
    assert len(found.splitlines()) == len([line for line in lines if line.strip()])
    assert totals[ARTICLES] + totals[PROBLEMS] == len(found.splitlines())


def test_lines_that_are_plainly_right_are_not_parsed_one_by_one(
    small_tagger: Tagger, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not reader.available():
        pytest.skip("the compiled reader is not installed")
    parsed: list[bytes] = []
    of_json = articles.of_json

    def noted(data: bytes, what: str) -> ArticleRequest:
        parsed.append(data)
        return of_json(data, what)

    monkeypatch.setattr(articles, "of_json", noted)
    blank, odd = b'{"text": "\\n", "headline": " "}', b'{"text": 3}'
    right = [b'{"id": %d, "text": "A tariff"}' % number for number in range(200)]
    lines = [*right[:50], blank, *right[50:], odd]
    found = answers(streamed(Live(small_tagger, Metrics(1)), TagQuery(), lines, 65536))
    assert parsed == [blank, odd]
    assert [item.get("id") for item in found] == [*range(50), None, *range(50, 200), None]
    assert [(item["line"], item["status"]) for item in found if "line" in item] == [
        (51, 422),
        (202, 400),
    ]


def test_a_query_that_is_wrong_is_one_problem_before_the_stream(running: Running) -> None:
    status, reply = running.post("/tag?explian=1", b'{"text": "x"}\n', KIND)
    assert status == 400
    assert "explian" in json.loads(reply)["detail"]


def test_twenty_thousand_chunked_lines_come_back_in_order_in_bounded_memory(
    running: Running,
) -> None:
    count = 20_000

    def lines() -> Iterator[bytes]:
        for number in range(count):
            yield b'{"id": %d, "text": "The tariff on steel and the duty on cars"}\n' % number

    before = memory(running)
    numbers = [json.loads(line)["id"] for line in exchange(running, lines())]
    assert numbers == list(range(count))
    assert memory(running) < before + 40_000


def memory(running: Running) -> int:
    """Return the most memory that a worker has held, in kB."""
    master = running.process.pid
    children = Path(f"/proc/{master}/task/{master}/children")
    if not children.exists():
        pytest.skip("this system has no /proc to look into")
    states = [Path(f"/proc/{pid}/status").read_text() for pid in children.read_text().split()]
    return max(int(state.split("VmHWM:")[1].split()[0]) for state in states)


def exchange(running: Running, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Send *pieces* as chunks while the reply is read, and yield its lines."""
    head = f"POST /tag HTTP/1.1\r\nHost: x\r\nContent-Type: {KIND}\r\n"
    with socket.create_connection(("127.0.0.1", running.port), timeout=30) as client:
        client.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n")

        def send() -> None:
            for piece in pieces:
                client.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            client.sendall(b"0\r\n\r\n")

        sender = threading.Thread(target=send)
        sender.start()
        yield from reply_lines(client)
        sender.join()


def reply_lines(client: socket.socket) -> Iterator[bytes]:
    """Yield the lines of a chunked reply."""
    with client.makefile("rb") as reply:
        while reply.readline() != b"\r\n":
            pass
        rest = b""
        while size := int(reply.readline(), 16):
            *whole, rest = (rest + reply.read(size)).split(b"\n")
            reply.readline()
            yield from whole
        assert rest == b""


def test_an_answer_does_not_wait_for_the_next_article(running: Running) -> None:
    answered = threading.Event()

    def lines() -> Iterator[bytes]:
        yield b'{"id": 1, "text": "A tariff"}\n'
        assert answered.wait(30)
        yield b'{"id": 2, "text": "A tariff"}\n'

    for line in exchange(running, lines()):
        TaggingReply.model_validate_json(line)
        answered.set()


def test_a_sender_that_stalls_gets_what_is_done_and_a_problem(running: Running) -> None:
    head = f"POST /tag HTTP/1.1\r\nHost: x\r\nContent-Type: {KIND}\r\nContent-Length: 500\r\n\r\n"
    with socket.create_connection(("127.0.0.1", running.port), timeout=30) as client:
        client.sendall(head.encode() + b'{"id": 1, "text": "A tariff"}\n{"id": 2')
        done, stalled = map(json.loads, reply_lines(client))
    assert done["id"] == 1
    assert (stalled["line"], stalled["status"]) == (2, 408)


def test_a_stream_that_breaks_off_says_at_which_line(running: Running) -> None:
    head = f"POST /tag HTTP/1.1\r\nHost: x\r\nContent-Type: {KIND}\r\n"
    body = b'1e\r\n{"id": 1, "text": "A tariff"}\n\r\nzz\r\n'
    with socket.create_connection(("127.0.0.1", running.port), timeout=30) as client:
        client.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + body)
        client.shutdown(socket.SHUT_WR)
        reply = b"".join(iter(lambda: client.recv(65536), b""))
    assert b'"id":1' in reply
    assert b'"status":400' in reply
    assert b'"line":2' in reply


@pytest.mark.parametrize("body", [b"", b"\n\n"])
def test_a_stream_without_articles_is_answered_by_one_without_results(
    running: Running, body: bytes
) -> None:
    assert running.post("/tag", body, KIND) == (200, b"")
    assert running.send("HEAD", "/healthz", None, KIND)[0] == 200


def test_a_stream_for_which_there_is_no_thread_is_told_to_come_again(small_models: Path) -> None:
    head = f"POST /tag HTTP/1.1\r\nHost: x\r\nContent-Type: {KIND}\r\nContent-Length: 99\r\n\r\n"
    with (
        serving(small_models, COPYTASTER_THREADS="1", COPYTASTER_WORKERS="1") as found,
        socket.create_connection(("127.0.0.1", found.port), timeout=30) as slow,
    ):
        slow.sendall(head.encode() + b'{"text": "A tariff"}\n')
        for _ in range(100):
            status, reply = found.post("/tag", b'{"text": "A goal"}\n', KIND)
            if status != 200:
                break
        assert (status, json.loads(reply)["title"]) == (503, "Service Unavailable")
        assert found.post("/tag", b'{"text": "A goal"}')[0] == 200
