"""``copytaster archive``."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from copytaster.cli.main import cli


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the archive in the test's own folder."""
    monkeypatch.setenv("COPYTASTER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("COPYTASTER_DATABASE_URL", raising=False)


def run(*arguments: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(cli, ["archive", *arguments], catch_exceptions=False)


def corpus(path: Path, n: int = 3) -> Path:
    """Write articles."""
    lines = [{"id": f"a{at}", "text": f"Body {at}", "topics": ["trade"]} for at in range(n)]
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return path


def test_an_import_says_what_came_of_it_and_a_second_changes_nothing(tmp_path: Path) -> None:
    path = corpus(tmp_path / "a.jsonl")
    first, second = run("import", str(path)), run("import", str(path))
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "3 new, 0 changed, 0 as before; 3 labels" in first.stdout
    assert "0 new, 0 changed, 3 as before; 0 labels" in second.stdout


def test_a_bad_line_is_named_and_the_exit_status_is_1(tmp_path: Path) -> None:
    path = corpus(tmp_path / "a.jsonl")
    path.write_text(path.read_text() + "\n{\n" * 30)
    found = run("import", str(path))
    assert found.exit_code == 1
    assert "3 new" in found.stdout
    assert f"{path}:4: " in found.stderr
    assert "... and 10 more problems." in found.stderr


def test_topics_are_those_of_the_champion(
    small_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(small_models)
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "a1", "text": "Body", "topics": ["Trade", "opera"]}')
    found = run("import", str(path))
    assert found.exit_code == 1
    assert "'opera' is not in the taxonomy" in found.stderr
    monkeypatch.setenv("COPYTASTER_DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    assert run("import", "--any-topic", str(path)).exit_code == 0
    numbers = json.loads(run("stats", "--json").stdout)
    assert [one["topic"] for one in numbers["topics"]] == ["Trade", "opera"]


def test_stats_and_export(tmp_path: Path) -> None:
    run("import", str(corpus(tmp_path / "a.jsonl")))
    said = run("stats").stdout
    assert "3 articles" in said
    assert "trade" in said
    out = tmp_path / "out.jsonl"
    assert "3 articles written" in run("export", str(out)).stderr
    assert out.read_text() == run("export", "-").stdout
    assert "3 as before" in run("import", str(out)).stdout


def test_an_unknown_format_is_named(tmp_path: Path) -> None:
    found = CliRunner().invoke(
        cli, ["archive", "import", "--format", "nope", str(corpus(tmp_path / "a.jsonl"))]
    )
    assert found.exit_code == 1
    assert "unknown form 'nope'" in str(found.exception)
