"""What a sender was answered under its key, so that the same request gets the same answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select

from tongguan.records.tables import idempotency
from tongguan.records.upsert import upsert


class Answered(NamedTuple):
    """An answer given before: the hash of the body it was for, the answer, and when it was given."""

    body_hash: str
    answer: dict[str, Any]
    at: datetime


def get(conn: Connection, source: str, key: str) -> Answered | None:
    """Return what a source was answered under a key, or None."""
    wanted = select(idempotency.c.body_hash, idempotency.c.answer, idempotency.c.at)
    row = conn.execute(wanted.where(idempotency.c.source == source, idempotency.c.key == key)).one_or_none()
    return None if row is None else Answered(*row)


def put(conn: Connection, source: str, key: str, body_hash: str, answer: dict[str, Any], at: datetime) -> None:
    """Remember an answer; the first one under a key stays."""
    row = {"source": source, "key": key, "body_hash": body_hash, "answer": answer, "at": at}
    upsert(conn, idempotency, [row], keys=("source", "key"))


def prune(conn: Connection, older_than: datetime) -> int:
    """Forget answers given before an instant; return how many."""
    return conn.execute(delete(idempotency).where(idempotency.c.at < older_than)).rowcount
