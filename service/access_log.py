"""The access log: a line a request on standard output."""

import sys
from typing import Any
from urllib.parse import quote

from copytaster.service.auth import KEY
from copytaster.service.counted import REQUEST_ID


def write(environ: dict[str, Any], status: str, seconds: float) -> None:
    """Write who asked for what, by which key, and what came of it."""
    query = f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else ""
    path = quote(environ["PATH_INFO"], encoding="latin-1")
    words = (
        environ["REMOTE_ADDR"],
        environ.get(REQUEST_ID, "-"),
        f"key:{environ[KEY]}" if KEY in environ else "-",
        environ["REQUEST_METHOD"],
        f"{path}{query}",
        status[:3],
        f"{seconds * 1000:.1f}ms",
    )
    sys.stdout.write(" ".join(words) + "\n")  # in one piece, since all workers write here
    sys.stdout.flush()
