"""Opening, migrating and sharing the store."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from tests.records.race import race
from tongguan.records import cursors, migrate
from tongguan.records.database import Database
from tongguan.records.errors import BadDsnError, NewerStoreError, StoreUnreachableError
from tongguan.records.tables import audit_head, metadata
from tongguan.records.tables import cursors as cursor_table


def test_migrations_come_up_from_empty_and_may_run_again(empty_dsn: str) -> None:
    database = Database.open(empty_dsn)
    assert database.revision() is None
    assert database.migrate() == migrate.latest_revision() == database.revision()
    with database.begin() as conn:
        cursors.put(conn, "relay", {"at": 1})
    assert database.migrate() == "0001"
    with database.read() as conn:
        assert cursors.get(conn, "relay") == {"at": 1}
        assert conn.execute(select(func.count()).select_from(audit_head)).scalar_one() == 1
    database.close()


def test_migrated_tables_equal_the_declared_ones(db: Database) -> None:
    with db.read() as conn:
        assert compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), metadata) == []


def test_two_processes_may_migrate_at_once(empty_dsn: str) -> None:
    def run(_: int) -> str:
        database = Database.open(empty_dsn)
        revision = database.migrate()
        database.close()
        return revision

    assert race(run) == ["0001", "0001"]


def test_a_store_of_a_later_release_is_refused(db: Database) -> None:
    with db.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerStoreError, match="9999"):
        db.migrate()


def test_an_exception_rolls_everything_back(db: Database) -> None:
    with pytest.raises(ZeroDivisionError), db.begin() as conn:
        cursors.put(conn, "a", {"n": 1})
        raise ZeroDivisionError
    with db.read() as conn:
        assert cursors.get(conn, "a") is None


def test_readers_cannot_write(db: Database) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"), db.read() as conn:
        cursors.put(conn, "a", {"n": 1})


def test_a_reader_sees_one_moment(db: Database) -> None:
    with db.read() as reader:
        assert cursors.get(reader, "a") is None
        with db.begin() as conn:
            cursors.put(conn, "a", {"n": 1})
        assert cursors.get(reader, "a") is None
    with db.read() as reader:
        assert cursors.get(reader, "a") == {"n": 1}


def test_writers_wait_for_each_other(db: Database) -> None:
    def run(number: int) -> None:
        for turn in range(10):
            with db.begin() as conn:
                cursors.put(conn, f"{number}-{turn}", {})

    race(run, threads=6)
    with db.read() as conn:
        assert conn.execute(select(func.count()).select_from(cursor_table)).scalar_one() == 60


def test_writers_of_two_processes_wait_for_each_other(tmp_path: Path, migrated_file: Path) -> None:
    dsn = f"sqlite:///{migrated_file}"
    one, other = Database.open(dsn), Database.open(dsn)
    order: list[str] = []
    inside = threading.Event()

    def run(number: int) -> None:
        if number == 0:
            with one.begin():
                inside.set()
                threading.Event().wait(0.2)
                order.append("first")
            return
        inside.wait()
        with other.begin():
            order.append("second")

    race(run)
    assert order == ["first", "second"]
    one.close()
    other.close()


def test_sqlite_is_set_up_to_lose_nothing(migrated_file: Path) -> None:
    database = Database.open(f"sqlite:///{migrated_file}")
    with database.begin() as conn:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        found = [conn.execute(text(f"PRAGMA {name}")).scalar_one() for name in names]
    assert found == ["wal", 2, 1, 1, 30000]
    database.close()


@pytest.mark.parametrize(
    ("dsn", "says"),
    [
        ("sqlite:///relative.db", "absolute path"),
        ("sqlite://", "absolute path"),
        ("sqlite:////no/such/folder/a.db", "folder does not exist"),
        ("mysql://host/name", "'mysql' is not supported"),
        ("no address", "not an address"),
    ],
)
def test_a_bad_address_is_explained(dsn: str, says: str) -> None:
    with pytest.raises(BadDsnError, match=says) as caught:
        Database.open(dsn)
    assert "有效形式" in caught.value.label.zh


def test_passwords_of_addresses_are_not_repeated() -> None:
    with pytest.raises(BadDsnError) as caught:
        Database.open("oracle://me:hush@host/name")
    assert "hush" not in str(caught.value)


def test_a_server_that_does_not_answer_is_named() -> None:
    database = Database.open("postgresql://me:hush@127.0.0.1:1/name")
    with pytest.raises(StoreUnreachableError, match=r"127\.0\.0\.1:1") as caught, database.read():
        raise AssertionError("connected")
    assert caught.value.retry_helps
    assert "hush" not in str(caught.value)
