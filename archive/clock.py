"""The database's clock: the one that all replicas share."""

from datetime import datetime

from sqlalchemy import Connection, text

from copytaster.archive.tables import utc

_SQL = {
    "postgresql": "SELECT clock_timestamp()",
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
}


def now(connection: Connection) -> datetime:
    """Return the moment that it is, in UTC, to the millisecond at least."""
    found = connection.scalar(text(_SQL[connection.dialect.name]))
    return utc(datetime.fromisoformat(found) if isinstance(found, str) else found)
