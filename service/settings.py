"""Settings of the service, read once from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from copytaster.model.errors import SettingsError

_PREFIX = "COPYTASTER_"
#: A hundred years.
MOST_DAYS = 36_500


@dataclass(frozen=True)
class Settings:
    """How the service listens and what it accepts; docs/settings.md names the variables.

    Attributes
    ----------
    host, port : str, int
        Where to listen; loopback unless told otherwise. Port 0 takes a free one.
    workers, threads : int
        Processes, and threads in each for long articles, and as many for streams.
    max_body_bytes : int
        The largest request body; more is answered with 413.
    read_seconds : int
        How long a client may take to send a body; in a stream, to send or read the next part.
    grace_seconds : int
        How long requests in flight may take after SIGTERM.
    access_log : bool
        Whether each request is logged on standard output.
    insecure : bool
        Whether to listen for other machines without any access key.
    keys : Path or None
        The file of access keys; ``None``: a file beside the models.
    database_url : str or None
        Of the archive; ``None``: a file beside the models.
    worker : bool
        Whether the service has the archive's jobs done beside it.
    retrain_after : int
        Changed labels after which a retraining begins by itself; 0: never.
    keep_decisions : int
        Days that what was served is kept in the archive; 0: it is not.
    keep_texts : int
        Days after which of an archived article only the words are kept; 0: never.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    threads: int = 4
    max_body_bytes: int = 1024 * 1024
    read_seconds: int = 30
    grace_seconds: int = 30
    access_log: bool = False
    insecure: bool = False
    keys: Path | None = None
    database_url: str | None = None
    worker: bool = True
    retrain_after: int = 0
    keep_decisions: int = 0
    keep_texts: int = 0

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read ``COPYTASTER_HOST``, ``COPYTASTER_PORT`` and so on; absent ones keep defaults.

        Raises
        ------
        SettingsError
            Naming the variable and what was expected.
        """
        found = _Environment(environ)
        return cls(
            host=found.host(cls.host),
            port=found.number("PORT", cls.port, 0, 65535),
            workers=found.number("WORKERS", cls.workers, 1, 1024),
            threads=found.number("THREADS", cls.threads, 1, 1024),
            max_body_bytes=found.number("MAX_BODY_BYTES", cls.max_body_bytes, 1, 2**31),
            read_seconds=found.number("READ_SECONDS", cls.read_seconds, 1, 3600),
            grace_seconds=found.number("GRACE_SECONDS", cls.grace_seconds, 0, 3600),
            access_log=found.flag("ACCESS_LOG", default=cls.access_log),
            keys=found.path("KEYS"),
            insecure=found.flag("INSECURE", default=cls.insecure),
            database_url=environ.get(f"{_PREFIX}DATABASE_URL") or None,
            worker=found.flag("WORKER", default=cls.worker),
            retrain_after=found.number("RETRAIN_AFTER", cls.retrain_after, 0, 2**31),
            keep_decisions=found.number("KEEP_DECISIONS", cls.keep_decisions, 0, MOST_DAYS),
            keep_texts=found.number("KEEP_TEXTS", cls.keep_texts, 0, MOST_DAYS),
        )


class _Environment:
    """Reads typed variables."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def host(self, default: str) -> str:
        """Return an address; an IPv6 one may stand in brackets."""
        text = self._environ.get(f"{_PREFIX}HOST", default)
        if not text.strip("[] "):
            raise SettingsError(f"{_PREFIX}HOST", text, "an address, such as 127.0.0.1 or 0.0.0.0")
        return text.strip("[] ")

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number in a range."""
        text = self._environ.get(_PREFIX + name)
        if text is None:
            return default
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise SettingsError(_PREFIX + name, text, f"a whole number from {least} to {most}")
        return value

    def path(self, name: str) -> Path | None:
        """Return a path, if one is named."""
        text = self._environ.get(_PREFIX + name)
        return Path(text) if text else None

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a yes or no."""
        text = self._environ.get(_PREFIX + name)
        if text is None:
            return default
        if text.lower() not in {"0", "1", "true", "false", "yes", "no"}:
            raise SettingsError(_PREFIX + name, text, "1 or 0")
        return text.lower() in {"1", "true", "yes"}
