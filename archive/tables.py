"""The tables of the archive; ``migrations/`` makes them."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

#: The longest identifier of an article and of a topic, in code points: PostgreSQL's indexes hold
#: at most 2,704 bytes a row.
ID, TOPIC = 512, 128
#: The longest Idempotency-Key.
KEY = 255


class Utc(TypeDecorator[datetime]):
    """A moment, kept in UTC; one without a zone is taken to be in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return *value* as the database keeps it."""
        if value is None:
            return None
        moment = utc(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        """Return *value* with its zone."""
        return None if value is None else utc(value)


def utc(moment: datetime) -> datetime:
    """Return *moment* in UTC."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # within hours of the first or the last year there is
        return moment.replace(tzinfo=UTC)


def _ordered(length: int) -> TypeEngine[str]:
    """Return a type of text that every database puts into the same order, that of code points."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def _label_columns() -> tuple[Column[object], ...]:
    """Return what is known of how a label came about."""
    return (
        Column("editor", Text),
        Column("model", Text),
        Column("origin", String(16), nullable=False),
        Column("at", Utc, nullable=False),
    )


metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
        "ix": "%(table_name)s_%(column_0_name)s_ix",
    }
)

#: An article; ``whole`` says that the text is still the text, and not its words in order.
articles = Table(
    "articles",
    metadata,
    Column("id", _ordered(ID), primary_key=True),
    Column("headline", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", Text),
    Column("published", Utc, index=True),
    Column("chain", Text),
    Column("group", Text),
    Column("split", Text),
    Column("source", Text, nullable=False),
    Column("line", Integer, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("whole", Boolean, nullable=False),
    Column("added", Utc, nullable=False),
    Column("changed", Utc, nullable=False),
)
Index(
    "articles_whole_ix",
    articles.c.added,
    sqlite_where=text("whole = 1"),
    postgresql_where=text("whole"),
)

#: What holds now: yes or no of a topic on an article.
labels = Table(
    "labels",
    metadata,
    Column(
        "article", _ordered(ID), ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("topic", _ordered(TOPIC), primary_key=True),
    Column("yes", Boolean, nullable=False),
    *_label_columns(),
)

#: All that was ever said, in order; ``yes`` is null where a label was withdrawn.
label_events = Table(
    "label_events",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("article", _ordered(ID), nullable=False),
    Column("topic", _ordered(TOPIC), nullable=False),
    Column("yes", Boolean),
    *_label_columns(),
    Index("label_events_article_ix", "article", "id"),
    sqlite_autoincrement=True,
)

#: What was served, where the operator wants it kept; ``tags`` is JSON, ``until`` when it goes.
decisions = Table(
    "decisions",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("article", _ordered(ID), index=True),
    Column("digest", String(64), nullable=False),
    Column("model", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("at", Utc, nullable=False, index=True),
    Column("until", Utc, index=True),
)

#: Replies to requests that bore an Idempotency-Key, to be given again.
replies = Table(
    "replies",
    metadata,
    Column("owner", _ordered(TOPIC), primary_key=True),
    Column("key", _ordered(KEY), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Utc, nullable=False, index=True),
)

#: Work for another process; ``request`` and ``result`` are JSON, ``until`` ends its lease.
jobs = Table(
    "jobs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("request", Text, nullable=False),
    Column("by", Text),
    Column("stage", Text),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("owner", Text),
    Column("until", Utc),
    Column("created", Utc, nullable=False, index=True),
    Column("started", Utc),
    Column("finished", Utc),
    Column("result", Text),
    Column("error", Text),
)
