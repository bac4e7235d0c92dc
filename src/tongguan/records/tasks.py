"""Rows of tasks: read one by one, and changed only where nobody was faster."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select, update

from tongguan.model.access import User
from tongguan.model.tasks import MOST_FILES, SAID, Action, Task, TaskEntry, TaskState
from tongguan.records.columns import key_text
from tongguan.records.tables import open_steps, task_entries, tasks, user_skills, users
from tongguan.records.task_tables import LIVE_TASK
from tongguan.records.users import user_of

TASK_COLUMNS: Final = tuple(tasks.c[field.name] for field in fields(Task))
"""The columns of :class:`Task`, in its order."""

_ENTRY_COLUMNS: Final = tuple(task_entries.c[field.name] for field in fields(TaskEntry))
_GREATEST_ID: Final = 2**63 - 1
"""The greatest number that a database has for a row; a driver fails at a greater one."""

_MOVED: Final = (
    "version",
    "state",
    "owner",
    "owner_name",
    "lease_until",
    "claimed_at",
    "ended_at",
    "outcome_by",
    "reason",
    "note",
)


@dataclass(frozen=True)
class KeptTask:
    """A task as the store has it: a claim that ran out is still there. ``through`` as of :class:`TaskColumns`."""

    task: Task
    through: datetime


@dataclass(frozen=True)
class NewEntry:
    """A line of a task's history to write.

    Attributes:
        actor: None where it happens by itself.
        cipher, key_owner: an attachment, encrypted, and under whose key.
    """

    task_id: str
    action: Action
    at: datetime
    actor: User | None = None
    reason: str = ""
    note: str = ""
    to_name: str = ""
    file: str = ""
    key_owner: str = ""
    cipher: bytes | None = None


def task_of(row: Sequence[Any]) -> Task:
    """Make a task of a row of :data:`TASK_COLUMNS`."""
    values = dict(zip((field.name for field in fields(Task)), row, strict=False))
    return Task(**{**values, "state": TaskState(values["state"])})


def get(conn: Connection, task_id: str) -> KeptTask | None:
    """Return a task, or None."""
    row = conn.execute(select(*TASK_COLUMNS, tasks.c.through).where(tasks.c.id == task_id)).one_or_none()
    return None if row is None else KeptTask(task_of(row), row.through)


def step_of(conn: Connection, kind: str, case_id: str) -> str | None:
    """Return the step at which a case waits; None where it waits nowhere."""
    found = select(open_steps.c.step).where(open_steps.c.kind == kind, open_steps.c.case_key == key_text(case_id))
    return conn.execute(found).scalar_one_or_none()


def change(conn: Connection, before: Task, after: Task, through: datetime, at: datetime) -> bool:
    """Move a task on, if it still is what it was; tell whether it was.

    Args:
        conn: the transaction.
        before: as the actor saw it, as of now: one whose lease ran out is open.
        after: what it becomes.
        through: up to when it answers for its case then.
        at: now.
    """
    values = {name: getattr(after, name) for name in _MOVED}
    same = (tasks.c.id == before.id, tasks.c.version == before.version, LIVE_TASK, _held_as(before, at))
    return conn.execute(update(tasks).where(*same).values({**values, "through": through})).rowcount == 1


def _held_as(task: Task, at: datetime) -> ColumnElement[bool]:
    if task.state is TaskState.CLAIMED:
        return and_(tasks.c.state == TaskState.CLAIMED.value, tasks.c.owner == task.owner, tasks.c.lease_until > at)
    return or_(tasks.c.state == TaskState.OPEN.value, and_(tasks.c.state == TaskState.CLAIMED.value, tasks.c.lease_until <= at))


def urge(conn: Connection, task_id: str, at: datetime) -> bool:
    """Count one more urging; tell whether the task is not over yet. The row stays locked until the transaction ends."""
    changed = update(tasks).where(tasks.c.id == task_id, LIVE_TASK).values(urged=tasks.c.urged + 1, urged_at=at)
    return conn.execute(changed).rowcount == 1


def count_file(conn: Connection, task_id: str) -> bool:
    """Count one more attachment; tell whether there was room and the task is not over yet."""
    room = (tasks.c.id == task_id, LIVE_TASK, tasks.c.files < MOST_FILES)
    return conn.execute(update(tasks).where(*room).values(files=tasks.c.files + 1)).rowcount == 1


def tell(conn: Connection, entries: Collection[NewEntry]) -> None:
    """Write lines of history."""
    if entries:
        conn.execute(insert(task_entries), [_entry_row(one) for one in entries])


def _entry_row(one: NewEntry) -> dict[str, Any]:
    shown = {name: getattr(one, name) for name in ("task_id", "at", "reason", "note", "to_name", "file", "key_owner", "cipher")}
    actor = {"actor": one.actor.id, "actor_name": one.actor.display_name or one.actor.name} if one.actor else {}
    return {"actor": "", "actor_name": "", **shown, **actor, "action": one.action.value}


def expire(conn: Connection, entry: TaskEntry) -> None:
    """Write that somebody's claim ran out."""
    shown = {name: getattr(entry, name) for name in ("task_id", "at", "actor", "actor_name", "reason", "note", "to_name", "file")}
    conn.execute(insert(task_entries).values(**shown, action=entry.action.value, key_owner="", cipher=None))


