"""``copytaster work`` beside the service: begun with it, begun again if it dies, ended with it."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType

#: Seconds before the first start, which leaves the processor to the web workers' own; after a
#: death; and for ending.
_FIRST, _AGAIN, _GRACE = 0.5, 5.0, 15.0


class Beside:
    """Has the jobs of an archive done for the block.

    Parameters
    ----------
    root : Path
        The folder of versions.
    """

    def __init__(self, root: Path) -> None:
        self._command = [sys.executable, "-m", "copytaster.cli.main", "work"]
        self._command += ["--models", str(root), "--beside", str(os.getpid())]
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="copytaster-beside", daemon=True)

    def __enter__(self) -> None:
        """Start it, soon."""
        self._thread.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it, and what it has done."""
        self._end.set()
        self._thread.join()

    def _keep(self) -> None:
        process: subprocess.Popen[bytes] | None = None
        pause = _FIRST
        while not self._end.wait(pause):
            if process is None or process.poll() is not None:
                process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)  # noqa: S603  # our own
                pause = _AGAIN
        if process is not None:
            _stop(process)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
