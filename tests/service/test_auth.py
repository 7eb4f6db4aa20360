"""Access keys: which routes they open, how they are kept, and how soon they count."""

import itertools
import json
import re
import stat
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from copytaster.cli.main import cli
from copytaster.model.errors import SettingsError
from copytaster.model.tagger import Tagger
from copytaster.service.app import create_app
from copytaster.service.auth import scope_of
from copytaster.service.keys import SCOPES, Key, KeyFile, Keyring, Scope
from copytaster.service.server import must_be_closed
from copytaster.service.settings import Settings
from tests.service.running import serving

#: What each route needs; one that is not here fails the test.
NEEDS: dict[str, Scope] = {
    "/tag": "tag",
    "/topics": "tag",
    "/articles": "label",
    "/articles/a1": "label",
    "/articles/a1/labels": "label",
    "/review": "label",
    "/retrain": "train",
    "/jobs": "train",
    "/jobs/a1": "train",
    "/models": "train",
    "/models/a1": "train",
    "/models/a1/promote": "admin",
    "/models/rollback": "admin",
}
#: What anybody may ask.
OPEN = {"/healthz", "/readyz", "/metrics", "/openapi.json"}


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    """A file of keys that is not there yet."""
    return KeyFile(tmp_path / "keys.json")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def routes(app: Flask) -> list[tuple[str, str]]:
    """Return method and an example path of every route."""
    return [
        (
            method,
            re.sub(r"<((path:)?identifier|version)>", "a1", str(rule)).replace("<path:path>", "x"),
        )
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_never_reaches_anothers_route(
    small_tagger: Tagger, file: KeyFile, tmp_path: Path, scope: Scope
) -> None:
    token = file.create("cms", [scope])[1]
    url = f"sqlite:///{tmp_path / 'archive.db'}"
    app = create_app(small_tagger, Settings(keys=file.path, database_url=url))
    reached = set()
    for method, path in routes(app):
        reply = app.test_client().open(path, method=method, headers=bearer(token))
        if path not in OPEN and not path.startswith("/docs"):
            allowed = NEEDS[path.removeprefix("/v1")] == scope
            assert (reply.status_code != 403) == allowed, (method, path)
            reached |= {path} if reply.status_code != 403 else set()
    app.extensions["teaching"].close()
    assert reached


def test_every_route_but_the_open_ones_needs_a_key(small_tagger: Tagger, file: KeyFile) -> None:
    file.create("cms", ["tag"])
    app = create_app(small_tagger, Settings(keys=file.path))
    for method, path in routes(app):
        reply = app.test_client().open(path, method=method)
        needs = path not in OPEN and not path.startswith("/docs")
        assert (reply.status_code == 401) == needs, (method, path)
        if needs:
            assert reply.headers["WWW-Authenticate"].startswith("Bearer")
            assert reply.mimetype == "application/problem+json"


def test_a_forgotten_route_is_closed() -> None:
    assert scope_of("/something/new") == "admin"
    assert scope_of("/tag\n") == "admin"
    assert scope_of("/v1/healthz") == "admin"
    assert scope_of("/models/a1/retire") == "admin"


def test_without_any_key_everybody_may_do_everything(small_tagger: Tagger, file: KeyFile) -> None:
    client = create_app(small_tagger, Settings(keys=file.path)).test_client()
    assert client.post("/tag", json={"text": "A tariff"}).status_code == 200


def test_a_key_opens_its_route_also_where_flask_is_not_asked(
    small_tagger: Tagger, file: KeyFile
) -> None:
    client = create_app(small_tagger, Settings(keys=file.path)).test_client()
    token = file.create("cms", ["tag"])[1]
    client = create_app(small_tagger, Settings(keys=file.path)).test_client()
    sent = {"text": "A tariff"}
    assert client.post("/tag", json=sent).status_code == 401
    assert client.post("/tag", json=sent, headers=bearer(token)).status_code == 200
    assert client.post("/tag", json=sent, headers={"Authorization": f"bearer  {token}"}).json
    for wrong in (token[:-1], token + "x", "ct__", "", "Basic abc", f"xx{token[2:]}"):
        assert client.post("/tag", json=sent, headers=bearer(wrong)).status_code == 401


def test_a_revoked_key_opens_nothing_and_the_service_stays_closed(
    small_tagger: Tagger, file: KeyFile
) -> None:
    key, token = file.create("cms", ["tag"])
    file.revoke(key.id)
    client = create_app(small_tagger, Settings(keys=file.path)).test_client()
    assert client.post("/tag", json={"text": "A"}, headers=bearer(token)).status_code == 401


def test_the_file_holds_no_token_and_is_its_owners_alone(file: KeyFile) -> None:
    key, token = file.create("cms", ["label", "tag"])
    text = file.path.read_text()
    assert token not in text
    assert token.split("_", 2)[2] not in text
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert file.read() == (key,)
    assert key.scopes == ("tag", "label")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"keys": [{}]}', '{"keys": [1]}', "\udcff"])
def test_a_damaged_file_is_named(file: KeyFile, text: str) -> None:
    file.path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(SettingsError, match=r"keys\.json"):
        file.read()


def test_a_file_that_is_damaged_later_leaves_the_keys_as_they_were(
    small_tagger: Tagger, file: KeyFile
) -> None:
    token = file.create("cms", ["tag"])[1]
    client = create_app(small_tagger, Settings(keys=file.path)).test_client()
    file.path.write_text("{")
    time.sleep(1.1)
    sent = {"text": "A tariff"}
    assert client.post("/tag", json=sent, headers=bearer(token)).status_code == 200
    assert client.post("/tag", json=sent).status_code == 401


