"""The commands, run as a person or a script runs them."""

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from copytaster.cli import bulk, home
from copytaster.cli.article_lines import Piece
from copytaster.model.registry import Registry
from copytaster.model.scorer import Scorer
from copytaster.model.tagger import Tagger
from copytaster.service.schemas import ArticleRequest
from tests.foreign import FOREIGN
from tests.stories import small_records, write_jsonl


def run(
    *arguments: object, stdin: bytes = b"", home: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run ``copytaster`` with *arguments*."""
    command = [sys.executable, "-m", "copytaster.cli.main", *map(str, arguments)]
    environ = {**os.environ, "COLUMNS": "200"}
    if home is not None:
        environ["COPYTASTER_HOME"] = str(home)
    return subprocess.run(
        command, input=stdin, capture_output=True, check=False, env=environ, timeout=120
    )


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["train"],
        ["trial"],
        ["tag"],
        ["serve"],
        ["audit"],
        ["evaluate"],
        ["gate"],
        ["models"],
        *(["models", one] for one in ("list", "show", "diff", "promote", "rollback", "prune")),
        ["retrain"],
        ["work"],
        ["seeds"],
        ["seeds", "check"],
    ],
    ids=" ".join,
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
    assert b"fitting" in done.stderr
    registry = Registry(tmp_path / "models")
    assert [registry.champion()] == registry.versions()


def test_what_train_is_asked_for_stands_in_the_manifest(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "small.jsonl", small_records())
    models = tmp_path / "models"
    options = ("--preset", "fast", "--objective", "micro", "--auto-precision", "0.8")
    more = ("--auto-confidence", "0.7", "--hold-back", "0.3")
    done = run("train", "--data", data, "--out", models, *options, *more)
    assert done.returncode == 0, done.stderr
    out = done.stdout.decode()
    assert "auto from" in out
    assert "more for auto" in out
    assert "Confidences, cross-validated: off by" in out
    (folder,) = (path for path in models.iterdir() if path.is_dir())
    manifest = json.loads((folder / "manifest.json").read_text())
    asked = {"ratio_weight": 0.0, "objective": "micro", "auto_precision": 0.8, "hold_back": 0.3}
    assert asked.items() <= manifest["parameters"].items()
    assert manifest["metrics"]["topics"]["trade"]["auto"]["confidence"] == 0.7
    assert set(manifest["metrics"]["calibration"]) == {"brier", "log_loss", "ece"}


@pytest.mark.parametrize("value", ["0", "1", "1.5", "nan", "x"])
def test_a_target_that_is_no_share_is_refused(tmp_path: Path, value: str) -> None:
    data = write_jsonl(tmp_path / "small.jsonl", small_records())
    done = run("train", "--data", data, "--auto-precision", value, "--out", tmp_path / "m")
    assert done.returncode == 2
    assert b"--auto-precision" in done.stderr
    assert not (tmp_path / "m").exists()


def test_train_takes_its_topics_from_a_taxonomy_and_its_articles_from_a_split(
    tmp_path: Path,
) -> None:
    records = [{**record, "split": "train"} for record in small_records()]
    records.append({"id": "other", "text": "Not to be read", "topics": ["nowhere"]})
    data = write_jsonl(tmp_path / "small.jsonl", records)
    topics = tmp_path / "topics.json"
    names = {"trade": "Trade!", "sport": "Sport!", "travel": "Travel!"}
    entries = [{"slug": slug, "name": name} for slug, name in names.items()]
    topics.write_text(json.dumps({"topics": entries}))
    done = run("train", "--data", data, "--split", "train", "--taxonomy", topics, home=tmp_path)
    assert done.returncode == 0, done.stderr
    registry = Registry(tmp_path / "models")
    tagger = Tagger.load(registry.folder(registry.versions()[0]))
    assert {topic.slug: topic.name for topic in tagger.taxonomy} == names
    assert tagger.manifest.data["articles"] == len(small_records())


def test_a_key_signs_what_is_trained_and_guards_what_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = write_jsonl(tmp_path / "small.jsonl", small_records())
    assert run("train", "--data", data, home=tmp_path).returncode == 0
    monkeypatch.setenv("COPYTASTER_MODEL_KEY", "first")
    for command in ("tag", "serve"):
        assert b"is not signed" in run(command, home=tmp_path, stdin=b"x").stderr
    assert run("train", "--data", data, home=tmp_path).returncode == 0
    assert run("tag", home=tmp_path, stdin=b"x").returncode == 0
    monkeypatch.setenv("COPYTASTER_MODEL_KEY", "second")
    for command in ("tag", "serve"):
        assert b"signed with another key" in run(command, home=tmp_path, stdin=b"x").stderr


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


def test_tag_prints_a_table_for_people(small_models: Path, tmp_path: Path) -> None:
    story = tmp_path / "story.txt"
    story.write_text("Steel duty rises\n\nBrussels doubled the tariff on steel.\n")
    done = run("tag", story, "--models", small_models, "--explain")
    out = done.stdout.decode()
    assert done.returncode == 0
    for expected in ("Steel duty rises", "trade", "suggest", "tariff"):
        assert expected in out


def test_tag_says_why_an_editor_should_look(small_models: Path) -> None:
    done = run("tag", "--models", small_models, stdin=FOREIGN["fr"][1].encode())
    assert b"review: language" in done.stdout
    done = run("tag", "--models", small_models, stdin=b"A tariff on steel")
    assert b"known words" in done.stdout
    assert b"review" not in done.stdout


def test_tag_prints_json_lines_for_machines(small_models: Path, tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "a.jsonl", [{"id": "1", "text": "A tariff"}, {"text": "A goal"}])
    done = run("tag", "--json", data, "--models", small_models)
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["id"], first["tags"][0]["topic"]) == ("1", "trade")
    assert "evidence" not in first["tags"][0]
    assert second["id"] is None


def test_tag_shows_all_topics_or_only_the_first(small_models: Path) -> None:
    everything = run("tag", "--json", "--all", "--models", small_models, stdin=b"A tariff")
    assert len(json.loads(everything.stdout)["tags"]) == 3
    first = run("tag", "--json", "--all", "--limit", 1, "--models", small_models, stdin=b"A tariff")
    assert len(json.loads(first.stdout)["tags"]) == 1


def test_tag_reads_standard_input_as_text_or_json(small_models: Path) -> None:
    for stdin in (b"A tariff on steel\n", b'{"text": "A tariff on steel"}\n'):
        done = run("tag", "--json", "--models", small_models, stdin=stdin)
        assert json.loads(done.stdout)["tags"][0]["topic"] == "trade"


@pytest.mark.parametrize(
    ("stdin", "message"),
    [
        (b'{"text": 3}\n', "standard input:1: text: Input should be a valid string"),
        (b'{"text": "ok"}\n{"txt": "x"}\n', "standard input:2: text: Field required"),
        (b"caf\xe9", "standard input: byte 4 is not UTF-8"),
    ],
)
def test_tag_names_the_line_that_it_cannot_read(
    small_models: Path, stdin: bytes, message: str
) -> None:
    done = run("tag", "--json", "--models", small_models, stdin=stdin)
    assert done.returncode == 1
    assert f"copytaster: {message}" in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_what_an_article_says_is_shown_and_not_obeyed(small_models: Path) -> None:
    stdin = b'{"headline": "Deal [/b] \\u001b[31m [red]done", "text": "A tariff"}'
    done = run("tag", "--models", small_models, stdin=stdin)
    assert done.returncode == 0
    assert b"Deal [/b]  [31m [red]done" in done.stdout


def test_tag_without_a_tagger_says_what_to_run(tmp_path: Path) -> None:
    done = run("tag", "--json", home=tmp_path, stdin=b"x")
    assert done.returncode == 1
    assert b"run copytaster train first" in done.stderr


def test_a_damaged_artifact_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "2026-01-01-bad").mkdir()
    (tmp_path / "2026-01-01-bad" / "manifest.json").write_text("{")
    (tmp_path / "champion").write_text("2026-01-01-bad\n")
    for command in ("tag", "serve"):
        done = run(command, "--models", tmp_path, stdin=b"x")
        assert done.returncode == 1
        assert done.stderr.decode().startswith("copytaster: ")
        assert b"is damaged" in done.stderr


def test_a_champion_whose_manifest_is_gone_is_named(small_models: Path, tmp_path: Path) -> None:
    models = Path(shutil.copytree(small_models, tmp_path / "models"))
    champion = Registry(models).champion() or ""
    (models / champion / "manifest.json").unlink()
    done = run("tag", "--models", models, stdin=b"x")
    assert done.returncode == 1
    assert b"manifest.json: the manifest is missing; train again" in done.stderr


def test_a_bad_setting_is_named(small_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYTASTER_PORT", "http")
    done = run("serve", "--models", small_models)
    assert done.returncode == 1
    assert b"COPYTASTER_PORT='http': expected a whole number from 0 to 65535" in done.stderr


def test_an_empty_key_is_no_key_and_is_refused(
    small_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYTASTER_MODEL_KEY", "")
    done = run("tag", "--models", small_models, stdin=b"x")
    assert b"COPYTASTER_MODEL_KEY='': expected a key" in done.stderr


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "small.jsonl", small_records())
    done = run("train", "--data", data, "--out", "/proc/nowhere")
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"/proc/nowhere" in done.stderr


def test_seeds_check_fails_on_a_corpus_that_falls_short(tmp_path: Path) -> None:
    records = [{"text": "short", "topics": ["trade"]}]
    done = run("seeds", "check", "--articles", write_jsonl(tmp_path / "x.jsonl", records))
    assert done.returncode == 1
    assert b"1 articles, expected 900 or more" in done.stderr


def test_seeds_check_fails_on_a_label_that_the_taxonomy_does_not_know(tmp_path: Path) -> None:
    records = [{"text": "short", "topics": ["trade"]}, {"text": "other", "topics": ["tradde"]}]
    data = write_jsonl(tmp_path / "x.jsonl", records)
    done = run("seeds", "check", "--articles", data)
    assert b"did you mean" in done.stderr
    topics = tmp_path / "topics.json"
    topics.write_text('{"topics": [{"slug": "trade"}, {"slug": "tradde"}]}')
    done = run("seeds", "check", "--articles", data, "--taxonomy", topics)
    assert b"did you mean" not in done.stderr


def test_seeds_check_passes_on_the_seeds() -> None:
    done = run("seeds", "check")
    assert done.returncode == 0, done.stderr
    assert b"All checks passed" in done.stdout


def test_tag_goes_on_after_a_line_that_it_cannot_read(small_models: Path, tmp_path: Path) -> None:
    data = tmp_path / "a.jsonl"
    good = [json.dumps({"id": str(n), "text": f"A tariff {n}"}) for n in range(1000)]
    good[500:500] = ['{"text": 3}', "", "not JSON"]
    data.write_text("\n".join(good))
    done = run("tag", "--json", data, "--models", small_models, "--threads", 3)
    assert done.returncode == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == list(
        map(str, range(1000))
    )
    error = done.stderr.decode()
    assert f"copytaster: {data}:501: text: Input should be a valid string" in error
    assert f"copytaster: {data}:503: " in error


def test_tag_gives_each_article_what_it_gets_alone(small_models: Path, tmp_path: Path) -> None:
    records = [{"text": f"{word} {n}"} for n in range(100) for word in ("A tariff", "A goal", "Wu")]
    data = write_jsonl(tmp_path / "a.jsonl", records)
    together = run("tag", "--json", "--explain", data, "--models", small_models).stdout
    every = [run_tagger(small_models, record["text"]) for record in records[:6]]
    assert together.splitlines()[:6] == every


def run_tagger(models: Path, text: str) -> bytes:
    """Return the line that tagging *text* alone prints."""
    stdin = json.dumps({"text": text}).encode()
    return run("tag", "--json", "--explain", "--models", models, stdin=stdin).stdout.rstrip(b"\n")


def test_tag_reads_no_further_ahead_than_a_few_batches(small_tagger: Tagger) -> None:
    taken = 0

    def endless() -> Iterator[Piece]:
        nonlocal taken
        while True:
            taken += 1
            yield Piece(b'{"text": "A tariff"}\n' * 4, "here", 4 * taken - 3)

    def work(sent: Sequence[ArticleRequest]) -> list[str]:
        found = small_tagger.tag([item.article() for item in sent])
        return [tagging.tags[0].topic for tagging in found]

    size = 10 * 4 * len(b'{"text": "A tariff"}\n')
    results = bulk.run(endless(), bulk.parsed(work), threads=2, size=size)
    for _ in range(5):
        batch = next(results)
        assert batch.outcomes == [bulk.Outcome(["trade"] * 4, 4, [])] * 10
        assert batch.n_bytes == size
    assert taken <= 10 * (5 + 3 * 2 + 1)


def test_tagging_without_the_compiled_scorer_says_so_once(
    small_tagger: Tagger, capsys: pytest.CaptureFixture[str]
) -> None:
    home.say_if_slow(small_tagger)
    expected = 0 if small_tagger.scorer.engine == "compiled" else 1
    assert capsys.readouterr().err.count("not installed") == expected
    slow = copy.copy(small_tagger)
    slow.scorer = Scorer(small_tagger.scorer.fields, small_tagger.scorer.intercept)
    home.say_if_slow(slow)
    assert capsys.readouterr().err.count("not installed") == 1
