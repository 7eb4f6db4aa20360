"""What Alembic runs to reach the database; the connection is handed over by ``upgrade``."""

from alembic import context

from copytaster.archive.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
