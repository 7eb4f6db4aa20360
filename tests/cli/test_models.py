"""``copytaster models``, run as a person or a script runs it."""

import getpass
import json
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest

from copytaster.cli import person
from copytaster.cli.main import main
from copytaster.model import difference
from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy, Topic
from copytaster.training import fit, gate, saving
from copytaster.training.corpus import Corpus
from copytaster.training.held_out import Contender
from tests.cli.test_commands import run
from tests.stories import SMALL, SMALL_RECIPE, as_corpus, small_records, write_jsonl


class Models:
    """Runs the command on a folder of versions, in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], root: Path) -> None:
        self._capsys = capsys
        self.registry = Registry(root)

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        """Return exit status, standard output and standard error."""
        with pytest.raises(SystemExit) as ended:
            main(["models", *map(str, arguments), "--models", str(self.registry.root)])
        out, err = self._capsys.readouterr()
        return int(ended.value.code or 0), out, err


@pytest.fixture(scope="module")
def two(
    tmp_path_factory: pytest.TempPathFactory, small_taxonomy: Taxonomy
) -> tuple[Path, str, str]:
    """A folder of two versions, and their names: the second has another topic and setting."""
    registry = Registry(tmp_path_factory.mktemp("two"))
    first = saving.save(fit.fit(as_corpus(SMALL, small_taxonomy), SMALL_RECIPE), registry)
    topics = (*small_taxonomy.topics[1:], Topic("animals", "Animals"))
    stories = [
        (headline, text, [t for t in yes if t != "trade"] + ["animals"] * ("cat" in text))
        for headline, text, yes in SMALL
    ]
    recipe = replace(SMALL_RECIPE, C=2)
    corpus = as_corpus([*stories, ("Dog", "A dog bit a cat.", ["animals"])], Taxonomy(topics))
    second = saving.save(fit.fit(corpus, recipe), registry)
    registry.promote(first, by="zoe", why="the first one")
    return registry.root, first, second


@pytest.fixture
def models(
    capsys: pytest.CaptureFixture[str], two: tuple[Path, str, str], tmp_path: Path
) -> Models:
    """The command, on a copy of the two versions."""
    return Models(capsys, Path(shutil.copytree(two[0], tmp_path / "models")))


@pytest.fixture
def first(two: tuple[Path, str, str]) -> str:
    """The champion of the two."""
    return two[1]


@pytest.fixture
def second(two: tuple[Path, str, str]) -> str:
    """The other one."""
    return two[2]


def judge(models: Models, version: str, **verdict: object) -> None:
    """Have the gate say *verdict* of *version*."""
    (models.registry.folder(version) / "verdict.json").write_text(json.dumps(verdict))


def test_list_marks_the_champion_and_says_since_when(
    models: Models, first: str, second: str
) -> None:
    status, out, _ = models("list")
    assert status == 0
    (serves,) = (line for line in out.splitlines() if first in line)
    (other,) = (line for line in out.splitlines() if second in line)
    assert f"* {first}" in serves
    assert "since 20" in serves
    assert "*" not in other
    assert "never" in other
    models("promote", second, "--why", "x", "--force")
    assert "until 20" in models("list")[1]


def test_list_gives_machines_a_json_object(models: Models, first: str, second: str) -> None:
    judge(models, second, promote=False)
    (models.registry.folder("0000-broken")).mkdir()
    (models.registry.folder("0000-broken") / "manifest.json").write_text("{")
    status, out, _ = models("list", "--json")
    found = json.loads(out)
    assert status == 0
    assert found["champion"] == first
    rows = {row["version"]: row for row in found["versions"]}
    assert set(rows) == {first, second, "0000-broken"}
    assert rows[first]["champion"] is True
    assert rows[first]["since"] == models.registry.history().entries[0].at.isoformat()
    assert (rows[first]["until"], rows[first]["articles"], rows[first]["topics"]) == (None, 24, 3)
    assert 0 < rows[first]["micro_f1"] < 1
    assert (rows[second]["since"], rows[second]["judged"]) == (None, False)
    assert (rows[first]["judged"], rows[second]["articles"]) == (None, 25)
    assert "is damaged" in rows["0000-broken"]["problem"]
    assert "0000-broken/manifest.json: is damaged" in models("list")[2]


def test_an_empty_folder_is_said_to_be_empty(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    models = Models(capsys, tmp_path)
    status, out, err = models("list")
    assert (status, out) == (0, "")
    assert "train one with copytaster train" in err
    assert json.loads(models("list", "--json")[1]) == {"champion": None, "versions": []}


@pytest.mark.parametrize("named", ["version", "champion", "folder"])
def test_show_tells_the_manifest_in_words(models: Models, first: str, named: str) -> None:
    folder = models.registry.folder(first)
    version = {"version": first, "champion": "champion", "folder": folder}[named]
    status, out, _ = models("show", version)
    assert status == 0
    for expected in (first, "24 articles", "headline_weight", "trade", "zoe", "the first one"):
        assert expected in out
    assert "The gate" not in out


def test_show_tells_when_a_version_served_also_where_its_folder_has_another_name(
    models: Models, first: str
) -> None:
    models.registry.folder(first).rename(models.registry.folder("renamed"))
    models("promote", "renamed", "--why", "a copy", "--force")
    out = models("show", "champion")[1]
    assert "renamed" in out
    assert "a copy" in out


def test_show_tells_what_the_gate_said(models: Models, second: str) -> None:
    judge(models, second, promote=False, words=["It is worse at sport."])
    _, out, _ = models("show", second)
    assert "The gate refused it" in out
    assert "It is worse at sport." in out
    assert "Began to serve" not in out


def test_diff_sets_topics_settings_and_accuracy_side_by_side(
    models: Models, first: str, second: str
) -> None:
    status, out, _ = models("diff", "champion", second)
    assert status == 0
    for expected in (first, second, "setting C", "animals", "added", "removed", "micro F1", "gain"):
        assert expected in out
    assert "setting seed" not in out
    assert "golden inputs" in out


def test_diff_names_topics_whose_definition_changed(
    models: Models, first: str, small_taxonomy: Taxonomy
) -> None:
    topics = [
        replace(topic, name="Sports") if topic.slug == "sport" else topic
        for topic in small_taxonomy
    ]
    fitted = fit.fit(as_corpus(SMALL, Taxonomy(tuple(topics))), SMALL_RECIPE)
    other = saving.save(fitted, models.registry)
    _, out, _ = models("diff", first, other)
    assert "another name" in out
    assert "0 of" in out


def test_diff_counts_the_articles_whose_tags_differ(
    models: Models, first: str, second: str, tmp_path: Path
) -> None:
    records = [{**record, "topics": []} for record in small_records()]
    data = write_jsonl(tmp_path / "new.jsonl", records)
    old, new = (Tagger.load(models.registry.folder(name)) for name in (first, second))
    articles = [item.article for item in as_corpus(SMALL, old.taxonomy).articles]
    pairs = [
        ({tag.topic for tag in before.tags}, {tag.topic for tag in after.tags})
        for before, after in zip(old.tag(articles), new.tag(articles), strict=True)
    ]
    changed = sum(before != after for before, after in pairs)
    lost = sum("trade" in before for before, _ in pairs)
    assert changed
    assert lost
    status, out, _ = models("diff", first, second, "--data", data, "--examples", 2)
    assert status == 0
    assert f"{changed} of 24 articles" in out
    (row,) = (
        line
        for line in out.splitlines()
        if "of all" not in line and "trade" in line and "%" in line
    )
    assert f"{lost / 24:.1%}" in row
    assert out.count("- trade (") + out.count("+ animals (") >= 2
    shown = [article.id for article in articles if f"{article.id} {article.headline}" in out]
    assert len(shown) == 2


def test_a_tagger_does_not_differ_from_itself(small_tagger: Tagger) -> None:
    found = difference.compare(small_tagger, small_tagger, difference.golden(small_tagger))
    assert found.articles == len(small_tagger.manifest.golden)
    assert (found.other_tags, found.other_tiers, found.examples) == (0, 0, [])
    assert all(one.changed == 0 and one.before == one.after for one in found.topics.values())


def test_diff_names_lines_that_cannot_be_read(
    models: Models, first: str, second: str, tmp_path: Path
) -> None:
    data = tmp_path / "bad.jsonl"
    data.write_text('{"text": "A tariff on steel"}\n{\n')
    status, out, err = models("diff", first, second, "--data", data)
    assert status == 0
    assert "of 1 articles" in out
    assert "malformed" in err
    assert "Compared without 1 line(s)" in err


@pytest.mark.parametrize(
    ("verdict", "objection"),
    [
        (None, "the gate has not judged"),
        ({"promote": False}, "the gate refused"),
        ({"promote": True, "champion": "2020-01-01-x"}, "the gate compared with 2020-01-01-x, not"),
        ({"promote": True, "champion": None}, "the gate compared with nothing, not"),
    ],
)
def test_what_the_gate_did_not_pass_needs_force_which_is_recorded(
    models: Models, first: str, second: str, verdict: dict[str, object] | None, objection: str
) -> None:
    if verdict is not None:
        judge(models, second, **verdict)
    status, _, err = models("promote", second, "--why", "now")
    assert status == 1
    assert objection in err
    assert "--force" in err
    assert models.registry.champion() == first
    status, out, _ = models("promote", second, "--why", "now", "--force", "--by", "desk-7")
    assert status == 0
    assert f"{second} serves from now on in the place of {first}." in out
    entry = models.registry.history().entries[-1]
    assert (entry.version, entry.kind, entry.by, entry.why) == (second, "promote", "desk-7", "now")
    assert entry.forced is True
    assert entry.verdict == verdict


def test_what_the_gate_passed_needs_no_force_and_force_is_not_recorded_then(
    models: Models, first: str, second: str
) -> None:
    words = ["It may be promoted.", "two", "three", "four"]
    judge(models, second, promote=True, champion=first, words=words, topics={})
    assert models("promote", second, "--why", "passed", "--force")[0] == 0
    entry = models.registry.history().entries[-1]
    assert (entry.forced, entry.by) == (False, getpass.getuser())
    assert entry.verdict == {"promote": True, "champion": first, "words": words[:3]}
    assert "passed" in models("show", second)[1]


def test_what_the_gate_itself_writes_is_understood(
    models: Models, first: str, second: str, small_corpus: Corpus
) -> None:
    old, new = (Contender.load(models.registry.folder(name)) for name in (first, second))
    gate.write(gate.judge(old, new, small_corpus), models.registry.folder(second))
    status, _, err = models("promote", second, "--why", "x")
    assert status == 1
    assert f"the gate refused {second}" in err
    assert f"{second} is refused; {first} serves on." in models("show", second)[1]
    (models.registry.root / "champion").unlink()
    gate.write(gate.judge(None, new, small_corpus), models.registry.folder(second))
    assert models("promote", second, "--why", "the first")[0] == 0
    assert models.registry.history().entries[-1].forced is False


def test_promote_asks_for_a_reason(models: Models, first: str, second: str) -> None:
    for why in ([], ["--why", " "]):
        status, _, err = models("promote", second, "--force", *why)
        assert status == 2
        assert "--why" in err
    assert models.registry.champion() == first


def test_the_champion_is_not_promoted_again(models: Models, first: str) -> None:
    status, out, _ = models("promote", first, "--why", "x")
    assert status == 0
    assert "is the champion already" in out
    assert len(models.registry.history().entries) == 1


def test_a_damaged_version_is_not_promoted_even_by_force(
    models: Models, first: str, second: str
) -> None:
    (models.registry.folder(second) / "tagger.joblib").write_bytes(b"x")
    status, _, err = models("promote", second, "--why", "x", "--force")
    assert status == 1
    assert "tagger.joblib: is truncated" in err
    assert models.registry.champion() == first


@pytest.mark.parametrize("text", ["{", "[]", '{"promote": "yes"}'])
def test_a_verdict_that_cannot_be_read_promotes_nothing(
    models: Models, first: str, second: str, text: str
) -> None:
    (models.registry.folder(second) / "verdict.json").write_text(text)
    status, _, err = models("promote", second, "--why", "x", "--force")
    assert status == 1
    assert "verdict.json" in err
    assert models.registry.champion() == first


def test_a_version_that_is_not_here_is_named_with_those_that_are(
    models: Models, first: str
) -> None:
    for arguments in (("promote", "2020-x", "--why", "x"), ("show", "2020-x")):
        status, _, err = models(*arguments)
        assert status == 1
        assert "2020-x" in err
        assert first in err


def test_rollback_returns_to_the_champion_before_and_then_says_that_there_is_none(
    models: Models, first: str, second: str
) -> None:
    models("promote", second, "--why", "x", "--force")
    status, out, _ = models("rollback", "--why", "worse at sport", "--by", "ana")
    assert status == 0
    assert f"{first} serves again, in the place of {second}." in out
    entry = models.registry.history().entries[-1]
    assert (entry.version, entry.kind, entry.by) == (first, "rollback", "ana")
    assert entry.why == "worse at sport"
    status, _, err = models("rollback")
    assert status == 1
    assert f"nothing served before {first}" in err


def test_prune_removes_what_it_said_it_would(models: Models, first: str, second: str) -> None:
    assert models("prune", "--keep", 0)[1] == ""  # both are young
    for version in (first, second):
        os.utime(models.registry.folder(version), times=(time.time() - 2 * 86400,) * 2)
    status, out, err = models("prune", "--keep", 0, "--dry-run")
    assert (status, out, err) == (0, f"{second}\n", "1 version(s) would be removed.\n")
    assert models.registry.versions() == sorted([first, second])
    status, out, err = models("prune", "--keep", 0)
    assert (status, out, err) == (0, f"{second}\n", "1 version(s) removed.\n")
    assert models.registry.versions() == [first]


def test_prune_without_a_champion_removes_nothing_and_says_so(
    models: Models, first: str, second: str
) -> None:
    (models.registry.root / "champion").unlink()
    status, _, err = models("prune", "--keep", 0)
    assert status == 1
    assert "has no champion, so nothing is removed" in err
    assert models.registry.versions() == sorted([first, second])


def test_a_user_without_a_name_is_told_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    assert person.login() == "user 4000000000"


def test_training_is_in_the_history(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "small.jsonl", small_records())
    assert run("train", "--data", data, home=tmp_path).returncode == 0
    (entry,) = Registry(tmp_path / "models").history().entries
    assert entry.by == getpass.getuser()
    assert entry.why == "trained, and not judged by the gate"
