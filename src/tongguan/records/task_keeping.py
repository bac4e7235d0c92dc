"""Tasks and open steps held against each other, in sets: what is missing, what has changed, and what was left behind.

Of all cases, or of some that changed; looking costs the store an index look-up a row, and only what is to be written is read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, insert, or_, select, text, update

from tongguan.model.tasks import Action, Queue, TaskState
from tongguan.model.waiting import OpenStep
from tongguan.records.tables import open_steps, task_entries, tasks, touched_cases
from tongguan.records.task_tables import LIVE_TASK
from tongguan.records.upsert import chunks
from tongguan.records.upsert import insert as insert_or

_KEPT: Final = (
    "step",
    "since",
    "warned_from",
    "late_from",
    "paused_since",
    "silent_from",
    "channel",
    "region",
    "business_class",
    "brand",
    "customer_id",
)
"""What a task has from its open step."""

_STEP: Final = tuple(name for name in OpenStep.__dataclass_fields__ if name in open_steps.c)


@dataclass(frozen=True)
class Part:
    """Which cases of a queue are looked at: those with these keys, or a stretch of all in the order of their keys.

    Attributes:
        keys: None for all.
        after: key that the stretch before ended with.
        limit: rows at most.
    """

    keys: Collection[str] | None = None
    after: str = ""
    limit: int = 2_000

    def of(self, column: ColumnElement[str]) -> ColumnElement[bool]:
        """Return the condition on a column of keys."""
        return column > self.after if self.keys is None else column.in_(sorted(self.keys))


def missing(conn: Connection, queue: Queue, part: Part) -> list[tuple[str, OpenStep]]:
    """Return open steps of a queue that have no task, with their case keys and by these.

    A step that was reached before the last thing that an ended task knows of its case is that task's: the case has not moved on yet in
    what we know of it.
    """
    columns = (open_steps.c.case_key, *(open_steps.c[name] for name in _STEP))
    wanted = (part.of(open_steps.c.case_key), *_unanswered(queue))
    found = conn.execute(select(*columns).where(*wanted).order_by(open_steps.c.case_key).limit(part.limit))
    return [(row[0], OpenStep(**dict(zip(_STEP, row[1:], strict=True)))) for row in found]


def _unanswered(queue: Queue) -> tuple[ColumnElement[bool], ...]:
    same = (tasks.c.queue == queue.name, tasks.c.kind == open_steps.c.kind, tasks.c.case_key == open_steps.c.case_key)
    answered = exists().where(*same, or_(LIVE_TASK, tasks.c.through >= open_steps.c.since))
    return (open_steps.c.kind == queue.kind, open_steps.c.step.in_(queue.steps), ~answered)


def changed(conn: Connection, queue: Queue, part: Part) -> list[tuple[str, str]]:
    """Return case keys and ids of tasks whose open step says something else than they do."""
    return _found(conn, queue, part, _same_case(), _within(queue), _differs())


def left(conn: Connection, queue: Queue, part: Part) -> list[tuple[str, str]]:
    """Return case keys and ids of tasks whose case is at none of the queue's steps any more."""
    return _found(conn, queue, part, ~_still(queue))


def _found(conn: Connection, queue: Queue, part: Part, *wanted: ColumnElement[bool]) -> list[tuple[str, str]]:
    own = (tasks.c.queue == queue.name, tasks.c.kind == queue.kind, LIVE_TASK, part.of(tasks.c.case_key))
    sql = select(tasks.c.case_key, tasks.c.id).where(*own, *wanted).order_by(tasks.c.case_key).limit(part.limit)
    return [(row[0], row[1]) for row in conn.execute(sql)]


@dataclass(frozen=True)
class Disagreement:
    """How tasks of a queue and open steps differ, though nothing is noted that would explain it.

    Attributes:
        missing: open steps that have no task; ``changed`` tasks that say something else than their open step; ``left`` tasks whose case is
            at none of the queue's steps any more.
        first: key of the first such case in the order of keys; empty where there is none.
    """

    missing: int
    changed: int
    left: int
    first: str


def disagreement(conn: Connection, queue: Queue) -> Disagreement:
    """Hold all tasks of a queue against all open steps; cases that are noted to be looked at are left out."""
    own = (tasks.c.queue == queue.name, tasks.c.kind == queue.kind, LIVE_TASK)
    looks = (
        _counted(open_steps.c.case_key).where(*_unanswered(queue), ~_noted(open_steps.c.kind, open_steps.c.case_key)),
        _counted(tasks.c.case_key).where(*own, ~_noted(tasks.c.kind, tasks.c.case_key), _same_case(), _within(queue), _differs()),
        _counted(tasks.c.case_key).where(*own, ~_noted(tasks.c.kind, tasks.c.case_key), ~_still(queue)),
    )
    (missing, *firsts), (changed, *second), (left, *third) = (conn.execute(look).one() for look in looks)
    return Disagreement(missing, changed, left, min(filter(None, (*firsts, *second, *third)), default=""))


def _counted(key: ColumnElement[str]) -> Select[int, str]:
    return select(func.count(), func.coalesce(func.min(key), ""))


