"""Tables of what people work off: tasks, their history with attachments, who has which skill, and what is to be looked at."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Named, Table, TypedColumns

from tongguan.records.columns import Counted, Instant, Words
from tongguan.records.metadata import metadata


class TaskColumns(TypedColumns):
    """Tasks, also those that are over.

    ``through`` is the instant up to which the task answers for its case: when it reached its last known step, or the time of the last
    event that the task put out, whichever is later. A step reached after it is a new task.
    """

    id: Named[str] = Column(Words, primary_key=True)
    version: Named[int] = Column(Integer)
    queue: Named[str] = Column(Words)
    kind: Named[str] = Column(Words)
    case_key: Named[str] = Column(Words)
    case_id: Named[str] = Column(Words)
    step: Named[str] = Column(Words)
    state: Named[str] = Column(Words)
    since: Named[datetime] = Column(Instant)
    made_at: Named[datetime] = Column(Instant)
    through: Named[datetime] = Column(Instant)
    owner: Named[str] = Column(Words)
    owner_name: Named[str] = Column(Words)
    lease_until: Named[datetime | None] = Column(Instant)
    claimed_at: Named[datetime | None] = Column(Instant)
    warned_from: Named[datetime | None] = Column(Instant)
    late_from: Named[datetime | None] = Column(Instant)
    paused_since: Named[datetime | None] = Column(Instant)
    silent_from: Named[datetime | None] = Column(Instant)
    channel: Named[str] = Column(Words)
    region: Named[str] = Column(Words)
    business_class: Named[str] = Column(Words)
    brand: Named[str] = Column(Words)
    customer_id: Named[str] = Column(Words)
    urged: Named[int] = Column(Integer)
    urged_at: Named[datetime | None] = Column(Instant)
    files: Named[int] = Column(Integer)
    ended_at: Named[datetime | None] = Column(Instant)
    outcome_by: Named[str] = Column(Words)
    reason: Named[str] = Column(Words)
    note: Named[str] = Column(Words)


tasks = Table(
    "tasks", metadata, TaskColumns, Index(None, "queue", "kind", "case_key"), Index(None, "queue", "ended_at"), Index(None, "ended_at")
)

LIVE_TASK: Final = tasks.c.ended_at.is_(None)
"""Which tasks are not over; a case has at most one such in a queue."""

_CASE: Final = (tasks.c.queue, tasks.c.kind, tasks.c.case_key)
Index("uq_tasks_live_case", *_CASE, unique=True, sqlite_where=LIVE_TASK, postgresql_where=LIVE_TASK)


class TaskEntryColumns(TypedColumns):
    """Who did what with a task. ``cipher`` is an attachment, encrypted under the key of ``key_owner``."""

    id: Named[int] = Column(Counted, primary_key=True)
    task_id: Named[str] = Column(Words, ForeignKey("tasks.id", ondelete="CASCADE"))
    action: Named[str] = Column(Words)
    at: Named[datetime] = Column(Instant)
    actor: Named[str] = Column(Words)
    actor_name: Named[str] = Column(Words)
    to_name: Named[str] = Column(Words)
    reason: Named[str] = Column(Words)
    note: Named[str] = Column(Words)
    file: Named[str] = Column(Words)
    key_owner: Named[str] = Column(Words)
    cipher: Named[bytes | None] = Column(LargeBinary)


task_entries = Table("task_entries", metadata, TaskEntryColumns, Index(None, "task_id", "id"))


class UserSkillColumns(TypedColumns):
    """What people can do besides what everybody may who works on tasks."""

    user_id: Named[str] = Column(Words, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    skill: Named[str] = Column(Words, primary_key=True)


user_skills = Table("user_skills", metadata, UserSkillColumns)


class TouchedCaseColumns(TypedColumns):
    """Cases whose open step was written since tasks were last held against them; empty texts stand for every case."""

    kind: Named[str] = Column(Words, primary_key=True)
    case_key: Named[str] = Column(Words, primary_key=True)


touched_cases = Table("touched_cases", metadata, TouchedCaseColumns)
