"""A worker whose master was killed: nobody would stop it, and it would hold the port."""

import logging
import os
import signal
import time
from threading import Thread

#: Seconds between looks.
_EVERY = 0.5
_log = logging.getLogger(__name__)


def leave_with(master: int, grace_seconds: int) -> None:
    """Have this process end when *master* is not its parent any more; called after the fork.

    It ends as on SIGTERM: requests in flight are finished, within so many seconds.
    """
    Thread(
        target=_watch, args=(master, grace_seconds), name="copytaster-orphan", daemon=True
    ).start()


def _watch(master: int, grace_seconds: int) -> None:
    while os.getppid() == master:
        time.sleep(_EVERY)
    _log.error("the service's master was killed, so this worker ends too")
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace_seconds)
    os._exit(1)
