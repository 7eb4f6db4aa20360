"""Errors as RFC 9457 problem documents: the one table from error to status."""

import logging
from http import HTTPStatus

from flask import Flask, Response, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from copytaster.model.errors import ArchiveDownError, ArchiveError, NoArticleError, NoJobError
from copytaster.service.schemas import FieldProblem, LineProblem, Problem

MIMETYPE = "application/problem+json"
_DOWN = "The archive does not answer, so nothing was stored; send it again in a while."
_log = logging.getLogger(__name__)


class RequestError(Exception):
    """Raised by a view that cannot use the request.

    Attributes
    ----------
    status : HTTPStatus
    detail : str
        What is wrong and what to do.
    errors : list of FieldProblem
        The fields that are wrong, where fields are.
    """

    def __init__(
        self, status: HTTPStatus, detail: str, errors: list[FieldProblem] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors or []

    @classmethod
    def invalid(cls, error: ValidationError, what: str) -> "RequestError":
        """Return a 400 that names every field that *error* complains of."""
        errors = [
            FieldProblem(field=str(item["loc"][0]) if item["loc"] else what, problem=item["msg"])
            for item in error.errors(include_url=False, include_input=False)
        ]
        said = "; ".join(f"{item.field}: {item.problem}" for item in errors)
        return cls(HTTPStatus.BAD_REQUEST, said, errors)


def register(app: Flask, max_body_bytes: int) -> None:
    """Make *app* answer every error with a problem document."""

    def refused(error: RequestError) -> Response:
        return _respond(error.status, error.detail, error.errors)

    def too_large(_: RequestEntityTooLarge) -> Response:
        detail = (
            f"The body is larger than the limit of {max_body_bytes} bytes; send less, "
            "or raise COPYTASTER_MAX_BODY_BYTES."
        )
        return _respond(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)

    def archive(error: ArchiveError) -> Response:
        found = of_archive(error)
        return _respond(found.status, found.detail)

    app.register_error_handler(RequestError, refused)
    app.register_error_handler(ArchiveError, archive)
    app.register_error_handler(RequestEntityTooLarge, too_large)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def line_problem(number: int, error: RequestError) -> bytes:
    """Return the line of a stream's reply that says what is wrong with line *number*, from 1."""
    found = LineProblem(
        line=number,
        title=error.status.phrase,
        status=error.status,
        detail=error.detail,
        errors=error.errors,
    )
    return found.model_dump_json().encode() + b"\n"


def of_archive(error: ArchiveError) -> RequestError:
    """Return what a client is told of *error*; where the database is, only the log says."""
    if isinstance(error, ArchiveDownError):
        _log.error("the archive: %s", error)
        return RequestError(HTTPStatus.SERVICE_UNAVAILABLE, _DOWN)
    if isinstance(error, NoArticleError | NoJobError):
        return RequestError(HTTPStatus.NOT_FOUND, f"{error}.")
    return RequestError(HTTPStatus.UNPROCESSABLE_ENTITY, f"{error}.")


def _http(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    detail = {
        HTTPStatus.NOT_FOUND: f"Nothing is at {request.path}; /openapi.json lists what is.",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.method} does not work on {request.path}.",
    }.get(status, error.description or status.description)
    made = _respond(status, detail)
    for name, value in error.get_headers():
        if name in {"Allow", "Location"}:
            made.headers[name] = value
    return made


def _unexpected(error: Exception) -> Response:
    _log.error("%s %s failed", request.method, request.path, exc_info=error)
    detail = "The service met an error of its own; its log says more."
    return _respond(HTTPStatus.INTERNAL_SERVER_ERROR, detail)


def _respond(status: HTTPStatus, detail: str, errors: list[FieldProblem] | None = None) -> Response:
    problem = Problem(title=status.phrase, status=status, detail=detail, errors=errors or [])
    made = Response(problem.model_dump_json(), status=status, mimetype=MIMETYPE)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        made.headers["Retry-After"] = "1"
    return made
