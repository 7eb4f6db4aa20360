"""Settings come from the environment, and the docs name every one."""

import socket
from dataclasses import fields
from pathlib import Path

import pytest

from copytaster.cli.serve import settings_from
from copytaster.model.errors import SettingsError
from copytaster.service.server import free_port, options
from copytaster.service.settings import Settings

DOCS = Path(__file__).resolve().parents[2] / "docs" / "settings.md"


def test_without_variables_the_service_listens_on_loopback() -> None:
    assert Settings.from_env({}) == Settings()
    assert Settings().host == "127.0.0.1"
    assert Settings().max_body_bytes == 1024 * 1024


def test_variables_are_read() -> None:
    found = Settings.from_env({"COPYTASTER_PORT": "81", "COPYTASTER_ACCESS_LOG": "yes"})
    assert (found.port, found.access_log) == (81, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "65536"),
        ("WORKERS", "0"),
        ("ACCESS_LOG", "perhaps"),
        ("HOST", ""),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_was_expected(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"COPYTASTER_{name}='{value}': expected "):
        Settings.from_env({f"COPYTASTER_{name}": value})


def test_an_ipv6_host_may_stand_in_brackets() -> None:
    for host in ("::1", "[::1]"):
        settings = Settings.from_env({"COPYTASTER_HOST": host})
        assert options(settings, 8000)["address"] == "::1"


def test_the_server_gets_every_setting() -> None:
    settings = Settings(workers=3, grace_seconds=7, host="0.0.0.0")  # noqa: S104  # never bound
    found = options(settings, 81)
    assert (found["workers"], found["workers_kill_timeout"]) == (3, 7)
    assert (found["address"], found["port"]) == ("0.0.0.0", 81)  # noqa: S104  # as above


def test_port_0_takes_a_free_one_and_a_port_in_use_is_refused() -> None:
    port = free_port(Settings(port=0))
    assert port > 0
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}"),
    ):
        free_port(Settings(port=port))


def test_an_option_wins_over_its_variable() -> None:
    environ = {"COPYTASTER_HOST": "::1", "COPYTASTER_WORKERS": "3"}
    given = settings_from(environ, host="127.0.0.2", port=81, workers=None)
    assert (given.host, given.port, given.workers) == ("127.0.0.2", 81, 3)
    assert settings_from({}, host=None, port=None, workers=9).workers == 9


def test_every_setting_is_documented() -> None:
    documented = DOCS.read_text(encoding="utf-8")
    names = [f"COPYTASTER_{field.name.upper()}" for field in fields(Settings)]
    for name in [*names, "COPYTASTER_HOME", "COPYTASTER_MODEL_KEY"]:
        assert f"`{name}`" in documented
