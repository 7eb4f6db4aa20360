"""The database that holds the archive: SQLite, or PostgreSQL where replicas share it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    SQLAlchemyError,
)

from copytaster.model.errors import ArchiveDownError, ArchiveError, SettingsError

#: Seconds that a writer waits for another.
_BUSY = 10
#: What writers of one PostgreSQL database wait for: a number of our own.
_WRITERS = 0x436F7079
_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}


class Database:
    """One database, opened when it is first needed; safe to share between threads.

    There is one writer at a time, in SQLite by its nature and in PostgreSQL by a lock: what a
    writer reads stays true until its commit.

    Parameters
    ----------
    url : str
        ``sqlite:///path``, or ``postgresql+psycopg://user@host/name``.

    Raises
    ------
    SettingsError
        If the URL is of neither kind.
    """

    def __init__(self, url: str) -> None:
        self.url = _url(url)
        self.engine = _engine(self.url)

    @property
    def name(self) -> str:
        """The URL without its password, for people."""
        return self.url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees the archive as it is now.

        Raises
        ------
        ArchiveDownError
            If the database cannot be reached, or fails.
        """
        with self._watched(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose work is committed, durably, when the block ends without an error.

        Raises
        ------
        ArchiveDownError
            If the database cannot be reached, or fails; then nothing was written.
        ArchiveError
            If it cannot keep what it was given; then nothing was written.
        """
        with self._watched(), self.engine.connect() as plain:
            connection = plain.execution_options(copytaster_writes=True)
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(
                        text("SELECT pg_advisory_xact_lock(:number)"), {"number": _WRITERS}
                    )
                yield connection

    @contextmanager
    def appending(self) -> Iterator[Connection]:
        """Give a connection as :meth:`writing` does, for rows that no other writer waits for.

        In PostgreSQL it neither waits for other writers nor holds them up.
        """
        with self._watched(), self.engine.connect() as plain:
            connection = plain.execution_options(copytaster_writes=True)
            with connection.begin():
                yield connection

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except (DataError, IntegrityError) as error:
            raise ArchiveError(f"the archive cannot keep this: {error.orig}") from error
        except DBAPIError as error:
            raise ArchiveDownError(self.name, str(error.orig).strip() or "failed") from error
        except SQLAlchemyError as error:
            raise ArchiveDownError(self.name, str(error)) from error


def _url(url: str) -> URL:
    expected = "sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME"
    try:
        found = make_url(url)
    except ArgumentError:
        raise SettingsError("COPYTASTER_DATABASE_URL", "…", expected) from None
    kind = found.get_backend_name()
    hidden = found.render_as_string(hide_password=True)
    if kind not in _DRIVERS or (kind == "sqlite" and found.database in {None, "", ":memory:"}):
        raise SettingsError("COPYTASTER_DATABASE_URL", hidden, expected)
    return found if "+" in found.drivername else found.set(drivername=_DRIVERS[kind])


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": _BUSY, "check_same_thread": False})
        Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        patience = {
            "connect_timeout": _BUSY,
            "tcp_user_timeout": 1000 * _BUSY,
            "options": f"-c lock_timeout={_BUSY}s",
        }
        return create_engine(url, pool_pre_ping=True, connect_args=patience)
    except (NoSuchModuleError, ModuleNotFoundError):
        raise SettingsError(
            "COPYTASTER_DATABASE_URL",
            url.render_as_string(hide_password=True),
            "a database whose driver is installed; pip install 'copytaster[postgresql]'",
        ) from None


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:  # noqa: ANN401  # SQLAlchemy's
    """Have commits survive a power cut, readers not wait for writers, keys hold, bytes go."""
    connection.isolation_level = None  # begins are ours: _begin_sqlite
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the right to write at once where it will be needed, so that no reading goes stale."""
    writes = connection.get_execution_options().get("copytaster_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
