"""Which cases had their open step written, for whoever holds something against open steps: nobody has to read all of them again."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, select, tuple_

from tongguan.records.tables import touched_cases
from tongguan.records.upsert import chunks, upsert

_EVERY = ("", "")


def touch(conn: Connection, cases: Iterable[tuple[str, str]]) -> None:
    """Note cases, each by kind and case key, in the transaction of the change."""
    upsert(conn, touched_cases, [{"kind": kind, "case_key": key} for kind, key in set(cases)], keys=("kind", "case_key"))


def touch_all(conn: Connection) -> None:
    """Note that any case may have changed."""
    conn.execute(delete(touched_cases))
    touch(conn, [_EVERY])


def take(conn: Connection, limit: int) -> list[tuple[str, str]] | None:
    """Return cases that were noted, and forget that; None where any case may have changed.

    Look at them in the same transaction: what is written meanwhile is noted again.
    """
    columns = (touched_cases.c.kind, touched_cases.c.case_key)
    found = [(row[0], row[1]) for row in conn.execute(select(*columns).order_by(*columns).limit(limit))]
    for some in chunks(found):
        conn.execute(delete(touched_cases).where(tuple_(*columns).in_(some)))
    return None if _EVERY in found else found
