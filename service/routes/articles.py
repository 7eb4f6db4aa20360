"""``/articles``: labelled articles and editors' yes and no, into the archive."""

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from copytaster.service import articles, body
from copytaster.service.auth import KEY
from copytaster.service.labelling import LabelledRequest, LabelsRequest
from copytaster.service.problems import RequestError
from copytaster.service.stream import BUSY
from copytaster.service.teaching import Teaching

if TYPE_CHECKING:
    from copytaster.service.feedback import Feedback, Work

_BUSY = "Every thread for streams has one; come again in a moment."


def blueprint(teaching: Teaching, max_body_bytes: int) -> Blueprint:
    """Return the routes over *teaching*, for bodies or lines of at most *max_body_bytes*."""
    routes = Blueprint("articles", __name__)

    @routes.post("/articles")
    def store() -> Response:
        if request.mimetype == articles.NDJSON:
            return stream()
        data = body.read(max_body_bytes)
        sent = body.of_json(LabelledRequest, data)
        feedback = teaching.feedback
        return _once(feedback, data, feedback.article(sent, _by()))

    @routes.put("/articles/<path:identifier>/labels")
    def label(identifier: str) -> Response:
        data = body.read(max_body_bytes)
        sent = body.of_json(LabelsRequest, data)
        feedback = teaching.feedback
        return _once(feedback, data, feedback.labels(identifier, sent, _by()))

    @routes.get("/articles/<path:identifier>")
    def get(identifier: str) -> Response:
        found = teaching.feedback.get(identifier)
        return Response(found.model_dump_json(), content_type=articles.JSON)

    @routes.delete("/articles/<path:identifier>")
    def forget(identifier: str) -> Response:
        found = teaching.feedback.forget(identifier, _by() or "somebody without a key")
        return Response(found.model_dump_json(), content_type=articles.JSON)

    def stream() -> Response:
        from copytaster.service.intake import Intake

        if BUSY in request.environ:
            raise RequestError(HTTPStatus.SERVICE_UNAVAILABLE, _BUSY)
        feedback = teaching.feedback
        made = Intake(feedback, _by(), max_body_bytes)
        if "Idempotency-Key" in request.headers:
            data = body.read(max_body_bytes)
            return _once(feedback, data, made.whole(data), articles.NDJSON)
        feedback.open()
        read = request.environ["wsgi.input"].read
        return Response(made.answers(read), content_type=articles.NDJSON)

    return routes


def _once(feedback: "Feedback", data: bytes, work: "Work", kind: str = articles.JSON) -> Response:
    asked = f"{request.method} {request.path}\n".encode() + data
    key = request.headers.get("Idempotency-Key")
    found = feedback.once(_by() or "", key, asked, work)
    return Response(found.body, status=found.status, content_type=kind)


def _by() -> str | None:
    key = request.environ.get(KEY)
    return None if key is None else f"key:{key}"
