"""Refused deliveries are counted, and reach the ledger together."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.fixtures.rig import MORNING, _migrated_store
from tongguan.app.rejections import NOBODY, RejectionBook
from tongguan.lib.now import fixed
from tongguan.model.reasons import Reject
from tongguan.records import ledger
from tongguan.records.database import Database
from tongguan.records.errors import RecordsError


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "records.db"
    path.write_bytes(_migrated_store())
    made = Database.open(f"sqlite:///{path}")
    try:
        yield made
    finally:
        made.close()


def rejected(database: Database) -> dict[str, tuple[int, int]]:
    with database.read() as connection:
        assert ledger.check(connection) == []
        return {row.source: (row.received, row.rejected) for row in ledger.totals(connection)}


def test_counts_are_written_together_and_once(database: Database) -> None:
    book = RejectionBook(database, fixed(MORNING))
    book.write()
    assert rejected(database) == {}
    for _ in range(3):
        book.count("shop", Reject.TOO_LARGE)
    book.count("shop", Reject.BUSY)
    book.count("", Reject.NOT_AUTHENTICATED)
    assert rejected(database) == {}
    book.write()
    book.write()
    assert rejected(database) == {"shop": (4, 4), NOBODY: (1, 1)}


@pytest.mark.parametrize("reason", list(Reject))
def test_the_ledger_knows_every_reason(database: Database, reason: Reject) -> None:
    book = RejectionBook(database, fixed(MORNING))
    book.count("shop", reason)
    book.write()
    assert rejected(database) == {"shop": (1, 1)}


def test_what_could_not_be_written_is_kept(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    book = RejectionBook(database, fixed(MORNING))
    book.count("shop", Reject.BUSY)

    def fails(*_: object) -> None:
        raise RecordsError("忙", "busy")

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "add_received", fails)
        with pytest.raises(RecordsError):
            book.write()
    book.count("shop", Reject.BUSY)
    book.write()
    assert rejected(database) == {"shop": (2, 2)}


def test_no_count_is_lost_between_threads(database: Database) -> None:
    book = RejectionBook(database, fixed(MORNING))

    def work(_: int) -> None:
        for _ in range(200):
            book.count("shop", Reject.BUSY)
        book.write()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert rejected(database) == {"shop": (800, 800)}
