"""The OpenAPI document, built from the schemas that validate."""

from functools import cache
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from pydantic_core import to_json

from copytaster.service.articles import JSON, NDJSON, PLAIN
from copytaster.service.labelling import (
    ArticleReply,
    ForgottenReply,
    LabelledRequest,
    LabelsReply,
    LabelsRequest,
    ReviewQuery,
    ReviewReply,
    StoredReply,
)
from copytaster.service.problems import MIMETYPE
from copytaster.service.retraining import JobReply, JobsQuery, JobsReply, RetrainRequest
from copytaster.service.schemas import (
    ArticleRequest,
    HealthReply,
    LineProblem,
    Problem,
    ReadyReply,
    RefusedReply,
    TaggingReply,
    TagQuery,
    TopicsReply,
)

_MODELS = (
    ArticleReply,
    ArticleRequest,
    ForgottenReply,
    HealthReply,
    JobReply,
    JobsReply,
    LabelledRequest,
    LabelsReply,
    LabelsRequest,
    LineProblem,
    Problem,
    ReadyReply,
    RefusedReply,
    RetrainRequest,
    ReviewReply,
    StoredReply,
    TaggingReply,
    TopicsReply,
)
_PLACE = "#/components/schemas/{model}"
_PROBLEMS = {
    400: "A field or parameter is wrong; the document names it.",
    408: "The body did not come in time.",
    413: "The body is larger than the limit; the document names it.",
    415: "The Content-Type is not one that is understood.",
    404: "There is no such article, or job.",
    422: "There is no word in it, a topic is unknown, or an Idempotency-Key was used before.",
    503: "The archive does not answer, or every thread is taken; Retry-After says when to come.",
}
_TEXT = {"schema": {"type": "string"}}


@cache
def text() -> bytes:
    """Return the document as JSON; put together when it is first asked for, which takes 10 ms."""
    return to_json(document())


_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same reply is given again to the same request, for a day.",
    "schema": {"type": "string", "maxLength": 255},
}


def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    tag, store, labels = {"post": _tag()}, {"post": _store()}, {"put": _label()}
    article, review = {"get": _article(), "delete": _forget()}, {"get": _review()}
    topics = {"get": _get("The taxonomy, with how well each topic is known.", TopicsReply)}
    _, schemas = models_json_schema([(m, "validation") for m in _MODELS], ref_template=_PLACE)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Copytaster",
            "summary": "Topics for articles.",
            "version": version("copytaster"),
        },
        "paths": {
            "/tag": tag,
            "/v1/tag": tag,
            "/articles": store,
            "/v1/articles": store,
            "/articles/{id}": article,
            "/v1/articles/{id}": article,
            "/articles/{id}/labels": labels,
            "/v1/articles/{id}/labels": labels,
            "/review": review,
            "/v1/review": review,
            **_retraining(),
            "/topics": topics,
            "/v1/topics": topics,
            "/healthz": {"get": _get("Whether the process runs.", HealthReply)},
            "/metrics": {"get": _metrics()},
            "/readyz": {"get": _get("Whether the tagger is loaded, and which.", ReadyReply)},
        },
        "components": {"schemas": schemas["$defs"]},
    }


def _tag() -> dict[str, Any]:
    one = _schema(ArticleRequest)
    return {
        "summary": "Tag an article, or a stream of articles, one a line.",
        "parameters": _parameters(TagQuery),
        "requestBody": {"required": True, "content": {JSON: one, PLAIN: _TEXT, NDJSON: one}},
        "responses": {
            "200": {
                "description": "Its tags; of a stream, a line for each of its lines, in order: "
                "tags, or a problem with the line's number.",
                "content": {
                    JSON: _schema(TaggingReply),
                    NDJSON: {
                        "schema": {"anyOf": [_reference(TaggingReply), _reference(LineProblem)]}
                    },
                },
            },
            **_refusals(400, 408, 413, 415, 422, 503),
        },
    }


