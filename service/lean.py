"""Flask without the steps that a service of one host and whole replies has no use for.

Of the CPU that a request costs, most is Flask's and Werkzeug's. What is left out here changes no
answer: reading the host's name again for a URL map that knows no hosts, and rewriting the headers
of a reply that are right already. docs/decisions.md has the figures.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, Request, Response
from werkzeug.routing import MapAdapter

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class LeanFlask(Flask):
    """A Flask application whose routes do not depend on the host."""

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return what matches the path of *request*."""
        if request is None:
            return None
        environ = request.environ
        return MapAdapter(
            self.url_map,
            environ.get("HTTP_HOST") or environ["SERVER_NAME"],
            script_name=environ.get("SCRIPT_NAME") or "/",
            subdomain="",
            url_scheme=environ["wsgi.url_scheme"],
            path_info=request.path,
            default_method=environ["REQUEST_METHOD"],
            query_args=environ.get("QUERY_STRING", ""),
        )


class WholeReply(Response):
    """A reply whose bytes are all there, with its headers as they are to be sent."""

    def __init__(self, data: bytes, content_type: str) -> None:
        super().__init__(content_type=content_type)
        self._data = data
        self.headers["Content-Length"] = str(len(data))

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Send it; a view that answers HEAD must not use this class."""
        del environ
        start_response(self.status, self.headers.to_wsgi_list())
        return [self._data]
