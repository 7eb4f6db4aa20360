"""``copytaster audit``, run as a person or a script runs it."""

import json
from pathlib import Path

import pytest

from tests.cli.test_commands import run
from tests.stories import write_jsonl

TERMS = {"trade": ("tariff", "quota", "export"), "sport": ("goal", "match", "coach")}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Eighteen clear articles a topic; the first trade story is called sport."""
    records: list[dict[str, object]] = [
        {
            "id": f"{topic}-{n}",
            "headline": f"{words[n % 3]} {n}",
            "text": f"{words[n % 3]} and {words[(n + 1) % 3]} once more, on day {n}.",
            "topics": [topic],
        }
        for topic, words in TERMS.items()
        for n in range(18)
    ]
    records[0]["topics"] = ["sport"]
    return write_jsonl(tmp_path / "archive.jsonl", records)


def test_audit_prints_a_table_for_people(archive: Path) -> None:
    done = run("audit", "--data", archive, "--limit", 3)
    out = done.stdout.decode()
    assert done.returncode == 0, done.stderr
    for expected in ("rank", "editor", "trade-0", "tariff", "yes", "instead: trade", "estimate"):
        assert expected in out
    assert b"judging labels" in done.stderr


def test_audit_prints_json_lines_for_machines(archive: Path) -> None:
    done = run("audit", "--data", archive, "--json", "--topic", "sport")
    first, *_ = map(json.loads, done.stdout.splitlines())
    assert (first["rank"], first["id"], first["topic"]) == (1, "trade-0", "sport")
    assert (first["source"], first["line"], first["label"]) == (str(archive), 1, "yes")
    assert first["confidence"] < 0.5 < first["suspicion"]
    assert first["evidence"]["against"][0]["contribution"] < 0
    assert first["instead"] == ["trade"]
    assert b"estimate" in done.stderr


def test_audit_of_an_unknown_topic_names_its_neighbours(archive: Path) -> None:
    done = run("audit", "--data", archive, "--topic", "sprot")
    assert done.returncode == 1
    assert b"unknown topic 'sprot'; did you mean sport?" in done.stderr


def test_audit_leaves_out_lines_with_problems_and_lists_them(archive: Path) -> None:
    with archive.open("a") as handle:
        handle.write("{\n")
    done = run("audit", "--data", archive)
    assert done.returncode == 0
    assert b"archive.jsonl:37" in done.stderr
    assert b"without 1 line(s)" in done.stderr


def test_audit_asks_for_data() -> None:
    done = run("audit")
    assert done.returncode == 2
    assert b"--data" in done.stderr
