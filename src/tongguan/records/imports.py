"""How far a file has been read under a mapping, so that an import goes on where it stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select, update

from tongguan.records.errors import NoSuchRowError
from tongguan.records.tables import imports
from tongguan.records.upsert import upsert


class ImportState(StrEnum):
    """Where an import stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class ImportProgress:
    """One import. ``fingerprint`` depends on the mapping and on the content of the file."""

    fingerprint: str
    source: str
    name: str
    mapping: str
    rows_done: int
    state: ImportState
    started_at: datetime
    finished_at: datetime | None


def start(conn: Connection, fingerprint: str, *, source: str, name: str, mapping: str, at: datetime) -> ImportProgress:
    """Begin an import, or take up one that was begun before: ``rows_done`` says where to go on.

    One that is done stays done, with its state in the answer; one that failed runs again from where it stood.
    """
    row = {"fingerprint": fingerprint, "source": source, "name": name, "mapping": mapping, "rows_done": 0}
    row |= {"state": ImportState.RUNNING, "started_at": at, "finished_at": None}
    upsert(conn, imports, [row], keys=("fingerprint",))
    again = update(imports).where(imports.c.fingerprint == fingerprint, imports.c.state == ImportState.FAILED)
    conn.execute(again.values(state=ImportState.RUNNING, finished_at=None))
    found = get(conn, fingerprint)
    if found is None:
        raise NoSuchRowError("导入", "import", fingerprint)
    return found


def advance(conn: Connection, fingerprint: str, rows_done: int) -> None:
    """Say that the first ``rows_done`` rows are safe; a lower number than before changes nothing."""
    statement = update(imports).where(imports.c.fingerprint == fingerprint, imports.c.rows_done < rows_done)
    conn.execute(statement.values(rows_done=rows_done))


def finish(conn: Connection, fingerprint: str, state: ImportState, at: datetime) -> None:
    """End an import as done or failed.

    Raises:
        NoSuchRowError: it is not running.
    """
    statement = update(imports).where(imports.c.fingerprint == fingerprint, imports.c.state == ImportState.RUNNING)
    if conn.execute(statement.values(state=state, finished_at=at)).rowcount != 1:
        raise NoSuchRowError("正在运行的导入", "running import", fingerprint)


def get(conn: Connection, fingerprint: str) -> ImportProgress | None:
    """Return one import, or None when it was never begun."""
    row = conn.execute(select(imports).where(imports.c.fingerprint == fingerprint)).one_or_none()
    return None if row is None else _progress(row)


def recent(conn: Connection, limit: int) -> list[ImportProgress]:
    """Return the imports begun last, newest first."""
    statement = select(imports).order_by(imports.c.started_at.desc(), imports.c.fingerprint).limit(limit)
    return [_progress(row) for row in conn.execute(statement)]


def _progress(row: Row[Any]) -> ImportProgress:
    return ImportProgress(**{**row._mapping, "state": ImportState(row.state)})
