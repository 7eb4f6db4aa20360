"""A WSGI environment out of an ASGI scope."""

import sys
from typing import Any

Scope = dict[str, Any]


def of_scope(scope: Scope) -> dict[str, Any]:
    """Return the environment of a request, but for its body."""
    # As the router reads it: else "//tag" would be another path for those who ask before it.
    path = "/" + scope["path"].lstrip("/")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path if path.isascii() else path.encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "REMOTE_ADDR": scope["client"][0] if scope.get("client") else "",
        "SERVER_NAME": scope["server"][0],
        "SERVER_PORT": str(scope["server"][1]),
        "SERVER_PROTOCOL": "HTTP/" + scope["http_version"],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.errors": sys.stderr,
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw, value in scope["headers"]:
        if b"_" in raw:  # in WSGI it would pass for the one with a hyphen
            continue
        name = _NAMES.get(raw) or _name(raw)
        text = value.decode("latin-1")
        environ[name] = f"{environ[name]},{text}" if name in environ else text
    return environ


def _name(raw: bytes) -> str:
    name = raw.decode("latin-1").upper().replace("-", "_")
    return name if name in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{name}"


_NAMES = {
    name: _name(name)
    for name in (
        b"accept",
        b"accept-encoding",
        b"connection",
        b"content-length",
        b"content-type",
        b"host",
        b"transfer-encoding",
        b"user-agent",
        b"x-forwarded-for",
        b"x-request-id",
    )
}
