"""What was served, for as long as the operator wants it kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, insert, or_, select

from copytaster.archive import clock, kept
from copytaster.archive.tables import ID, decisions

#: A topic's confidence, 0 to 1, and tier.
Given = tuple[float, str]
#: Rows that are read at a time.
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Decision:
    """One article, as it was tagged once.

    Attributes
    ----------
    article : str or None
        The CMS's identifier, where it gave one.
    digest : str
        SHA-256, in hex, of headline and text.
    model : str
        The version that tagged it.
    tags : mapping of str to (float, str)
        Confidence and tier of each topic that was served.
    at : datetime
    """

    article: str | None
    digest: str
    model: str
    tags: Mapping[str, Given]
    at: datetime

    def row(self, days: int) -> dict[str, object]:
        """Return what the table keeps of it, for so many *days*."""
        usable = self.article is not None and kept.fits(self.article, ID)
        return {
            "article": self.article if usable else None,
            "digest": self.digest,
            "model": self.model,
            "tags": to_json(self.tags).decode(),
            "at": self.at,
            "until": self.at + timedelta(days=days),
        }

    def as_json(self) -> dict[str, object]:
        """Return it for people who count."""
        tags = [
            {"topic": topic, "confidence": confidence, "tier": tier}
            for topic, (confidence, tier) in self.tags.items()
        ]
        return {
            "article": self.article,
            "sha256": self.digest,
            "model": self.model,
            "at": self.at.isoformat(),
            "tags": tags,
        }


class Decisions:
    """Decisions within the transaction of one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Keep decisions, as :meth:`Decision.row` gives them."""
        # What returns something is one statement for many rows, and Python's lock is let go once;
        # else that is done for each row, and each time somebody who tags has to wait for it.
        if rows:
            self._connection.execute(insert(decisions).returning(decisions.c.id), list(rows))

    def model(self, article: str) -> str | None:
        """Return the version that tagged an article last, as far as that was kept."""
        if not kept.fits(article, ID):
            return None
        query = select(decisions.c.model).where(decisions.c.article == article)
        found: str | None = self._connection.scalar(query.order_by(decisions.c.id.desc()).limit(1))
        return found

    def count(self) -> tuple[int, datetime | None]:
        """Return how many there are, and when the oldest was served."""
        n, oldest = self._connection.execute(select(func.count(), func.min(decisions.c.at))).one()
        return n, oldest

    def each(self) -> Iterator[Decision]:
        """Yield all, in the order in which they were kept; few are held at a time."""
        return self._read(select(decisions).order_by(decisions.c.id))

    def by_article(self) -> Iterator[Decision]:
        """Yield all, those of one article together and in order: by its identifier, else by text.

        Those without an identifier come last.
        """
        named = select(decisions).where(decisions.c.article.is_not(None))
        yield from self._read(named.order_by(decisions.c.article, decisions.c.id))
        rest = select(decisions).where(decisions.c.article.is_(None))
        yield from self._read(rest.order_by(decisions.c.digest, decisions.c.id))

    def drop(self, days: int, most: int) -> int:
        """Drop at most so many whose time is up; return how many.

        That is what was promised when they were kept, or *days*, if that is less; 0: as promised.
        """
        now = clock.now(self._connection)
        dropped = self._drop(decisions.c.until < now, most)
        if days and dropped < most:
            dropped += self.drop_older(days, most - dropped)
        return dropped

    def drop_older(self, days: int, most: int) -> int:
        """Drop at most so many that are older than so many *days*; return how many."""
        before = clock.now(self._connection) - timedelta(days=days)
        return self._drop(decisions.c.at < before, most)

    def due(self, days: int) -> int:
        """Return how many are older than so many *days*."""
        before = clock.now(self._connection) - timedelta(days=days)
        query = select(func.count()).select_from(decisions).where(decisions.c.at < before)
        return int(self._connection.scalar(query) or 0)

    def forget(self, article: str, digest: str | None) -> int:
        """Drop those of an article, and those without an identifier of its text; return how many.

        Parameters
        ----------
        article : str
        digest : str or None
            SHA-256, in hex, of headline and text, where they are known.
        """
        own: ColumnElement[bool] = decisions.c.article == article
        if digest is not None:
            own = or_(own, decisions.c.article.is_(None) & (decisions.c.digest == digest))
        return self._connection.execute(delete(decisions).where(own)).rowcount

    def _drop(self, which: ColumnElement[bool], most: int) -> int:
        some = select(decisions.c.id).where(which).limit(most)
        return self._connection.execute(
            delete(decisions).where(decisions.c.id.in_(some.scalar_subquery()))
        ).rowcount

    def _read(self, query: Select[Any]) -> Iterator[Decision]:
        with self._connection.execution_options(yield_per=_PAGE).execute(query) as rows:
            yield from _decisions(rows)


def _decisions(rows: Iterable[Row[Any]]) -> Iterator[Decision]:
    for row in rows:
        said: dict[str, Any] = from_json(row.tags)
        tags = {topic: (float(given[0]), str(given[1])) for topic, given in said.items()}
        yield Decision(row.article, row.digest, row.model, tags, row.at)
