"""``/healthz`` and ``/readyz``: for load balancers and orchestrators."""

from flask import Blueprint, Response

from copytaster.model.tagger import Tagger
from copytaster.service.schemas import HealthReply, ReadyReply


def blueprint(tagger: Tagger) -> Blueprint:
    """Return the routes over *tagger*."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def healthz() -> Response:
        return Response(HealthReply().model_dump_json(), mimetype="application/json")

    @routes.get("/readyz")
    def readyz() -> Response:
        reply = ReadyReply(
            model=tagger.version,
            topics=len(tagger.taxonomy),
            languages=tagger.manifest.data["languages"],
            scorer=tagger.scorer.engine,
        )
        return Response(reply.model_dump_json(), mimetype="application/json")

    return routes
