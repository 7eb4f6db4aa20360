"""The OpenAPI document, built from the schemas that validate."""

from functools import cache
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from pydantic_core import to_json

from copytaster.service.articles import JSON, NDJSON, PLAIN
from copytaster.service.problems import MIMETYPE
from copytaster.service.schemas import (
    ArticleRequest,
    HealthReply,
    LineProblem,
    Problem,
    ReadyReply,
    TaggingReply,
    TagQuery,
    TopicsReply,
)

_MODELS = (
    ArticleRequest,
    HealthReply,
    LineProblem,
    Problem,
    ReadyReply,
    TaggingReply,
    TopicsReply,
)
_PLACE = "#/components/schemas/{model}"
_PROBLEMS = {
    400: "A field or parameter is wrong; the document names it.",
    408: "The body did not come in time.",
    413: "The body is larger than the limit; the document names it.",
    415: "The Content-Type is not one that is understood.",
    422: "There is no word to tag.",
}
_TEXT = {"schema": {"type": "string"}}


@cache
def text() -> bytes:
    """Return the document as JSON; put together when it is first asked for, which takes 10 ms."""
    return to_json(document())


def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    tag = {"post": _tag()}
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
    problems = {
        str(status): {"description": why, "content": {MIMETYPE: _schema(Problem)}}
        for status, why in _PROBLEMS.items()
    }
    return {
        "summary": "Tag an article, or a stream of articles, one a line.",
        "parameters": _parameters(),
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
            **problems,
        },
    }


def _parameters() -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "description": schema.pop("description"), "schema": schema}
        for name, schema in TagQuery.model_json_schema()["properties"].items()
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
