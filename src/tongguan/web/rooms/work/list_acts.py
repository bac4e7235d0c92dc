"""What is done from a list: take the next task, or do one thing with several, and tell what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from tongguan.model.tasks import Action, Asked, Given, Outcome, Queue, Standing, Task, TaskConflictError, TaskRefusedError
from tongguan.web.kit.components import Notice, Status
from tongguan.web.kit.ports import QuestionFailedError
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.work.asked import where
from tongguan.web.rooms.work.list_page import Answer, draw
from tongguan.web.rooms.work.places import queue_of, task_href
from tongguan.web.rooms.work.words import ACTIONS, answer_text, near, refusal_text

NEXT: Final = "next"
"""Value of ``act`` that takes the most urgent task."""

SEVERAL: Final = (Action.CLAIM, Action.HAND_BACK, Action.TRANSFER, Action.URGE)

_TRIES: Final = 5
"""So often the next one is looked for while others are faster."""


async def act(visit: Visit) -> Response:
    """Do what a button of the list says."""
    queue = queue_of(visit)
    if queue is None:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    wanted = await visit.form_value("act")
    try:
        if wanted == NEXT:
            return await _next(visit, queue)
        # A button in a row says which one alone; it is sent together with the rows that are ticked.
        one = await visit.form_value("one")
        action = Action.CLAIM if one else Action(wanted) if wanted in SEVERAL else None
        if action is None:
            return visit.render_error(HTTPStatus.UNPROCESSABLE_ENTITY, "form")
        return await _several(visit, queue, action, [one] if one else await visit.form_values("id"))
    except TaskRefusedError as error:
        return await draw(visit, queue, Notice(refusal_text(visit, error), Status.WATCH), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except QuestionFailedError:
        return visit.render_error(HTTPStatus.SERVICE_UNAVAILABLE, "fault")


async def most_urgent(visit: Visit, queue: Queue) -> Task | None:
    """Return the most urgent task that nobody has, of those that the address asks for; one that is paused is none."""
    wanted = replace(where(visit, queue), standing=Standing.OPEN)
    found = await visit.site.tasks.tasks(visit.user, wanted, 1, 0)
    return next((task for task in found.rows if task.paused_since is None), None)


async def _next(visit: Visit, queue: Queue) -> Response:
    """Claim the most urgent task and lead to it; who is faster leaves the next one."""
    for _ in range(_TRIES):
        task = await most_urgent(visit, queue)
        if task is None:
            return await draw(visit, queue, Notice(visit.text("No task waits to be claimed."), Status.GOOD))
        try:
            await visit.site.tasks.act(visit.user, Asked(task.id, task.version), Action.CLAIM, Given())
        except TaskConflictError:
            continue
        return visit.go(f"{task_href(task)}?done={Action.CLAIM}")
    said = visit.text("Others were faster %(n)s times. Try again.", n=_TRIES)
    return await draw(visit, queue, Notice(said, Status.WATCH), status=HTTPStatus.CONFLICT)


def asked_of(value: str) -> Asked:
    """Read ``id.version`` as a row says it; a version that is none fits no task."""
    task_id, _, version = value.rpartition(".")
    return Asked(task_id, int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0)


async def _several(visit: Visit, queue: Queue, action: Action, chosen: Sequence[str]) -> Response:
    asked = [asked_of(value) for value in dict.fromkeys(chosen)]
    if not asked:
        notice = Notice(visit.text("No task was chosen. Tick the tasks first."), Status.WATCH)
        return await draw(visit, queue, notice, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    given = Given(
        reason=await visit.form_value("reason") if action is Action.HAND_BACK else "",
        to=await visit.form_value("to") if action is Action.TRANSFER else "",
    )
    outcomes = await visit.site.tasks.act_on_all(visit.user, asked, action, given, together=False)
    done = sum(one.done for one in outcomes)
    answers = [_answer(visit, action, one) for one in outcomes]
    notice = Notice(_told(visit, action, done, len(outcomes)), Status.GOOD if done == len(outcomes) else Status.WATCH)
    return await draw(visit, queue, notice, answers, HTTPStatus.OK if done else HTTPStatus.CONFLICT)


def _told(visit: Visit, action: Action, done: int, of: int) -> str:
    return visit.text("%(action)s: %(done)s of %(all)s done.", action=visit.text(ACTIONS[action]), done=done, all=of)


def _answer(visit: Visit, action: Action, outcome: Outcome) -> Answer:
    task = outcome.task
    case, href = (task.case_id, task_href(task)) if task else (outcome.task_id, "")
    if outcome.error is not None:
        return Answer(case, href, answer_text(visit, outcome.error), Status.WATCH)
    if not outcome.done or task is None:
        return Answer(case, href, visit.text("was left as it was"), Status.UNKNOWN)
    if action is Action.CLAIM:
        return Answer(case, href, visit.text("yours until %(time)s", time=near(visit, task.lease_until)), Status.GOOD)
    if action is Action.TRANSFER and task.owner:
        return Answer(case, href, visit.text("%(name)s has it now", name=task.owner_name or task.owner), Status.GOOD)
    if action is Action.URGE:
        said = visit.text("%(name)s was urged", name=task.owner_name) if task.owner_name else visit.text("urged; nobody has it")
        return Answer(case, href, said, Status.GOOD)
    return Answer(case, href, visit.text("back in the queue"), Status.GOOD)
