"""What is new in the archive since somebody last looked: changes of labels, by their number."""

from sqlalchemy import Connection, func, select

from copytaster.archive.tables import label_events


def newest(connection: Connection) -> int:
    """Return the number of the newest change of a label; 0 where there is none."""
    return int(connection.scalar(select(func.max(label_events.c.id))) or 0)


def since(connection: Connection, number: int, most: int) -> int:
    """Return how many labels changed after change *number*, counted up to *most*."""
    later = select(label_events.c.id).where(label_events.c.id > number).limit(most)
    return int(connection.scalar(select(func.count()).select_from(later.subquery())) or 0)
