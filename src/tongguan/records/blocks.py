"""The loader's journal: a block is planned before it is staged, so that a restart makes the very same block."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from tongguan.records.errors import BlockUnfinishedError, NoSuchRowError
from tongguan.records.tables import blocks


@dataclass(frozen=True)
class Block:
    """A stretch of the spool from ``start`` to ``end`` (positions in the spool's own words).

    ``counts`` and ``finished_at`` are None until it is finished.
    """

    number: int
    start: dict[str, Any]
    end: dict[str, Any]
    counts: dict[str, Any] | None
    planned_at: datetime
    finished_at: datetime | None


def next_number(conn: Connection) -> int:
    """Return the number after the highest one planned; the first is 1."""
    highest = conn.execute(select(func.max(blocks.c.number))).scalar_one_or_none()
    return (highest or 0) + 1


def plan(conn: Connection, number: int, start: dict[str, Any], end: dict[str, Any], planned_at: datetime) -> None:
    """Write down what a block will hold.

    Raises:
        BlockUnfinishedError: another block is on its way, or this number was used before.
    """
    before = planned(conn)
    if before is not None:
        raise BlockUnfinishedError(number, before.number)
    try:
        conn.execute(insert(blocks).values(number=number, start=start, end=end, planned_at=planned_at, unfinished=1))
    except IntegrityError as error:
        raise BlockUnfinishedError(number, number) from error


def planned(conn: Connection) -> Block | None:
    """Return the block that is planned and not finished, if there is one."""
    row = conn.execute(select(blocks).where(blocks.c.unfinished == 1)).one_or_none()
    return None if row is None else _block(row)


def finish(conn: Connection, number: int, counts: dict[str, Any], finished_at: datetime) -> None:
    """Mark the planned block as done.

    Raises:
        NoSuchRowError: the block is not the one on its way.
    """
    statement = update(blocks).where(blocks.c.number == number, blocks.c.unfinished == 1)
    changed = conn.execute(statement.values(counts=counts, finished_at=finished_at, unfinished=None))
    if changed.rowcount != 1:
        raise NoSuchRowError("未完成数据块", "unfinished block", number)


def recent(conn: Connection, limit: int) -> list[Block]:
    """Return the latest blocks, newest first."""
    return [_block(row) for row in conn.execute(select(blocks).order_by(blocks.c.number.desc()).limit(limit))]


def prune(conn: Connection, keep: int) -> int:
    """Forget finished blocks except the latest ``keep`` (at least one: numbers go on from it); return how many."""
    latest = (next_number(conn) - 1) - max(keep, 1)
    return conn.execute(delete(blocks).where(blocks.c.number <= latest, blocks.c.unfinished.is_(None))).rowcount


def _block(row: Row[Any]) -> Block:
    return Block(row.number, row.start, row.end, row.counts, row.planned_at, row.finished_at)
