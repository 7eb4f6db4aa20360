"""Versions over HTTP: what is told of them, and who may have which of them serve."""

import json
import shutil
import threading
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from copytaster.cli.main import cli
from copytaster.model.registry import VERDICT, Registry
from copytaster.model.tagger import Tagger
from copytaster.service.app import create_app
from copytaster.service.keys import KeyFile
from copytaster.service.live import Live, Refusal
from copytaster.service.metrics import Metrics
from copytaster.service.versions import ChangeReply, VersionDetail
from tests.service import versions
from tests.service.running import Running, serving
from tests.service.test_swap import champion, ready, until

A, B = "2026-02-01-a", "2026-02-02-b"


@pytest.fixture
def models(small_models: Path, tmp_path: Path) -> Path:
    """A models folder of its own, with two further versions; the small tagger is the champion."""
    root = Path(shutil.copytree(small_models, tmp_path / "models"))
    first = root / champion(root)
    for version, name in ((A, "commerce"), (B, "business")):
        versions.make(first, version, {"trade": name})
    return root


@pytest.fixture
def live(small_tagger: Tagger) -> Live:
    """What serves."""
    return Live(small_tagger, Metrics(1))


@pytest.fixture
def client(live: Live, models: Path) -> FlaskClient:
    """A client of a service over the models folder."""
    return create_app(live, registry=Registry(models)).test_client()


def judge(models: Path, version: str, **verdict: object) -> None:
    """Have the gate say *verdict* of *version*."""
    (models / version / VERDICT).write_text(json.dumps(verdict))


def promoted(client: FlaskClient, version: str, **sent: object) -> tuple[int, dict[str, Any]]:
    """Ask for a promotion; return status and reply."""
    reply = client.post(f"/models/{version}/promote", json={"why": "better", **sent})
    return reply.status_code, reply.get_json()


def test_the_list_tells_what_the_command_tells_and_what_serves(
    client: FlaskClient, live: Live, models: Path
) -> None:
    judge(models, A, promote=False, champion="x", words=["one", "two", "three", "four"])
    (models / "0000-broken").mkdir()
    (models / "0000-broken" / "manifest.json").write_text("{")
    found = client.get("/models").get_json()
    assert found == client.get("/v1/models").get_json()
    shell = CliRunner().invoke(cli, ["models", "list", "--json", "--models", str(models)])
    told = json.loads(shell.stdout)
    serves = {one["version"]: one.pop("serves") for one in found["versions"]}
    for one in (*found["versions"], *told["versions"]):
        for name in ("saved", "since", "until"):
            one[name] = one[name] and one[name].removesuffix("+00:00").removesuffix("Z")
    assert (found["champion"], found["versions"]) == (told["champion"], told["versions"])
    first = live.now.name
    assert serves == {first: True, A: False, B: False, "0000-broken": False}
    rows = {one["version"]: one for one in found["versions"]}
    assert rows[first]["digest"].startswith(first.rsplit("-", 1)[1])
    assert (rows[first]["articles"], rows[first]["languages"]) == (24, ["en"])
    assert rows[A]["verdict"]["words"] == ["one", "two", "three"]
    assert "is damaged" in rows["0000-broken"]["problem"]
    assert found["refused"] is None
    live.refused = Refusal(A, "it is damaged")
    refused = client.get("/models").get_json()["refused"]
    assert refused == {"version": A, "why": "it is damaged"}


def test_one_version_has_its_topics_its_verdict_and_when_it_served(
    client: FlaskClient, live: Live, models: Path
) -> None:
    Registry(models).promote(A, by="ana", why="better")
    judge(models, A, promote=True, words=["one", "two", "three", "four"])
    found = client.get(f"/models/{A}").get_json()
    VersionDetail.model_validate(found)
    assert found == client.get("/models/champion").get_json()
    assert [one["topic"] for one in found["figures"]] == ["commerce", "sport", "travel"]
    assert all(0 <= one["f1"] <= 1 for one in found["figures"])
    assert found["settings"]["headline_weight"]
    assert found["words"] == ["one", "two", "three", "four"]
    (entry,) = found["history"]
    assert (entry["by"], entry["why"], entry["kind"]) == ("ana", "better", "promote")
    old = client.get(f"/models/{live.now.name}").get_json()
    assert (old["champion"], old["serves"], old["judged"]) == (False, True, None)
    assert old["until"] is not None


def test_a_damaged_version_is_told_with_what_is_wrong(client: FlaskClient, models: Path) -> None:
    (models / A / "manifest.json").write_text("{")
    found = client.get(f"/models/{A}").get_json()
    assert found["problem"].startswith("manifest.json: is damaged")
    assert (found["figures"], found["settings"], found["micro_f1"]) == ([], {}, None)


def test_a_verdict_that_somebody_wrote_by_hand_is_told_as_far_as_it_can_be(
    client: FlaskClient, models: Path
) -> None:
    for words, told in (("passed", []), ([1, None], ["1", "None"])):
        judge(models, A, promote=True, words=words)
        found = client.get(f"/models/{A}").get_json()
        assert (found["judged"], found["words"]) == (True, told)
    judge(models, A, words=["no ruling"])
    found = client.get(f"/models/{A}").get_json()
    assert (found["judged"], found["words"]) == (None, [])
    assert "does not say whether to promote" in found["problem"]


