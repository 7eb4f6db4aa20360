"""Flask under an asynchronous server: a slow client waits in the event loop, not in a thread.

The server speaks ASGI. Bodies are read here, in the event loop, with a limit and a deadline; the
application runs once all is there. Short ones run in the event loop itself, since handing one to a
thread costs more than the work; long ones, those to explain every topic, and streams have threads,
and while the language detector is not loaded, those that do not say their language: one of them
loads it. A stream keeps its thread to its end, and one too many is told to come again.
"""

import asyncio
import io
import re
import time
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from copytaster.model import language
from copytaster.service import access_log
from copytaster.service.articles import NDJSON
from copytaster.service.environ import Scope, of_scope
from copytaster.service.settings import Settings
from copytaster.service.stream import BUSY

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[str, str]]

#: Paths whose answers wait for the archive's database, and so have threads of their own.
ARCHIVE = re.compile(r"(/v1)?/(articles|retrain|jobs|review)(/|$)")
#: Paths whose answers read versions, or prove one, and so have threads of their own too.
MODELS = re.compile(r"(/v1)?/models(/|$)")
#: Paths that take streams.
STREAMS = re.compile(r"(/v1)?/(tag|articles)")
#: Bodies above so many bytes may take a millisecond or more, and are worth a thread.
LONG = 32 * 1024
#: Of a body that is too large, so much is read past before the answer, so that clients see it.
_DISCARD = 16 * 1024 * 1024
#: An article in JSON that names its language, so that nothing looks for it.
_SAYS_LANGUAGE = re.compile(rb'"language"\s*:\s*"(?!(?i:und|mul|zxx)\b)')
_CUT = "it was cut off or malformed after {} bytes"


class Bridge:
    """An ASGI application over a WSGI one.

    Parameters
    ----------
    app : WSGIApplication
    settings : Settings
    """

    def __init__(self, app: "WSGIApplication", settings: Settings) -> None:
        self._app = app
        self._limit = settings.max_body_bytes
        self._seconds = settings.read_seconds
        self._log = settings.access_log
        self._long = ThreadPoolExecutor(settings.threads, "copytaster-long")
        self._streams = ThreadPoolExecutor(settings.threads, "copytaster-stream")
        self._archive = ThreadPoolExecutor(settings.threads, "copytaster-archive")
        self._models = ThreadPoolExecutor(settings.threads, "copytaster-models")
        self._intakes = ThreadPoolExecutor(settings.threads, "copytaster-intake")
        self._most, self._open = settings.threads, {self._streams: 0, self._intakes: 0}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = time.perf_counter()
        environ = of_scope(scope)
        if _is_stream(environ):
            status = await self._stream(environ, receive, send)
        else:
            status = await self._whole(environ, receive, send)
        if self._log:
            access_log.write(environ, status, time.perf_counter() - started)

    async def _whole(self, environ: dict[str, Any], receive: Receive, send: Send) -> str:
        body = await self._body(environ, receive)
        environ["wsgi.input"] = body
        pool = self._pool(environ, body)
        if pool is None:
            status, headers, reply = _call(self._app, environ)
        else:
            loop = asyncio.get_running_loop()
            status, headers, reply = await loop.run_in_executor(pool, _call, self._app, environ)
        await send(_start(status, headers))
        await send({"type": "http.response.body", "body": reply})
        return status

    def _pool(
        self, environ: dict[str, Any], body: "io.BytesIO | _Broken"
    ) -> ThreadPoolExecutor | None:
        """Return whose threads answer; ``None``: the event loop does."""
        path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
        if ARCHIVE.match(path):
            return self._archive
        if MODELS.match(path):
            return self._models
        every = "explain" in query and "all" in query
        return None if _is_short(body) and not every else self._long

    async def _body(self, environ: dict[str, Any], receive: Receive) -> "io.BytesIO | _Broken":
        if "HTTP_TRANSFER_ENCODING" in environ:
            environ.pop("CONTENT_LENGTH", None)  # chunks win, as HTTP has it
        elif "CONTENT_LENGTH" not in environ:
            return io.BytesIO()
        announced = environ.get("CONTENT_LENGTH", "")
        size = int(announced) if announced.isdecimal() else -1
        try:
            async with asyncio.timeout(self._seconds):
                return await self._parts(receive, size)
        except TimeoutError:
            return _Broken(TimeoutError(f"it took longer than {self._seconds} seconds"))

    async def _parts(self, receive: Receive, announced: int) -> "io.BytesIO | _Broken":
        parts: list[bytes] = []
        size, more = 0, True
        while more and size != announced and size <= self._limit + _DISCARD:
            message = await receive()
            if message["type"] != "http.request":
                return _Broken(ConnectionError(_CUT.format(size)))
            more = message.get("more_body", False)
            part = message.get("body", b"")
            if size <= self._limit:
                parts.append(part)
            size += len(part)
        return io.BytesIO(parts[0] if len(parts) == 1 else b"".join(parts))

    async def _stream(self, environ: dict[str, Any], receive: Receive, send: Send) -> str:
        pool = self._intakes if ARCHIVE.match(environ["PATH_INFO"]) else self._streams
        if self._open[pool] == self._most:
            environ["wsgi.input"], environ[BUSY] = io.BytesIO(), True
            status, headers, reply = _call(self._app, environ)
            await send(_start(status, headers))
            await send({"type": "http.response.body", "body": reply})
            return status
        self._open[pool] += 1
        try:
            return await self._streamed(environ, receive, send, pool)
        finally:
            self._open[pool] -= 1

    async def _streamed(
        self, environ: dict[str, Any], receive: Receive, send: Send, pool: ThreadPoolExecutor
    ) -> str:
        loop = asyncio.get_running_loop()
        environ["wsgi.input"] = _Source(loop, receive, self._seconds)

        async def sent(message: dict[str, Any]) -> None:
            async with asyncio.timeout(self._seconds):
                await send(message)

        def put(message: dict[str, Any]) -> None:
            asyncio.run_coroutine_threadsafe(sent(message), loop).result()

        def run() -> str:
            answer, begun = _Answer(), False
            parts = self._app(environ, answer)
            try:
                for part in parts:
                    if not begun:
                        put(_start(answer.status, answer.headers))
                    begun = True
                    put({"type": "http.response.body", "body": part, "more_body": True})
            finally:
                _close(parts)
            if not begun:
                put(_start(answer.status, answer.headers))
            put({"type": "http.response.body", "body": b""})
            return answer.status

        try:
            return await loop.run_in_executor(pool, run)
        except (TimeoutError, ConnectionError):
            return "499 Client stopped reading"


