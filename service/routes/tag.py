"""``POST /tag``: an article in, its tags out."""

from codecs import BOM_UTF8
from http import HTTPStatus

from flask import Blueprint, Response, request
from pydantic import ValidationError

from copytaster.model.tagger import Tagger
from copytaster.service import body
from copytaster.service.problems import RequestError
from copytaster.service.schemas import ArticleRequest, TaggingReply, TagQuery

JSON = "application/json"
PLAIN = "text/plain"
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


def blueprint(tagger: Tagger, max_body_bytes: int) -> Blueprint:
    """Return the route over *tagger*, for bodies of at most *max_body_bytes*."""
    routes = Blueprint("tag", __name__)

    @routes.post("/tag")
    def tag() -> Response:
        query = _query()
        sent = _article(body.read(max_body_bytes))
        (tagging,) = tagger.tag(
            [sent.article()], explain=query.explain, everything=query.all, limit=query.limit
        )
        reply = TaggingReply.of(tagging, sent.id, explain=query.explain)
        return Response(reply.model_dump_json(), mimetype=JSON)

    return routes


def _query() -> TagQuery:
    for name, values in request.args.lists():
        if len(values) > 1:
            raise RequestError(HTTPStatus.BAD_REQUEST, f"{name}: is given {len(values)} times.")
    try:
        return TagQuery.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise RequestError.invalid(error, "query") from None


def _article(data: bytes) -> ArticleRequest:
    if request.mimetype == PLAIN:
        sent = ArticleRequest(text=_plain_text(data))
    elif request.mimetype == JSON:
        try:
            sent = ArticleRequest.model_validate_json(data.removeprefix(BOM_UTF8))
        except ValidationError as error:
            raise RequestError.invalid(error, "body") from None
    else:
        raise RequestError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"Content-Type is {request.mimetype or 'missing'}; send {JSON} or {PLAIN}.",
        )
    if not sent.text.strip() and not sent.headline.strip():
        raise RequestError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "text and headline are both blank, so there is nothing to tag.",
        )
    return sent


def _plain_text(data: bytes) -> str:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
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