def test_an_unknown_version_is_named_with_those_of_a_like_name(client: FlaskClient) -> None:
    for reply in (
        client.get("/models/2026-02-01-b"),
        client.post("/models/2026-02-01-b/promote", json={"why": "x"}),
    ):
        assert reply.status_code == HTTPStatus.NOT_FOUND
        assert A in reply.get_json()["detail"]
    reply = client.get("/models/..")
    assert "GET /models lists" in reply.get_json()["detail"]


@pytest.mark.parametrize(
    ("verdict", "objection"),
    [
        (None, f"the gate has not judged {A}"),
        ({"promote": False}, f"the gate refused {A}"),
        ({"promote": True, "champion": "2020-x"}, "the gate compared with 2020-x, not with"),
    ],
)
def test_what_the_gate_did_not_pass_needs_force_which_is_recorded(
    client: FlaskClient, models: Path, verdict: dict[str, object] | None, objection: str
) -> None:
    if verdict is not None:
        judge(models, A, **verdict)
    before = champion(models)
    status, problem = promoted(client, A)
    assert status == HTTPStatus.CONFLICT
    assert objection in problem["detail"]
    assert '"force": true' in problem["detail"]
    assert champion(models) == before
    status, reply = promoted(client, A, force=True, by="ana")
    assert (status, champion(models)) == (HTTPStatus.OK, A)
    ChangeReply.model_validate(reply)
    assert (reply["champion"], reply["before"], reply["changed"]) == (A, before, True)
    entry = Registry(models).history().entries[-1]
    assert reply["entry"]["forced"] is entry.forced is True
    assert reply["entry"]["by"] == entry.by == "ana (http)"
    assert reply["entry"]["verdict"] == entry.verdict == verdict


def test_what_the_gate_passed_needs_no_force_and_again_it_changes_nothing(
    client: FlaskClient, models: Path
) -> None:
    before = champion(models)
    judge(models, A, promote=True, champion=before)
    status, reply = promoted(client, A, **{"from": before})
    assert (status, reply["entry"]["forced"], reply["entry"]["by"]) == (200, False, "http")
    assert "within two seconds" in reply["detail"]
    status, again = promoted(client, A, **{"from": before})
    assert (status, again["changed"], again["before"]) == (200, False, A)
    assert "is the champion already" in again["detail"]
    assert again["entry"] == reply["entry"]
    assert len(Registry(models).history().entries) == 2


def test_rolling_back_twice_by_mistake_is_told_from_going_two_back(
    client: FlaskClient, models: Path
) -> None:
    first = champion(models)
    for version in (A, B):
        promoted(client, version, force=True)
    sent = {"why": "tags court stories as sport", "from": B}
    reply = client.post("/models/rollback", json=sent)
    assert reply.status_code == HTTPStatus.OK
    assert (reply.get_json()["champion"], reply.get_json()["before"]) == (A, B)
    assert f"{A} serves again, in the place of {B}." in reply.get_json()["detail"]
    again = client.post("/models/rollback", json=sent)
    assert again.status_code == HTTPStatus.CONFLICT
    assert again.get_json()["detail"] == f"{A} is the champion, not {B}; nothing was changed."
    assert client.post("/v1/models/rollback", json={"why": "worse"}).get_json()["champion"] == first
    last = client.post("/models/rollback", json={"why": "worse"})
    assert last.status_code == HTTPStatus.CONFLICT
    assert f"nothing served before {first}" in last.get_json()["detail"]
    assert champion(models) == first


def test_a_version_that_does_not_prove_itself_is_not_promoted_and_no_path_is_told(
    client: FlaskClient, models: Path
) -> None:
    versions.damage(models / A)
    status, problem = promoted(client, A, force=True)
    assert status == HTTPStatus.CONFLICT
    assert problem["detail"].startswith("tagger.joblib: is damaged")
    assert str(models) not in problem["detail"]
    assert champion(models) != A


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "why"),
        ({"why": " "}, "why"),
        ({"why": "x", "force": "yes"}, "force"),
        ({"why": "x", "forced": True}, "forced"),
        ({"why": "x", "from": 1}, "from"),
        ([], "body"),
    ],
)
def test_what_cannot_be_asked_is_named(client: FlaskClient, sent: object, field: str) -> None:
    reply = client.post(f"/models/{A}/promote", json=sent)
    assert (reply.status_code, reply.get_json()["errors"][0]["field"]) == (400, field)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
@pytest.mark.parametrize("path", [f"/models/{A}/promote", "/models/rollback"])
def test_a_page_of_another_site_can_change_nothing(
    client: FlaskClient, models: Path, path: str, kind: str
) -> None:
    promoted(client, B, force=True)
    body = b'{"why": "x", "force": true}'
    headers = {"Origin": "https://example.org"}
    reply = client.post(path, data=body, content_type=kind, headers=headers)
    assert reply.status_code == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    asked = client.options(path, headers={**headers, "Access-Control-Request-Method": "POST"})
    assert not [name for name, _ in asked.headers if name.startswith("Access-Control")]
    assert champion(models) == B


