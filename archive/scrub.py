"""SQLite's files: that nothing is left in them of what was deleted.

Deleted rows are overwritten as they go (``secure_delete``). Two things remain: the write-ahead log
holds pages as they were, and so does the file until the log is copied into it; and where a page
was once split in two, what moved stays behind in its empty part. So the log is cut to nothing
when somebody deletes, and the file is written anew (``VACUUM``) by who has the time.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from copytaster.archive.database import Database
from copytaster.model.errors import ArchiveDownError

#: Milliseconds that cutting the log may hold up writers while it waits for readers.
_BRIEFLY = 250


def soil(connection: Connection) -> None:
    """Note, within the transaction that deletes, that something is to be scrubbed away."""
    if connection.dialect.name == "sqlite":
        n = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        connection.exec_driver_sql(f"PRAGMA user_version={n % 2**30 + 1}")


class Scrub:
    """Cleans the files of a database; PostgreSQL does its own cleaning.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rewritten = 0

    def cut(self) -> bool:
        """Cut the log to nothing; return whether that was possible, with nobody reading.

        Raises
        ------
        ArchiveDownError
            If the database fails.
        """
        with self._raw() as raw:
            return raw is None or _cut(raw)

    def soiled(self) -> bool:
        """Return whether something was deleted since the file was written anew."""
        with self._raw() as raw:
            return raw is not None and _soil(raw) > 0

    def whole(self) -> bool:
        """Write the file anew if something was deleted, and cut the log.

        Others who write wait meanwhile: seconds for each hundred megabytes.

        Returns
        -------
        bool
            Whether all is clean now. It is not while somebody reads; come again.

        Raises
        ------
        ArchiveDownError
            If the database fails, or somebody else writes for too long.
        """
        with self._raw() as raw:
            if raw is None:
                return True
            n = _soil(raw)
            if n and n != self._rewritten:
                raw.execute("VACUUM")
                self._rewritten = n
            if not _cut(raw):
                return False
            if n:
                _clear(raw, n)
            return True

    @contextmanager
    def _raw(self) -> Iterator[Any]:
        """Give SQLite's own connection, outside of any transaction; ``None`` for PostgreSQL."""
        if self._database.url.get_backend_name() != "sqlite":
            yield None
            return
        with self._database.engine.connect() as connection:
            try:
                yield connection.connection.driver_connection
            except sqlite3.Error as error:
                raise ArchiveDownError(self._database.name, str(error)) from error


def _soil(raw: Any) -> int:  # noqa: ANN401  # SQLite's own connection, as below
    return int(raw.execute("PRAGMA user_version").fetchone()[0])


def _cut(raw: Any) -> bool:  # noqa: ANN401
    (usual,) = raw.execute("PRAGMA busy_timeout").fetchone()
    raw.execute(f"PRAGMA busy_timeout={_BRIEFLY}")
    try:
        busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        raw.execute(f"PRAGMA busy_timeout={usual}")
    return not busy


def _clear(raw: Any, n: int) -> None:  # noqa: ANN401
    """Note that all is clean, unless something was deleted meanwhile."""
    raw.execute("BEGIN IMMEDIATE")
    if _soil(raw) == n:
        raw.execute("PRAGMA user_version=0")
    raw.execute("COMMIT")
