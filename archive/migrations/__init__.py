"""Steps from one form of the archive's tables to the next, by Alembic."""

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from copytaster.archive.database import Database
from copytaster.model.errors import ArchiveError


def upgrade(database: Database) -> None:
    """Bring the tables of *database* to this version's form, in one transaction.

    Raises
    ------
    ArchiveError
        If a newer Copytaster has changed them already.
    ArchiveDownError
        If the database cannot be reached.
    """
    with database.reading() as connection:
        if _current(connection) == _newest():
            return
    with database.writing() as connection:
        current = _current(connection)
        if current is not None and current not in _known():
            raise ArchiveError(
                f"{database.name}: its tables are of a newer Copytaster ({current}); install "
                "that version, or name another database in COPYTASTER_DATABASE_URL"
            )
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _current(connection: object) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()  # type: ignore[arg-type]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "copytaster.archive:migrations")
    return config


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _newest() -> str | None:
    return _scripts().get_current_head()


def _known() -> frozenset[str]:
    return frozenset(script.revision for script in _scripts().walk_revisions())
