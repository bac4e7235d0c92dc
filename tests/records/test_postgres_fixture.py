"""The tests' own PostgreSQL server."""

from __future__ import annotations

import pytest

from tests.fixtures import postgres
from tests.tools import REQUIRE_ALL


def test_without_postgresql_a_test_does_not_run_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REQUIRE_ALL, raising=False)
    monkeypatch.setattr(postgres, "_programs", lambda: None)
    with pytest.raises(pytest.skip.Exception, match="not run: PostgreSQL"):
        postgres.postgres_dsn()


def test_without_postgresql_a_test_fails_where_everything_must_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REQUIRE_ALL, "1")
    monkeypatch.setattr(postgres, "_programs", lambda: None)
    with pytest.raises(pytest.fail.Exception, match="PostgreSQL"):
        postgres.postgres_dsn()


@pytest.mark.postgres
def test_every_address_is_a_database_of_its_own() -> None:
    assert postgres.postgres_dsn() != postgres.postgres_dsn()
