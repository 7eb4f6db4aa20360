"""Long work in a thread beside those that answer requests."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_working: set[object] = set()


@contextmanager
def giving_way() -> Iterator[None]:
    """Have this thread hand Python over to those that answer requests ten times as soon.

    The interval is the process's own: the first who gives way shortens it, the last restores it.
    """
    mine = object()
    with _lock:
        if not _working:
            sys.setswitchinterval(sys.getswitchinterval() / 10)
        _working.add(mine)
    try:
        yield
    finally:
        with _lock:
            _working.remove(mine)
            if not _working:
                sys.setswitchinterval(sys.getswitchinterval() * 10)
