"""Where a request runs: in the event loop, or in a thread where it may take long."""

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from copytaster.model import language
from copytaster.service import environ
from copytaster.service.bridge import LONG, Bridge
from copytaster.service.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LOOP = "MainThread"
SAYS = b'{"text": "The tariff", "language" : "en"}'
SAYS_NOT = b'{"text": "The tariff"}'


def thread_name(_: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
    """Answer with the name of the thread that this runs in."""
    start_response("200 OK", [])
    return [threading.current_thread().name.encode()]


def runs_in(body: bytes, query: str = "", path: str = "/tag") -> str:
    """Return the name of the thread that a request with *body* runs in."""
    scope = {
        "method": "POST",
        "path": path,
        "query_string": query.encode(),
        "server": ("127.0.0.1", 80),
        "http_version": "1.1",
        "scheme": "http",
        "headers": [(b"content-length", str(len(body)).encode())],
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(Bridge(thread_name, Settings())(scope, receive, send))
    name: bytes = sent[1]["body"]
    return name.decode().split("_")[0]


@pytest.fixture
def _no_detector() -> None:
    language._load.cache_clear()
    assert not language.loaded()


@pytest.fixture
def _detector() -> None:
    language.detect("Der Zug ist heute wieder nicht gekommen.")
    assert language.loaded()


@pytest.mark.usefixtures("_detector")
@pytest.mark.parametrize("body", [SAYS, SAYS_NOT, b"", b"plain text"])
def test_a_short_article_runs_in_the_event_loop(body: bytes) -> None:
    assert runs_in(body) == LOOP


@pytest.mark.usefixtures("_detector")
def test_a_long_article_and_one_to_explain_for_all_topics_run_in_a_thread() -> None:
    assert runs_in(b" " * (LONG + 1)) == "copytaster-long"
    assert runs_in(SAYS, "explain=1&all=1") == "copytaster-long"
    assert runs_in(SAYS, "explain=1") == LOOP


@pytest.mark.usefixtures("_no_detector")
@pytest.mark.parametrize(
    "body",
    [
        SAYS_NOT,
        b"plain text",
        b'{"text": "The tariff", "language": null}',
        b'{"text": "The tariff", "language": "und"}',
        b'{"text": "The tariff", "language": "ZXX"}',
        b'{"text": "it says \\"language\\": \\"en\\""}',
    ],
)
def test_what_may_have_to_load_the_language_detector_runs_in_a_thread(body: bytes) -> None:
    assert runs_in(body) == "copytaster-long"


@pytest.mark.usefixtures("_no_detector")
@pytest.mark.parametrize("body", [SAYS, SAYS.replace(b"en", b"unde"), b""])
def test_what_says_its_language_or_nothing_at_all_runs_in_the_event_loop_even_then(
    body: bytes,
) -> None:
    assert runs_in(body) == LOOP


@pytest.mark.usefixtures("_detector")
@pytest.mark.parametrize("path", ["/models", "/v1/models/a", "/models/a/promote"])
def test_a_promotion_has_threads_that_no_article_waits_for(path: str) -> None:
    assert runs_in(SAYS, path=path) == "copytaster-models"
    assert runs_in(SAYS, path="/modelsx") == LOOP


@pytest.mark.parametrize("path", ["//models", "///v1/articles/a1"])
def test_a_path_is_the_one_that_the_router_reads(path: str) -> None:
    scope = {
        "path": path,
        "method": "GET",
        "query_string": b"",
        "server": ("127.0.0.1", 80),
        "http_version": "1.1",
        "scheme": "http",
        "headers": [],
    }
    assert environ.of_scope(scope)["PATH_INFO"] == "/" + path.lstrip("/")
