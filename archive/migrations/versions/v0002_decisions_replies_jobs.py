"""Decisions, replies to be given again, and jobs."""

import sqlalchemy as sa
from alembic import op

from copytaster.archive.tables import Utc

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """Make three more tables."""
    op.create_table(
        "decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("article", _text(512)),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="decisions_pk"),
    )
    op.create_index("decisions_article_ix", "decisions", ["article"])
    op.create_index("decisions_at_ix", "decisions", ["at"])
    op.create_table(
        "replies",
        sa.Column("owner", _text(128), nullable=False),
        sa.Column("key", _text(255), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name="replies_pk"),
    )
    op.create_index("replies_at_ix", "replies", ["at"])
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("by", sa.Text()),
        sa.Column("stage", sa.Text()),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text()),
        *(sa.Column(name, Utc(), nullable=name != "created") for name in _MOMENTS),
        sa.Column("result", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="jobs_pk"),
    )
    op.create_index("jobs_state_ix", "jobs", ["state"])
    op.create_index("jobs_created_ix", "jobs", ["created"])


_MOMENTS = ("until", "created", "started", "finished")


def _text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
