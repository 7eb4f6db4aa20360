"""What serves is swapped whole, let go, and refused where it does not prove itself."""

import gc
import logging
import shutil
import weakref
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

import pytest

from copytaster.model.manifest import NAME, Manifest
from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from copytaster.service.app import create_app
from copytaster.service.live import Live
from copytaster.service.metrics import MORE, REFUSALS, SWAPS, Metrics
from copytaster.service.schemas import ArticleRequest, TagQuery
from copytaster.service.settings import Settings
from copytaster.service.watch import Watch
from tests.service import versions

A, B = "2026-02-01-a", "2026-02-02-b"
ARTICLE = {"text": "The tariff on steel", "language": "en"}


@pytest.fixture
def models(small_models: Path, tmp_path: Path) -> Path:
    """A models folder of its own, with two further versions."""
    root = Path(shutil.copytree(small_models, tmp_path / "models"))
    for version, name in ((A, "commerce"), (B, "business")):
        versions.make(root / name_of(small_models), version, {"trade": name})
    return root


@pytest.fixture
def live(models: Path) -> Live:
    """The small tagger, live."""
    return Live(Tagger.load(models / name_of(models)), Metrics(1))


@pytest.fixture
def watch(live: Live, models: Path) -> Watch:
    """Looks only when it is told to."""
    return Watch(live, Registry(models))


def name_of(models: Path) -> str:
    return Registry(models).champion() or ""


def test_every_route_takes_what_serves_at_its_beginning(
    live: Live, watch: Watch, models: Path
) -> None:
    client = create_app(live).test_client()
    first = name_of(models)
    for version, topic in ((first, "trade"), (A, "commerce"), (B, "business"), (first, "trade")):
        versions.point(models, version)
        watch.look()
        for query in ("", "?explain=1"):
            reply = client.post(f"/tag{query}", json=ARTICLE).get_json()
            assert (reply["model"], reply["tags"][0]["topic"]) == (version, topic)
        assert client.get("/topics").get_json()["model"] == version
        ready = client.get("/readyz").get_json()
        assert (ready["model"], ready["champion"], ready["refused"]) == (version, version, None)
    totals = live.metrics.totals()
    assert [totals["tag", name, "suggest"] for name in ("trade", "commerce", "business")] == [
        4,
        2,
        2,
    ]
    assert totals[SWAPS] == 3


def test_feedback_knows_the_topics_that_serve_now(
    live: Live, watch: Watch, models: Path, tmp_path: Path
) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'archive.db'}")
    app = create_app(live, settings)
    client = app.test_client()
    sent = {"id": "a", "text": "The tariff on steel", "topics": ["commerce"]}
    assert client.post("/articles", json=sent).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    versions.point(models, A)
    watch.look()
    assert client.post("/articles", json=sent).status_code == HTTPStatus.CREATED
    app.extensions["teaching"].close()


def test_thirty_swaps_leave_one_tagger_in_memory(live: Live, watch: Watch, models: Path) -> None:
    client = create_app(live).test_client()
    served = []
    gc.disable()  # nothing of a tagger may wait for the collector, from which workers hide much
    try:
        for turn in range(30):
            versions.point(models, (A, B)[turn % 2])
            watch.look()
            client.post("/tag?explain=1", json=ARTICLE)
            served.append(weakref.ref(live.now.tagger))
        watch.look()
    finally:
        gc.enable()
    assert [tagger() is not None for tagger in served] == [False] * 29 + [True]


def test_a_tagger_is_kept_while_a_request_holds_it(live: Live, watch: Watch, models: Path) -> None:
    held, first = live.now, name_of(models)
    versions.point(models, A)
    watch.look()
    watch.look()
    (reply,) = held.replier.reply([ArticleRequest(**ARTICLE)], TagQuery()).every
    assert f'"model":"{first}"'.encode() in reply
    assert live.now.tagger.version == A


def test_a_refused_version_is_tried_again_only_when_its_files_change(
    live: Live,
    watch: Watch,
    models: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    loaded: list[str] = []
    load = Tagger.load

    def noted(folder: Path, key: bytes | None = None) -> Tagger:
        loaded.append(folder.name)
        return load(folder, key)

    monkeypatch.setattr(Tagger, "load", noted)
    first = name_of(models)
    whole = (models / A / "tagger.joblib").read_bytes()
    versions.damage(models / A)
    versions.point(models, A)
    for _ in range(5):
        watch.look()
    assert loaded == [A]
    assert live.metrics.totals()[REFUSALS] == 1
    assert live.now.tagger.version == first
    lines = [record.message for record in caplog.records if record.levelno == logging.ERROR]
    assert len(lines) == 1
    assert f"{first} serves on; the champion is refused: " in lines[0]
    assert f"{A}/tagger.joblib" in lines[0]
    assert live.refused is not None
    assert live.refused.why.startswith("tagger.joblib: is damaged")
    assert str(models) not in live.refused.why
    (models / A / "tagger.joblib").write_bytes(whole)
    watch.look()
    watch.look()
    assert loaded == [A, A]
    assert live.now.tagger.version == A
    assert live.refused is None


@pytest.mark.parametrize("name", ["../elsewhere", "nowhere", "", ".hidden"])
def test_a_pointer_that_names_nothing_is_said_and_changes_nothing(
    live: Live, watch: Watch, models: Path, name: str
) -> None:
    before = live.now
    versions.point(models, name)
    watch.look()
    assert live.refused is not None
    assert live.refused.version is live.champion is None
    assert "no such version" in live.refused.why
    assert live.now is before


def test_a_registry_that_is_gone_changes_nothing(live: Live, watch: Watch, models: Path) -> None:
    before = live.now
    shutil.rmtree(models)
    watch.look()
    assert (live.now, live.champion, live.refused) == (before, None, None)


def test_a_version_whose_loading_fails_in_any_way_is_refused(
    live: Live, watch: Watch, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Tagger:
        raise MemoryError("no room")

    monkeypatch.setattr(Tagger, "load", fail)
    versions.point(models, A)
    watch.look()
    assert live.refused is not None
    assert (live.refused.version, live.refused.why) == (A, "MemoryError('no room')")


def test_topics_beyond_the_room_are_counted_together(small_tagger: Tagger, models: Path) -> None:
    live = Live(small_tagger, Metrics(1, room=4))
    watch = Watch(live, Registry(models))
    client = create_app(live).test_client()
    for version in (A, B):
        versions.point(models, version)
        watch.look()
        assert client.post("/tag", json=ARTICLE).status_code == HTTPStatus.OK
    totals = live.metrics.totals()
    assert totals["tag", "commerce", "suggest"] == totals["tag", MORE, "suggest"] == 1
    text = client.get("/metrics").text
    assert 'copytaster_tags_total{topic="(more)",tier="suggest"} 1\n' in text
    assert "business" not in text


def test_a_version_whose_topics_cannot_be_listed_never_serves(
    live: Live, watch: Watch, models: Path
) -> None:
    first = name_of(models)
    manifest = Manifest.load(models / A / NAME)
    topics = {slug: {**one, "f1": 1.2} for slug, one in manifest.metrics["topics"].items()}
    odd = "2026-02-03-c"
    versions.save(replace(manifest, version=odd, metrics={"topics": topics}), models / A)
    versions.point(models, odd)
    watch.look()
    assert live.now.name == first
    assert live.refused is not None
    watch.look()
    assert live.refused is not None
    client = create_app(live).test_client()
    assert client.get("/topics").get_json()["model"] == live.now.tagger.version
