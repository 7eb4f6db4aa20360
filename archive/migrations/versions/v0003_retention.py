"""What retention looks for: when a decision goes, whose text is whole, and texts by digest."""

import sqlalchemy as sa
from alembic import op

from copytaster.archive.tables import Utc

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    """Add a column and indexes; one of them takes the place of another."""
    op.drop_index("articles_added_ix", "articles")
    op.add_column("decisions", sa.Column("until", Utc()))
    op.create_index("decisions_until_ix", "decisions", ["until"])
    op.create_index("articles_digest_ix", "articles", ["digest"])
    op.create_index(
        "articles_whole_ix",
        "articles",
        ["added"],
        sqlite_where=sa.text("whole = 1"),  # as a query for it is written there
        postgresql_where=sa.text("whole"),
    )
