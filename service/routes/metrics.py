"""``GET /metrics``: what the service has done, in Prometheus' text format."""

from flask import Blueprint, Response

from copytaster.service import exposition
from copytaster.service.live import Live


def blueprint(live: Live) -> Blueprint:
    """Return the route over what is *live*."""
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    def metrics_() -> Response:
        return Response(exposition.text(live), content_type=exposition.CONTENT_TYPE)

    return routes
