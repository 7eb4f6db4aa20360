"""granian, set up for a service of short work behind a CMS."""

import gc
import logging
import multiprocessing
import multiprocessing.util
import os
import resource
import signal
import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from copytaster.model.errors import SettingsError
from copytaster.service.app import RECORDER
from copytaster.service.bridge import Bridge
from copytaster.service.keys import KeyFile
from copytaster.service.orphan import leave_with
from copytaster.service.settings import Settings

#: How long an idle connection is kept, and how long a client may take over its headers.
_IDLE_SECONDS = 30
#: Seconds that a worker may take at its end to write the decisions that wait.
_WRITING = 5
#: Among an application's extensions: what keeps a worker's tagger up to date, if anything.
WATCH = "watch"
_log = logging.getLogger(__name__)


class Server:
    """Serves an application until SIGTERM or SIGINT; requests in flight are finished.

    On SIGHUP it makes the application anew and replaces the workers one by one.

    Parameters
    ----------
    make : callable
        Returns the application. It is called before the workers fork, so that they share its
        memory.
    settings : Settings
    """

    def __init__(self, make: Callable[[], Flask], settings: Settings) -> None:
        self._make = make
        self._settings = settings
        self._app = make()
        self._master = os.getpid()

    def run(self) -> None:
        """Serve.

        Raises
        ------
        OSError
            If the address cannot be listened on, as where another listens already.
        """
        multiprocessing.set_start_method("fork", force=True)
        server = Granian(**options(self._settings, free_port(self._settings)))
        server.on_reload(self._remake)
        _keep()
        server.serve(target_loader=self._load, wrap_loader=False)

    def _load(self) -> Bridge:
        """Return what a worker serves, after it was forked."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, signal.SIG_DFL)  # else the master's handler would swallow it here
        leave_with(self._master, self._settings.grace_seconds)
        if (watch := self._app.extensions.get(WATCH)) is not None:
            watch.start()
        if (recorder := self._app.extensions.get(RECORDER)) is not None:
            seconds = min(_WRITING, self._settings.grace_seconds)
            # A worker ends as processes of multiprocessing do: atexit means nothing to it.
            multiprocessing.util.Finalize(None, recorder.close, (seconds,), exitpriority=1)
        return Bridge(self._app, self._settings)

    def _remake(self) -> None:
        try:
            self._app = self._make()
        except Exception:  # noqa: BLE001  # whatever it is, the rest goes on
            _log.exception("reloading failed; what was served before goes on")
        gc.unfreeze()  # so that what was served before can go
        gc.collect()
        _keep()


def _keep() -> None:
    """Have workers leave what they share alone when they collect garbage: looking writes to it."""
    gc.freeze()
    gc.enable()


def must_be_closed(settings: Settings) -> None:
    """Refuse to listen for other machines where anybody could tag and teach.

    Raises
    ------
    SettingsError
        If there is no access key, and the address is not of the loopback interface.
    """
    guarded = settings.keys is not None and KeyFile(settings.keys).read()
    if guarded or settings.insecure or _is_loopback(settings.host):
        return
    raise SettingsError(
        "COPYTASTER_HOST",
        settings.host,
        "127.0.0.1 as long as there is no access key; make one (copytaster keys create cms --scope "
        "tag), or say --insecure (COPYTASTER_INSECURE=1) where something else keeps others out",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def free_port(settings: Settings) -> int:
    """Return the port to listen on, which nobody else listens on; port 0 takes a free one.

    The workers share the port in a way in which another service could join them unasked.

    Raises
    ------
    OSError
        If the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            raise OSError(error.errno, f"cannot listen on {where}: {error.strerror}") from None
        return int(probe.getsockname()[1])


def options(settings: Settings, port: int) -> dict[str, Any]:
    """Return granian's settings for ours."""
    return {
        "target": "copytaster",
        "address": settings.host,
        "port": port,
        "interface": Interfaces.ASGINL,
        "loop": Loops.uvloop,
        "http": HTTPModes.http1,
        "websockets": False,
        "workers": settings.workers,
        "backpressure": connections(),
        "http1_settings": HTTP1Settings(header_read_timeout=_IDLE_SECONDS * 1000),
        "respawn_failed_workers": True,
        "respawn_interval": 1.0,
        "workers_kill_timeout": max(1, settings.grace_seconds),
        "log_level": LogLevels.warning,
    }


def connections() -> int:
    """Return how many connections a worker may hold: most of the files that it may open."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return max(64, min(files, 20_000) * 3 // 4)
