"""The HTTP face: each status by name, and the schema that promises them."""

import json
import re
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate

from copytaster.model.tagger import Tagger
from copytaster.service.app import create_app
from copytaster.service.schemas import ArticleRequest, Problem, TaggingReply
from tests.foreign import FOREIGN


@pytest.fixture
def client(small_tagger: Tagger) -> FlaskClient:
    """A client of a fresh application."""
    return create_app(small_tagger).test_client()


def test_a_reply_has_what_the_design_promises(client: FlaskClient, small_tagger: Tagger) -> None:
    reply = client.post(
        "/tag?explain=1",
        json={"id": "a1", "text": "A tariff on steel.", "language": "en", "headline": "Tariff"},
    )
    document = reply.get_json()
    assert list(document) == ["id", "model", "language", "known", "review", "tags"]
    assert (document["id"], document["model"]) == ("a1", small_tagger.version)
    (tag,) = document["tags"]
    assert list(tag) == ["topic", "name", "uri", "confidence", "tier", "evidence"]
    first = tag["evidence"][0]
    assert (first["term"], first["spans"], first["headline_spans"]) == (
        "tariff",
        [[2, 8]],
        [[0, 6]],
    )


def test_evidence_is_left_out_unless_asked_for(client: FlaskClient) -> None:
    tags = client.post("/tag", json={"text": "A tariff"}).get_json()["tags"]
    assert tags
    assert all("evidence" not in tag for tag in tags)


def test_all_and_limit(client: FlaskClient) -> None:
    text = "A late goal: the striker scored and won the cup for the club."
    tags = client.post("/tag?all=1", json={"text": text}).get_json()["tags"]
    assert [tag["tier"] for tag in tags].count(None) >= 1
    assert len(tags) == 3
    assert len(client.post("/tag?all=true&limit=2", json={"text": "A"}).get_json()["tags"]) == 2


def test_an_article_in_another_language_says_so(client: FlaskClient) -> None:
    headline, text = FOREIGN["de"]
    reply = client.post("/tag", json={"headline": headline, "text": text}).get_json()
    assert (reply["language"], reply["review"]) == ("de", "language")
    reply = client.post("/tag", json={"text": "A tariff", "language": "de-AT"}).get_json()
    assert (reply["language"], reply["review"]) == ("de-AT", "language")


def test_an_article_without_a_tag_says_why_and_another_says_nothing(
    default_tagger: Tagger,
) -> None:
    client = create_app(default_tagger).test_client()
    for query in ("", "?all=1"):
        reply = client.post(f"/tag{query}", json={"text": "qqzz ppyy"}).get_json()
        assert reply["review"] == "unfamiliar text"
    reply = client.post("/tag", json={"text": "The elected senators of Taiwan."}).get_json()
    assert reply["review"] is None
    assert reply["tags"]


def test_plain_text_is_an_article(client: FlaskClient) -> None:
    reply = client.post(
        "/tag", data="Der Zoll: tariff Ä", content_type="text/plain; charset=latin-1"
    )
    assert reply.status_code == 200
    reply = client.post("/tag", data=b"A tariff", content_type="text/plain")
    assert reply.get_json()["tags"][0]["topic"] == "trade"


PROBLEMS: dict[str, tuple[dict[str, Any], int, str]] = {
    "no text": ({"json": {}}, 400, "text: Field required"),
    "wrong type": ({"json": {"text": 3}}, 400, "text: Input should be a valid string"),
    "null text": ({"json": {"text": None}}, 400, "text: "),
    "bad date": ({"json": {"text": "x", "published": "soon"}}, 400, "published: "),
    "bad language": ({"json": {"text": "x", "language": "the English"}}, 400, "language: "),
    "no JSON": ({"data": "{", "content_type": "application/json"}, 400, "body: Invalid JSON"),
    "an array": ({"json": ["x"]}, 400, "body: "),
    "surrogate": (
        {"data": '{"text":"\\ud800"}', "content_type": "application/json"},
        400,
        "body: ",
    ),
    "not UTF-8": ({"data": b"caf\xe9", "content_type": "text/plain"}, 400, "Byte 4 of the body"),
    "not UTF-8 JSON": (
        {"data": b'{"text":"\xe9"}', "content_type": "application/json"},
        400,
        "body: ",
    ),
    "limit": ({"json": {"text": "x"}, "query_string": "limit=0"}, 400, "limit: "),
    "explain": ({"json": {"text": "x"}, "query_string": "explain=maybe"}, 400, "explain: "),
    "twice": ({"json": {"text": "x"}, "query_string": "limit=1&limit=2"}, 400, "limit: is given 2"),
    "float id": ({"json": {"text": "x", "id": 1.5}}, 400, "id: "),
    "unknown": ({"json": {"text": "x"}, "query_string": "explian=1"}, 400, "explian: Extra"),
    "form": ({"data": {"text": "x"}}, 415, "send application/json or text/plain"),
    "no type": ({"data": b"x"}, 415, "Content-Type is missing"),
    "huge id": (
        {"data": '{"text":"x","id":' + "9" * 5000 + "}", "content_type": "application/json"},
        400,
        "",
    ),
    "codec": ({"data": b"x", "content_type": "text/plain; charset=undefined"}, 415, "send UTF-8"),
    "charset": ({"data": b"x", "content_type": "text/plain; charset=klingon"}, 415, "'klingon'"),
    "blank": ({"json": {"text": " \n", "headline": ""}}, 422, "nothing to tag"),
    "empty": ({"data": b"", "content_type": "text/plain"}, 422, "nothing to tag"),
}


