"""Versions in folders, and one champion."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from copytaster.model import files
from copytaster.model.errors import ArtifactError
from copytaster.model.history import Entry
from copytaster.model.registry import OvertakenError, Registry

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


def registry_of(small_folder: Path, root: Path, names: Sequence[str], days: int = 9) -> Registry:
    """Return a registry whose clock stands at NOW, with the small tagger under *names*."""
    registry = Registry(root, clock=lambda: NOW)
    for name in names:
        shutil.copytree(small_folder, registry.folder(name))
        age(registry.folder(name), days)
    return registry


def age(path: Path, days: float) -> None:
    """Make *path* so many *days* old at NOW."""
    os.utime(path, times=((NOW - timedelta(days=days)).timestamp(),) * 2)


def champions(registry: Registry, *versions: str) -> None:
    """Promote *versions*, one after the other."""
    for version in versions:
        registry.promote(version, by="ana", why="test")


def test_an_empty_registry_has_no_champion(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "models")
    assert registry.champion() is None
    assert registry.versions() == []


def test_the_promoted_version_is_the_champion(small_folder: Path, tmp_path: Path) -> None:
    for name in ("2026-01-01-a", "2026-01-02-b"):
        shutil.copytree(small_folder, tmp_path / name)
    registry = Registry(tmp_path)
    registry.promote("2026-01-01-a")
    registry.promote("2026-01-02-b")
    assert registry.champion() == "2026-01-02-b"
    assert registry.versions() == ["2026-01-01-a", "2026-01-02-b"]


def test_a_version_that_is_not_there_cannot_be_promoted(tmp_path: Path) -> None:
    with pytest.raises(
        ArtifactError, match=r"no such version: .*; promote one of those here: none"
    ):
        Registry(tmp_path).promote("2026-01-01-a")


def test_a_text_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "champion"
    files.write_text(path, "old")
    with pytest.raises(UnicodeEncodeError):
        files.write_text(path, "new \ud800")
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["champion"]


def test_file_and_folder_are_synced_before_and_after_the_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        synced.append(os.fstat(handle).st_ino)
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    files.write_text(tmp_path / "champion", "new")
    assert synced == [(tmp_path / "champion").stat().st_ino, tmp_path.stat().st_ino]
    synced.clear()
    with files.new_folder(tmp_path / "made") as aside:
        (aside / "part").write_text("x")
    made = tmp_path / "made"
    assert synced == [path.stat().st_ino for path in (made / "part", made, tmp_path)]


def test_a_new_folder_vanishes_when_filling_it_fails(tmp_path: Path) -> None:
    def fill() -> None:
        with files.new_folder(tmp_path / "new") as aside:
            (aside / "part").write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        fill()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("pointer", [b"", b"\xff", b"..", b"../elsewhere", b"2026-01-01-gone\n"])
def test_a_pointer_that_names_no_version_is_an_error_and_not_an_empty_registry(
    tmp_path: Path, pointer: bytes
) -> None:
    (tmp_path / "champion").write_bytes(pointer)
    with pytest.raises(ArtifactError, match="no such version"):
        Registry(tmp_path).champion()


def test_each_change_of_the_champion_is_told_with_who_when_and_why(
    small_folder: Path, tmp_path: Path
) -> None:
    registry = registry_of(small_folder, tmp_path, "ab")
    assert registry.history().entries == ()
    verdict = {"promote": False, "worse": ["trade"]}
    first = registry.promote("a", by="Zoë", why="it reads\nbetter", forced=True, verdict=verdict)
    second = registry.promote("b", by="ana", why="better yet")
    third = registry.rollback(by="desk-7", why="worse")
    assert registry.history().entries == (first, second, third)
    assert first == Entry(
        NOW, "a", "promote", "Zoë", "it reads\nbetter", forced=True, verdict=verdict
    )
    assert third == Entry(NOW, "a", "rollback", "desk-7", "worse")
    lines = (tmp_path / "champion").read_text(encoding="utf-8").splitlines()
    assert [lines[0], *(json.loads(line)["version"] for line in lines[1:])] == ["a", "a", "b", "a"]


def test_bytes_of_a_shell_that_are_not_utf_8_do_not_stop_a_promotion(
    small_folder: Path, tmp_path: Path
) -> None:
    registry = registry_of(small_folder, tmp_path, "a")
    registry.promote("a", by=os.fsdecode(b"Zo\xeb"), why="x")
    assert registry.history().entries[0].by == "Zo?"


def test_promoting_the_champion_changes_nothing(small_folder: Path, tmp_path: Path) -> None:
    registry = registry_of(small_folder, tmp_path, "ab")
    champions(registry, "a", "b")
    before = (tmp_path / "champion").read_bytes()
    assert registry.promote("b", by="bo", why="again") == registry.history().entries[-1]
    assert (tmp_path / "champion").read_bytes() == before


def test_rolling_back_twice_goes_two_champions_back(small_folder: Path, tmp_path: Path) -> None:
    registry = registry_of(small_folder, tmp_path, "abc")
    champions(registry, "a", "b", "c")
    assert [registry.rollback().version, registry.rollback().version] == ["b", "a"]
    assert registry.champion() == "a"
    with pytest.raises(ArtifactError, match="nothing served before a; promote one of those here"):
        registry.rollback()


def test_a_version_that_was_rolled_back_from_is_not_returned_to(
    small_folder: Path, tmp_path: Path
) -> None:
    registry = registry_of(small_folder, tmp_path, "abc")
    champions(registry, "a", "b")
    registry.rollback()
    champions(registry, "c")
    assert registry.rollback().version == "a"


def test_an_old_champion_that_was_promoted_again_is_rolled_back_from_like_any_other(
    small_folder: Path, tmp_path: Path
) -> None:
    registry = registry_of(small_folder, tmp_path, "ab")
    champions(registry, "a", "b", "a")
    assert [registry.rollback().version, registry.rollback().version] == ["b", "a"]


@pytest.mark.parametrize("forced", [False, True])
@pytest.mark.parametrize("damage", ["arrays", "golden", "unsigned", "unfinished"])
def test_a_version_that_does_not_prove_itself_never_serves(
    small_folder: Path, tmp_path: Path, damage: str, *, forced: bool
) -> None:
    registry = registry_of(small_folder, tmp_path, "ab")
    champions(registry, "b", "a")
    if damage == "arrays":
        (registry.folder("b") / "tagger.joblib").write_bytes(b"x")
    elif damage == "golden":
        _falsify(registry.folder("b") / "manifest.json")
    elif damage == "unfinished":
        (registry.folder("b") / "tagger.joblib").unlink()
    else:
        registry = Registry(tmp_path, b"key", lambda: NOW)
    before = (tmp_path / "champion").read_bytes()
    with pytest.raises(ArtifactError):
        registry.promote("b", by="ana", why="now", forced=forced)
    with pytest.raises(ArtifactError):
        registry.rollback(by="ana", why="now")
    assert (tmp_path / "champion").read_bytes() == before


def _falsify(path: Path) -> None:
    """Have a manifest promise other golden scores, and seal it as whoever made it would."""
    from dataclasses import replace

    from copytaster.model.manifest import Manifest

    manifest = Manifest.load(path)
    golden = tuple(replace(one, scores=[9.0] * len(one.scores)) for one in manifest.golden)
    path.write_text(replace(manifest, golden=golden).dumps(), encoding="utf-8")


def test_a_rollback_to_a_version_that_is_gone_names_those_that_are_here(
    small_folder: Path, tmp_path: Path
) -> None:
    registry = registry_of(small_folder, tmp_path, "abc")
    champions(registry, "a", "b", "c")
    shutil.rmtree(registry.folder("b"))
    with pytest.raises(
        ArtifactError, match="no such version: 'b'; promote one of those here: a, c"
    ):
        registry.rollback()
    assert registry.champion() == "c"


def test_a_pointer_from_before_there_was_a_history_is_read_and_carried_on(
    small_folder: Path, tmp_path: Path
) -> None:
    registry = registry_of(small_folder, tmp_path, "ab")
    (tmp_path / "champion").write_text("a\n")
    age(tmp_path / "champion", 3)
    assert registry.champion() == "a"
    (entry,) = registry.history().entries
    assert (entry.version, entry.at, entry.by) == ("a", NOW - timedelta(days=3), "")
    registry.promote("b")
    assert registry.rollback().version == "a"
    assert registry.history().entries[0] == entry


def test_a_champion_that_was_written_into_the_pointer_by_hand_is_part_of_the_history(
    small_folder: Path, tmp_path: Path
) -> None:
    registry = registry_of(small_folder, tmp_path, "abc")
    champions(registry, "a", "b")
    lines = (tmp_path / "champion").read_text().split("\n")
    (tmp_path / "champion").write_text("\n".join(["c", *lines[1:]]))
    assert registry.champion() == "c"
    assert [entry.version for entry in registry.history().entries] == ["a", "b", "c"]
    assert registry.rollback().version == "b"


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "{}",
        '{"at": "2026-01-01", "version": "a", "kind": "promote"}',
        "\u2028" * 3 + "x",
    ],
)
def test_a_history_that_is_damaged_is_named_and_the_champion_serves_on(
    small_folder: Path, tmp_path: Path, line: str
) -> None:
    registry = registry_of(small_folder, tmp_path, "ab")
    champions(registry, "a")
    with (tmp_path / "champion").open("a", encoding="utf-8") as handle:
        handle.write(f"{line}\n")
    assert registry.champion() == "a"
    for act in (registry.history, registry.rollback, lambda: registry.promote("b")):
        with pytest.raises(ArtifactError, match="line 3 is no entry of its history"):
            act()


def test_prune_keeps_the_champion_the_last_ones_the_way_back_and_what_is_young(
    small_folder: Path, tmp_path: Path
) -> None:
    registry = registry_of(small_folder, tmp_path, "abcdefg")
    champions(registry, "a", "b", "c", "d", "e")
    registry.rollback()
    registry.rollback()  # c serves; d and e served last; b, then a, is the way back
    age(registry.folder("f"), 0.9)
    assert registry.disposable(1) == ["a", "e", "g"]
    assert registry.versions() == list("abcdefg")
    assert registry.prune(1) == ["a", "e", "g"]
    assert registry.versions() == ["b", "c", "d", "f"]
    assert registry.prune(0) == ["b", "d"]
    assert registry.versions() == ["c", "f"]


@pytest.mark.parametrize("pointer", [None, "gone\n", ""])
def test_without_a_champion_nothing_is_pruned(
    small_folder: Path, tmp_path: Path, pointer: str | None
) -> None:
    registry = registry_of(small_folder, tmp_path, "ab")
    if pointer is None:
        assert registry.prune(0) == []
    else:
        (tmp_path / "champion").write_text(pointer)
        with pytest.raises(ArtifactError, match="no such version"):
            registry.prune(0)
    assert registry.versions() == ["a", "b"]


def test_a_version_that_is_a_link_is_unlinked_and_its_target_left(
    small_folder: Path, tmp_path: Path
) -> None:
    registry = registry_of(small_folder, tmp_path / "models", "a")
    champions(registry, "a")
    elsewhere = Path(shutil.copytree(small_folder, tmp_path / "elsewhere"))
    age(elsewhere, 9)
    registry.folder("b").symlink_to(elsewhere)
    assert registry.prune(0) == ["b"]
    assert (elsewhere / "manifest.json").is_file()
    assert sorted(path.name for path in registry.root.iterdir()) == [".lock", "a", "champion"]


def test_what_was_left_aside_is_swept_but_nothing_of_anybody_elses(
    small_folder: Path, tmp_path: Path
) -> None:
    registry = registry_of(small_folder, tmp_path, "a")
    (tmp_path / ".saving.x.aside").mkdir()
    (tmp_path / ".saving.x.aside" / "tagger.joblib").write_bytes(b"half")
    (tmp_path / ".champion.x.aside").write_text("half")
    (tmp_path / ".snapshot").mkdir()
    for name, days in (("young", 0.1), ("old", 2)):
        path = registry.folder("a") / f".manifest.json.{name}.aside"
        path.write_text("half")
        age(path, days)
    champions(registry, "a")
    assert sorted(path.name for path in tmp_path.rglob(".*")) == [
        ".lock",
        ".manifest.json.young.aside",
        ".snapshot",
    ]


def test_a_writer_waits_for_another_and_readers_do_not(small_folder: Path, tmp_path: Path) -> None:
    registry = registry_of(small_folder, tmp_path, "ab")
    champions(registry, "a")
    code = (
        "import sys\nfrom pathlib import Path\nfrom copytaster.model.registry import Registry\n"
        "print('ready', flush=True)\n"
        "Registry(Path(sys.argv[1])).promote('b')\n"
        "print('done', flush=True)"
    )
    with registry.writing():
        other = subprocess.Popen(
            [sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, text=True
        )
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(timeout=1)
        assert registry.champion() == "a"
        assert [entry.version for entry in registry.history().entries] == ["a"]
    assert other.communicate(timeout=60)[0] == "done\n"
    assert registry.champion() == "b"


def test_promotions_of_many_processes_at_once_are_all_in_the_history(
    small_folder: Path, tmp_path: Path
) -> None:
    registry = registry_of(small_folder, tmp_path, "abcd")
    code = (
        "import sys\nfrom pathlib import Path\nfrom copytaster.model.registry import Registry\n"
        "registry = Registry(Path(sys.argv[1]))\n"
        "for n, version in enumerate(sys.argv[2] * 5):\n"
        "    print(registry.promote(version, why=f'{sys.argv[2]}{n}').why)"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, tmp_path, versions], stdout=subprocess.PIPE, text=True
        )
        for versions in ("ab", "cd", "bc")
    ]
    told = {line for process in running for line in process.communicate(timeout=120)[0].split()}
    assert [process.returncode for process in running] == [0, 0, 0]
    entries = registry.history().entries
    assert {entry.why for entry in entries} == told
    assert len(told) == len(entries) >= 10
    assert registry.champion() == entries[-1].version


def test_a_version_that_should_follow_another_champion_is_not_promoted(
    small_folder: Path, tmp_path: Path
) -> None:
    registry = registry_of(small_folder, tmp_path, ["a", "b", "c"])
    champions(registry, "a", "b")
    with pytest.raises(OvertakenError, match="b became the champion meanwhile"):
        registry.promote("c", after="a")
    assert registry.champion() == "b"
    registry.promote("c", after="b")
    assert registry.champion() == "c"
