"""What is told of an action: the event of the case, and the row of the audit."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tongguan.model.tasks import Action, Given, Queue, Task
from tongguan.model.vocabulary import Vocabulary
from tongguan.records.mask import mask
from tongguan.tasks.rules import Worker

_TICK = timedelta(milliseconds=1)
_DIMENSIONS = ("channel", "region", "business_class", "brand", "customer_id")


def event_time(through: datetime, at: datetime) -> datetime:
    """Return when an event of a task happens: now, but after all that the task has seen.

    The clock of a source may run ahead of ours: an answer must not come before its question.
    """
    return max(at, through + _TICK)


def event(
    vocabulary: Vocabulary, queue: Queue, task: Task, worker: Worker, action: Action, given: Given, when: datetime, at: datetime
) -> dict[str, Any] | None:
    """Return the event that an action is, without its id; None where it is none.

    Args:
        vocabulary: says which attributes the type has.
        queue: that of the task.
        task: as it was before.
        worker: who acted.
        action, given: what was done.
        when: time of the event.
        at: now; with the claim it tells how long the work took.
    """
    name = queue.events.get(action)
    if name is None:
        return None
    values: dict[str, Any] = {"type": name, "time": when.isoformat(), vocabulary.case_kind(task.kind).key: task.case_id}
    values |= {column: getattr(task, column) for column in _DIMENSIONS if getattr(task, column)}
    values["actor_id"] = worker.user.name
    if given.reason:
        values["reason"] = given.reason
    if action in (Action.FINISH, Action.FAIL) and task.claimed_at is not None:
        values["duration"] = max(0, (at - task.claimed_at) // _TICK)
    if any(attribute.name == "queue" for attribute in vocabulary.event_type(name).attributes):
        values["attributes"] = {"queue": queue.name}
    return values


def audit_detail(task: Task, given: Given, to_name: str, file: str) -> dict[str, Any]:
    """Return what the audit says of an action. It is kept for good: what looks personal in a text does not enter it."""
    told = {"queue": task.queue, "kind": task.kind, "case": task.case_id, "version": task.version}
    said = {"reason": given.reason, "note": mask(given.note), "to": to_name, "file": mask(file)}
    return told | {name: text for name, text in said.items() if text}
