"""``GET /topics``: the taxonomy, with how well each topic is known."""

from flask import Blueprint, Response

from copytaster.model.tagger import Tagger
from copytaster.service.schemas import TopicsReply


def blueprint(tagger: Tagger) -> Blueprint:
    """Return the route over *tagger*."""
    routes = Blueprint("topics", __name__)
    body = TopicsReply.of(tagger).model_dump_json()

    @routes.get("/topics")
    def topics() -> Response:
        return Response(body, mimetype="application/json")

    return routes
