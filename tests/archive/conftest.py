"""An archive in each kind of database, empty, for each test that wants one."""

from collections.abc import Iterator

import pytest

from copytaster.archive import migrations
from copytaster.archive.database import Database


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """Give an archive without articles."""
    found = Database(url)
    migrations.upgrade(found)
    yield found
    found.engine.dispose()
