"""Who did what: append-only, every row chained to the one before it by a hash.

The chain shows that a row was changed, taken out or cut off by somebody who did not rebuild all that follows. Keep
:func:`head` elsewhere now and then to notice even that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from tongguan.records.columns import clean, micros
from tongguan.records.tables import audit, audit_head


@dataclass(frozen=True)
class AuditRow:
    """One thing somebody did. ``sequence`` counts from 1 without gaps."""

    sequence: int
    at: datetime
    user: str
    action: str
    object_kind: str
    object_id: str
    detail: dict[str, Any]


@dataclass(frozen=True)
class AuditFilters:
    """Which rows to show; None takes any. Times are those with ``since`` ≤ time < ``until``."""

    user: str | None = None
    action: str | None = None
    object_kind: str | None = None
    object_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Broken:
    """The first place where the chain does not hold, and how."""

    sequence: int
    why: str


@dataclass(frozen=True)
class Head:
    """The end of the chain: the number of its last row (0: empty) and that row's hash."""

    sequence: int
    hash: str


def append(conn: Connection, at: datetime, user: str, action: str, object_kind: str, object_id: str, detail: Mapping[str, Any]) -> int:
    """Add a row to the chain; return its number. Do it late in a transaction: others who append wait for its end.

    Args:
        conn: the transaction of what was done.
        at: when.
        user: sign-in name, or the name of a loop.
        action: verb, such as ``erase``.
        object_kind: noun, such as ``customer``.
        object_id: which one.
        detail: what JSON can hold; no personal values.
    """
    last = conn.execute(select(audit_head.c.sequence, audit_head.c.hash).where(audit_head.c.id == 1).with_for_update()).one()
    sequence: int = last.sequence + 1
    texts = [clean(text) for text in (user, action, object_kind, object_id)]
    packed = json.dumps(dict(detail), sort_keys=True, separators=(",", ":"), allow_nan=False)
    digest = _digest(last.hash, sequence, micros(at), *texts, packed)
    names = ("user_name", "action", "object_kind", "object_id")
    row = {"sequence": sequence, "at": at, **dict(zip(names, texts, strict=True)), "detail": packed, "hash": digest}
    conn.execute(insert(audit).values(row))
    conn.execute(update(audit_head).where(audit_head.c.id == 1).values(sequence=sequence, hash=digest))
    return sequence


def page(conn: Connection, filters: AuditFilters, limit: int, after: int | None = None) -> list[AuditRow]:
    """Return rows newest first; ``after`` is the number of the last row of the page before."""
    statement = select(audit).order_by(audit.c.sequence.desc()).limit(limit)
    if after is not None:
        statement = statement.where(audit.c.sequence < after)
    wanted = {audit.c.user_name: filters.user, audit.c.action: filters.action}
    wanted |= {audit.c.object_kind: filters.object_kind, audit.c.object_id: filters.object_id}
    for column, value in wanted.items():
        if value is not None:
            statement = statement.where(column == value)
    if filters.since is not None:
        statement = statement.where(audit.c.at >= filters.since)
    if filters.until is not None:
        statement = statement.where(audit.c.at < filters.until)
    return [_row(row) for row in conn.execute(statement)]


def head(conn: Connection) -> Head:
    """Return the end of the chain."""
    return Head(*conn.execute(select(audit_head.c.sequence, audit_head.c.hash).where(audit_head.c.id == 1)).one())


def verify(conn: Connection) -> Broken | None:
    """Walk the whole chain; return the first place where it breaks, or None when it holds."""
    end = head(conn)
    last, sequence = "", 0
    # Closed also when the walk stops early: a server's cursor would stay open with it.
    with conn.execute(select(audit).order_by(audit.c.sequence).execution_options(yield_per=1000)) as rows:
        for row in rows:
            sequence += 1
            if row.sequence != sequence:
                return Broken(sequence, f"row {sequence} is missing")
            texts = (row.user_name, row.action, row.object_kind, row.object_id)
            last = _digest(last, sequence, micros(row.at), *texts, row.detail)
            if row.hash != last:
                return Broken(sequence, f"row {sequence} was changed, or a row before it was replaced")
    if (sequence, last) != (end.sequence, end.hash):
        return Broken(sequence + 1, f"the chain ends at row {sequence}, but {end.sequence} rows were written")
    return None


def _digest(before: str, *parts: str | int) -> str:
    """Hash the parts with the hash before them; JSON keeps them apart."""
    return hashlib.sha256(json.dumps([before, *parts]).encode()).hexdigest()


def _row(row: Row[Any]) -> AuditRow:
    return AuditRow(row.sequence, row.at, row.user_name, row.action, row.object_kind, row.object_id, json.loads(row.detail))
