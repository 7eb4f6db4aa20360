"""``/healthz`` and ``/readyz``: for load balancers and orchestrators."""

from flask import Blueprint, Response

from copytaster.service.live import Live
from copytaster.service.schemas import HealthReply, ReadyReply, RefusedReply


def blueprint(live: Live) -> Blueprint:
    """Return the routes over what is *live*."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def healthz() -> Response:
        return Response(HealthReply().model_dump_json(), mimetype="application/json")

    @routes.get("/readyz")
    def readyz() -> Response:
        tagger, refused = live.now.tagger, live.refused
        reply = ReadyReply(
            model=tagger.version,
            topics=len(tagger.taxonomy),
            languages=tagger.manifest.data["languages"],
            scorer=tagger.scorer.engine,
            champion=live.champion,
            refused=refused and RefusedReply(version=refused.version, why=refused.why),
            taxonomy=live.unread,
        )
        return Response(reply.model_dump_json(), mimetype="application/json")

    return routes
