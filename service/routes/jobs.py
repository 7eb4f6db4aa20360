"""``/retrain`` and ``/jobs``: work that another process does."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from pydantic import ValidationError

from copytaster.archive.scope import Scope
from copytaster.model.tagger import Tagger
from copytaster.service import body
from copytaster.service.articles import JSON
from copytaster.service.auth import KEY
from copytaster.service.problems import RequestError
from copytaster.service.retraining import JobsQuery, RetrainRequest
from copytaster.service.teaching import Teaching

if TYPE_CHECKING:
    from copytaster.service.queue import Queue


_FROM_A_PAGE = f"From a page in a browser, send {JSON}."


def blueprint(teaching: Teaching, tagger: Callable[[], Tagger], max_body_bytes: int) -> Blueprint:
    """Return the routes over the archive of *teaching*; *tagger* returns what serves."""
    routes = Blueprint("jobs", __name__)

    def queue() -> "Queue":
        from copytaster.service.queue import Queue  # with SQLAlchemy, which tagging does without

        return Queue(teaching.archive)

    @routes.post("/retrain")
    def retrain() -> Response:
        if "Origin" in request.headers and request.mimetype != JSON:
            # A page in a browser sends JSON elsewhere only after having asked whether it may.
            raise RequestError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, _FROM_A_PAGE)
        data = body.read(max_body_bytes) or b"{}"
        try:
            sent = RetrainRequest.model_validate_json(data)
        except ValidationError as error:
            raise RequestError.invalid(error, "body") from None
        now = tagger()
        Scope.of(sent.order(), now.taxonomy, exclusive=now.scorer.exclusive)  # else a 422 says why
        key = request.environ.get(KEY)
        job = queue().ask(sent, None if key is None else f"key:{key}")
        made = Response(job.model_dump_json(), status=HTTPStatus.ACCEPTED, content_type=JSON)
        made.headers["Location"] = f"{request.path.removesuffix('retrain')}jobs/{job.id}"
        return made

    @routes.get("/jobs")
    def jobs() -> Response:
        try:
            query = JobsQuery.model_validate(request.args.to_dict())
        except ValidationError as error:
            raise RequestError.invalid(error, "query") from None
        return Response(queue().newest(query.limit).model_dump_json(), content_type=JSON)

    @routes.get("/jobs/<identifier>")
    def get(identifier: str) -> Response:
        return Response(queue().get(identifier).model_dump_json(), content_type=JSON)

    return routes
