"""The request's body, never larger than the limit."""

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge


def read(limit: int) -> bytes:
    """Return the body, of at most *limit* bytes.

    The application's ``MAX_CONTENT_LENGTH`` must be ``limit + 1``: Werkzeug cuts a chunked body
    off at that length without a word, so the one byte more is what tells.

    Raises
    ------
    RequestEntityTooLarge
        If there are more, whether announced by Content-Length or counted in chunks.
    """
    data = request.get_data(cache=False)
    if len(data) > limit:
        raise RequestEntityTooLarge
    return data