def entries(conn: Connection, task_id: str) -> list[TaskEntry]:
    """Return the history of a task, the oldest first."""
    found = select(*_ENTRY_COLUMNS).where(task_entries.c.task_id == task_id).order_by(task_entries.c.id)
    return [_entry(row) for row in conn.execute(found)]


def last_move(conn: Connection, task_id: str) -> TaskEntry | None:
    """Return what was done last with a task, comments and the like left out."""
    moves = task_entries.c.action.not_in(sorted(action.value for action in SAID))
    found = select(*_ENTRY_COLUMNS).where(task_entries.c.task_id == task_id, moves).order_by(task_entries.c.id.desc()).limit(1)
    row = conn.execute(found).one_or_none()
    return None if row is None else _entry(row)


def last_urged_by(conn: Connection, task_id: str, user_id: str) -> datetime | None:
    """Return when somebody urged a task last; None where never."""
    mine = (task_entries.c.task_id == task_id, task_entries.c.action == Action.URGE.value, task_entries.c.actor == user_id)
    newest = select(task_entries.c.at).where(*mine).order_by(task_entries.c.id.desc()).limit(1)
    return conn.execute(newest).scalar_one_or_none()


def _entry(row: Row[Any]) -> TaskEntry:
    values = dict(zip((field.name for field in fields(TaskEntry)), row, strict=True))
    return TaskEntry(**{**values, "action": Action(values["action"])})


def attachment(conn: Connection, task_id: str, entry_id: int) -> tuple[str, str, bytes] | None:
    """Return name, key owner and encrypted bytes of an attachment; None where there is none."""
    if entry_id > _GREATEST_ID:
        return None
    wanted = (task_entries.c.id == entry_id, task_entries.c.task_id == task_id, task_entries.c.cipher.is_not(None))
    row = conn.execute(select(task_entries.c.file, task_entries.c.key_owner, task_entries.c.cipher).where(*wanted)).one_or_none()
    return None if row is None else (row.file, row.key_owner, row.cipher or b"")


def skills_of(conn: Connection, user_id: str) -> frozenset[str]:
    """Return the skills given to a user."""
    return frozenset(conn.execute(select(user_skills.c.skill).where(user_skills.c.user_id == user_id)).scalars())


def hold_skills(conn: Connection, user_id: str) -> frozenset[str]:
    """Return the skills given to a user; nobody else gives that user any until the transaction ends."""
    conn.execute(select(users.c.id).where(users.c.id == user_id).with_for_update())
    return skills_of(conn, user_id)


def give_skills(conn: Connection, user_id: str, skills: Collection[str]) -> None:
    """Let a user have exactly these skills."""
    conn.execute(delete(user_skills).where(user_skills.c.user_id == user_id))
    if skills:
        conn.execute(insert(user_skills), [{"user_id": user_id, "skill": skill} for skill in sorted(set(skills))])


def people(conn: Connection) -> list[tuple[User, frozenset[str]]]:
    """Return everybody who may sign in, with their skills."""
    given: dict[str, set[str]] = {}
    for user_id, skill in conn.execute(select(user_skills.c.user_id, user_skills.c.skill)):
        given.setdefault(user_id, set()).add(skill)
    rows = conn.execute(select(users).where(users.c.disabled_at.is_(None)).order_by(users.c.name_key))
    return [(user_of(row), frozenset(given.get(row.id, ()))) for row in rows]


def held(conn: Connection, queue: str, at: datetime) -> dict[str, int]:
    """Return how many tasks of a queue each user has now."""
    mine = (tasks.c.queue == queue, LIVE_TASK, tasks.c.state == TaskState.CLAIMED.value, tasks.c.lease_until > at)
    return {row[0]: int(row[1]) for row in conn.execute(select(tasks.c.owner, func.count()).where(*mine).group_by(tasks.c.owner))}
