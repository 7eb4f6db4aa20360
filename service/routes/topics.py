"""``GET /topics``: the taxonomy, with how well each topic is known."""

from flask import Blueprint, Response

from copytaster.service.live import Live


def blueprint(live: Live) -> Blueprint:
    """Return the route over what is *live*."""
    routes = Blueprint("topics", __name__)

    @routes.get("/topics")
    def topics() -> Response:
        return Response(live.listing, mimetype="application/json")

    return routes
