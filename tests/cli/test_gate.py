"""``copytaster gate``, run as a person or a script runs it."""

import json
import shutil
from pathlib import Path

import pytest

from copytaster.model.registry import Registry
from tests.cli.test_commands import run
from tests.stories import write_jsonl

WORDS = {
    "trade": ("tariff", "quota", "export", "customs", "duty", "import"),
    "sport": ("goal", "match", "coach", "striker", "keeper", "league"),
}


def records(count: int) -> list[dict[str, object]]:
    """Return articles, a minute apart, that two words of their topic tell."""
    return [
        {
            "id": f"{topic}-{n}",
            "headline": f"{words[n % 6]} story{topic}{n}",
            "text": f"{words[n % 5]} and {words[(n + 2) % 6]}, alone{topic}{n} single{topic}{n}.",
            "published": f"2026-01-01T{n // 60:02}:{n % 60:02}:00Z",
            "topics": [topic],
        }
        for n in range(count)
        for topic, words in WORDS.items()
    ]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str, str]:
    """A home with two versions, all articles, and the versions: of some articles, and of more."""
    home = tmp_path_factory.mktemp("home")
    data = write_jsonl(home / "all.jsonl", records(150))
    versions: list[str] = []
    for count in (30, 100):
        part = write_jsonl(home / f"{count}.jsonl", records(count))
        done = run("train", "--data", part, "--preset", "fast", "--no-promote", home=home)
        assert done.returncode == 0, done.stderr
        (new,) = set(Registry(home / "models").versions()) - set(versions)
        versions.append(new)
    Registry(home / "models").promote(versions[0])
    return home, data, versions[0], versions[1]


def test_a_challenger_that_passes_is_said_to_and_the_ruling_is_written(
    trained: tuple[Path, Path, str, str],
) -> None:
    home, data, old, new = trained
    done = run("gate", "champion", new, "--data", data, home=home)
    out = done.stdout.decode()
    assert done.returncode == 0, done.stderr
    for expected in (f"{new} may be promoted.", "F1 before", "trade", "100 articles", "Micro F1"):
        assert expected in out
    folder = home / "models" / new
    verdict = json.loads((folder / "verdict.json").read_text())
    assert (verdict["promote"], verdict["champion"], verdict["challenger"]) == (True, old, new)
    assert "<!doctype html>" in (folder / "report.html").read_text()
    assert Registry(home / "models").champion() == old


def test_a_refusal_has_its_own_status_and_json_is_one_object(
    trained: tuple[Path, Path, str, str], tmp_path: Path
) -> None:
    home, data, old, _ = trained
    report = tmp_path / "gate.html"
    done = run("gate", old, "champion", "--data", data, "--json", "--report", report, home=home)
    assert done.returncode == 3, done.stderr
    found = json.loads(done.stdout)
    assert found["promote"] is False
    assert [reason["check"] for reason in found["reasons"]] == ["same tagger"]
    assert "nothing new was learned" in report.read_text()


def test_nothing_is_written_where_nothing_is_to_be_saved(
    trained: tuple[Path, Path, str, str], tmp_path: Path
) -> None:
    home, data, old, new = trained
    folder = Path(shutil.copytree(home / "models" / new, tmp_path / "copy"))
    for name in ("verdict.json", "report.html"):
        (folder / name).unlink(missing_ok=True)
    done = run("gate", old, folder, "--data", data, "--no-save", home=home)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in folder.iterdir()) == [
        "manifest.json",
        "seen.npy",
        "tagger.joblib",
    ]


def test_lines_with_problems_are_listed_and_judge_only_where_asked_for(
    trained: tuple[Path, Path, str, str], tmp_path: Path
) -> None:
    home, data, old, new = trained
    bad = tmp_path / "bad.jsonl"
    bad.write_text(data.read_text() + "{\n")
    done = run("gate", old, new, "--data", bad, home=home)
    assert done.returncode == 1
    assert b"bad.jsonl:301" in done.stderr
    assert b"nothing was judged" in done.stderr
    assert run("gate", old, new, "--data", bad, "--skip-bad", home=home).returncode == 0


def test_an_unknown_challenger_is_named(trained: tuple[Path, Path, str, str]) -> None:
    home, data, _, _ = trained
    done = run("gate", "champion", "nobody", "--data", data, home=home)
    assert done.returncode == 1
    assert b"nobody: no such tagger" in done.stderr
