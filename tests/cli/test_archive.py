"""``copytaster archive``."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from copytaster.archive.archive import Archive
from copytaster.archive.decisions import Decision, Decisions
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


def kept(home: Path, *names: str, days: int = 0) -> None:
    """Keep a decision on each article, as so many *days* ago."""
    archive = Archive(f"sqlite:///{home / 'archive.db'}")
    at = datetime.now(UTC) - timedelta(days=days)
    tags = {"trade": (0.97, "auto"), "sport": (0.5, "suggest")}
    with archive.appending() as connection:
        rows = [Decision(name, "d", "v1", tags, at).row(90) for name in names]
        Decisions(connection).keep(rows)
    archive.database.engine.dispose()


def test_stats_say_how_what_was_served_fared(tmp_path: Path, small_models: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(small_models)
    kept(home, "a0", "a1", "a2", "elsewhere", days=1)
    run("import", str(corpus(tmp_path / "a.jsonl")))
    said = run("stats").stdout
    assert "4 taggings are kept" in said
    numbers = json.loads(run("stats", "--json").stdout)
    assert numbers["decisions"] == 4
    sport, trade = numbers["served"]
    assert (trade["topic"], trade["tier"], trade["articles"]) == ("trade", "auto", 4)
    assert (trade["yes"], trade["no"], trade["neither"], trade["precision"]) == (3, 0, 1, 1.0)
    assert (sport["yes"], sport["no"], sport["neither"]) == (0, 3, 1)
    assert 0.4 < trade["low"] < 0.5
    assert isinstance(numbers["promised"], dict)


def test_without_decisions_stats_say_nothing_of_them(tmp_path: Path) -> None:
    run("import", str(corpus(tmp_path / "a.jsonl")))
    assert "taggings" not in run("stats").stdout


def test_decisions_are_exported_plain_and_compressed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    kept(home, *(f"a{number}" for number in range(2500)))
    plain, packed = tmp_path / "d.jsonl", tmp_path / "d.jsonl.gz"
    for path in (plain, packed):
        assert "2,500 decisions written" in run("export", "--decisions", str(path)).stderr
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    first = json.loads(plain.read_text().splitlines()[0])
    assert (first["article"], first["model"], first["sha256"]) == ("a0", "v1", "d")
    assert first["tags"][0] == {"topic": "trade", "confidence": 0.97, "tier": "auto"}
    assert run("export", "--decisions", "--format", "csv", str(plain)).exit_code == 2


def test_articles_are_exported_compressed_and_imported_again(tmp_path: Path) -> None:
    run("import", str(corpus(tmp_path / "a.jsonl")))
    out = tmp_path / "out.jsonl.gz"
    run("export", str(out))
    assert "3 as before" in run("import", str(out)).stdout


def test_texts_are_dropped_and_an_export_says_so(tmp_path: Path) -> None:
    run("import", str(corpus(tmp_path / "a.jsonl")))
    dry = run("forget", "--texts-older-than", "0", "--dry-run").stdout
    assert "The texts of 3 articles would go" in dry
    assert "The texts of 0 articles are gone" in run("forget", "--texts-older-than", "1").stdout
    assert "The texts of 3 articles are gone" in run("forget", "--texts-older-than", "0").stdout
    assert "Of 3 only the words are kept" in run("stats").stdout
    assert "of 3 there is no text" in run("export", str(tmp_path / "out.jsonl")).stderr
    assert "3 as before" in run("import", str(tmp_path / "out.jsonl")).stdout


def test_an_article_is_forgotten_but_not_by_a_dry_run(tmp_path: Path) -> None:
    run("import", str(corpus(tmp_path / "a.jsonl")))
    kept(tmp_path / "home", "a1", "a1")
    expected = "a1: the article, 1 labels, 2 decisions"
    assert f"{expected} would go." in run("forget", "--article", "a1", "--dry-run").stdout
    assert f"{expected} gone." in run("forget", "--article", "a1", "--article", "a9").stdout
    assert "a1: nothing of it is here." in run("forget", "--article", "a1").stdout
    assert "2 articles" in run("stats").stdout


def test_old_decisions_are_dropped(tmp_path: Path) -> None:
    kept(tmp_path / "home", "a1", days=20)
    kept(tmp_path / "home", "a2")
    dry = run("forget", "--decisions-older-than", "10", "--dry-run").stdout
    assert "1 decisions would go" in dry
    assert "1 decisions are gone" in run("forget", "--decisions-older-than", "10").stdout
    assert json.loads(run("stats", "--json").stdout)["decisions"] == 1


def test_forgetting_nothing_in_particular_is_refused() -> None:
    found = run("forget")
    assert found.exit_code == 2
    assert "--article ID" in found.stderr
