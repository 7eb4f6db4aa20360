"""The hidden folder in which a challenger is made and judged, before it is a version."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = ".retraining."
_LOCK = ".retraining"


@contextmanager
def workshop(root: Path) -> Iterator[Path]:
    """Give an empty folder in *root*, gone after the block; waits for another retraining's end.

    What retrainings that were killed have left there is removed first: they hold no lock.
    """
    root.mkdir(parents=True, exist_ok=True)
    handle = os.open(root / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        for left in root.glob(f"{_PREFIX}*/"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=root, prefix=_PREFIX) as folder:
            yield Path(folder)
    finally:
        os.close(handle)
