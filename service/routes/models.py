"""``/models``: the trained versions, and which of them serves."""

from flask import Blueprint, Response, request

from copytaster.service import body
from copytaster.service.articles import JSON
from copytaster.service.auth import KEY
from copytaster.service.champions import Champions
from copytaster.service.versions import PromoteRequest, RollbackRequest


def blueprint(champions: Champions, max_body_bytes: int) -> Blueprint:
    """Return the routes over *champions*, for bodies of at most *max_body_bytes*."""
    routes = Blueprint("models", __name__)

    @routes.get("/models")
    def every() -> Response:
        return Response(champions.every().model_dump_json(), content_type=JSON)

    @routes.get("/models/<version>")
    def one(version: str) -> Response:
        return Response(champions.one(version).model_dump_json(), content_type=JSON)

    @routes.post("/models/<version>/promote")
    def promote(version: str) -> Response:
        sent = body.of_json(PromoteRequest, body.read(max_body_bytes))
        found = champions.promote(version, sent, _asker())
        return Response(found.model_dump_json(), content_type=JSON)

    @routes.post("/models/rollback")
    def roll_back() -> Response:
        sent = body.of_json(RollbackRequest, body.read(max_body_bytes))
        found = champions.roll_back(sent, _asker())
        return Response(found.model_dump_json(), content_type=JSON)

    return routes


def _asker() -> str:
    key = request.environ.get(KEY)
    return "http" if key is None else f"key:{key}"