def _store() -> dict[str, Any]:
    one, stored = _schema(LabelledRequest), _schema(StoredReply)
    lines = {"schema": {"anyOf": [_reference(StoredReply), _reference(LineProblem)]}}
    return {
        "summary": "Store a labelled article, or a stream of them, one a line.",
        "parameters": [_KEY],
        "requestBody": {"required": True, "content": {JSON: one, NDJSON: one}},
        "responses": {
            "200": {
                "description": "It was there; of a stream, a line for each of its lines, in "
                "order. What is answered is on disk.",
                "content": {JSON: stored, NDJSON: lines},
            },
            "201": {"description": "It is new.", "content": {JSON: stored}},
            **_refusals(400, 408, 413, 415, 422, 503),
        },
    }


def _label() -> dict[str, Any]:
    return {
        "summary": "Set an editor's yes and no to topics of an article.",
        "parameters": [_ID, _KEY],
        "requestBody": {"required": True, "content": {JSON: _schema(LabelsRequest)}},
        "responses": {
            "200": {
                "description": "All the labels that it has now; they are on disk.",
                "content": {JSON: _schema(LabelsReply)},
            },
            **_refusals(400, 404, 408, 413, 415, 422, 503),
        },
    }


def _article() -> dict[str, Any]:
    found = _get("An article of the archive, with its labels.", ArticleReply)
    found["responses"] |= _refusals(404, 503)
    return {**found, "parameters": [_ID]}


def _forget() -> dict[str, Any]:
    what = "Delete an article, its labels and what was served of it, for good."
    found = _get(what, ForgottenReply)
    found["responses"] |= _refusals(503)
    return {**found, "parameters": [_ID]}


def _review() -> dict[str, Any]:
    found = _get("The archive's articles whose labels would teach most.", ReviewReply)
    found["responses"] |= _refusals(400, 503)
    return {**found, "parameters": _parameters(ReviewQuery)}


def _retraining() -> dict[str, Any]:
    retrain, newest = {"post": _retrain()}, _get("The newest jobs, newest first.", JobsReply)
    newest["responses"] |= _refusals(400, 503)
    newest["parameters"] = _parameters(JobsQuery)
    job = _get("A job: how far it is, and what came of it.", JobReply)
    job["responses"] |= _refusals(404, 503)
    paths = {"/retrain": retrain, "/jobs": {"get": newest}}
    paths["/jobs/{id}"] = {"get": {**job, "parameters": [_ID]}}
    return paths | {f"/v1{path}": found for path, found in paths.items()}


def _retrain() -> dict[str, Any]:
    return {
        "summary": "Retrain from the archive; another process does it.",
        "requestBody": {"required": False, "content": {JSON: _schema(RetrainRequest)}},
        "responses": {
            "202": {
                "description": "The job, which waits or is under way; Location says where it is.",
                "content": {JSON: _schema(JobReply)},
                "headers": {"Location": {"schema": {"type": "string"}}},
            },
            **_refusals(400, 408, 413, 503),
        },
    }


def _refusals(*statuses: int) -> dict[str, Any]:
    content = {MIMETYPE: _schema(Problem)}
    return {
        str(status): {"description": _PROBLEMS[status], "content": content} for status in statuses
    }


def _parameters(query: type[BaseModel]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "description": schema.pop("description"), "schema": schema}
        for name, schema in query.model_json_schema()["properties"].items()
    ]


def _get(summary: str, reply: type[BaseModel]) -> dict[str, Any]:
    return _operation(summary, {JSON: _schema(reply)})


def _metrics() -> dict[str, Any]:
    return _operation("What the service has done, in Prometheus' text format.", {PLAIN: _TEXT})


def _operation(summary: str, content: dict[str, Any]) -> dict[str, Any]:
    good = {"description": summary, "content": content}
    return {"summary": summary, "responses": {"200": good}}


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return {"schema": _reference(model)}


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _PLACE.format(model=model.__name__)}