def test_without_a_folder_of_versions_that_is_said(small_tagger: Tagger, tmp_path: Path) -> None:
    reply = create_app(small_tagger).test_client().get("/models")
    assert reply.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert "no folder of versions" in reply.get_json()["detail"]
    gone = create_app(small_tagger, registry=Registry(tmp_path / "gone")).test_client()
    found = gone.get("/models").get_json()
    assert found == {"champion": None, "refused": None, "versions": []}
    assert gone.post(f"/models/{A}/promote", json={"why": "x"}).status_code == HTTPStatus.NOT_FOUND
    assert gone.post("/models/rollback", json={"why": "x"}).status_code == HTTPStatus.CONFLICT


def test_a_folder_that_cannot_be_written_is_a_problem_that_says_so(
    client: FlaskClient, models: Path
) -> None:
    before = champion(models)
    # Not even root can take a folder for the lock's file; nobody else may write the folder either.
    (models / ".lock").unlink(missing_ok=True)
    (models / ".lock").mkdir()
    status, problem = promoted(client, A, force=True)
    assert status == HTTPStatus.SERVICE_UNAVAILABLE
    assert "copytaster models promote" in problem["detail"]
    assert str(models) not in problem["detail"]
    assert champion(models) == before
    assert client.get("/models").status_code == HTTPStatus.OK


@pytest.fixture
def running(models: Path) -> Iterator[Running]:
    """A service of two workers over the models folder."""
    with serving(models, COPYTASTER_WORKERS="2") as found:
        yield found


def ask(running: Running, path: str, **sent: object) -> tuple[int, dict[str, Any]]:
    """Post JSON to a running service."""
    status, reply = running.post(path, json.dumps({"why": "better", **sent}).encode())
    return status, json.loads(reply)


def all_serve(running: Running, version: str) -> bool:
    """Return whether whoever of the workers answers serves *version*."""
    return {str(ready(running)["model"]) for _ in range(20)} == {version}


def test_both_workers_serve_what_is_promoted_and_what_is_returned_to(
    models: Path, running: Running
) -> None:
    first = champion(models)
    judge(models, A, promote=True, champion=first)
    assert ask(running, f"/models/{A}/promote")[0] == HTTPStatus.OK
    until(lambda: all_serve(running, A))
    reply = json.loads(running.post("/tag", b'{"text": "The tariff on steel"}')[1])
    assert (reply["model"], reply["tags"][0]["topic"]) == (A, "commerce")
    status, reply = ask(running, "/models/rollback", **{"from": A})
    assert (status, reply["champion"]) == (HTTPStatus.OK, first)
    until(lambda: all_serve(running, first))


def test_of_promotions_at_the_same_time_each_is_done_whole_or_told_that_it_was_not(
    models: Path, running: Running
) -> None:
    first = champion(models)
    for version in (A, B):
        judge(models, version, promote=True, champion=first)
    answers: list[tuple[int, dict[str, Any]]] = []

    def promote(version: str) -> None:
        answers.append(ask(running, f"/models/{version}/promote"))

    threads = [threading.Thread(target=promote, args=(one,)) for one in (A, B) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = champion(models)
    assert winner in {A, B}
    # Both were judged against the same champion, so that only one of them can follow it.
    history = Registry(models).history().entries
    assert [entry.version for entry in history] == [first, winner]
    assert len(answers) == 8
    for status, reply in answers:
        assert status in {HTTPStatus.OK, HTTPStatus.CONFLICT}
        if status == HTTPStatus.OK:
            assert reply["champion"] == winner
        else:
            assert winner in reply["detail"]
    until(lambda: all_serve(running, winner))


def test_only_a_key_for_administration_promotes_and_its_id_is_kept(models: Path) -> None:
    file = KeyFile(models.parent / "keys.json")
    admin, token = file.create("ops", ["admin"])
    _, reader = file.create("ci", ["train"])
    sent = json.dumps({"why": "better", "force": True, "by": "ana"}).encode()
    path = f"/models/{A}/promote"
    with serving(models, COPYTASTER_WORKERS="1") as running:

        def status(method: str, path: str, token: str, body: bytes | None = None) -> int:
            headers = {"Authorization": f"Bearer {token}"}
            return running.send(method, path, body, "application/json", headers)[0]

        assert running.post(path, sent)[0] == HTTPStatus.UNAUTHORIZED
        assert status("POST", path, reader, sent) == HTTPStatus.FORBIDDEN
        assert status("GET", "/models", reader) == HTTPStatus.OK
        assert status("GET", f"/models/{A}", token) == HTTPStatus.FORBIDDEN
        assert champion(models) != A
        assert status("POST", path, token, sent) == HTTPStatus.OK
    assert Registry(models).history().entries[-1].by == f"ana (key:{admin.id})"
