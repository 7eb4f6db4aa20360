"""An article that is to be forgotten, with all that was said of it."""

import json
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from copytaster.archive import kept
from copytaster.archive.decisions import Decisions
from copytaster.archive.scrub import soil
from copytaster.archive.tables import ID, articles, label_events, labels, replies


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What there was of an article, and is no more.

    Attributes
    ----------
    articles : int
        0 or 1.
    labels : int
        That held; their history is gone too.
    decisions : int
        Times that it was tagged, as far as that was kept.
    """

    articles: int = 0
    labels: int = 0
    decisions: int = 0

    @property
    def any(self) -> bool:
        """Whether there was anything."""
        return bool(self.articles or self.labels or self.decisions)


def forget(connection: Connection, identifier: str) -> Forgotten:
    """Delete an article, its labels with their history, and the decisions on it.

    It can be done again, and sent again later it is a new article.

    Parameters
    ----------
    connection : Connection
        Of :meth:`Database.writing`; after its commit :class:`copytaster.archive.scrub.Scrub` has
        the bytes go.
    identifier : str
    """
    if not kept.fits(identifier, ID):
        return Forgotten()
    # A request that is sent again must not be answered as if the article were still there.
    named = json.dumps(identifier, ensure_ascii=False)
    said = delete(replies).where(replies.c.body.contains(named, autoescape=True))
    n_replies = connection.execute(said).rowcount
    digest = connection.scalar(select(articles.c.digest).where(articles.c.id == identifier))
    n_decisions = Decisions(connection).forget(identifier, digest)
    connection.execute(delete(label_events).where(label_events.c.article == identifier))
    n_labels = connection.execute(delete(labels).where(labels.c.article == identifier)).rowcount
    n_articles = connection.execute(delete(articles).where(articles.c.id == identifier)).rowcount
    if n_articles or n_replies:
        soil(connection)
    return Forgotten(n_articles, n_labels, n_decisions)
