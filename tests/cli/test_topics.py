"""``copytaster topics`` edits the taxonomy, and the champion follows."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from copytaster.cli import background
from copytaster.cli.main import main
from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from copytaster.model.types import Article
from tests.stories import SMALL, small_records, write_jsonl


@pytest.fixture
def home(small_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose champion is a copy of the small tagger, with texts beside it."""
    shutil.copytree(small_models, tmp_path / "models")
    write_jsonl(tmp_path / "texts.jsonl", small_records())
    monkeypatch.setenv("COPYTASTER_HOME", str(tmp_path))
    monkeypatch.delenv("COPYTASTER_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def champion(home: Path) -> Tagger:
    """Open the champion."""
    registry = Registry(home / "models")
    version = registry.champion()
    assert version is not None
    return Tagger.load(registry.folder(version))


def fails(*arguments: str) -> None:
    """Run a command that must end with an error."""
    with pytest.raises(SystemExit) as ended:
        main(["topics", *arguments])
    assert ended.value.code != 0


def run(*arguments: str) -> None:
    """Run a command that must end well."""
    with pytest.raises(SystemExit) as ended:
        main(["topics", *arguments])
    assert ended.value.code == 0


def test_an_added_topic_is_tagged_by_the_new_champion(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("add", "health", "--name", "Health", "--term", "Covid-19", "--texts", "texts.jsonl")
    said = capsys.readouterr().out
    assert "is the champion now" in said
    assert "new to the tagger: covid" in said
    (found,) = champion(home).tag([Article("A tariff, and Covid.")])
    assert {tag.topic: tag.tier for tag in found.tags}["health"] == "suggest"
    run("list")
    assert "suggests it by terms" in capsys.readouterr().out


def test_without_promotion_the_champion_stays(home: Path) -> None:
    before = champion(home).version
    run("add", "health", "--term", "Covid", "--texts", "texts.jsonl", "--no-promote")
    assert champion(home).version == before
    assert len(Registry(home / "models").versions()) == 2
    run("apply", "--texts", "texts.jsonl")
    assert champion(home).version != before


def test_without_an_archive_the_seeds_stand_beside_and_no_archive_is_made(home: Path) -> None:
    run("add", "health", "--term", "Covid")
    assert not (home / "archive.db").exists()


def test_rename_split_merge_and_retire_are_written_with_their_redirects(home: Path) -> None:
    run("rename", "trade", "commerce", "--name", "Commerce")
    for part in ("ball", "running"):
        run("add", part, "--term", part, "--texts", "texts.jsonl")
    run("split", "sport", "ball", "running")
    run("merge", "ball", "running")
    run("retire", "travel")
    written = json.loads((home / "taxonomy.json").read_text())
    assert [topic["slug"] for topic in written["topics"]] == ["commerce", "running"]
    assert written["redirects"] == {
        "ball": ["running"],
        "running": ["running"],
        "sport": ["ball", "running"],
        "trade": ["commerce"],
        "travel": None,
    }
    assert champion(home).taxonomy.slugs == ("commerce", "ball", "running")


def test_what_cannot_be_is_said_and_leaves_everything_as_it_was(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments, message in (
        (("add", "health"), "Give at least one --term"),
        (("add", "Health", "--term", "x"), "slug must be lower-case"),
        (("rename", "trad", "x"), "did you mean trade or travel?"),
        (("split", "trade", "a", "b"), "add the parts first"),
        (("retire", "nope"), "no topic 'nope'"),
    ):
        fails(*arguments)
        assert message in capsys.readouterr().err
    assert not (home / "taxonomy.json").exists()
    assert len(Registry(home / "models").versions()) == 1


def test_before_there_is_a_tagger_the_file_alone_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COPYTASTER_HOME", str(tmp_path / "new"))
    run("retire", "religion")
    assert "no tagger yet" in capsys.readouterr().out
    run("list", "--json")
    assert json.loads(capsys.readouterr().out)["redirects"] == {"religion": None}


def test_training_takes_the_newsrooms_topics_for_what_old_slugs_mean(home: Path) -> None:
    run("rename", "trade", "commerce")
    with pytest.raises(SystemExit) as ended:
        main(["train", "--data", "texts.jsonl", "--preset", "fast", "--jobs", "1"])
    assert ended.value.code == 0
    tagger = champion(home)
    assert tagger.taxonomy.slugs == ("commerce", "sport", "travel")
    assert tagger.manifest.metrics["topics"]["commerce"]["articles"] == 7
    assert tagger.taxonomy.redirects.ends("trade") == ("commerce",)


def test_many_articles_are_thinned_out_evenly() -> None:
    texts = [Article(str(number)) for number in range(100)]
    found = [int(one.text) for one in background.thinned(texts, 10)]
    assert found == list(range(0, 100, 16))
    assert background.thinned(texts[:10], 10) == texts[:10]


def test_a_champion_that_came_meanwhile_is_not_taken_down(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("add", "ball", "--term", "ball", "--texts", "texts.jsonl", "--no-promote")
    registry = Registry(home / "models")
    before = registry.champion()
    (other,) = set(registry.versions()) - {before}
    read = background.articles

    def slowly(root: Path, paths: tuple[Path, ...]) -> list[Article]:
        registry.promote(other)
        return read(root, paths)

    monkeypatch.setattr(background, "articles", slowly)
    fails("add", "health", "--term", "Covid", "--texts", "texts.jsonl")
    assert "another version became the champion meanwhile" in capsys.readouterr().err
    assert registry.champion() == other
    monkeypatch.undo()
    monkeypatch.setenv("COPYTASTER_HOME", str(home))
    run("apply", "--texts", str(home / "texts.jsonl"))
    assert {"ball", "health"} <= set(champion(home).taxonomy.slugs)


def test_two_commands_at_the_same_moment_both_count(home: Path) -> None:
    command = [sys.executable, "-m", "copytaster.cli.main", "topics", "add"]
    slugs = ("health", "science")
    both = [
        subprocess.Popen([*command, slug, "--term", slug, "--texts", "texts.jsonl"])
        for slug in slugs
    ]
    assert [process.wait(300) for process in both] == [0, 0]
    written = json.loads((home / "taxonomy.json").read_text())["topics"]
    assert {topic["slug"] for topic in written} == {"sport", "trade", "travel", *slugs}
    assert set(champion(home).taxonomy.slugs) == {"sport", "trade", "travel", *slugs}


def test_topics_that_no_file_may_hold_are_refused_before_anything_changes(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = [
        {"id": f"s{n}", "text": text, "topics": [f"{topic} and more" for topic in topics]}
        for n, (_, text, topics) in enumerate(SMALL)
    ]
    write_jsonl(home / "odd.jsonl", records)
    with pytest.raises(SystemExit) as ended:
        main(["train", "--data", "odd.jsonl", "--out", "models", "--promote"])
    assert ended.value.code == 0
    before = champion(home).version
    fails("add", "health", "--term", "Covid-19", "--texts", "texts.jsonl")
    assert "train with a taxonomy first" in capsys.readouterr().err
    assert not (home / "taxonomy.json").exists()
    assert champion(home).version == before
