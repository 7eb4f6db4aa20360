"""``--preset desk``, ``--unlabelled`` and ``--half-life``, as a person gives them."""

import json
from pathlib import Path

import pytest

from copytaster.model.registry import Registry
from tests.cli.test_commands import run
from tests.stories import small_records, write_jsonl

TOPICS = (["trade"], ["sport"], ["travel"])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The small stories that have one topic, one a day, topics mixed."""
    chosen = [record for record in small_records() if record["topics"] in TOPICS]
    records = [
        {**record, "published": f"2026-03-{7 * at % 18 + 1:02}"} for at, record in enumerate(chosen)
    ]
    return write_jsonl(tmp_path / "desks.jsonl", records)


def test_train_reads_unlabelled_articles_for_the_desk_preset(data: Path, tmp_path: Path) -> None:
    more = write_jsonl(tmp_path / "more.jsonl", [{"text": "Beef tariff."}, {"text": "A goal."}])
    table = tmp_path / "more.csv"
    table.write_text("headline,text\nHotel,Tourists crowd the beach.\n")
    options = ("--preset", "desk", "--unlabelled", more, "--unlabelled", table)
    done = run("train", "--data", data, *options, "--half-life", "2.5", home=tmp_path)
    assert done.returncode == 0, done.stderr
    registry = Registry(tmp_path / "models")
    (version,) = registry.versions()
    manifest = json.loads((registry.folder(version) / "manifest.json").read_text())
    asked = {"exclusive": True, "vectors": 75, "half_life": 2.5}
    assert asked.items() <= manifest["parameters"].items()
    assert manifest["data"]["unlabelled"] == 3
    done = run("tag", "--json", "--explain", stdin=b"A free trade pact on wine", home=tmp_path)
    assert json.loads(done.stdout)["tags"][0]["topic"] == "trade"
    quick = ("--no-report", "--no-learning", "--json")
    done = run("evaluate", "champion", "--data", data, *quick, home=tmp_path)
    assert done.returncode == 0, done.stderr
    done = run("audit", "--data", data, "--preset", "desk", "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_trial_of_the_desk_preset_judges_by_time(data: Path) -> None:
    done = run("trial", "--data", data, "--preset", "desk", "--share", 0.25, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["by_time"]["test"] == 4


def test_an_article_of_two_desks_is_named_with_what_to_do(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "small.jsonl", small_records())
    done = run("train", "--data", data, "--preset", "desk", home=tmp_path)
    assert done.returncode == 1
    said = b" ".join(done.stderr.split())
    assert b"small.jsonl:19: 's19' has 2 topics (sport, travel)" in said
    assert b"or use another preset" in said


def test_unlabelled_articles_that_nothing_would_read_are_refused(
    data: Path, tmp_path: Path
) -> None:
    more = write_jsonl(tmp_path / "more.jsonl", [{"text": "Beef tariff."}])
    done = run("train", "--data", data, "--unlabelled", more, home=tmp_path)
    assert done.returncode == 1
    assert b"only these presets learn from unlabelled articles: desk" in done.stderr


def test_a_bad_line_among_unlabelled_ones_is_named(data: Path, tmp_path: Path) -> None:
    more = write_jsonl(tmp_path / "more.jsonl", [{"text": "Beef tariff."}, {"text": ""}])
    options = ("--preset", "desk", "--unlabelled", more)
    done = run("train", "--data", data, *options, home=tmp_path)
    assert done.returncode == 1
    assert b"more.jsonl:2" in done.stderr
    assert run("train", "--data", data, *options, "--skip-bad", home=tmp_path).returncode == 0


@pytest.mark.parametrize("years", ["0", "-1", "nan", "x"])
def test_a_half_life_that_is_no_number_of_years_is_refused(data: Path, years: str) -> None:
    done = run("train", "--data", data, "--half-life", years)
    assert done.returncode == 2
    assert b"--half-life" in done.stderr