@pytest.mark.parametrize(("request_", "status", "detail"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_a_bad_request_gets_a_problem_that_names_what_is_wrong(
    client: FlaskClient, request_: dict[str, Any], status: int, detail: str
) -> None:
    reply = client.post("/tag", **request_)
    assert reply.status_code == status
    assert reply.mimetype == "application/problem+json"
    problem = Problem.model_validate_json(reply.data)
    assert problem.status == status
    assert detail in problem.detail


def test_a_field_problem_is_listed_by_field(client: FlaskClient) -> None:
    problem = client.post("/tag", json={"headline": 1}).get_json()
    assert [error["field"] for error in problem["errors"]] == ["text", "headline"]


def test_a_wrong_path_and_a_wrong_method_are_problems_too(client: FlaskClient) -> None:
    missing = client.get("/tags")
    assert (missing.status_code, missing.mimetype) == (404, "application/problem+json")
    wrong = client.get("/tag")
    assert (wrong.status_code, wrong.mimetype) == (405, "application/problem+json")
    assert "POST" in wrong.headers["Allow"]


def test_a_fault_of_ours_is_a_problem_without_its_insides(
    small_tagger: Tagger, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(small_tagger)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(small_tagger.scorer, "read", fail)
    reply = app.test_client().post("/tag", json={"text": "x"})
    assert (reply.status_code, reply.mimetype) == (500, "application/problem+json")
    assert "secret" not in reply.text


def test_topics_say_from_which_confidence_they_are_tags(client: FlaskClient) -> None:
    document = client.get("/topics").get_json()
    assert [topic["topic"] for topic in document["topics"]] == ["trade", "sport", "travel"]
    assert document["topics"][1]["uri"].endswith("15000000")
    assert all(0 <= topic["suggest_from"] <= 1 for topic in document["topics"])
    assert document == client.get("/v1/topics").get_json()


def test_health_and_readiness(client: FlaskClient, small_tagger: Tagger) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    ready = client.get("/readyz").get_json()
    assert (ready["model"], ready["languages"]) == (small_tagger.version, ["en"])


def test_the_openapi_document_is_valid_and_lists_every_route(
    client: FlaskClient, small_tagger: Tagger
) -> None:
    document = client.get("/openapi.json").get_json()
    validate(document)
    served = {
        re.sub(r"<(path:)?identifier>", "{id}", str(rule)).replace("<version>", "{version}")
        for rule in create_app(small_tagger).url_map.iter_rules()
        if not str(rule).startswith(("/docs", "/openapi"))
    }
    assert set(document["paths"]) == served
    parameters = document["paths"]["/tag"]["post"]["parameters"]
    assert {parameter["name"] for parameter in parameters} == {"explain", "limit", "all"}


def test_a_real_reply_fits_its_published_schema(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    schema = {"$ref": "#/components/schemas/TaggingReply", "components": document["components"]}
    for path in ("/tag", "/tag?explain=1", "/tag?all=1"):
        jsonschema.validate(client.post(path, json={"text": "A tariff"}).get_json(), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"tags": 1}, schema)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
BODIES = st.one_of(
    st.binary(max_size=80),
    JSON_VALUES.map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries(
        {"text": st.text(max_size=60)},
        optional=dict.fromkeys(list(ArticleRequest.model_fields)[1:], JSON_VALUES),
    ).map(lambda value: json.dumps(value).encode()),
)


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    body=BODIES,
    kind=st.sampled_from(["application/json", "text/plain", "text/plain; charset=utf-16", "x/y"]),
    query=st.sampled_from(["", "explain=1", "all=1", "limit=1", "limit=-1", "a=b", "limit=x"]),
)
def test_no_request_gets_a_status_that_is_not_declared(
    client: FlaskClient, body: bytes, kind: str, query: str
) -> None:
    reply = client.post("/tag", data=body, content_type=kind, query_string=query)
    assert reply.status_code in {200, 400, 413, 415, 422}
    if reply.status_code == 200:
        TaggingReply.model_validate_json(reply.data)
    else:
        assert Problem.model_validate_json(reply.data).status == reply.status_code


def test_the_short_way_and_flask_say_the_same(small_tagger: Tagger) -> None:
    app = create_app(small_tagger)
    body = json.dumps({"id": "é", "headline": "Tariff", "text": "A tariff on steel."})
    for query in ("", "explain=1", "all=1&limit=2", "all=1&explain=true"):
        short, flask = (
            app.test_client().post("/tag", data=body, content_type=kind, query_string=query)
            for kind in ("application/json", "application/json; charset=utf-8")
        )
        assert short.data == flask.data
        assert (short.status, short.content_type) == (flask.status, flask.content_type)
        TaggingReply.model_validate_json(short.data, strict=True)


def test_an_application_with_hooks_of_flask_has_no_short_way(small_tagger: Tagger) -> None:
    app = create_app(small_tagger)
    app.before_request(lambda: ("no", 403))
    assert app.test_client().post("/tag", json={"text": "A tariff"}).status_code == 403


def test_every_answer_has_an_id(client: FlaskClient) -> None:
    for reply in (client.post("/tag", json={"text": "A tariff"}), client.get("/nowhere")):
        assert len(reply.headers["X-Request-Id"]) == 16
