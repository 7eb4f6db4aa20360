"""gunicorn, set up for a CPU-bound service behind a CMS."""

from pathlib import Path

from flask import Flask
from gunicorn.app.base import BaseApplication

from copytaster.service.settings import Settings

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # for gunicorn's heartbeat, as it advises


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no annotations
    """Serves an application until SIGTERM or SIGINT; requests in flight are finished.

    Parameters
    ----------
    app : Flask
        Made before the workers fork, so that they share the tagger's memory.
    settings : Settings
    """

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Hand our settings to gunicorn."""
        for name, value in options(self._settings).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application."""
        return self._app


def options(settings: Settings) -> dict[str, object]:
    """Return gunicorn's settings for ours."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    found: dict[str, object] = {
        "bind": f"{host}:{settings.port}",
        "workers": settings.workers,
        "threads": settings.threads,
        "worker_class": "gthread",
        "graceful_timeout": settings.grace_seconds,
        "timeout": 60,
        "keepalive": 5,
        "preload_app": True,
        "proc_name": "copytaster",
        "control_socket_disable": True,
    }
    if settings.access_log:
        found["accesslog"] = "-"
    if _SHARED_MEMORY.is_dir():
        found["worker_tmp_dir"] = str(_SHARED_MEMORY)
    return found
