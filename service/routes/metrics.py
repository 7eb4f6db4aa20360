"""``GET /metrics``: what the service has done, in Prometheus' text format."""

from flask import Blueprint, Response

from copytaster.service import exposition
from copytaster.service.metrics import Metrics


def blueprint(metrics: Metrics) -> Blueprint:
    """Return the route over *metrics*."""
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    def metrics_() -> Response:
        return Response(exposition.text(metrics), content_type=exposition.CONTENT_TYPE)

    return routes
