"""From what waits to the task that it is for somebody."""

from __future__ import annotations

from tongguan.model.tasks import Queue
from tongguan.web.kit.address import Address
from tongguan.web.kit.visit import Visit


def queue_at(visit: Visit, kind: str, step: str) -> Queue | None:
    """Return the queue whose tasks are the cases of a kind at a step; None where there is none, or the user does not see it."""
    found = (queue for queue in visit.site.vocabulary.queues.values() if queue.kind == kind and step in queue.steps)
    return next((queue for queue in found if visit.user.scope.sees_stage(queue.stage)), None)


def task_of_case(queue: Queue, case_id: str) -> str:
    """Return the address that leads to the task of a case in a queue, or to a list that says that there is none."""
    return str(Address(f"/work/{queue.name}", {"standing": "all", "q": case_id}))
