"""The short way for what is asked most: one article as JSON, in WSGI, without Flask's dispatch.

Flask takes about 100 µs to route a request and build a response; tagging itself takes less. The
lane answers what is right, and hands everything else, and whatever fails, to Flask, which begins
anew. So the routes stay the one place where the HTTP face is defined, and errors are theirs.

A request in the lane meets no hook of Flask's. An application that has any gets no lane.
"""

import io
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from flask import Flask
from pydantic import ValidationError

from copytaster.service import articles
from copytaster.service.schemas import TagQuery
from copytaster.service.single import Single

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_PATHS = {"/tag", "/v1/tag"}
_NO_QUERY = TagQuery()


class Lane:
    """A WSGI application over a Flask application.

    Parameters
    ----------
    app : Flask
        Which answers what the lane does not.
    single : Single
    limit : int
        The largest body, in bytes.
    """

    def __init__(self, app: Flask, single: Single, limit: int) -> None:
        self._app = app
        self._rest = app.wsgi_app
        self._single = single
        self._limit = limit

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request."""
        reply = self._reply(environ)
        if reply is None:
            return self._rest(environ, start_response)
        headers = [("Content-Type", articles.JSON), ("Content-Length", str(len(reply)))]
        start_response("200 OK", headers)
        return [reply]

    def _reply(self, environ: "WSGIEnvironment") -> bytes | None:
        """Return the reply, or ``None`` where the request is Flask's."""
        body = environ["wsgi.input"]
        if (
            environ["PATH_INFO"] not in _PATHS
            or environ["REQUEST_METHOD"] != "POST"
            or environ.get("CONTENT_TYPE") != articles.JSON
            or not isinstance(body, io.BytesIO)
            or self._has_hooks()
        ):
            return None
        data = body.read(self._limit + 1)
        try:
            query = _query(environ["QUERY_STRING"]) if environ.get("QUERY_STRING") else _NO_QUERY
            if query is not None and len(data) <= self._limit:
                return self._single.reply(articles.of_json(data, "body"), query)
        except Exception:  # noqa: BLE001, S110  # Flask does it again, and says what is wrong
            pass
        body.seek(0)
        return None

    def _has_hooks(self) -> bool:
        app = self._app
        hooks = (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
        return any(hooks)


@lru_cache(256)
def _query(text: str) -> TagQuery | None:
    """Return the query that *text* is, or ``None`` where it is not a plain good one."""
    pairs = parse_qsl(text, keep_blank_values=True)
    if len(pairs) > len(dict(pairs)):
        return None
    try:
        return TagQuery.model_validate(dict(pairs))
    except ValidationError:
        return None
