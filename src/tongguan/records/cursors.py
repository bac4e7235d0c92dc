"""Where readers stand. A reader stores its cursor in the same transaction as the effect of what it read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from tongguan.records.tables import cursors
from tongguan.records.upsert import upsert


def get(conn: Connection, name: str) -> dict[str, Any] | None:
    """Return the cursor of a reader, or None before its first :func:`put`."""
    return conn.execute(select(cursors.c.value).where(cursors.c.name == name)).scalar_one_or_none()


def put(conn: Connection, name: str, value: dict[str, Any]) -> None:
    """Store the cursor of a reader; ``value`` holds what JSON can."""
    upsert(conn, cursors, [{"name": name, "value": value}], keys=("name",), put=("value",))
