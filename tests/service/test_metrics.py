"""What the service counts, and how it says so."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from copytaster.model.tagger import Tagger
from copytaster.service.app import create_app
from copytaster.service.metrics import Metrics, route_of
from tests.service.running import serving


@pytest.fixture
def client(small_tagger: Tagger) -> FlaskClient:
    """A client of a fresh application."""
    return create_app(small_tagger).test_client()


def samples(text: str) -> dict[str, float]:
    return {
        name: float(value)
        for name, value in (line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")
    }


def test_requests_articles_and_tags_are_counted(client: FlaskClient, small_tagger: Tagger) -> None:
    assert client.post("/tag", json={"text": "A tariff"}).status_code == 200
    assert client.post("/v1/tag", json={"text": "A tariff"}).status_code == 200
    assert client.post("/tag", json={}).status_code == 400
    assert client.get("/nowhere").status_code == 404
    assert client.post("/tag", json={"text": "x", "language": "de"}).status_code == 200
    reply = client.get("/metrics")
    assert reply.content_type == "text/plain; version=0.0.4; charset=utf-8"
    found = samples(reply.text)
    assert found['copytaster_requests_total{route="/tag",status="200"}'] == 3
    assert found['copytaster_requests_total{route="/tag",status="400"}'] == 1
    assert found['copytaster_requests_total{route="other",status="404"}'] == 1
    assert found["copytaster_articles_total"] == 3
    assert found['copytaster_tags_total{topic="trade",tier="suggest"}'] >= 2
    assert found['copytaster_reviews_total{review="language"}'] == 1
    assert found["copytaster_requests_in_flight"] == 1  # the one that asks
    assert found[f'copytaster_model_info{{version="{small_tagger.version}"}}'] == 1


def test_the_text_is_what_prometheus_reads(client: FlaskClient) -> None:
    client.post("/tag", json={"text": "A tariff"})
    sample = re.compile(r'copytaster_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+')
    families: dict[str, str] = {}
    for line in client.get("/metrics").text.splitlines():
        if line.startswith("# TYPE "):
            families[line.split()[2]] = line.split()[3]
        elif not line.startswith("# HELP "):
            assert sample.fullmatch(line), line
            name = re.sub(r"_(bucket|sum|count)$", "", line.split("{")[0].split()[0])
            assert name in families


def test_a_histogram_counts_up_to_its_count(client: FlaskClient) -> None:
    for _ in range(5):
        client.post("/tag", json={"text": "A tariff"})
    found = samples(client.get("/metrics").text)
    prefix = 'copytaster_request_seconds_bucket{route="/tag"'
    buckets = [value for name, value in found.items() if name.startswith(prefix)]
    assert buckets == sorted(buckets)
    assert buckets[-1] == found['copytaster_request_seconds_count{route="/tag"}'] == 5
    assert found['copytaster_request_seconds_sum{route="/tag"}'] > 0


def test_a_status_that_has_no_counter_is_counted_as_other() -> None:
    metrics = Metrics(1)
    metrics.begin()
    metrics.end("/tag", 418, 0.1)
    assert metrics.totals()["request", "/tag", 0] == 1


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/v1/tag", "/tag"),
        ("/docs/index.css", "/docs"),
        ("/docsx", "other"),
        ("/v1", "other"),
        ("/v1/articles/2026/a1/labels", "/articles"),
        ("/models/rollback", "/models"),
        ("/tag/x", "other"),
    ],
)
def test_a_path_is_counted_under_its_route(path: str, route: str) -> None:
    assert route_of(path) == route


def test_any_of_several_workers_tells_what_all_have_done(small_models: Path) -> None:
    with serving(small_models, COPYTASTER_WORKERS="3") as running:
        for _ in range(60):
            assert running.post("/tag", b'{"text": "A tariff"}')[0] == 200
        name = 'copytaster_requests_total{route="/tag",status="200"}'
        for _ in range(10):
            found = samples(running.get("/metrics")[1].decode())
            assert (found[name], found["copytaster_articles_total"]) == (60, 60)
        assert 1 < found["copytaster_workers"] <= 3
