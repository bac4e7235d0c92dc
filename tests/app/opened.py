"""A home that is open, over a warehouse that a module's tests share."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from tests.fixtures.rig import MORNING, ZONE, _migrated_store, delivery, empty
from tongguan.app.home import Home
from tongguan.app.installation import Installation, _wire
from tongguan.app.settings import read_settings
from tongguan.areas.packs import build_vocabulary
from tongguan.lib.now import Now
from tongguan.model.access import EVERYTHING, Role, User
from tongguan.model.ports import Receipt
from tongguan.records import audit, ledger
from tongguan.records.audit import AuditFilters, AuditRow
from tongguan.records.database import Database
from tongguan.records.quarantine import QuarantineFilters, QuarantineRow, page
from tongguan.warehouse.client import Warehouse
from tongguan.warehouse.migrations import migrate

WORDS = build_vocabulary()
ANN = User("u1", "ann", "Ann", Role.DISPATCHER, EVERYTHING)


@contextmanager
def engine(folder: Path) -> Iterator[Warehouse]:
    """Give an empty warehouse with the packs' vocabulary; one at a time in a process."""
    warehouse = Warehouse(f"chdb://{folder / 'engine'}", memory=1024**3)
    try:
        migrate(warehouse, WORDS, ZONE)
        yield warehouse
    finally:
        warehouse.close()


def ticking() -> Now:
    """Return a clock that goes on by a second whenever it is asked."""
    seconds = itertools.count()
    return lambda: MORNING + timedelta(seconds=next(seconds))


@contextmanager
def house(folder: Path, warehouse: Warehouse) -> Iterator[Installation]:
    """Give an installation over an emptied warehouse; loading is left to the test."""
    empty(warehouse)
    home = Home(folder)
    home.own()
    (home.folder / "records.db").write_bytes(_migrated_store())
    made = wired(home, warehouse)
    try:
        yield made
    finally:
        shut(made)
        home.disown()


def wired(home: Home, warehouse: Warehouse) -> Installation:
    """Return what a new process would make of a home that it owns."""
    settings = read_settings(home.folder, {})
    return _wire(home, settings, WORDS, Database.open(settings.records), warehouse, [], ticking(), lambda: 0.0)


def shut(installation: Installation) -> None:
    """Close all but the warehouse and the home."""
    installation.ingest.spool.close()
    installation.database.close()


def take(installation: Installation, *records: bytes, source: str = "shop") -> Receipt:
    """Deliver records, and load everything that waits."""
    receipt = installation.ingest.deliver(delivery(records, source=source))
    installation.load_now()
    return receipt


def set_aside(installation: Installation) -> list[QuarantineRow]:
    """Return every row of the quarantine, oldest first."""
    with installation.database.read() as connection:
        return page(connection, QuarantineFilters(), 1000)[::-1]


def done(installation: Installation) -> Sequence[AuditRow]:
    """Return what people did as the audit tells it, oldest first; the first rule book is published by nobody, when a home is opened."""
    with installation.database.read() as connection:
        return [row for row in audit.page(connection, AuditFilters(), 1000)[::-1] if row.user or row.object_kind != "rule_book"]


def account(installation: Installation) -> dict[str, int]:
    """Return the sums of the ledger, after checking that every hour adds up."""
    with installation.database.read() as connection:
        assert ledger.check(connection) == []
        rows = ledger.totals(connection)
    return {name: sum(getattr(row, name) for row in rows) for name in ("received", "accepted", "duplicate", "quarantined", "rejected")}


def stored(installation: Installation) -> list[str]:
    """Return the ids of all stored events; one that is there twice is named twice."""
    return [str(row[0]) for row in installation.warehouse.query("SELECT event_id FROM events ORDER BY event_id").rows]
