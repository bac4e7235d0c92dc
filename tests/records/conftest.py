"""A migrated, empty store for every test, once on SQLite and once on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from tests.fixtures.postgres import postgres_dsn, postgres_server
from tongguan.records.database import Database
from tongguan.records.migrate import latest_revision
from tongguan.records.passwords import Passwords
from tongguan.records.tables import audit_head, metadata
from tongguan.records.vault import Vault

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("records") / "template.db"
    database = Database.open(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture(scope="session")
def migrated_postgres() -> str:
    """The address of a migrated database, shared by the tests that empty it first: copying one takes 0.1 s each."""
    dsn = postgres_dsn()
    database = Database.open(dsn)
    database.migrate()
    database.close()
    return dsn


@pytest.fixture(params=BOTH)
def empty_dsn(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a store without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = postgres_server()
    name = server.new_database()
    yield server.dsn(name)
    server.drop_database(name)


@pytest.fixture(params=BOTH)
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty store."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "store.db")
        database = Database.open(f"sqlite:///{tmp_path / 'store.db'}")
        yield database
        database.close()
        return
    database = Database.open(request.getfixturevalue("migrated_postgres"))
    _empty(database)
    yield database
    database.close()


def _empty(database: Database) -> None:
    """Bring a store back to what the migrations leave."""
    with database.begin() as conn:
        for table in reversed(metadata.sorted_tables):
            conn.execute(table.delete())
        conn.execute(audit_head.insert().values(id=1, sequence=0, hash=""))
        conn.execute(text("UPDATE alembic_version SET version_num = :latest"), {"latest": latest_revision()})


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    """Hashing at the lowest cost: tests need it right, not slow."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(scope="session")
def vault() -> Vault:
    """A vault with a key that everybody knows."""
    return Vault(bytes(range(32)))
