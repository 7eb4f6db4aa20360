"""What is new in the archive since somebody last looked: changes of labels, by their number."""

from sqlalchemy import Connection, func, select

from copytaster.archive.tables import articles, label_events


def newest(connection: Connection) -> int:
    """Return the number of the newest change of a label; 0 where there is none."""
    return int(connection.scalar(select(func.max(label_events.c.id))) or 0)


def changed(connection: Connection) -> str | None:
    """Return when an article was last added or changed, in ISO 8601; ``None`` without any.

    An article that is about nothing changes no label.
    """
    moment = connection.scalar(select(func.max(articles.c.changed)))
    return None if moment is None else moment.isoformat()


def since(connection: Connection, number: int, most: int) -> int:
    """Return how many labels changed after change *number*, counted up to *most*."""
    later = select(label_events.c.id).where(label_events.c.id > number).limit(most)
    return int(connection.scalar(select(func.count()).select_from(later.subquery())) or 0)


def size(connection: Connection) -> int:
    """Return how many articles there are: one that was forgotten is seen by nothing else."""
    return int(connection.scalar(select(func.count()).select_from(articles)) or 0)
