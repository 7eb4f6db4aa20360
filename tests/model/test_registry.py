"""Versions in folders, and one champion."""

import os
import shutil
from pathlib import Path

import pytest

from copytaster.model import files
from copytaster.model.errors import ArtifactError
from copytaster.model.registry import Registry


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
