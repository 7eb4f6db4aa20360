"""What is done around every request: its id, and its place in the metrics."""

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from copytaster.service.articles import NDJSON
from copytaster.service.metrics import Metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Where the id stands in the WSGI environment.
REQUEST_ID = "copytaster.request_id"
_GOOD_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")


class Counted:
    """A WSGI application that counts the requests of another and names each by an id.

    The id is the caller's ``X-Request-Id``, or a new one where that is missing or unfit to be
    written into a log; every answer carries it.
    """

    def __init__(self, app: "WSGIApplication", metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request."""
        started = time.perf_counter()
        sent = environ.get("HTTP_X_REQUEST_ID", "")
        environ[REQUEST_ID] = name = sent if _GOOD_ID.fullmatch(sent) else os.urandom(8).hex()
        seen: list[Any] = [500, ""]

        def start(
            status: str,
            headers: list[tuple[str, str]],
            exc_info: Any = None,  # noqa: ANN401  # passed on as it is
            /,
        ) -> Callable[[bytes], object]:
            headers.append(("X-Request-Id", name))
            seen[:] = int(status[:3]), dict(headers).get("Content-Type", "")
            return start_response(status, headers, exc_info)

        def end() -> None:
            self._metrics.end(environ["PATH_INFO"], seen[0], time.perf_counter() - started)

        self._metrics.begin()
        try:
            parts = self._app(environ, start)
        except BaseException:
            end()
            raise
        if seen[1] == NDJSON:
            return _followed(parts, end)
        end()
        return parts


def _followed(parts: Iterable[bytes], end: Callable[[], None]) -> Iterator[bytes]:
    """Yield *parts*, and say when they have come to an end."""
    try:
        yield from parts
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
        end()
