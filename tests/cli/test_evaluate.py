"""``copytaster evaluate``, run as a person or a script runs it."""

import json
import shutil
from pathlib import Path

import pytest

from copytaster.model.registry import Registry
from tests.cli.test_commands import run
from tests.stories import small_records, write_jsonl


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small stories, two thirds of them in split train and the rest in test; read only."""
    records = [
        {**record, "split": "test" if n % 3 == 0 else "train", "published": f"2026-11-{n + 1:02d}"}
        for n, record in enumerate(small_records())
    ]
    return write_jsonl(tmp_path_factory.mktemp("data") / "small.jsonl", records)


def test_evaluate_prints_tables_for_people(small_models: Path, data: Path) -> None:
    done = run("evaluate", "champion", "--data", data, "--models", small_models, "--no-report")
    assert done.returncode == 0, done.stderr
    out = done.stdout.decode()
    for expected in ("24 articles, 24 stories", "trade", "micro F1 (95 % interval)", "Brier score"):
        assert expected in out
    assert b"scoring" in done.stderr


def test_evaluate_prints_one_json_object_for_machines(small_models: Path, data: Path) -> None:
    done = run(
        *("evaluate", "champion", "--data", data, "--models", small_models),
        *("--split", "test", "--json", "--no-report"),
    )
    found = json.loads(done.stdout)
    assert (found["split"], found["articles"], found["data"]) == ("test", 8, ["small.jsonl"])
    assert found["published"] == ["2026-11-01", "2026-11-22"]
    assert 0 < found["micro"]["f1"] <= 1
    assert 0 < found["macro"]["f1"] <= 1
    assert {"trade", "sport", "travel"} == set(found["topics"])
    assert found["topics"]["trade"]["f1"] > 0
    assert found["learning"]["sizes"][-1] == 16
    assert str(data.parent) not in done.stdout.decode()


@pytest.mark.parametrize("named", ["folder", "version", "champion"])
def test_a_tagger_is_named_by_its_folder_its_version_or_as_the_champion(
    small_models: Path, data: Path, named: str
) -> None:
    version = Registry(small_models).champion() or ""
    model = {"folder": small_models / version, "version": version, "champion": "champion"}[named]
    done = run(
        *("evaluate", model, "--data", data, "--models", small_models),
        *("--json", "--no-report", "--no-learning"),
    )
    found = json.loads(done.stdout)
    assert found["model"] == version
    assert found["learning"] is None


def test_a_page_is_written_beside_the_figures(
    small_models: Path, data: Path, tmp_path: Path
) -> None:
    pytest.importorskip("copytaster.training.report")
    page = tmp_path / "page.html"
    done = run(
        *("evaluate", "champion", "--data", data, "--models", small_models),
        *("--no-learning", "--report", page),
    )
    assert done.returncode == 0, done.stderr
    assert f"Wrote {page}" in done.stdout.decode()
    assert b"<html" in page.read_bytes()


def test_articles_that_it_was_trained_on_are_said_to_flatter(
    small_models: Path, tmp_path: Path
) -> None:
    same = write_jsonl(tmp_path / "same.jsonl", small_records())
    arguments = ("--models", small_models, "--no-report", "--no-learning")
    assert b"flatter" in run("evaluate", "champion", "--data", same, *arguments).stderr
    fewer = write_jsonl(tmp_path / "fewer.jsonl", small_records()[:-1])
    assert b"flatter" not in run("evaluate", "champion", "--data", fewer, *arguments).stderr


def test_a_tagger_that_is_not_there_is_named_with_those_that_are(
    small_models: Path, data: Path, tmp_path: Path
) -> None:
    done = run("evaluate", "2020-01-01-none", "--data", data, "--models", small_models)
    assert done.returncode == 1
    error = done.stderr.decode()
    assert "2020-01-01-none: no such tagger" in error
    assert (Registry(small_models).champion() or "") in error
    done = run("evaluate", "champion", "--data", data, "--models", tmp_path)
    assert done.returncode == 1
    assert b"has no champion yet; run copytaster train first" in done.stderr
    done = run("evaluate", "other", "--data", data, "--models", tmp_path)
    assert b"train one first" in done.stderr


def test_a_damaged_tagger_is_not_judged(small_folder: Path, data: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(small_folder, tmp_path / "broken"))
    (broken / "tagger.joblib").write_bytes(b"x")
    done = run("evaluate", broken, "--data", data, "--no-report")
    assert done.returncode == 1
    assert b"tagger.joblib" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_split_that_is_not_there_is_named(small_models: Path, data: Path) -> None:
    done = run(
        *("evaluate", "champion", "--data", data, "--models", small_models),
        *("--split", "tset", "--json"),
    )
    assert done.returncode == 1
    assert b"no usable article in split 'tset'" in done.stderr
    assert done.stdout == b""


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([{"text": "a b", "topics": []}], b"no article carries a topic"),
        ([{"text": "a b", "topics": ["zoo"]}], b"none of 1 articles carries a topic that this"),
    ],
    ids=["no labels", "labels of others"],
)
def test_articles_without_a_label_judge_nothing(
    small_models: Path, tmp_path: Path, records: list[object], message: bytes
) -> None:
    bare = write_jsonl(tmp_path / "bare.jsonl", records)
    done = run(
        *("evaluate", "champion", "--data", bare, "--models", small_models),
        *("--skip-bad", "--no-report"),
    )
    assert done.returncode == 1
    assert message in done.stderr
    assert b"Traceback" not in done.stderr


def test_topics_that_the_tagger_does_not_know_are_listed_and_can_be_left_out(
    small_models: Path, tmp_path: Path
) -> None:
    records = [*small_records(), {"id": "x", "text": "A goal at sea", "topics": ["sport", "sprot"]}]
    wider = write_jsonl(tmp_path / "wider.jsonl", records)
    arguments = ("evaluate", "champion", "--data", wider, "--models", small_models, "--json")
    done = run(*arguments, "--no-report", "--no-learning")
    assert done.returncode == 1
    for expected in (b"wider.jsonl:25", b"unknown topic", b"did you mean sport?", b"--skip-bad"):
        assert expected in done.stderr
    assert done.stdout == b""
    done = run(*arguments, "--no-report", "--no-learning", "--skip-bad")
    found = json.loads(done.stdout)
    assert found["articles"] == 25
    assert found["topics"]["sport"]["articles"] == 8
    assert b"unknown topic" in done.stderr


def test_help_says_how_to_name_a_tagger() -> None:
    done = run("evaluate", "--help")
    assert b"Example" in done.stdout
    assert b"champion" in done.stdout
