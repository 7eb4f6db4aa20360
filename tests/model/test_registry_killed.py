"""What a kill -9 leaves of a registry, at every step of everything that writes to it."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from copytaster.model.errors import ArtifactError
from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from tests.killed import NEW, OLD, OTHER

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def models(small_folder: Path, tmp_path: Path) -> Path:
    """Three versions, days old; the second champion serves."""
    for version in (OLD, NEW, OTHER):
        shutil.copytree(small_folder, tmp_path / "models" / version)
    registry = Registry(tmp_path / "models")
    registry.promote(OTHER, by="bo", why="first")
    registry.promote(OLD, by="bo", why="second")
    age(registry.root)
    return registry.root


def age(models: Path) -> None:
    """Make all in *models* a week old."""
    for path in models.rglob("*"):
        os.utime(path, times=(time.time() - 7 * 86400,) * 2)


class Walk:
    """The folders that killing *act* at each of its steps left.

    Whatever stands aside loses its second half: no writer had said that it is durable.
    """

    def __init__(self, act: str, models: Path, out: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "tests.killed", act, models, out],
            capture_output=True,
            check=False,
            cwd=ROOT,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr.decode()
        self.steps: list[str] = json.loads(done.stdout)
        *self.killed, self.whole = sorted(out.iterdir())
        assert len(self.killed) == len(self.steps)
        self.torn = sum(tear(folder) for folder in self.killed)

    def __iter__(self) -> Iterator[Registry]:
        return (Registry(folder) for folder in [*self.killed, self.whole])


def tear(models: Path) -> int:
    """Cut each file aside in half, and return how many there are."""
    files = {
        file
        for aside in models.rglob(".*.aside")
        for file in (aside, *aside.rglob("*"))
        if file.is_file()
    }
    for file in files:
        os.truncate(file, file.stat().st_size // 2)
    return len(files)


def serves(registry: Registry) -> str:
    """Return the champion, which loads, and is the one that its history says."""
    champion = registry.champion()
    assert champion is not None
    Tagger.load(registry.folder(champion))
    assert registry.history().entries[-1].version == champion
    return champion


def goes_on(registry: Registry, version: str) -> None:
    """Promote and prune as if nothing had been, and find nothing of what was left."""
    registry.promote(version, by="cy", why="after the kill")
    assert serves(registry) == version
    registry.prune(5)
    hidden = [str(path.relative_to(registry.root)) for path in registry.root.rglob(".*")]
    assert hidden == [".lock"]


@pytest.mark.parametrize(("act", "new"), [("promote", NEW), ("rollback", OTHER)])
def test_a_killed_promotion_or_rollback_leaves_the_old_or_the_new_champion(
    models: Path, tmp_path: Path, act: str, new: str
) -> None:
    before = Registry(models).history().entries
    walk = Walk(act, models, tmp_path / "out")
    assert {"open", "flush", "fsync", "replace"} <= set(walk.steps)
    champions = []
    for registry in walk:
        champions.append(serves(registry))
        entries = registry.history().entries
        assert entries[:2] == before
        assert len(entries) == 2 + (champions[-1] == new)
        assert registry.versions() == [OLD, NEW, OTHER]
        goes_on(registry, NEW if act == "rollback" else OTHER)
    swap = walk.steps.index("replace") + 1
    assert champions == [OLD] * swap + [new] * (len(champions) - swap)
    assert walk.torn


def test_a_killed_save_leaves_no_version_or_a_whole_one(models: Path, tmp_path: Path) -> None:
    walk = Walk("save", models, tmp_path / "out")
    (made,) = set(Registry(walk.whole).versions()) - {OLD, NEW, OTHER}
    assert {"mkdir", "write", "chmod", "fsync", "rename"} <= set(walk.steps)
    listed = []
    for registry in walk:
        listed.append(made in registry.versions())
        assert set(registry.versions()) == {OLD, NEW, OTHER} | ({made} if listed[-1] else set())
        if listed[-1]:
            Tagger.load(registry.folder(made), b"key")
        assert serves(registry) == OLD
        goes_on(registry, made if listed[-1] else NEW)
    assert listed == sorted(listed)
    assert listed[0] is False
    assert listed[-1] is True
    assert walk.torn


def test_a_killed_save_of_a_version_that_is_here_leaves_it_whole(
    models: Path, tmp_path: Path
) -> None:
    walk = Walk("mend", models, tmp_path / "out")
    (made,) = set(Registry(models).versions()) - {OLD, NEW, OTHER}
    assert walk.steps.count("replace") == 3  # arrays, keys of what was seen, manifest
    for registry in walk:
        assert registry.versions() == Registry(models).versions()
        Tagger.load(registry.folder(made), b"key")
        age(registry.root)
        goes_on(registry, made)


def test_a_killed_prune_leaves_versions_whole_or_unlisted_and_is_ended_by_the_next(
    models: Path, tmp_path: Path
) -> None:
    walk = Walk("prune", models, tmp_path / "out")
    assert {"mkdir", "rename", "unlink", "rmdir"} <= set(walk.steps)
    seen = []
    for registry in walk:
        seen.append(registry.versions())
        for version in seen[-1]:
            Tagger.load(registry.folder(version))
        assert serves(registry) == OLD
        registry.prune(0)
        assert registry.versions() == [OLD]
        with pytest.raises(ArtifactError, match="no such version: '2026-01-03-other'"):
            registry.rollback()
        goes_on(registry, OLD)
    assert seen[0] == [OLD, NEW, OTHER]
    assert seen[-1] == [OLD]
    assert [OLD, OTHER] in seen
