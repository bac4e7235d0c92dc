"""Where queues and tasks are, and which of them a request means."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from tongguan.model.access import Permission
from tongguan.model.tasks import Queue, Task
from tongguan.web.kit.visit import Visit

PATH: Final = "/work"
SKILLS: Final = f"{PATH}/skills"
"""Who can do what."""


def queue_href(name: str) -> str:
    """Return where a queue is."""
    return f"{PATH}/{quote(name, safe='')}"


def task_href(task: Task) -> str:
    """Return where a task is."""
    return f"{queue_href(task.queue)}/{quote(task.id, safe='')}"


def case_href(visit: Visit, kind: str, case_id: str) -> str:
    """Return the page of a case; empty where it has none, or the user may not see orders."""
    return f"/orders/{quote(case_id, safe='')}" if kind == "order" and visit.may(Permission.SEE_ORDERS) else ""


def queue_of(visit: Visit) -> Queue | None:
    """Return the queue that the path names; None where there is none for the user."""
    queue = visit.site.vocabulary.queues.get(str(visit.request.path_params["queue"]))
    return queue if queue is not None and visit.user.scope.sees_stage(queue.stage) else None


def queue_name(visit: Visit, queue: Queue) -> str:
    """Return the display name of a queue."""
    return queue.label.in_language(visit.language)
