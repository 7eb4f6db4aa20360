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
from copytaster.service.operations import (
    ID,
    KEY,
    PLACE,
    TEXT,
    VERSION,
    get,
    operation,
    parameters,
    reference,
    refusals,
    schema,
)
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
from copytaster.service.versions import (
    ChangeReply,
    EntryReply,
    FiguresReply,
    PromoteRequest,
    RollbackRequest,
    VersionDetail,
    VersionReply,
    VersionsReply,
)

_MODELS = (
    ArticleReply,
    ArticleRequest,
    ChangeReply,
    EntryReply,
    FiguresReply,
    ForgottenReply,
    HealthReply,
    JobReply,
    JobsReply,
    LabelledRequest,
    LabelsReply,
    LabelsRequest,
    LineProblem,
    Problem,
    PromoteRequest,
    ReadyReply,
    RefusedReply,
    RetrainRequest,
    ReviewReply,
    RollbackRequest,
    StoredReply,
    TaggingReply,
    TopicsReply,
    VersionDetail,
    VersionReply,
    VersionsReply,
)


@cache
def text() -> bytes:
    """Return the document as JSON; put together when it is first asked for, which takes 10 ms."""
    return to_json(document())


def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    tag, store, labels = {"post": _tag()}, {"post": _store()}, {"put": _label()}
    article, review = {"get": _article(), "delete": _forget()}, {"get": _review()}
    topics = {"get": get("The taxonomy, with how well each topic is known.", TopicsReply)}
    _, schemas = models_json_schema([(m, "validation") for m in _MODELS], ref_template=PLACE)
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
            **_versions(),
            "/topics": topics,
            "/v1/topics": topics,
            "/healthz": {"get": get("Whether the process runs.", HealthReply)},
            "/metrics": {"get": _metrics()},
            "/readyz": {"get": get("Whether the tagger is loaded, and which.", ReadyReply)},
        },
        "components": {"schemas": schemas["$defs"]},
    }


def _tag() -> dict[str, Any]:
    one = schema(ArticleRequest)
    return {
        "summary": "Tag an article, or a stream of articles, one a line.",
        "parameters": parameters(TagQuery),
        "requestBody": {"required": True, "content": {JSON: one, PLAIN: TEXT, NDJSON: one}},
        "responses": {
            "200": {
                "description": "Its tags; of a stream, a line for each of its lines, in order: "
                "tags, or a problem with the line's number.",
                "content": {
                    JSON: schema(TaggingReply),
                    NDJSON: {
                        "schema": {"anyOf": [reference(TaggingReply), reference(LineProblem)]}
                    },
                },
            },
            **refusals(400, 408, 413, 415, 422, 503),
        },
    }


def _store() -> dict[str, Any]:
    one, stored = schema(LabelledRequest), schema(StoredReply)
    lines = {"schema": {"anyOf": [reference(StoredReply), reference(LineProblem)]}}
    return {
        "summary": "Store a labelled article, or a stream of them, one a line.",
        "parameters": [KEY],
        "requestBody": {"required": True, "content": {JSON: one, NDJSON: one}},
        "responses": {
            "200": {
                "description": "It was there; of a stream, a line for each of its lines, in "
                "order. What is answered is on disk.",
                "content": {JSON: stored, NDJSON: lines},
            },
            "201": {"description": "It is new.", "content": {JSON: stored}},
            **refusals(400, 408, 413, 415, 422, 503),
        },
    }


def _label() -> dict[str, Any]:
    return {
        "summary": "Set an editor's yes and no to topics of an article.",
        "parameters": [ID, KEY],
        "requestBody": {"required": True, "content": {JSON: schema(LabelsRequest)}},
        "responses": {
            "200": {
                "description": "All the labels that it has now; they are on disk.",
                "content": {JSON: schema(LabelsReply)},
            },
            **refusals(400, 404, 408, 413, 415, 422, 503),
        },
    }


def _article() -> dict[str, Any]:
    found = get("An article of the archive, with its labels.", ArticleReply)
    found["responses"] |= refusals(404, 503)
    return {**found, "parameters": [ID]}


def _forget() -> dict[str, Any]:
    what = "Delete an article, its labels and what was served of it, for good."
    found = get(what, ForgottenReply)
    found["responses"] |= refusals(503)
    return {**found, "parameters": [ID]}


def _review() -> dict[str, Any]:
    found = get("The archive's articles whose labels would teach most.", ReviewReply)
    found["responses"] |= refusals(400, 503)
    return {**found, "parameters": parameters(ReviewQuery)}


def _retraining() -> dict[str, Any]:
    retrain, newest = {"post": _retrain()}, get("The newest jobs, newest first.", JobsReply)
    newest["responses"] |= refusals(400, 503)
    newest["parameters"] = parameters(JobsQuery)
    job = get("A job: how far it is, and what came of it.", JobReply)
    job["responses"] |= refusals(404, 503)
    paths = {"/retrain": retrain, "/jobs": {"get": newest}}
    paths["/jobs/{id}"] = {"get": {**job, "parameters": [ID]}}
    return paths | {f"/v1{path}": found for path, found in paths.items()}


def _retrain() -> dict[str, Any]:
    return {
        "summary": "Retrain from the archive; another process does it.",
        "requestBody": {"required": False, "content": {JSON: schema(RetrainRequest)}},
        "responses": {
            "202": {
                "description": "The job, which waits or is under way; Location says where it is.",
                "content": {JSON: schema(JobReply)},
                "headers": {"Location": {"schema": {"type": "string"}}},
            },
            **refusals(400, 408, 413, 415, 422, 503),
        },
    }


def _versions() -> dict[str, Any]:
    every = get("The trained versions, and which of them serves.", VersionsReply)
    one = get("A version, or the champion: its figures, and when it served.", VersionDetail)
    for found, statuses in ((every, (409, 503)), (one, (404, 409, 503))):
        found["responses"] |= refusals(*statuses)
    promote = _change("Have a version serve, if the gate passed it.", PromoteRequest, 404)
    paths = {
        "/models": {"get": every},
        "/models/{version}": {"get": one, "parameters": [VERSION]},
        "/models/{version}/promote": {**promote, "parameters": [VERSION]},
        "/models/rollback": _change("Return to the champion before.", RollbackRequest),
    }
    return paths | {f"/v1{path}": found for path, found in paths.items()}


def _change(summary: str, sent: type[BaseModel], *statuses: int) -> dict[str, Any]:
    found = get(summary, ChangeReply)
    found["requestBody"] = {"required": True, "content": {JSON: schema(sent)}}
    found["responses"] |= refusals(400, *statuses, 408, 409, 413, 415, 503)
    return {"post": found}


def _metrics() -> dict[str, Any]:
    return operation("What the service has done, in Prometheus' text format.", {PLAIN: TEXT})
