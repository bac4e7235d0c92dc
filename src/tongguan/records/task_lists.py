"""Lists and counts of tasks as they stand at a moment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, case, func, literal, or_, select, true

from tongguan.model.answers import NESTED
from tongguan.model.tasks import QueueCounts, Standing, Task, TaskFilter, TaskState
from tongguan.model.waiting import Lateness
from tongguan.records.columns import clean
from tongguan.records.tables import tasks
from tongguan.records.task_tables import LIVE_TASK
from tongguan.records.tasks import TASK_COLUMNS, task_of

_WHOSE: Final = ("open", "mine", "others")
_HOW: Final = ("late", "warned", "paused", "silent")
_COUNTED: Final = (*_WHOSE, *_HOW)


def counts(
    conn: Connection, where: TaskFilter, queues: Collection[str], regions: Collection[str], user_id: str, at: datetime
) -> dict[Standing, int]:
    """Return how many tasks match by whose they are; the filter's own standing is left out, every standing is there."""
    whose = _standing(user_id, at).label("whose")
    wanted = _wanted(replace(where, standing=None), queues, regions, user_id, at)
    found = {Standing(row[0]): int(row[1]) for row in conn.execute(select(whose, func.count()).where(wanted).group_by(whose))}
    return {one: found.get(one, 0) for one in Standing}


def rows(
    conn: Connection,
    where: TaskFilter,
    queues: Collection[str],
    regions: Collection[str],
    user_id: str,
    at: datetime,
    *,
    limit: int,
    offset: int,
) -> list[Task]:
    """Return a stretch of what matches as the store has it, the most urgent first; what is over comes last, the newest of it first."""
    place = case((tasks.c.ended_at.is_not(None), 9), else_=_place(at))
    wanted = _wanted(where, queues, regions, user_id, at)
    ordered = select(*TASK_COLUMNS).where(wanted).order_by(place, tasks.c.ended_at.desc(), tasks.c.since, tasks.c.id)
    return [task_of(row) for row in conn.execute(ordered.limit(limit).offset(offset))]


def queue_counts(conn: Connection, queues: Collection[str], regions: Collection[str], user_id: str, at: datetime) -> dict[str, QueueCounts]:
    """Return what waits in each queue; ``may_work`` is the caller's to say."""
    whose, how = _standing(user_id, at), _lateness(at)
    tallies = [func.sum(case((whose == one, 1), else_=0)) for one in _WHOSE]
    tallies += [func.sum(case((how == name, 1), else_=0)) for name in _HOW]
    wanted = and_(LIVE_TASK, _wanted(TaskFilter(), queues, regions, user_id, at))
    sql = select(tasks.c.queue, func.min(tasks.c.since), *tallies).where(wanted).group_by(tasks.c.queue)
    found = {}
    for name, oldest, *numbers in conn.execute(sql):
        counted = dict(zip(_COUNTED, map(int, numbers), strict=True))
        found[name] = QueueCounts(queue=name, may_work=False, oldest=oldest, **counted)
    empty = dict.fromkeys(_COUNTED, 0)
    return {name: found.get(name) or QueueCounts(queue=name, may_work=False, oldest=None, **empty) for name in queues}


def _standing(user_id: str, at: datetime) -> ColumnElement[str]:
    columns = tasks.c
    return case(
        (columns.ended_at.is_not(None), Standing.ENDED.value),
        (or_(columns.state == TaskState.OPEN.value, columns.lease_until <= at), Standing.OPEN.value),
        (columns.owner == user_id, Standing.MINE.value),
        else_=Standing.OTHERS.value,
    )


def _lateness(at: datetime) -> ColumnElement[str]:
    """As :meth:`Task.lateness_at` says it."""
    columns = tasks.c
    then = func.coalesce(columns.ended_at, literal(at, columns.ended_at.type))
    return case(
        (and_(LIVE_TASK, columns.paused_since.is_not(None)), Lateness.PAUSED.value),
        (and_(LIVE_TASK, columns.silent_from <= at), Lateness.SILENT.value),
        (columns.late_from.is_(None), Lateness.UNLIMITED.value),
        (columns.late_from <= then, Lateness.LATE.value),
        (columns.warned_from <= then, Lateness.WARNED.value),
        else_=Lateness.ON_TIME.value,
    )


def _place(at: datetime) -> ColumnElement[int]:
    columns = tasks.c
    return case((columns.paused_since.is_not(None), 3), (columns.late_from <= at, 0), (columns.warned_from <= at, 1), else_=2)


def _wanted(where: TaskFilter, queues: Collection[str], regions: Collection[str], user_id: str, at: datetime) -> ColumnElement[bool]:
    columns: Any = tasks.c
    found: list[ColumnElement[bool]] = [columns.queue.in_(sorted(queues))]
    found += [columns[name] == getattr(where, name) for name in ("queue", "channel") if getattr(where, name)]
    found += [_below(columns[name], getattr(where, name)) for name in ("region", "business_class") if getattr(where, name)]
    if where.owner:
        found += [columns.owner == where.owner, columns.state == TaskState.CLAIMED.value, columns.lease_until > at]
    if where.standing is not None:
        found.append(LIVE_TASK if where.standing is not Standing.ENDED else columns.ended_at.is_not(None))
        found.append(_standing(user_id, at) == where.standing.value)
    if where.lateness:
        found.append(_lateness(at) == where.lateness)
    if where.search.strip():
        found.append(_begins(columns.case_id, where.search.strip()))
    if regions:
        found.append(or_(*(_below(columns.region, region) for region in sorted(regions))))
    return and_(true(), *found)


def _below(column: ColumnElement[str], code: str) -> ColumnElement[bool]:
    mark = NESTED[str(getattr(column, "key", ""))]
    return or_(column == code, _begins(column, code + mark))


def _begins(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Case counts and nothing is a pattern, which LIKE does not do on every database."""
    return func.substr(column, 1, len(text)) == clean(text)
