"""``POST /tag``: an article in, its tags out; or a stream of them."""

from functools import partial
from http import HTTPStatus

from flask import Blueprint, Response, request
from pydantic import ValidationError

from copytaster.model.tagger import Tagger
from copytaster.service import articles, body, replies
from copytaster.service.lean import WholeReply
from copytaster.service.metrics import Metrics
from copytaster.service.problems import RequestError
from copytaster.service.schemas import TagQuery
from copytaster.service.stream import Stream

_NO_QUERY = TagQuery()


def blueprint(tagger: Tagger, metrics: Metrics, max_body_bytes: int) -> Blueprint:
    """Return the route over *tagger*, for bodies or lines of at most *max_body_bytes*."""
    routes = Blueprint("tag", __name__)

    @routes.post("/tag")
    def tag() -> Response:
        environ = request.environ
        query = _query() if environ.get("QUERY_STRING") else _NO_QUERY
        if environ.get("CONTENT_TYPE") == articles.JSON:
            sent = articles.of_json(body.read(environ, max_body_bytes), "body")
        elif request.mimetype == articles.NDJSON:
            return stream(query)
        else:
            data = body.read(environ, max_body_bytes)
            sent = articles.of(data, request.mimetype, request.mimetype_params)
        found = tagger.tag(
            [sent.article()], explain=query.explain, everything=query.all, limit=query.limit
        )
        metrics.tagged(found)
        reply = replies.tagging(found[0], sent.id, explain=query.explain)
        return WholeReply(reply, articles.JSON)

    def stream(query: TagQuery) -> Response:
        work = partial(tagger.tag, explain=query.explain, everything=query.all, limit=query.limit)
        made = Stream(work, metrics, explain=query.explain, limit=max_body_bytes)
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
