"""The rules of promoting and going back, where several do it at once."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from copytaster.model import promotion
from copytaster.model.history import Entry
from copytaster.model.registry import VERDICT, OvertakenError, Registry
from tests.service import versions

A, B = "2026-02-01-a", "2026-02-02-b"


class Raced(Registry):
    """A registry in which another version becomes the champion right before a change."""

    def promote(self, version: str, **how: Any) -> Entry:  # noqa: ANN401  # passed on as it is
        """Promote B, and then do what was asked."""
        Registry(self.root).promote(B, why="at the same moment")
        return Registry(self.root).promote(version, **how)

    def rollback(self, **how: Any) -> Entry:  # noqa: ANN401  # as above
        """Promote B, and then do what was asked."""
        Registry(self.root).promote(B, why="at the same moment")
        return Registry(self.root).rollback(**how)


@pytest.fixture
def root(small_folder: Path, tmp_path: Path) -> Path:
    """A folder of three versions, of which A serves."""
    folder = tmp_path / "models" / small_folder.name
    shutil.copytree(small_folder, folder)
    for version in (A, B):
        versions.make(folder, version)
    registry = Registry(tmp_path / "models")
    registry.promote(small_folder.name)
    registry.promote(A)
    return registry.root


def judge(root: Path, version: str, verdict: Mapping[str, object]) -> None:
    """Have the gate say *verdict* of *version*."""
    (root / version / VERDICT).write_text(json.dumps(verdict))


@pytest.mark.parametrize("force", [False, True])
def test_what_was_judged_beside_another_champion_is_not_promoted_after_one_that_was_faster(
    root: Path, small_folder: Path, *, force: bool
) -> None:
    first = small_folder.name
    judge(root, first, {"promote": True, "champion": A})
    with pytest.raises(OvertakenError, match=f"{B} became the champion meanwhile"):
        promotion.promote(Raced(root), first, by="ana", why="x", force=force)
    assert Registry(root).champion() == B


def test_who_is_second_to_promote_the_same_version_is_told_that_it_serves_already(
    root: Path,
) -> None:
    judge(root, B, {"promote": True, "champion": A})
    change = promotion.promote(Raced(root), B, by="ana", why="x", force=False)
    assert change.entry.why == "at the same moment"
    assert (change.changed, "is the champion already" in change.words) == (False, True)
    again = promotion.promote(Registry(root), B, by="ana", why="x", force=False)
    assert (again.changed, again.entry) == (False, change.entry)


def test_a_rollback_leaves_the_champion_that_was_seen_and_no_other(root: Path) -> None:
    with pytest.raises(OvertakenError, match="nothing was changed"):
        promotion.roll_back(Raced(root), by="ana", why="x")
    assert Registry(root).champion() == B
    with pytest.raises(OvertakenError, match=f"{B} is the champion, not {A}"):
        promotion.roll_back(Registry(root), by="ana", why="x", after=A)
    assert promotion.roll_back(Registry(root), by="ana", why="x", after=B).entry.version == A
