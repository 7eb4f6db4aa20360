"""Fixtures that every room's tests share.

Rules: a fixture that is made once for the session is never changed by a test; whatever a test
writes goes into its own ``tmp_path``.
"""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy, Topic
from copytaster.training import corpus, fit, saving
from copytaster.training.corpus import Corpus
from tests.stories import SMALL, SMALL_RECIPE, as_corpus

#: A PostgreSQL server on which databases may be made.
SERVER = os.environ.get("COPYTASTER_TEST_POSTGRESQL", "postgresql+psycopg://root@127.0.0.1/test")
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def small_taxonomy() -> Taxonomy:
    """Three topics, one of them with signature terms."""
    return Taxonomy(
        (
            Topic("trade", "Trade", "Goods between countries.", terms=("tariff", "export duty")),
            Topic("sport", "Sport", uri="http://cv.iptc.org/newscodes/mediatopic/15000000"),
            Topic("travel", "Travel"),
        )
    )


@pytest.fixture(scope="session")
def small_corpus(small_taxonomy: Taxonomy) -> Corpus:
    """Two dozen one-sentence articles."""
    return as_corpus(SMALL, small_taxonomy)


@pytest.fixture(scope="session")
def small_folder(small_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artifact of a tagger of the small corpus; read only."""
    registry = Registry(tmp_path_factory.mktemp("models"))
    version = saving.save(fit.fit(small_corpus, SMALL_RECIPE), registry)
    registry.promote(version)
    return registry.folder(version)


@pytest.fixture(scope="session")
def small_models(small_folder: Path) -> Path:
    """A models folder whose champion is the small tagger; read only."""
    return small_folder.parent


@pytest.fixture(scope="session")
def small_tagger(small_folder: Path) -> Tagger:
    """A tagger of the small corpus."""
    return Tagger.load(small_folder)


@pytest.fixture(scope="session")
def default_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder whose champion is the default tagger; read only."""
    from copytaster import seeds

    registry = Registry(tmp_path_factory.mktemp("default"))
    taxonomy = Taxonomy.load(seeds.TAXONOMY)
    loaded, problems = corpus.load([seeds.ARTICLES], taxonomy)
    assert problems == []
    registry.promote(saving.save(fit.fit(loaded, n_jobs=2), registry))
    return registry.root


@pytest.fixture(scope="session")
def default_tagger(default_models: Path) -> Tagger:
    """The default tagger."""
    registry = Registry(default_models)
    champion = registry.champion()
    assert champion is not None
    return Tagger.load(registry.folder(champion))


@pytest.fixture(scope="session")
def wikinews() -> Path:
    """The Wikinews corpus, which no checkout carries."""
    path = SHARED / "wikinews-2004_2018-2cat.jsonl.gz"
    if not path.exists():
        pytest.skip("the Wikinews corpus is not beside this checkout (../shared/data)")
    return path


@pytest.fixture(scope="session")
def reuters() -> Path:
    """The Reuters ModApte corpus, which no checkout carries."""
    path = SHARED / "reuters21578-modapte.jsonl.gz"
    if not path.exists():
        pytest.skip("the Reuters corpus is not beside this checkout (../shared/data)")
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Give the URL of a new database, which is dropped at the end."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    server = create_engine(
        SERVER, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3}
    )
    name = f"copytaster_{uuid.uuid4().hex}"
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except SQLAlchemyError as error:
        pytest.skip(f"no PostgreSQL server answers: {str(error).splitlines()[0]}")
    yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'archive.db'}"
    found = str(request.getfixturevalue("postgresql"))
    engine = create_engine(found)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return found
