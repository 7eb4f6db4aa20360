"""A registry through any sequence of promotions, rollbacks, prunes and accidents."""

import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from copytaster.model.errors import ArtifactError
from copytaster.model.registry import Registry

_NAMES = st.sampled_from("abcdef")


class Registries(RuleBasedStateMachine):
    """A registry beside a simple model of it: a pile of champions, and a diary."""

    tagger: Path

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.registry = Registry(self.root, clock=lambda: self.now)
        self.saved: dict[str, datetime] = {}
        self.damaged: set[str] = set()
        self.pile: list[str] = []
        self.diary: list[tuple[str, str]] = []

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    @rule(name=_NAMES)
    def save(self, name: str) -> None:
        folder = self.registry.folder(name)
        shutil.copytree(self.tagger, folder, dirs_exist_ok=True)
        self.saved[name] = self.now
        self.damaged.discard(name)
        os.utime(folder, times=(self.now.timestamp(),) * 2)

    @rule(name=_NAMES)
    def damage(self, name: str) -> None:
        if name in self.saved:
            (self.registry.folder(name) / "tagger.joblib").write_bytes(b"x")
            self.damaged.add(name)

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(name=_NAMES, forced=st.booleans())
    def promote(self, name: str, *, forced: bool) -> None:
        if name not in self.saved or name in self.damaged:
            with pytest.raises(ArtifactError):
                self.registry.promote(name, forced=forced)
            return
        self.registry.promote(name, forced=forced)
        if self.pile[-1:] != [name]:
            self.pile.append(name)
            self.diary.append((name, "promote"))

    @rule()
    def roll_back(self) -> None:
        if len(self.pile) < 2 or self.pile[-2] not in self.saved or self.pile[-2] in self.damaged:
            with pytest.raises(ArtifactError):
                self.registry.rollback()
            return
        assert self.registry.rollback().version == self.pile[-2]
        del self.pile[-1]
        self.diary.append((self.pile[-1], "rollback"))

    @precondition(lambda self: self.pile)
    @rule(keep=st.integers(0, 3))
    def prune(self, keep: int) -> None:
        served = list(dict.fromkeys(name for name, _ in reversed(self.diary)))
        back = list(dict.fromkeys(reversed(self.pile[:-1])))
        kept = {*served[: keep + 1], *back[:keep]}
        old = {n for n, saved in self.saved.items() if self.now - saved >= timedelta(days=1)}
        assert self.registry.prune(keep) == sorted(old - kept)
        self.saved = {n: saved for n, saved in self.saved.items() if n not in old - kept}
        self.damaged &= self.saved.keys()

    @invariant()
    def agrees_with_the_model(self) -> None:
        registry = Registry(self.root)
        assert registry.versions() == sorted(self.saved)
        assert registry.champion() == (self.pile[-1] if self.pile else None)
        entries = registry.history().entries
        assert [(entry.version, entry.kind) for entry in entries] == self.diary
        assert registry.history().below() == self.pile[-2::-1]
        assert not list(self.root.rglob(".*.aside"))


def test_a_registry_does_what_its_simple_model_does(small_folder: Path) -> None:
    machine = type("Machine", (Registries,), {"tagger": small_folder})
    run(
        machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
