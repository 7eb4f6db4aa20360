"""The commands, run as a person or a script runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from copytaster.model.registry import Registry
from tests.stories import small_records, write_jsonl


def run(
    *arguments: object, stdin: bytes = b"", home: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run ``copytaster`` with *arguments*."""
    command = [sys.executable, "-m", "copytaster.cli.main", *map(str, arguments)]
    environ = {**os.environ, "COLUMNS": "200"}
    if home is not None:
        environ["COPYTASTER_HOME"] = str(home)
    return subprocess.run(command, input=stdin, capture_output=True, check=False, env=environ)


@pytest.fixture
def models(small_folder: Path) -> Path:
    """A models folder whose champion is the small tagger."""
    Registry(small_folder.parent).promote(small_folder.name)
    return small_folder.parent


@pytest.mark.parametrize(
    "command", [[], ["train"], ["tag"], ["serve"], ["seeds"], ["seeds", "check"]], ids=" ".join
)
def test_help_has_an_example(command: list[str]) -> None:
    done = run(*command, "--help")
    assert done.returncode == 0
    if command != ["seeds"]:
        assert b"Example" in done.stdout


def test_an_unknown_command_is_named() -> None:
    done = run("tgra")
    assert done.returncode == 2
    assert b"tgra" in done.stderr


def test_train_saves_promotes_and_closes_with_a_table(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "small.jsonl", small_records())
    done = run("train", "--data", data, home=tmp_path)
    assert done.returncode == 0, done.stderr
    out = done.stdout.decode()
    for expected in ("topic", "articles", "precision", "recall", "F1", "trade", "micro"):
        assert expected in out
    registry = Registry(tmp_path / "models")
    assert [registry.champion()] == registry.versions()


def test_train_without_promotion_leaves_the_champion(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "small.jsonl", small_records())
    assert run("train", "--data", data, "--out", tmp_path / "m", "--no-promote").returncode == 0
    assert Registry(tmp_path / "m").champion() is None
    assert len(Registry(tmp_path / "m").versions()) == 1


def test_nothing_is_trained_on_data_with_problems_unless_told_to(tmp_path: Path) -> None:
    data = tmp_path / "bad.jsonl"
    write_jsonl(data, [*small_records(), {"id": "s1", "text": "x", "topics": []}])
    with data.open("ab") as handle:
        handle.write(b'{"text": "caf\xe9", "topics": []}\n')
    done = run("train", "--data", data, "--out", tmp_path / "m")
    assert done.returncode == 1
    error = done.stderr.decode()
    for expected in (
        "bad.jsonl:25",
        "duplicate id",
        "bad.jsonl:26",
        "broken encoding",
        "--skip-bad",
    ):
        assert expected in error
    assert not (tmp_path / "m").exists()
    done = run("train", "--data", data, "--out", tmp_path / "m", "--skip-bad")
    assert done.returncode == 0
    assert b"duplicate id" in done.stderr
    assert len(Registry(tmp_path / "m").versions()) == 1


def test_tag_prints_a_table_for_people(models: Path, tmp_path: Path) -> None:
    story = tmp_path / "story.txt"
    story.write_text("Steel duty rises\n\nBrussels doubled the tariff on steel.\n")
    done = run("tag", story, "--models", models, "--explain")
    out = done.stdout.decode()
    assert done.returncode == 0
    for expected in ("Steel duty rises", "trade", "suggest", "tariff"):
        assert expected in out


def test_tag_prints_json_lines_for_machines(models: Path, tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "a.jsonl", [{"id": "1", "text": "A tariff"}, {"text": "A goal"}])
    done = run("tag", "--json", data, "--models", models)
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["id"], first["tags"][0]["topic"]) == ("1", "trade")
    assert "evidence" not in first["tags"][0]
    assert second["id"] is None


def test_tag_reads_standard_input_as_text_or_json(models: Path) -> None:
    for stdin in (b"A tariff on steel\n", b'{"text": "A tariff on steel"}\n'):
        done = run("tag", "--json", "--models", models, stdin=stdin)
        assert json.loads(done.stdout)["tags"][0]["topic"] == "trade"


@pytest.mark.parametrize(
    ("stdin", "message"),
    [
        (b'{"text": 3}\n', "standard input:1: text: Input should be a valid string"),
        (b'{"text": "ok"}\n{"txt": "x"}\n', "standard input:2: text: Field required"),
        (b"caf\xe9", "standard input: byte 4 is not UTF-8"),
    ],
)
def test_tag_names_the_line_that_it_cannot_read(models: Path, stdin: bytes, message: str) -> None:
    done = run("tag", "--json", "--models", models, stdin=stdin)
    assert done.returncode == 1
    assert f"copytaster: {message}" in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_tag_without_a_tagger_says_what_to_run(tmp_path: Path) -> None:
    done = run("tag", "--json", home=tmp_path, stdin=b"x")
    assert done.returncode == 1
    assert b"run copytaster train first" in done.stderr


def test_a_damaged_artifact_is_one_clear_line(tmp_path: Path) -> None:
    version = "2026-01-01-bad"
    (tmp_path / version).mkdir()
    (tmp_path / version / "manifest.json").write_text("{")
    Registry(tmp_path).promote(version)
    for command in ("tag", "serve"):
        done = run(command, "--models", tmp_path, stdin=b"x")
        assert done.returncode == 1
        assert done.stderr.decode().startswith("copytaster: ")
        assert b"is damaged" in done.stderr


def test_a_bad_setting_is_named(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYTASTER_PORT", "http")
    done = run("serve", "--models", models)
    assert done.returncode == 1
    assert b"COPYTASTER_PORT='http': expected a whole number from 0 to 65535" in done.stderr


def test_seeds_check_fails_on_a_corpus_that_falls_short(tmp_path: Path) -> None:
    records = [{"text": "short", "topics": ["trade"]}]
    done = run("seeds", "check", "--articles", write_jsonl(tmp_path / "x.jsonl", records))
    assert done.returncode == 1
    assert b"1 articles, expected 900 or more" in done.stderr


def test_seeds_check_passes_on_the_seeds() -> None:
    done = run("seeds", "check")
    assert done.returncode == 0, done.stderr
    assert b"All checks passed" in done.stdout
