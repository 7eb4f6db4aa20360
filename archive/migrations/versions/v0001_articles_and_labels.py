"""Articles and labels."""

import sqlalchemy as sa
from alembic import op

from copytaster.archive.tables import Utc

revision, down_revision = "0001", None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "articles",
        sa.Column("id", _text(512), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("published", Utc()),
        sa.Column("chain", sa.Text()),
        sa.Column("group", sa.Text()),
        sa.Column("split", sa.Text()),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("added", Utc(), nullable=False),
        sa.Column("changed", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="articles_pk"),
    )
    op.create_index("articles_published_ix", "articles", ["published"])
    op.create_index("articles_added_ix", "articles", ["added"])
    op.create_table(
        "labels",
        sa.Column("article", _text(512), nullable=False),
        sa.Column("topic", _text(128), nullable=False),
        sa.Column("yes", sa.Boolean(), nullable=False),
        *_how(),
        sa.PrimaryKeyConstraint("article", "topic", name="labels_pk"),
        sa.ForeignKeyConstraint(
            ["article"], ["articles.id"], name="labels_article_fk", ondelete="CASCADE"
        ),
    )
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "label_events",
        sa.Column("id", number, nullable=False),
        sa.Column("article", _text(512), nullable=False),
        sa.Column("topic", _text(128), nullable=False),
        sa.Column("yes", sa.Boolean()),
        *_how(),
        sa.PrimaryKeyConstraint("id", name="label_events_pk"),
        sqlite_autoincrement=True,
    )
    op.create_index("label_events_article_ix", "label_events", ["article", "id"])


def _text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _how() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("editor", sa.Text()),
        sa.Column("model", sa.Text()),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("at", Utc(), nullable=False),
    )
