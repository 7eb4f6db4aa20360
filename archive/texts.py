"""Texts whose time is up: only their words are kept."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from copytaster.archive import clock, kept
from copytaster.archive.scrub import soil
from copytaster.archive.tables import articles


class Texts:
    """The articles' texts, within the transaction of one connection.

    A text is as old as the archive's knowledge of its article: that it was edited since makes it
    no younger.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def due(self, days: int) -> int:
        """Return how many texts are older than so many *days*."""
        older = articles.c.added < self._before(days)
        query = select(func.count()).select_from(articles).where(articles.c.whole, older)
        return int(self._connection.scalar(query) or 0)

    def dropped(self) -> int:
        """Return of how many articles only the words are kept."""
        query = select(func.count()).select_from(articles).where(~articles.c.whole)
        return int(self._connection.scalar(query) or 0)

    def drop(self, days: int, most: int) -> int:
        """Keep of texts that are older than *days*, at most so many, their words; tell how many."""
        wanted = select(articles.c.id, articles.c.headline, articles.c.text)
        older = articles.c.added < self._before(days)
        rows = self._connection.execute(wanted.where(articles.c.whole, older).limit(most)).all()
        for row in rows:
            self._connection.execute(
                update(articles)
                .where(articles.c.id == row.id)
                .values(headline=kept.words(row.headline), text=kept.words(row.text), whole=False)
            )
        if rows:
            soil(self._connection)
        return len(rows)

    def _before(self, days: int) -> datetime:
        return clock.now(self._connection) - timedelta(days=days)
