"""The books of ingest as pages show them: accounts per source, hours, deliveries, quarantine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from tongguan.app.installation import Installation
from tongguan.model.answers import SourceAccount
from tongguan.model.reasons import Problem, Quarantine
from tongguan.records import deliveries, ledger, quarantine
from tongguan.records.database import Database
from tongguan.records.deliveries import DeliveryState
from tongguan.records.tables import deliveries as delivery_table
from tongguan.records.tables import quarantine as quarantine_table
from tongguan.web.kit import ports

_PREVIEW = 4000
_DIGITS = 18
"""More have no room in the column."""


def source_zones(database: Database) -> dict[str, str]:
    """Return source → zone of the sources whose local times are read in a zone of their own."""
    with database.read() as connection:
        return ledger.zones(connection)


def accounts(database: Database) -> list[SourceAccount]:
    """Return the books of every source, by name."""
    with database.read() as connection:
        states = ledger.freshness(connection)
        counts = quarantine.count_by(connection)
    waiting: Counter[str] = Counter()
    for count in counts:
        if count.state.value == "open":
            waiting[count.source] += count.records
    found = []
    for state in states:
        told = state.accepted + state.duplicate + state.quarantined + state.rejected
        found.append(
            SourceAccount(
                source=state.source,
                received=state.received,
                accepted=state.accepted,
                duplicate=state.duplicate,
                quarantined=state.quarantined,
                rejected=state.rejected,
                difference=state.received - told,
                last_received=state.received_time,
                newest_event=state.newest_event_time,
                quarantine_open=waiting[state.source],
            )
        )
    return found


def hours(database: Database, source: str, since: datetime, until: datetime) -> list[ports.LedgerHour]:
    """Return the account per hour, oldest first; an empty source asks for all."""
    with database.read() as connection:
        rows = ledger.totals(connection, since=since, until=until, source=source or None)
    names = ("source", "hour", "received", "accepted", "duplicate", "quarantined", "rejected")
    return [ports.LedgerHour(**{name: getattr(row, name) for name in names}) for row in rows]


def delivery_page(database: Database, source: str, limit: int, offset: int) -> ports.DeliveryPage:
    """Return one page of deliveries, newest first."""
    with database.read() as connection:
        counted = select(func.count()).select_from(delivery_table)
        if source:
            counted = counted.where(delivery_table.c.source == source)
        total = connection.execute(counted).scalar_one()
        rows = deliveries.recent(connection, offset + limit, source or None)[offset:]
    return ports.DeliveryPage([_delivery(row) for row in rows], total, offset, limit)


def _delivery(row: deliveries.DeliveryRow) -> ports.DeliveryRow:
    loaded = row.state is DeliveryState.LOADED
    return ports.DeliveryRow(
        batch=row.batch,
        source=row.source,
        origin=row.origin,
        mapping="",
        received_time=row.received_time,
        received=row.received,
        accepted=row.accepted if loaded else None,
        duplicate=row.duplicate if loaded else None,
        quarantined=row.quarantined,
        loaded=loaded,
    )


def quarantine_page(database: Database, where: ports.QuarantineFilter, limit: int, offset: int) -> ports.QuarantinePage:
    """Return one page of what was set aside, newest first, with counts per reason."""
    table = quarantine_table
    conditions = [table.c.source == where.source] if where.source else []
    if where.field:
        conditions.append(table.c.field == where.field)
    if where.state is not None:
        conditions.append(table.c.state == where.state.value)
    with database.read() as connection:
        reasons = connection.execute(
            select(table.c.reason, func.count().label("n")).where(*conditions).group_by(table.c.reason).order_by(func.count().desc())
        ).all()
        if where.reason is not None:
            conditions.append(table.c.reason == where.reason.value)
        total = connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()
        ids = connection.execute(select(table.c.id).where(*conditions).order_by(table.c.id.desc()).limit(limit).offset(offset)).scalars()
        rows = [row for row_id in ids if (row := quarantine.get(connection, row_id)) is not None]
    by_reason = {Quarantine(reason): int(n) for reason, n in reasons}
    return ports.QuarantinePage([_quarantined(row, row.preview) for row in rows], total, offset, limit, by_reason)


def quarantine_row(installation: Installation, record_id: str) -> ports.QuarantineRow | None:
    """Return one record with its whole body, personal data masked; None where there is none."""
    number = next(iter(row_numbers([record_id])), None)
    if number is None:
        return None
    with installation.database.read() as connection:
        row = quarantine.get(connection, number)
        if row is None:
            return None
        body = installation.store.unlock(connection, row.cipher)
    text = "" if body is None else installation.store.mask(body[: _PREVIEW * 4].decode("utf-8", "replace"))[:_PREVIEW]
    return _quarantined(row, text)


def _quarantined(row: quarantine.QuarantineRow, preview: str) -> ports.QuarantineRow:
    return ports.QuarantineRow(
        id=str(row.id),
        source=row.source,
        batch=row.batch,
        position=row.position,
        origin=row.origin,
        received_time=row.received_time,
        state=ports.QuarantineState(row.state.value),
        problem=Problem(row.reason, row.field, row.value, row.message, row.valid),
        preview=preview,
    )


def row_numbers(ids: Sequence[str]) -> list[int]:
    """Return the numbers of rows that ids from outside name, each once; a text that no row can have is left out."""
    return list(dict.fromkeys(int(one) for one in ids if one.isascii() and one.isdecimal() and len(one) <= _DIGITS))


def open_rows(database: Database, ids: Sequence[str]) -> list[quarantine.QuarantineRow]:
    """Return those of the named records that are still open."""
    numbers = row_numbers(ids)
    with database.read() as connection:
        rows = [quarantine.get(connection, number) for number in numbers]
    return [row for row in rows if row is not None and row.state is quarantine.QuarantineState.OPEN]
