"""The archive: one database whose tables are brought up to date when it is first used."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from sqlalchemy import Connection

from copytaster.archive.database import Database


class Archive:
    """What the newsroom knows; safe to share between threads.

    Parameters
    ----------
    url : str
        As :class:`Database` takes it. Nothing is opened yet.

    Raises
    ------
    SettingsError
        If the URL is of no kind that is known.
    """

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self._opening = Lock()
        self._open = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection, as :meth:`Database.reading` does."""
        self.open()
        with self.database.reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection, as :meth:`Database.writing` does."""
        self.open()
        with self.database.writing() as connection:
            yield connection

    @contextmanager
    def appending(self) -> Iterator[Connection]:
        """Give a connection, as :meth:`Database.appending` does."""
        self.open()
        with self.database.appending() as connection:
            yield connection

    def open(self) -> None:
        """Bring the tables to this version's form, if that was not done yet.

        Raises
        ------
        ArchiveError
            If a newer Copytaster has changed them.
        ArchiveDownError
            If the database cannot be reached; the next call tries again.
        """
        if not self._open:
            from copytaster.archive import migrations  # Alembic, which replies need not wait for

            with self._opening:
                if not self._open:
                    migrations.upgrade(self.database)
                    self._open = True
