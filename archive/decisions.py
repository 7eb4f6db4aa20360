"""What was served, for as long as the operator wants it kept."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert

from copytaster.archive import clock, kept
from copytaster.archive.tables import ID, decisions
from copytaster.model.types import Article, Tagging


def row(article: Article, tagging: Tagging, at: datetime) -> dict[str, object]:
    """Return what is kept of one decision: whose it is, and its tags, but no text."""
    usable = article.id is not None and kept.fits(article.id, ID)
    tags = {tag.topic: [round(tag.confidence, 6), tag.tier] for tag in tagging.tags}
    return {
        "article": article.id if usable else None,
        "digest": kept.digest(kept.fit(article.headline), kept.fit(article.text)),
        "model": tagging.model,
        "tags": json.dumps(tags),
        "at": at,
    }


class Decisions:
    """Decisions within the transaction of one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, rows: Sequence[dict[str, object]]) -> None:
        """Keep decisions that :func:`row` made."""
        if rows:
            self._connection.execute(insert(decisions), list(rows))

    def drop(self, days: int) -> int:
        """Drop what is older than so many *days*; return how many."""
        before = clock.now(self._connection) - timedelta(days=days)
        return self._connection.execute(delete(decisions).where(decisions.c.at < before)).rowcount
