"""``copytaster evaluate``, run as a person or a script runs it."""

import json
import shutil
from pathlib import Path

import pytest

from copytaster.cli.main import main
from copytaster.model.registry import Registry
from tests.cli.test_commands import run
from tests.stories import small_records, write_jsonl


class Evaluate:
    """Runs the command in this process, which is quicker than starting one."""

    def __init__(self, capsys: pytest.CaptureFixture[str], models: Path) -> None:
        self._capsys = capsys
        self._models = models

    def __call__(self, model: object, data: Path, *options: object) -> tuple[int, str, str]:
        """Return exit status, standard output and standard error."""
        arguments = ("evaluate", model, "--data", data, "--no-report", *options)
        if "--models" not in options:
            arguments = (*arguments, "--models", self._models)
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = self._capsys.readouterr()
        return int(ended.value.code or 0), out, err


@pytest.fixture
def evaluate(capsys: pytest.CaptureFixture[str], small_models: Path) -> Evaluate:
    """The command, on the small models unless told otherwise."""
    return Evaluate(capsys, small_models)


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


def test_evaluate_prints_one_json_object_for_machines(evaluate: Evaluate, data: Path) -> None:
    status, out, _ = evaluate("champion", data, "--split", "test", "--json")
    found = json.loads(out)
    assert status == 0
    assert (found["split"], found["articles"], found["data"]) == ("test", 8, ["small.jsonl"])
    assert found["published"] == ["2026-11-01", "2026-11-22"]
    assert 0 < found["micro"]["f1"] <= 1
    assert 0 < found["macro"]["f1"] <= 1
    assert {"trade", "sport", "travel"} == set(found["topics"])
    assert found["topics"]["trade"]["f1"] > 0
    assert found["learning"]["sizes"][-1] == 16
    assert str(data.parent) not in out


@pytest.mark.parametrize("named", ["folder", "version", "champion"])
def test_a_tagger_is_named_by_its_folder_its_version_or_as_the_champion(
    evaluate: Evaluate, small_models: Path, data: Path, named: str
) -> None:
    version = Registry(small_models).champion() or ""
    model = {"folder": small_models / version, "version": version, "champion": "champion"}[named]
    _, out, _ = evaluate(model, data, "--json", "--no-learning")
    found = json.loads(out)
    assert found["model"] == version
    assert found["learning"] is None


def test_a_page_is_written_beside_the_figures(
    small_models: Path, data: Path, tmp_path: Path
) -> None:
    pytest.importorskip("copytaster.training.report")
    page = tmp_path / "page.html"
    done = run(
        *("evaluate", "champion", "--data", data, "--models", small_models),
        *("--no-learning", "--json", "--report", page),
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["articles"] == 24
    assert f"Wrote {page}" in done.stderr.decode()
    assert b"<html" in page.read_bytes()


def test_articles_that_it_was_trained_on_are_said_to_flatter(
    evaluate: Evaluate, tmp_path: Path
) -> None:
    same = write_jsonl(tmp_path / "same.jsonl", small_records())
    _, _, err = evaluate("champion", same, "--no-learning")
    assert "flatter" in err
    fewer = write_jsonl(tmp_path / "fewer.jsonl", small_records()[:-1])
    _, _, err = evaluate("champion", fewer, "--no-learning")
    assert "flatter" not in err


def test_a_tagger_that_is_not_there_is_named_with_those_that_are(
    evaluate: Evaluate, small_models: Path, data: Path, tmp_path: Path
) -> None:
    status, _, err = evaluate("2020-01-01-none", data)
    assert status == 1
    assert "2020-01-01-none: no such tagger" in err
    assert (Registry(small_models).champion() or "") in err
    status, _, err = evaluate("champion", data, "--models", tmp_path)
    assert status == 1
    assert "has no champion yet; run copytaster train first" in err
    _, _, err = evaluate("other", data, "--models", tmp_path)
    assert "train one first" in err


def test_a_damaged_tagger_is_not_judged(
    evaluate: Evaluate, small_folder: Path, data: Path, tmp_path: Path
) -> None:
    broken = Path(shutil.copytree(small_folder, tmp_path / "broken"))
    (broken / "tagger.joblib").write_bytes(b"x")
    status, _, err = evaluate(broken, data)
    assert status == 1
    assert "tagger.joblib" in err


def test_a_split_that_is_not_there_is_named(evaluate: Evaluate, data: Path) -> None:
    status, out, err = evaluate("champion", data, "--split", "tset", "--json")
    assert (status, out) == (1, "")
    assert "no usable article in split 'tset'" in err


@pytest.mark.parametrize(
    ("topics", "message"),
    [
        ([], "no article carries a topic"),
        (["zoo"], "none of 1 articles carries a topic that this tagger knows"),
    ],
    ids=["no labels", "labels of others"],
)
def test_articles_without_a_label_judge_nothing(
    evaluate: Evaluate, tmp_path: Path, topics: list[str], message: str
) -> None:
    bare = write_jsonl(tmp_path / "bare.jsonl", [{"text": "a b", "topics": topics}])
    status, _, err = evaluate("champion", bare, "--skip-bad")
    assert status == 1
    assert message in err


def test_topics_that_the_tagger_does_not_know_are_listed_and_can_be_left_out(
    evaluate: Evaluate, small_models: Path, tmp_path: Path
) -> None:
    records = [*small_records(), {"id": "x", "text": "A goal at sea", "topics": ["sport", "sprot"]}]
    wider = write_jsonl(tmp_path / "wider.jsonl", records)
    done = run("evaluate", "champion", "--data", wider, "--models", small_models, "--json")
    assert done.returncode == 1
    for expected in (b"wider.jsonl:25", b"unknown topic", b"did you mean sport?", b"--skip-bad"):
        assert expected in done.stderr
    assert done.stdout == b""
    _, out, err = evaluate("champion", wider, "--json", "--no-learning", "--skip-bad")
    found = json.loads(out)
    assert found["articles"] == 25
    assert found["topics"]["sport"]["articles"] == 8
    assert "unknown topic" in err


def test_help_says_how_to_name_a_tagger() -> None:
    done = run("evaluate", "--help")
    assert b"champion" in done.stdout
    assert b"\n    copytaster evaluate champion --data october.jsonl\n" in done.stdout
