"""Workers: peers as processes of their own, each in a virtual environment of its own."""

import json
import os
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bench.speed_model import cache

#: What each peer's environment holds; without any, it runs in ours.
REQUIREMENTS: dict[str, tuple[str, ...]] = {
    "ours": (),
    "scikit": (),
    "fasttext": ("fasttext-wheel==0.9.2", "numpy<2"),
    "vowpal": ("vowpalwabbit==9.11.9",),
    "spacy": ("spacy==3.8.18",),
    "libmultilabel": ("libmultilabel==0.10.0",),
    "annif": ("annif==1.4.3",),
}
#: How long an installation may take, in seconds.
_PATIENCE = 600
ROOT = Path(__file__).resolve().parents[1]


class MissingError(Exception):
    """Raised if a peer cannot be installed or does not start; says why."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A running peer.

    Attributes
    ----------
    name : str
    engines : tuple of str
        The ways to tag that it offers.
    """

    name: str
    engines: tuple[str, ...]
    _to: IO[str]
    _from: IO[str]

    def microseconds(self, engine: str, way: str) -> float:
        """Return the CPU time an article of one round, tagged one by one (``one``) or ``many``."""
        found: float = self._ask(engine, way)
        return found

    def scores(self, engine: str) -> list[list[float]] | None:
        """Return the scores of all articles, ``None`` from an engine with other weights."""
        found: list[list[float]] | None = self._ask(engine, "scores")
        return found

    def _ask(self, engine: str, what: str) -> Any:  # noqa: ANN401  # whatever JSON holds
        self._to.write(json.dumps({"engine": engine, "do": what}) + "\n")
        self._to.flush()
        return _reply(self.name, self._from)


@contextmanager
def started(names: Sequence[str], folder: Path) -> Iterator[tuple[list[Worker], dict[str, str]]]:
    """Start the peers called *names* over the speed model in *folder*.

    Yields
    ------
    workers : list of Worker
        Those that started.
    missing : dict of str to str
        Why the others did not.
    """
    workers, missing = [], {}
    with ExitStack() as stack:
        for name in names:
            try:
                workers.append(stack.enter_context(_start(name, folder)))
            except MissingError as error:
                missing[name] = str(error)
        yield workers, missing


@contextmanager
def _start(name: str, folder: Path) -> Iterator[Worker]:
    command = [str(python(name)), "-m", f"bench.peers.{name}", str(folder)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=(folder / f"{name}.log").open("wb"),
        text=True,
    )
    if process.stdin is None or process.stdout is None:
        raise MissingError(f"{name} has no pipes")
    try:
        engines = _reply(name, process.stdout)
        yield Worker(name, tuple(engines), process.stdin, process.stdout)
    finally:
        process.stdin.close()
        process.wait(60)
        process.stdout.close()


def _reply(name: str, lines: IO[str]) -> Any:  # noqa: ANN401  # as above
    line = lines.readline()
    if not line:
        raise MissingError(f"{name} ended; {name}.log beside the speed model says why")
    return json.loads(line)


def python(name: str) -> Path:
    """Return the interpreter of the peer's environment, after making it if it is not there.

    Raises
    ------
    MissingError
        If its packages cannot be installed.
    """
    wanted = REQUIREMENTS[name]
    if not wanted:
        return Path(sys.executable)
    folder = cache() / "environments" / "_".join([name, *wanted]).replace("=", "").replace("<", "-")
    found, done = folder / "bin" / "python", folder / "installed"
    if not done.exists():
        venv.create(folder, with_pip=True, clear=True)
        try:
            subprocess.run(
                [str(found), "-m", "pip", "install", "--quiet", "--prefer-binary", *wanted],
                check=True,
                capture_output=True,
                timeout=_PATIENCE,
            )
        except subprocess.CalledProcessError as error:
            raise MissingError(f"pip could not install {' '.join(wanted)}") from error
        except subprocess.TimeoutExpired as error:
            raise MissingError(f"pip took longer than {_PATIENCE} s") from error
        done.touch()
    return found
