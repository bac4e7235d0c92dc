"""Insert or update in one statement, the same on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert = postgresql.Insert | sqlite.Insert
Rows = Sequence[Mapping[str, Any]]


def insert(conn: Connection, table: Table[Any]) -> Insert:
    """Return an INSERT that knows ``on_conflict_do_update`` and ``on_conflict_do_nothing``."""
    return sqlite.insert(table) if conn.dialect.name == "sqlite" else postgresql.insert(table)


def upsert(
    conn: Connection, table: Table[Any], rows: Rows, *, keys: Sequence[str], put: Sequence[str] = (), add: Sequence[str] = ()
) -> None:
    """Insert rows; where one with the same keys exists, replace its ``put`` columns and add to its ``add`` columns.

    Rows are taken in the order of their keys, so that two transactions with the same rows wait and do not deadlock.
    Nothing to put or add: the row found is left alone.
    """
    if not rows:
        return
    statement = insert(conn, table)
    new = statement.excluded
    changes = {name: new[name] for name in put} | {name: table.c[name] + new[name] for name in add}
    if changes:
        statement = statement.on_conflict_do_update(index_elements=list(keys), set_=changes)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=list(keys))
    conn.execute(statement, sorted((dict(row) for row in rows), key=itemgetter(*keys)))


def chunks(values: Sequence[Any], size: int = 500) -> list[Sequence[Any]]:
    """Cut a list of values into lists that fit as parameters of one statement."""
    return [values[start : start + size] for start in range(0, len(values), size)]
