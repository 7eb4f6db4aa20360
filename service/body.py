"""The request's body, never larger than the limit."""

from http import HTTPStatus
from typing import TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, RequestTimeout

from copytaster.service.articles import JSON
from copytaster.service.problems import RequestError

_Sent = TypeVar("_Sent", bound=BaseModel)


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


def of_json(form: type[_Sent], data: bytes) -> _Sent:
    """Return what the body's *data* says.

    A page of another site, which a browser has not asked whether it may, cannot send JSON: so what
    changes something takes nothing else.

    Raises
    ------
    RequestError
        If it is not said to be JSON, or is not of this *form*.
    """
    if request.mimetype != JSON:
        raise RequestError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"Content-Type is {request.mimetype or 'missing'}; send {JSON}.",
        )
    try:
        return form.model_validate_json(data)
    except ValidationError as error:
        raise RequestError.invalid(error, "body") from None


def _data(most: int) -> bytes:
    if request.environ.get("wsgi.input_terminated"):
        found: bytes = request.environ["wsgi.input"].read(most)
        return found
    return request.get_data(cache=False)
