"""Writers of a registry, killed at each of their steps; run as a program of its own.

``python -m tests.killed ACT MODELS OUT`` forks for each step of ACT and kills the fork with SIGKILL
right before it: OUT/001 is what a kill before the first step left of MODELS, and so on; the last
folder is what ACT does unharmed. It prints the steps as a JSON list. A step is a call that can
change what is on disk, found by Python's own profiler, so that the code under test knows nothing of
this; writes in a row are one step. No threads run here, as forks need it.
"""

import itertools
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from copytaster.model import tagger as _imported_before_the_forks  # noqa: F401
from copytaster.model.registry import Registry
from copytaster.model.taxonomy import Taxonomy, Topic

#: The versions that the acts below are about.
OLD, NEW, OTHER = "2026-01-01-old", "2026-01-02-new", "2026-01-03-other"
_CALLS = {
    *("chmod", "close", "fchmod", "flock", "fsync", "ftruncate", "link", "mkdir", "open", "remove"),
    *("rename", "replace", "rmdir", "symlink", "truncate", "unlink", "utime", "write"),
}
_METHODS = {"__exit__", "close", "flush", "truncate", "write", "writelines"}
_WRITABLE = {"BufferedRandom", "BufferedWriter", "FileIO", "TextIOWrapper"}

Act = Callable[[Path], object]


def promote(models: Path) -> None:
    """Promote a version."""
    Registry(models).promote(NEW, by="ana", why="better")


def roll_back(models: Path) -> None:
    """Return to the champion before."""
    Registry(models).rollback(by="ana", why="worse")


def prune(models: Path) -> None:
    """Remove all that may go."""
    Registry(models).prune(0)


def saver() -> Act:
    """Return what saves a version, which is fitted before the forks."""
    from copytaster.training import fit, saving
    from tests.stories import SMALL, SMALL_RECIPE, as_corpus

    taxonomy = Taxonomy((Topic("trade", "Trade"), Topic("sport", "Sport"), Topic("travel", "Trip")))
    fitted = fit.fit(as_corpus(SMALL, taxonomy), SMALL_RECIPE)
    return lambda models: saving.save(fitted, Registry(models), b"key")


def mender(models: Path) -> Act:
    """Return what saves a version that is in *models* by then."""
    save = saver()
    save(models)
    return save


def step_of(function: object) -> str | None:
    """Return the name of the step that calling *function*, one of C's, is; ``None`` for none."""
    name = getattr(function, "__name__", "")
    if getattr(function, "__module__", None) in {"posix", "fcntl", "io", "_io"}:
        return name if name in _CALLS else None
    owner = type(getattr(function, "__self__", None)).__name__
    return name if name in _METHODS and owner in _WRITABLE else None


def killed(act: Act, models: Path, n: int) -> str | None:
    """Run *act* in a fork, up to its step *n*; return that step, or ``None`` if there is none."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        left, last = n, ""

        def profile(_frame: FrameType, event: str, function: object) -> None:
            nonlocal left, last
            if event != "c_call" or not (step := step_of(function)):
                return
            left -= not step == last == "write"
            last = step
            if not left:
                os.write(writer, step.encode())
                os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(profile)
        act(models)
        sys.setprofile(None)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as handle:
        step = handle.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return step
    if status:
        raise RuntimeError(f"the act failed by itself: {status}")
    return None


def main(name: str, models: Path, out: Path) -> None:
    """Walk the steps of the act *name* over copies of *models*."""
    acts: dict[str, Callable[[], Act]] = {
        "promote": lambda: promote,
        "rollback": lambda: roll_back,
        "prune": lambda: prune,
        "save": saver,
        "mend": lambda: mender(models),
    }
    act, steps = acts[name](), []
    for n in itertools.count(1):
        folder = Path(shutil.copytree(models, out / f"{n:03}"))
        step = killed(act, folder, n)
        if step is None:
            break
        steps.append(step)
    sys.stdout.write(json.dumps(steps))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
