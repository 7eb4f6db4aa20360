"""The OpenAPI document, built from the schemas that validate."""

from importlib.metadata import version
from typing import Any

from openapi_pydantic import (
    Info,
    MediaType,
    OpenAPI,
    Operation,
    Parameter,
    PathItem,
    Reference,
    RequestBody,
    Response,
    Schema,
)
from openapi_pydantic.util import PydanticSchema, construct_open_api_with_schema_class
from pydantic import BaseModel

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

_PROBLEMS = {
    400: "A field or parameter is wrong; the document names it.",
    408: "The body did not come in time.",
    413: "The body is larger than the limit; the document names it.",
    415: "The Content-Type is not one that is understood.",
    422: "There is no word to tag.",
}


def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    tag = PathItem(post=_tag())
    topics = PathItem(get=_get("The taxonomy, with how well each topic is known.", TopicsReply))
    paths = {
        "/tag": tag,
        "/v1/tag": tag,
        "/topics": topics,
        "/v1/topics": topics,
        "/healthz": PathItem(get=_get("Whether the process runs.", HealthReply)),
        "/metrics": PathItem(get=_metrics()),
        "/readyz": PathItem(get=_get("Whether the tagger is loaded, and which.", ReadyReply)),
    }
    info = Info(title="Copytaster", version=version("copytaster"), summary="Topics for articles.")
    built = construct_open_api_with_schema_class(OpenAPI(info=info, paths=paths))
    found: dict[str, Any] = built.model_dump(mode="json", by_alias=True, exclude_none=True)
    return found


def _tag() -> Operation:
    fields = TagQuery.model_json_schema()["properties"]
    return Operation(
        summary="Tag an article, or a stream of articles, one a line.",
        parameters=[
            Parameter.model_validate(
                {
                    "name": name,
                    "in": "query",
                    "description": schema.pop("description"),
                    "schema": schema,
                }
            )
            for name, schema in fields.items()
        ],
        requestBody=RequestBody(
            required=True,
            content={
                JSON: _media(ArticleRequest),
                PLAIN: MediaType(media_type_schema=Schema(type="string")),
                NDJSON: _media(ArticleRequest),
            },
        ),
        responses={
            "200": Response(
                description="Its tags; of a stream, a line for each of its lines, in order: tags, "
                "or a problem with the line's number.",
                content={JSON: _media(TaggingReply), NDJSON: _either(TaggingReply, LineProblem)},
            ),
            **{
                str(status): Response(description=why, content={MIMETYPE: _media(Problem)})
                for status, why in _PROBLEMS.items()
            },
        },
    )


def _get(summary: str, reply: type[BaseModel]) -> Operation:
    found = Response(description=summary, content={JSON: _media(reply)})
    return Operation(summary=summary, responses={"200": found})


def _metrics() -> Operation:
    what = "What the service has done, in Prometheus' text format."
    text = MediaType(media_type_schema=Schema(type="string"))
    return Operation(
        summary=what, responses={"200": Response(description=what, content={PLAIN: text})}
    )


def _either(*models: type[BaseModel]) -> MediaType:
    schemas: list[Schema | Reference] = [PydanticSchema(schema_class=model) for model in models]
    return MediaType(media_type_schema=Schema(anyOf=schemas))


def _media(model: type[BaseModel]) -> MediaType:
    return MediaType(media_type_schema=PydanticSchema(schema_class=model))
