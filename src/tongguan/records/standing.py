"""What stands open, counted and listed for several steps at once, and whose task it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, func, select

from tongguan.model.answers import FlowFilter
from tongguan.model.fulfilment import Held, Standing
from tongguan.model.waiting import Lateness, OpenStep, WaitingFilter
from tongguan.records.columns import key_text
from tongguan.records.open_steps import Steps, state_of, wanted
from tongguan.records.tables import open_steps
from tongguan.records.task_tables import LIVE_TASK, tasks
from tongguan.records.upsert import chunks

Place = TypeVar("Place")

COUNTED_BY: Final = ("channel", "region", "business_class", "brand", "tier")
"""Columns that what stands open can be counted by."""

_IN_ONE_STATEMENT: Final = 500


def by_step(conn: Connection, steps: Steps, where: FlowFilter, regions: Collection[str], at: datetime) -> dict[tuple[str, str], Standing]:
    """Return what stands open, by kind and step; steps where nothing does are left out. Arguments as of ``open_steps.counts``."""
    columns = (open_steps.c.kind, open_steps.c.step)
    return _standings(((str(row[0]), str(row[1])), row[-3:]) for row in _counted(conn, columns, steps, where, regions, at))


def by_value(conn: Connection, column: str, steps: Steps, where: FlowFilter, regions: Collection[str], at: datetime) -> dict[str, Standing]:
    """Return what stands open, by the values of one of :data:`COUNTED_BY`."""
    if column not in COUNTED_BY:
        raise KeyError(f"open steps are not counted by {column!r}; valid: {', '.join(COUNTED_BY)}")
    return _standings((str(row[0]), row[-3:]) for row in _counted(conn, (open_steps.c[column],), steps, where, regions, at))


def _counted(
    conn: Connection, columns: Sequence[ColumnElement[Any]], steps: Steps, where: FlowFilter, regions: Collection[str], at: datetime
) -> Iterable[Row[*tuple[Any, ...]]]:
    state = state_of(at).label("state")
    sql = select(*columns, state, func.count(), func.min(open_steps.c.since))
    return conn.execute(sql.where(wanted(steps, _of_waiting(where), regions, at)).group_by(*columns, state))


def _of_waiting(where: FlowFilter) -> WaitingFilter:
    return WaitingFilter(where.channel, where.region, where.business_class, where.brand)


def _standings(rows: Iterable[tuple[Place, Sequence[Any]]]) -> dict[Place, Standing]:
    counts: dict[Place, dict[Lateness, int]] = defaultdict(dict)
    oldest: dict[Place, datetime] = {}
    for place, (state, number, since) in rows:
        counts[place][Lateness(state)] = int(number)
        oldest[place] = min(since, oldest.get(place, since))
    return {place: Standing(found, oldest[place]) for place, found in counts.items()}


def page(
    conn: Connection,
    steps: Steps,
    where: FlowFilter,
    among: Collection[Lateness],
    regions: Collection[str],
    at: datetime,
    *,
    limit: int,
    offset: int,
) -> list[OpenStep]:
    """Return a stretch of what stands so, the oldest first; ties are broken by case.

    Args:
        among: how; at least one.
    """
    columns = [open_steps.c[name] for name in OpenStep.__dataclass_fields__]
    sql = select(*columns).where(wanted(steps, _of_waiting(where), regions, at), state_of(at).in_(sorted(among)))
    sql = sql.order_by(open_steps.c.since, open_steps.c.kind, open_steps.c.case_key).limit(limit).offset(offset)
    return [OpenStep(**row) for row in conn.execute(sql).mappings()]


def held(conn: Connection, cases: Collection[tuple[str, str]], at: datetime) -> dict[tuple[str, str, str], Held]:
    """Return the live tasks of cases (kind and id), by kind, id and step; a claim that ran out is nobody's."""
    found: dict[tuple[str, str, str], Held] = {}
    columns = tasks.c
    wanted_columns = (columns.kind, columns.case_id, columns.step, columns.queue, columns.id, columns.owner, columns.owner_name)
    by_kind: dict[str, list[str]] = defaultdict(list)
    for kind, case_id in cases:
        by_kind[kind].append(key_text(case_id))
    for kind, keys in by_kind.items():
        for part in chunks(keys, _IN_ONE_STATEMENT):
            sql = select(*wanted_columns, columns.lease_until).where(LIVE_TASK, columns.kind == kind, columns.case_key.in_(part))
            for of_kind, case_id, step, queue, task_id, owner, owner_name, lease in conn.execute(sql):
                has_it = bool(owner) and (lease is None or lease > at)
                found[of_kind, case_id, step] = Held(queue, task_id, owner if has_it else "", owner_name if has_it else "")
    return found
