"""One task: its case, its clock, who has it, what can be done with it, and what was done."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.model.answers import Trace
from tongguan.model.tasks import (
    ENDED,
    LARGEST_FILE,
    LONGEST_NOTE,
    Action,
    Colleague,
    Queue,
    Standing,
    Task,
    TaskEntry,
    TaskFilter,
    TaskState,
    TaskStory,
)
from tongguan.model.waiting import Lateness
from tongguan.web.kit.components import Choice, Notice, Status
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.work.places import case_href, queue_href, queue_name, queue_of, task_href
from tongguan.web.rooms.work.words import DONE, STATES, STORY, clock_of, lateness_of, near, owner_text, reason_text, standing_cell

_LATEST: Final = 5
"""So many of the newest events of the case stand beside the task."""


@dataclass(frozen=True)
class Fact:
    """A value of the case or the clock; ``exact`` is the value behind it, ``mark`` how it stands."""

    label: str
    text: str
    exact: str = ""
    href: str = ""
    mark: Status | None = None


@dataclass(frozen=True)
class Line:
    """One entry of the history.

    Attributes:
        who: display name; empty where it happened by itself.
        file: name of an attachment, ``href`` where it is.
    """

    at: datetime
    who: str
    did: str
    detail: str
    note: str
    file: str
    href: str
    status: Status | None


@dataclass(frozen=True)
class Draft:
    """What was typed before an action was not done: it is not lost."""

    act: str = ""
    reason: str = ""
    note: str = ""
    to: str = ""


@dataclass(frozen=True)
class CasePart:
    """What is known of the case of the task: facts and its newest events; None where it could not be asked."""

    facts: Sequence[Fact]
    latest: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Lease:
    """How long a claim lasts.

    Attributes:
        seconds: that are left, for the script that counts them down; ``left`` is the same, formatted.
        at: until when.
        mine: the visitor has it, so that the page renews it.
        minutes: of a whole lease.
    """

    seconds: int
    left: str
    at: str
    mine: bool
    minutes: int


@dataclass(frozen=True)
class TaskView:
    """Context of the page.

    Attributes:
        state: word and mark of how it stands.
        allowed: what the visitor may do now.
        reasons: of a failure or hand-back.
        next_open: how many others wait to be claimed, where the visitor may work in this queue.
        next_act: where the form leads that takes one of them.
        live: address of the stream.
        offers_next: the notice comes with the way to the next task.
        seen: how many entries the history shows.
    """

    task: Task
    queue: Queue
    name: str
    queue_name: str
    href: str
    case_href: str
    case_kind: str
    standing: str
    standing_mark: Status | None
    state: str
    owner: str
    lease: Lease | None
    clock: Sequence[Fact]
    facts: Sequence[Fact]
    case: Panel[CasePart]
    allowed: frozenset[Action]
    reasons: Sequence[Choice]
    colleagues: Sequence[Colleague]
    story: Sequence[Line]
    draft: Draft
    notice: Notice | None
    offers_next: bool
    next_open: int
    next_act: str
    may_nothing: bool
    over: bool
    reason: str
    live: str
    most: int = LONGEST_NOTE
    largest: int = LARGEST_FILE
    ways: Sequence[tuple[str, str]] = field(default_factory=tuple)


def _clock(visit: Visit, task: Task) -> list[Fact]:
    fmt, text = visit.formats, visit.text

    def at(label: str, instant: datetime | None) -> Fact:
        return Fact(label, fmt.minute(instant), fmt.iso(instant))

    waited = ((task.ended_at or visit.now) - task.since).total_seconds()
    found = [
        Fact(text("Waited"), fmt.duration(waited)),
        at(text("Since"), task.since),
        at(text("Warned from"), task.warned_from),
        at(text("Limit"), task.late_from),
    ]
    if lateness_of(task, visit.now) is Lateness.SILENT:
        found.append(at(text("Silent since"), task.silent_from))
    if task.paused_since:
        found.append(at(text("Paused since"), task.paused_since))
    if task.urged:
        times = visit.plural("%(n)s time", "%(n)s times", task.urged, n=task.urged)
        found.append(Fact(text("Urged"), f"{times} · {near(visit, task.urged_at)}", fmt.iso(task.urged_at)))
    if task.ended_at:
        found.append(at(text("Ended"), task.ended_at))
    return found


def _facts(visit: Visit, task: Task) -> list[Fact]:
    codes, found = visit.codes, [Fact(visit.text("Step"), visit.codes.milestone(task.kind, task.step), task.step)]
    for name in ("channel", "region", "business_class", "brand"):
        if getattr(task, name):
            found.append(Fact(codes.column(name), codes.label(name, getattr(task, name)), getattr(task, name)))
    if task.customer_id:
        href = f"/orders?customer_id={quote(task.customer_id, safe='')}" if visit.may(Permission.SEE_ORDERS) else ""
        found.append(Fact(codes.column("customer_id"), task.customer_id, href=href))
    return found


def _case(visit: Visit, found: Trace | None, *, over: bool) -> CasePart:
    if found is None:
        return CasePart((), ())
    fmt, text, case = visit.formats, visit.text, found.case
    currency = case.currency or "CNY"
    facts = [Fact(text("Status"), visit.codes.status(case.status), case.status)]
    if case.sold is not None or case.paid is not None:
        facts.append(Fact(text("Ordered"), fmt.money(case.sold, currency)))
        facts.append(Fact(text("Paid"), fmt.money(case.paid, currency)))
    if case.due_time:
        facts.append(_promise(visit, case.due_time, over=over))
    newest = sorted(found.events, key=lambda event: event.time)[-_LATEST:]
    latest = [
        (fmt.short_time(one.time), visit.codes.event_type(one.type), visit.codes.label("reason", one.columns.get("reason", "")))
        for one in reversed(newest)
    ]
    return CasePart(facts, latest)


def _promise(visit: Visit, due: datetime, *, over: bool) -> Fact:
    """Tell the promised time; one that passed while there is still something to do is marked."""
    said, passed = visit.formats.minute(due), due <= visit.now and not over
    label = visit.text("Promised")
    return Fact(
        label, visit.text("%(time)s, passed", time=said) if passed else said, visit.formats.iso(due), mark=Status.BAD if passed else None
    )


async def _asked_case(visit: Visit, task: Task) -> Panel[CasePart]:
    if not visit.may(Permission.SEE_ORDERS):
        return Panel(CasePart((), ()))
    panel = await visit.ask(visit.site.questions.trace(visit.user, task.kind, task.case_id))
    return Panel(failure=panel.failure) if panel.failure else Panel(_case(visit, panel.value, over=task.state in ENDED))


_MARKS: Final = {Action.FINISH: Status.GOOD, Action.FAIL: Status.BAD, Action.URGE: Status.WATCH, Action.EXPIRE: Status.WATCH}


def _line(visit: Visit, queue: Queue, task: Task, entry: TaskEntry) -> Line:
    told = []
    if entry.action is Action.TRANSFER:
        to = visit.text("to %(name)s", name=entry.to_name) if entry.to_name else visit.text("back into the queue")
        told.append(to)
    if entry.reason:
        state = TaskState.OVERTAKEN if entry.action is Action.OVERTAKE else task.state if task.state in ENDED else TaskState.FAILED
        state = TaskState.FAILED if entry.action in (Action.FAIL, Action.HAND_BACK) else state
        told.append(reason_text(visit, queue, state, task.kind, entry.reason))
    return Line(
        at=entry.at,
        who=entry.actor_name,
        did=visit.text(STORY[entry.action]),
        detail=" · ".join(told),
        note=entry.note,
        file=entry.file,
        href=f"{task_href(task)}/files/{entry.id}" if entry.file else "",
        status=_MARKS.get(entry.action),
    )


def _lease(visit: Visit, queue: Queue, task: Task) -> Lease | None:
    if task.state is not TaskState.CLAIMED or task.lease_until is None:
        return None
    left = max((task.lease_until - visit.now).total_seconds(), 0)
    mine = task.owner == visit.user.id
    return Lease(int(left), visit.formats.duration(left), near(visit, task.lease_until), mine, queue.lease_minutes)


def _done(visit: Visit, task: Task) -> Notice | None:
    said = visit.query("done")
    if said not in set(map(str, DONE)):
        return None
    return Notice(visit.text(DONE[Action(said)], until=near(visit, task.lease_until)), Status.GOOD)


async def view(visit: Visit, queue: Queue, found: TaskStory, notice: Notice | None, draft: Draft) -> TaskView:
    """Return the context of a task."""
    task, tasks = found.task, visit.site.tasks
    none = Panel[Sequence[Colleague]](())
    case, counted, colleagues = await asyncio.gather(
        _asked_case(visit, task),
        visit.ask(tasks.tasks(visit.user, TaskFilter(queue=queue.name, standing=Standing.OPEN), 1, 0)),
        visit.ask(tasks.colleagues(visit.user, task.id)) if Action.TRANSFER in found.allowed else _given(none),
    )
    works = bool(found.allowed) and visit.may(Permission.WORK_ON_TASKS)
    waits = (counted.value.total if counted.value else 0) - (task.state is TaskState.OPEN)
    said, mark = clock_of(visit, task)
    cell = standing_cell(visit, task)
    told = [entry for entry in found.entries if entry.action is not Action.RENEW]
    return TaskView(
        task=task,
        queue=queue,
        name=task.case_id,
        queue_name=queue_name(visit, queue),
        href=task_href(task),
        case_href=case_href(visit, task.kind, task.case_id),
        case_kind=visit.codes.kind(task.kind),
        standing=cell.text if task.state in ENDED else said,
        standing_mark=cell.mark if task.state in ENDED else mark,
        state=visit.text(STATES[task.state]),
        owner=owner_text(visit, task),
        lease=_lease(visit, queue, task),
        clock=_clock(visit, task),
        facts=_facts(visit, task),
        case=case,
        allowed=found.allowed,
        reasons=[Choice(code, label.in_language(visit.language)) for code, label in queue.reasons.items()],
        colleagues=colleagues.value or (),
        story=[_line(visit, queue, task, entry) for entry in reversed(told)],
        draft=draft,
        notice=notice or _done(visit, task),
        offers_next=notice is not None or task.state in ENDED or visit.query("done") in (Action.HAND_BACK, Action.TRANSFER),
        next_open=max(waits, 0) if works else 0,
        next_act=queue_href(queue.name),
        may_nothing=not found.allowed,
        over=task.state in ENDED,
        reason=reason_text(visit, queue, task.state, task.kind, task.reason),
        live=f"/live{task_href(task)}?seen={len(told)}",
        ways=((visit.text("All queues"), "/work"), (queue_name(visit, queue), queue_href(queue.name))),
    )


async def _given(panel: Panel[Sequence[Colleague]]) -> Panel[Sequence[Colleague]]:
    return panel


@dataclass(frozen=True)
class TaskFailed:
    """Context of a task that could not be answered; ``name`` is its id."""

    panel: Panel[TaskStory | None]
    name: str
    queue_name: str
    queue_href: str
    href: str


async def draw(visit: Visit, notice: Notice | None = None, draft: Draft | None = None, status: int = HTTPStatus.OK) -> Response:
    """Answer with the task as it is now."""
    queue = queue_of(visit)
    if queue is None:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    name = str(visit.request.path_params["task"])
    panel = await visit.ask(visit.site.tasks.task(visit.user, name))
    if panel.failure:
        page = TaskFailed(panel, name, queue_name(visit, queue), queue_href(queue.name), visit.request.url.path)
        return visit.render("work/task_failed.html", page, HTTPStatus.SERVICE_UNAVAILABLE)
    if panel.value is None or panel.value.task.queue != queue.name:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    return visit.render("work/task.html", await view(visit, queue, panel.value, notice, draft or Draft()), status)


async def task(visit: Visit) -> Response:
    """The task; 404 where there is none or it is outside the user's scope."""
    return await draw(visit)
