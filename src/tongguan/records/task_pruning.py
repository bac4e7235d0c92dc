"""Tasks that were over long ago, forgotten with their history and attachments. The audit and the events of their cases stay."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, exists, select

from tongguan.records.keyring import Keyring, task_owner
from tongguan.records.tables import open_steps, task_entries, tasks
from tongguan.records.upsert import chunks


def prune(conn: Connection, older_than: datetime, limit: int) -> int:
    """Drop tasks that ended before an instant, the oldest first; return how many.

    One that still answers for the step at which its case stands is kept: without it the step would be a new task.

    Args:
        conn: the transaction.
        older_than: the instant.
        limit: at most so many, so that people who work wait for none of them long.
    """
    same = (open_steps.c.kind == tasks.c.kind, open_steps.c.case_key == tasks.c.case_key)
    answers = exists().where(*same, open_steps.c.since <= tasks.c.through)
    found = select(tasks.c.id).where(tasks.c.ended_at < older_than, ~answers).order_by(tasks.c.ended_at, tasks.c.id).limit(limit)
    ids = list(conn.execute(found).scalars())
    for some in chunks(ids):
        conn.execute(delete(task_entries).where(task_entries.c.task_id.in_(some)))
        conn.execute(delete(tasks).where(tasks.c.id.in_(some)))
    Keyring.destroy(conn, map(task_owner, ids))
    return len(ids)
