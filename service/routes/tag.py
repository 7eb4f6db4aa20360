"""``POST /tag``: an article in, its tags out; or a stream of them."""

from http import HTTPStatus

from flask import Blueprint, Response, request
from pydantic import ValidationError

from copytaster.service import articles, body
from copytaster.service.live import Live
from copytaster.service.problems import RequestError
from copytaster.service.schemas import TagQuery
from copytaster.service.single import Single
from copytaster.service.stream import BUSY, Stream

_BUSY = (
    "Every thread for streams has one (COPYTASTER_THREADS in each process); come again in a moment."
)


def blueprint(live: Live, max_body_bytes: int) -> Blueprint:
    """Return the route over what is *live*, for bodies or lines of at most *max_body_bytes*."""
    routes = Blueprint("tag", __name__)
    single = Single(live)

    @routes.post("/tag")
    def tag() -> Response:
        query = _query()
        if request.mimetype == articles.NDJSON:
            return stream(query)
        data = body.read(max_body_bytes)
        sent = articles.of(data, request.mimetype, request.mimetype_params)
        return Response(single.reply(sent, query), content_type=articles.JSON)

    def stream(query: TagQuery) -> Response:
        if BUSY in request.environ:
            raise RequestError(HTTPStatus.SERVICE_UNAVAILABLE, _BUSY)
        made = Stream(live.now, query, live.metrics, limit=max_body_bytes)
        # Werkzeug's own stream would end at the limit of a single body.
        read = request.environ["wsgi.input"].read
        return Response(made.answers(read), content_type=articles.NDJSON)

    return routes


def _query() -> TagQuery:
    for name, values in request.args.lists():
        if len(values) > 1:
            raise RequestError(HTTPStatus.BAD_REQUEST, f"{name}: is given {len(values)} times.")
    try:
        return TagQuery.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise RequestError.invalid(error, "query") from None
