"""Parts of the OpenAPI document: operations, their parameters and what they answer."""

from typing import Any

from pydantic import BaseModel

from copytaster.service.articles import JSON
from copytaster.service.problems import MIMETYPE
from copytaster.service.schemas import Problem

#: Where the document has its schemas.
PLACE = "#/components/schemas/{model}"
_PROBLEMS = {
    400: "A field or parameter is wrong; the document names it.",
    408: "The body did not come in time.",
    413: "The body is larger than the limit; the document names it.",
    415: "The Content-Type is not one that is understood.",
    404: "There is no such article, job or version.",
    409: "The gate keeps the version from serving, it does not prove itself, nothing served before,"
    " or another version is the champion.",
    422: "There is no word in it, a topic is unknown, or an Idempotency-Key was used before.",
    503: "The archive does not answer, every thread is taken, or the folder of versions cannot be "
    "used; Retry-After says when to come.",
}
#: The content of plain text.
TEXT = {"schema": {"type": "string"}}

#: Of an article, or a job.
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
VERSION = {**ID, "name": "version"}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same reply is given again to the same request, for a day.",
    "schema": {"type": "string", "maxLength": 255},
}


def refusals(*statuses: int) -> dict[str, Any]:
    """Return the responses that are problem documents."""
    content = {MIMETYPE: schema(Problem)}
    return {
        str(status): {"description": _PROBLEMS[status], "content": content} for status in statuses
    }


def parameters(query: type[BaseModel]) -> list[dict[str, Any]]:
    """Return the query parameters that *query* has for fields."""
    return [
        {"name": name, "in": "query", "description": field.pop("description"), "schema": field}
        for name, field in query.model_json_schema()["properties"].items()
    ]


def get(summary: str, reply: type[BaseModel]) -> dict[str, Any]:
    """Return an operation that answers with *reply* as JSON."""
    return operation(summary, {JSON: schema(reply)})


def operation(summary: str, content: dict[str, Any]) -> dict[str, Any]:
    """Return an operation that answers with *content*."""
    good = {"description": summary, "content": content}
    return {"summary": summary, "responses": {"200": good}}


def schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return what a content of the form *model* is."""
    return {"schema": reference(model)}


def reference(model: type[BaseModel]) -> dict[str, str]:
    """Return where the schema of *model* stands in the document."""
    return {"$ref": PLACE.format(model=model.__name__)}
