"""The request's body, never larger than the limit."""

from flask import request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, RequestTimeout


def read(limit: int) -> bytes:
    """Return the body, of at most *limit* bytes.

    Under a server that does not mark the end of a body, the application's ``MAX_CONTENT_LENGTH``
    must be ``limit + 1``: Werkzeug cuts a chunked body off at that length without a word, so the
    one byte more is what tells.

    Raises
    ------
    RequestEntityTooLarge
        If there are more, whether announced by Content-Length or counted in chunks.
    RequestTimeout
        If they did not come in time.
    BadRequest
        If there are fewer than announced, or the chunks are malformed.
    """
    try:
        data = _data(limit + 1)
    except TimeoutError as error:
        raise RequestTimeout(f"The body could not be read: {error}.") from error
    except OSError as error:
        raise BadRequest(f"The body could not be read: {error}.") from error
    if len(data) > limit:
        raise RequestEntityTooLarge
    announced = request.content_length
    if announced is not None and len(data) < announced:
        raise BadRequest(f"The body ended after {len(data)} of the {announced} bytes announced.")
    return data


def _data(most: int) -> bytes:
    if request.environ.get("wsgi.input_terminated"):
        found: bytes = request.environ["wsgi.input"].read(most)
        return found
    return request.get_data(cache=False)
