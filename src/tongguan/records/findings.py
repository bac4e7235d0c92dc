"""What was unlike other days. ``detect`` looks at all of it anew and replaces the rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from tongguan.model.findings import Finding, FindingKind
from tongguan.records.columns import key_text
from tongguan.records.tables import findings


def replace_all(conn: Connection, rows: Sequence[Finding]) -> None:
    """Keep these findings and no others."""
    conn.execute(delete(findings))
    values = [{**vars(row), "value": key_text(row.value)} for row in rows]
    if values:
        days = ("first_day", "last_day")
        conn.execute(insert(findings), [{**row, **{name: row[name].isoformat() for name in days}} for row in values])


def list_all(conn: Connection) -> list[Finding]:
    """Return every finding, the newest first, and of one day the one that stands out most."""
    order = (findings.c.last_day.desc(), findings.c.score.desc(), findings.c.watch, findings.c.value)
    return [_finding(row) for row in conn.execute(select(findings).order_by(*order))]


def _finding(row: Row[Any]) -> Finding:
    found = dict(row._mapping)
    days = {name: date.fromisoformat(found[name]) for name in ("first_day", "last_day")}
    return Finding(**{**found, **days, "kind": FindingKind(found["kind"])})
