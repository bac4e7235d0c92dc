"""Stores without tables, and what stands on stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from tests.fixtures.postgres import postgres_server
from tests.fixtures.stores import BOTH
from tongguan.records.passwords import Passwords
from tongguan.records.vault import Vault


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


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    """Hashing at the lowest cost: tests need it right, not slow."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(scope="session")
def vault() -> Vault:
    """A vault with a key that everybody knows."""
    return Vault(bytes(range(32)))
