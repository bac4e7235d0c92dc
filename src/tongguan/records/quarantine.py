"""Records set aside: why, what they were, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, func, select, update

from tongguan.model.reasons import Quarantine
from tongguan.records.tables import quarantine
from tongguan.records.upsert import chunks, insert


class QuarantineState(StrEnum):
    """What became of a record set aside."""

    OPEN = "open"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class NewQuarantine:
    """A record to set aside. ``value`` and ``preview`` are masked; ``cipher`` is the whole record, encrypted."""

    source: str
    batch: int
    position: int
    reason: Quarantine
    field: str
    value: str
    message: str
    valid: str
    preview: str
    cipher: bytes
    mapping: str
    origin: str
    received_time: datetime


@dataclass(frozen=True)
class QuarantineRow(NewQuarantine):
    """A record that was set aside. ``replay_batch`` is the batch in which it came again."""

    id: int
    state: QuarantineState
    closed_at: datetime | None
    closed_by: str | None
    replay_batch: int | None


@dataclass(frozen=True)
class QuarantineFilters:
    """Which rows to show; None takes any."""

    source: str | None = None
    reason: Quarantine | None = None
    state: QuarantineState | None = None
    batch: int | None = None


@dataclass(frozen=True)
class QuarantineCount:
    """How many records of a source are in a state for a reason."""

    source: str
    reason: Quarantine
    state: QuarantineState
    records: int


def add_many(conn: Connection, rows: Iterable[NewQuarantine]) -> None:
    """Set records aside; the same (batch, position, reason) a second time changes nothing."""
    values = [{**asdict(row), "state": QuarantineState.OPEN} for row in rows]
    if values:
        conn.execute(insert(conn, quarantine).on_conflict_do_nothing(index_elements=["batch", "position", "reason"]), values)


def page(conn: Connection, filters: QuarantineFilters, limit: int, after: int | None = None) -> list[QuarantineRow]:
    """Return rows newest first; ``after`` is the id of the last row of the page before."""
    statement = _filtered(select(quarantine), filters).order_by(quarantine.c.id.desc()).limit(limit)
    if after is not None:
        statement = statement.where(quarantine.c.id < after)
    return [_row(row) for row in conn.execute(statement)]


def count_by(conn: Connection) -> list[QuarantineCount]:
    """Return the counts per source × reason × state."""
    keys = (quarantine.c.source, quarantine.c.reason, quarantine.c.state)
    found = conn.execute(select(*keys, func.count()).group_by(*keys).order_by(*keys))
    return [QuarantineCount(source, Quarantine(reason), QuarantineState(state), n) for source, reason, state, n in found]


def get(conn: Connection, row_id: int) -> QuarantineRow | None:
    """Return one row, or None."""
    row = conn.execute(select(quarantine).where(quarantine.c.id == row_id)).one_or_none()
    return None if row is None else _row(row)


def close(
    conn: Connection,
    ids: Sequence[int],
    state: Literal[QuarantineState.REPLAYED, QuarantineState.DISCARDED],
    by: str,
    at: datetime,
    replay_batch: int | None = None,
) -> list[int]:
    """Close rows that are still open; return the ids that this call closed, so that of two people only one replays."""
    closed: list[int] = []
    values = {"state": state, "closed_by": by, "closed_at": at, "replay_batch": replay_batch}
    for some in chunks(sorted(ids)):
        statement = update(quarantine).where(quarantine.c.id.in_(some), quarantine.c.state == QuarantineState.OPEN)
        closed += conn.execute(statement.values(values).returning(quarantine.c.id)).scalars()
    return sorted(closed)


def _filtered(statement: Select[Any], filters: QuarantineFilters) -> Select[Any]:
    for name, wanted in asdict(filters).items():
        if wanted is not None:
            statement = statement.where(quarantine.c[name] == wanted)
    return statement


def _row(row: Row[Any]) -> QuarantineRow:
    return QuarantineRow(**{**row._mapping, "reason": Quarantine(row.reason), "state": QuarantineState(row.state)})
