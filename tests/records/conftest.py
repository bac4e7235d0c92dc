"""A migrated, empty store for every test, once on SQLite and once on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from tests.fixtures.postgres import PostgresServer, postgres_server
from tongguan.records.database import Database
from tongguan.records.passwords import Passwords
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
def migrated_postgres() -> tuple[PostgresServer, str]:
    """The server, and the name of a migrated database to copy."""
    server = postgres_server()
    name = server.new_database()
    database = Database.open(server.dsn(name))
    database.migrate()
    database.close()
    return server, name


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
    server, template = request.getfixturevalue("migrated_postgres")
    name = server.new_database(template)
    database = Database.open(server.dsn(name))
    yield database
    database.close()
    server.drop_database(name)


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    """Hashing at the lowest cost: tests need it right, not slow."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(scope="session")
def vault() -> Vault:
    """A vault with a key that everybody knows."""
    return Vault(bytes(range(32)))