def _noted(kind: ColumnElement[str], case_key: ColumnElement[str]) -> ColumnElement[bool]:
    return exists().where(touched_cases.c.kind == kind, touched_cases.c.case_key == case_key)


def live(conn: Connection, queue: Queue) -> int:
    """Return how many tasks of a queue are not over."""
    return conn.execute(select(func.count()).where(tasks.c.queue == queue.name, LIVE_TASK)).scalar_one()


def know_sizes(conn: Connection) -> None:
    """Tell PostgreSQL how many rows there are; SQLite does not ask.

    Before its own round comes it takes tables that were just filled for empty, and would read all tasks for every open step.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(text("ANALYZE open_steps, tasks"))


def forgotten(conn: Connection, queues: Collection[str], limit: int) -> list[str]:
    """Return ids of tasks of queues that nobody declares any more."""
    found = select(tasks.c.id).where(tasks.c.queue.not_in(sorted(queues)), LIVE_TASK).limit(limit)
    return list(conn.execute(found).scalars())


def make(conn: Connection, queue: Queue, rows: Sequence[tuple[str, str, OpenStep]], at: datetime) -> int:
    """Write new tasks, given as task id, case key and open step; return how many were not there yet."""
    if not rows:
        return 0
    statement = insert_or(conn, tasks).on_conflict_do_nothing().returning(tasks.c.id)
    ids = list(conn.execute(statement, [_new(queue, task_id, case_key, step, at) for task_id, case_key, step in rows]).scalars())
    _tell(conn, Action.CREATE, dict.fromkeys(ids, ""), at)
    return len(ids)


def _new(queue: Queue, task_id: str, case_key: str, step: OpenStep, at: datetime) -> dict[str, Any]:
    texts = dict.fromkeys(("owner", "owner_name", "outcome_by", "reason", "note"), "")
    moments = dict.fromkeys(("lease_until", "claimed_at", "urged_at", "ended_at"))
    own = {"id": task_id, "version": 1, "queue": queue.name, "kind": step.kind, "case_key": case_key, "case_id": step.case_id}
    counted = {"state": TaskState.OPEN.value, "made_at": at, "through": step.since, "urged": 0, "files": 0}
    return {**own, **counted, **texts, **moments, **{name: getattr(step, name) for name in _KEPT}}


def follow(conn: Connection, queue: Queue, ids: Sequence[str]) -> int:
    """Let tasks say what their open steps say; return how many were changed. Who has them and their version stay."""
    values: dict[str, Any] = {name: open_steps.c[name] for name in _KEPT}
    values["through"] = _later(tasks.c.through, open_steps.c.since)
    count = 0
    for some in chunks(_locked(conn, ids)):
        count += conn.execute(update(tasks).where(tasks.c.id.in_(some), LIVE_TASK, _same_case(), _within(queue)).values(values)).rowcount
    return count


def overtake(conn: Connection, ids: Sequence[str], at: datetime, queue: Queue | None) -> int:
    """End tasks whose case has left their queue, or (without one) whose queue is gone; return how many were ended."""
    here = select(open_steps.c.step).where(_same_case()).scalar_subquery()
    gone = {"state": TaskState.OVERTAKEN.value, "version": tasks.c.version + 1, "ended_at": at, "reason": func.coalesce(here, "")}
    free = {"owner": "", "owner_name": "", "lease_until": None}
    still = [~_still(queue)] if queue is not None else []
    count = 0
    for some in chunks(_locked(conn, ids)):
        statement = update(tasks).where(tasks.c.id.in_(some), LIVE_TASK, *still).values({**gone, **free})
        ended = {row.id: row.reason for row in conn.execute(statement.returning(tasks.c.id, tasks.c.reason))}
        _tell(conn, Action.OVERTAKE, ended, at)
        count += len(ended)
    return count


def _locked(conn: Connection, ids: Sequence[str]) -> list[str]:
    """Lock rows in the order in which people lock those of a batch, so that nobody deadlocks; return those that are there."""
    found: list[str] = []
    for some in chunks(sorted(ids)):
        wanted = select(tasks.c.id).where(tasks.c.id.in_(some)).order_by(tasks.c.id).with_for_update()
        found += conn.execute(wanted).scalars()
    return found


def _tell(conn: Connection, action: Action, reasons: dict[str, str], at: datetime) -> None:
    if reasons:
        empty = dict.fromkeys(("actor", "actor_name", "to_name", "note", "file", "key_owner"), "")
        rows = [{"task_id": one, "action": action.value, "at": at, "reason": why, **empty} for one, why in reasons.items()]
        conn.execute(insert(task_entries), rows)


def _within(queue: Queue) -> ColumnElement[bool]:
    return and_(open_steps.c.kind == queue.kind, open_steps.c.step.in_(queue.steps))


def _same_case() -> ColumnElement[bool]:
    return and_(tasks.c.kind == open_steps.c.kind, tasks.c.case_key == open_steps.c.case_key)


def _still(queue: Queue) -> ColumnElement[bool]:
    return exists().where(_same_case(), _within(queue))


def _differs() -> ColumnElement[bool]:
    return or_(*(tasks.c[name].is_distinct_from(open_steps.c[name]) for name in _KEPT))


def _later(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((one < other, other), else_=one)
