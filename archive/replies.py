"""Replies that a request with the same Idempotency-Key gets again.

After the IETF draft "The Idempotency-Key HTTP Header Field": the same key with another request is
an error, and a key is forgotten after a day.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, delete, insert, select

from copytaster.archive import clock, kept
from copytaster.archive.tables import KEY, TOPIC, replies
from copytaster.model.errors import KeyReusedError

#: How long a reply is kept.
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered.

    Attributes
    ----------
    status : int
    body : str
        JSON.
    """

    status: int
    body: str


class Replies:
    """Replies within the transaction that does what they acknowledge.

    Parameters
    ----------
    connection : Connection
    owner : str
        Whose keys they are, at most 128 characters: two clients may choose the same.
    """

    def __init__(self, connection: Connection, owner: str) -> None:
        kept.must_fit("owner", owner, TOPIC)
        self._connection = connection
        self._owner = owner

    def recall(self, key: str, digest: str) -> Reply | None:
        """Return the reply to the request of which *digest* is the SHA-256, in hex, if it had one.

        Raises
        ------
        KeyReusedError
            If the key was used for another request.
        ArchiveError
            If the key is longer than 255 characters.
        """
        kept.must_fit("Idempotency-Key", key, KEY)
        purge(self._connection)
        row = self._connection.execute(
            select(replies).where(replies.c.owner == self._owner, replies.c.key == key)
        ).one_or_none()
        if row is None:
            return None
        if row.digest != digest:
            raise KeyReusedError(
                f"Idempotency-Key: {key!r} came with another request before; use a new one"
            )
        return Reply(row.status, row.body)

    def remember(self, key: str, digest: str, reply: Reply) -> None:
        """Keep *reply* for the next such request."""
        self._connection.execute(
            insert(replies).values(
                owner=self._owner,
                key=key,
                digest=digest,
                status=reply.status,
                body=reply.body,
                at=clock.now(self._connection),
            )
        )


def purge(connection: Connection) -> int:
    """Drop the replies that are older than :data:`KEPT`; return how many."""
    old = delete(replies).where(replies.c.at < clock.now(connection) - KEPT)
    return connection.execute(old).rowcount
