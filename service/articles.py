"""An article out of a request's body or a line of it."""

from codecs import BOM_UTF8
from collections.abc import Mapping
from http import HTTPStatus

from pydantic import ValidationError

from copytaster.service.problems import RequestError
from copytaster.service.schemas import ArticleRequest

JSON = "application/json"
PLAIN = "text/plain"
NDJSON = "application/x-ndjson"
#: The charsets that CMSs send, with Python's names; its other codecs are no client's business.
CHARSETS = {
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin-1": "latin-1",
    "iso-8859-15": "iso8859-15",
    "windows-1252": "cp1252",
    "utf-16": "utf-16",
}


def of(data: bytes, mimetype: str, parameters: Mapping[str, str]) -> ArticleRequest:
    """Return the article in *data*.

    Parameters
    ----------
    data : bytes
    mimetype : str
        In lower case, without parameters.
    parameters : mapping of str to str
        Those of the Content-Type.

    Raises
    ------
    RequestError
        If it cannot be read, or there is nothing to tag.
    """
    if mimetype == JSON:
        return of_json(data, "body")
    if mimetype == PLAIN:
        return _with_words(ArticleRequest(text=_plain_text(data, parameters)))
    raise RequestError(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        f"Content-Type is {mimetype or 'missing'}; send {JSON} or {PLAIN}, "
        f"or {NDJSON} for a stream.",
    )


def of_json(data: bytes, what: str) -> ArticleRequest:
    """Return the article that is *data*, an object of JSON; *what* names the whole in errors.

    Raises
    ------
    RequestError
        As :func:`of`.
    """
    return _with_words(parse(data, what))


def parse(data: bytes, what: str) -> ArticleRequest:
    """Return the article that *data* is, as :func:`of_json`, even where there is nothing to tag."""
    try:
        return ArticleRequest.model_validate_json(data.removeprefix(BOM_UTF8))
    except ValidationError as error:
        raise RequestError.invalid(error, what) from None


def _with_words(sent: ArticleRequest) -> ArticleRequest:
    if not sent.text.strip() and not sent.headline.strip():
        raise RequestError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "text and headline are both blank, so there is nothing to tag.",
        )
    return sent


def _plain_text(data: bytes, parameters: Mapping[str, str]) -> str:
    charset = parameters.get("charset", "utf-8").lower()
    if charset not in CHARSETS:
        raise RequestError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"The charset {charset[:40]!r} is not read here; send UTF-8.",
        )
    try:
        return data.decode(CHARSETS[charset])
    except UnicodeDecodeError as error:
        raise RequestError(
            HTTPStatus.BAD_REQUEST, f"Byte {error.start + 1} of the body is not {charset}."
        ) from None