def test_a_file_that_is_gone_leaves_the_keys_as_they_were(
    small_tagger: Tagger, file: KeyFile
) -> None:
    token = file.create("cms", ["tag"])[1]
    client = create_app(small_tagger, Settings(keys=file.path)).test_client()
    file.path.unlink()
    time.sleep(1.1)
    sent = {"text": "A tariff"}
    assert client.post("/tag", json=sent).status_code == 401
    assert client.post("/tag", json=sent, headers=bearer(token)).status_code == 200


def test_a_file_that_could_not_be_read_is_read_as_soon_as_it_can(
    small_tagger: Tagger, file: KeyFile
) -> None:
    key, token = file.create("cms", ["tag"])
    client = create_app(small_tagger, Settings(keys=file.path)).test_client()
    whole = file.path.read_text()
    file.path.write_text("{")
    time.sleep(1.1)
    assert client.post("/tag", json={"text": "A"}, headers=bearer(token)).status_code == 200
    file.path.write_text(whole)
    file.revoke(key.id)
    time.sleep(1.1)
    assert client.post("/tag", json={"text": "A"}, headers=bearer(token)).status_code == 401


@given(st.text())
def test_no_other_text_is_a_token(token: str) -> None:
    key = Key("3f9a0c1e", "cms", ("tag",), "0" * 64, "2026-11-22T00:00:00+00:00")
    assert Keyring([key]).find(token) is None
    assert Keyring([key]).find(f"ct_3f9a0c1e_{token}") is None


def test_each_key_is_found_by_its_own_token_alone(file: KeyFile) -> None:
    made = [file.create(f"cms {number}", ["tag"]) for number in range(3)]
    ring = Keyring(file.read())
    for (key, token), (other, _) in itertools.product(made, made):
        swapped = token.replace(key.id, other.id)
        assert (ring.find(swapped) == other) == (key == other)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])  # noqa: S104  # refused
def test_without_a_key_other_machines_are_kept_out_unless_it_is_said(
    file: KeyFile, host: str
) -> None:
    with pytest.raises(SettingsError, match="--insecure"):
        must_be_closed(Settings(host=host, keys=file.path))
    must_be_closed(Settings(host=host, keys=file.path, insecure=True))
    file.create("cms", ["tag"])
    must_be_closed(Settings(host=host, keys=file.path))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_the_loopback_interface_needs_no_key(file: KeyFile, host: str) -> None:
    must_be_closed(Settings(host=host, keys=file.path))


def test_a_running_service_takes_notice_of_keys_within_two_seconds(
    small_folder: Path, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    models.symlink_to(small_folder.parent)
    file = KeyFile(tmp_path / "keys.json")
    sent = json.dumps({"text": "A tariff"}).encode()
    with serving(models, COPYTASTER_WORKERS="2") as running:
        assert running.post("/tag", sent)[0] == 200
        key, token = file.create("cms", ["tag"])
        time.sleep(2)
        assert {running.post("/tag", sent)[0] for _ in range(20)} == {401}
        headers = bearer(token)
        for expected in (200, 401):
            found = {
                running.send("POST", "/tag", sent, "application/json", headers)[0]
                for _ in range(20)
            }
            assert found == {expected}
            if expected == 200:
                file.revoke(key.id)
                time.sleep(2)


def test_the_access_log_names_a_key_by_its_id_alone(small_folder: Path, tmp_path: Path) -> None:
    models, log = tmp_path / "models", tmp_path / "log"
    models.symlink_to(small_folder.parent)
    key, token = KeyFile(tmp_path / "keys.json").create("cms", ["tag"])
    sent = json.dumps({"text": "A tariff"}).encode()
    with (
        log.open("wb") as out,
        serving(models, out=out, COPYTASTER_ACCESS_LOG="1") as running,
    ):
        running.send("POST", "/tag", sent, "application/json", bearer(token))
    text = log.read_text()
    assert f"key:{key.id}" in text
    assert token not in text


def test_the_commands_make_list_and_revoke_keys(tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        found = CliRunner().invoke(
            cli, ["keys", *arguments, "--models", str(tmp_path / "models")], catch_exceptions=False
        )
        assert found.exit_code == 0
        return found.stdout

    assert "There are no keys" in run("list")
    token = run("create", "cms", "--scope", "tag", "--scope", "label").strip()
    (key,) = KeyFile(tmp_path / "keys.json").read()
    assert Keyring([key]).find(token) == key
    assert key.id in run("list")
    assert "Revoked" in run("revoke", key.id)
    with pytest.raises(SettingsError, match="none"):
        run("revoke", key.id)


@pytest.mark.parametrize("slashes", ["//", "///"])
def test_more_slashes_open_nothing_more(
    small_tagger: Tagger, file: KeyFile, tmp_path: Path, slashes: str
) -> None:
    token = file.create("boss", ["admin"])[1]
    url = f"sqlite:///{tmp_path / 'archive.db'}"
    app = create_app(small_tagger, Settings(keys=file.path, database_url=url))
    for path, needed in NEEDS.items():
        assert scope_of(slashes + path[1:]) == needed
        reply = app.test_client().get(
            "/", environ_overrides={"PATH_INFO": slashes + path[1:]}, headers=bearer(token)
        )
        assert (reply.status_code != 403) == (needed == "admin"), path
    app.extensions["teaching"].close()