def _is_stream(environ: dict[str, Any]) -> bool:
    """Return whether lines come in, and lines go out."""
    kind = environ.get("CONTENT_TYPE", "").lower()
    posted = kind.startswith(NDJSON) and environ["REQUEST_METHOD"] == "POST"
    return posted and STREAMS.fullmatch(environ["PATH_INFO"]) is not None


def _is_short(body: "io.BytesIO | _Broken") -> bool:
    if isinstance(body, _Broken):
        return False
    data = body.getbuffer()
    if len(data) > LONG:
        return False
    return not data or language.loaded() or _SAYS_LANGUAGE.search(data) is not None


class _Source:
    """A body as it comes in, for a thread to read."""

    def __init__(self, loop: asyncio.AbstractEventLoop, receive: Receive, seconds: float) -> None:
        self._loop = loop
        self._receive = receive
        self._seconds = seconds
        self._ended = False
        self._size = 0

    def read(self, size: int = -1) -> bytes:  # noqa: ARG002  # whatever came is returned
        """Return what came next, ``b""`` at the end.

        Raises
        ------
        TimeoutError
            If nothing came for too long.
        ConnectionError
            If the body was cut off, or is malformed.
        """
        while not self._ended:
            message = asyncio.run_coroutine_threadsafe(self._next(), self._loop).result()
            if message["type"] != "http.request":
                self._ended = True
                raise ConnectionError(_CUT.format(self._size))
            self._ended = not message.get("more_body", False)
            if part := message.get("body", b""):
                self._size += len(part)
                return bytes(part)
        return b""

    async def _next(self) -> dict[str, Any]:
        async with asyncio.timeout(self._seconds):
            return await self._receive()


class _Broken:
    """A body that could not be read."""

    def __init__(self, error: OSError) -> None:
        self._error = error

    def read(self, size: int = -1) -> bytes:  # noqa: ARG002  # as above
        """Raise what went wrong."""
        raise self._error


class _Answer:
    """``start_response``."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: Headers = []

    def __call__(self, status: str, headers: Headers, exc_info: object = None) -> Any:  # noqa: ANN401, ARG002
        self.status, self.headers = status, headers


def _call(app: "WSGIApplication", environ: dict[str, Any]) -> tuple[str, Headers, bytes]:
    answer = _Answer()
    parts = app(environ, answer)
    try:
        body = b"".join(parts)
    finally:
        _close(parts)
    return answer.status, answer.headers, body


def _close(parts: Iterable[bytes]) -> None:
    close = getattr(parts, "close", None)
    if close is not None:
        close()


def _start(status: str, headers: Headers) -> dict[str, Any]:
    return {
        "type": "http.response.start",
        "status": int(status[:3]),
        "headers": [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
        ],
    }
