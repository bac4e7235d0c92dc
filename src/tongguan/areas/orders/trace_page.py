"""One order's whole story: what happened in which order, what joined and what did not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from tongguan.areas.orders.trace_page_clocks import ClockLine, Clocks, clock_lines
from tongguan.model.access import Permission
from tongguan.model.answers import Trace, TraceEvent
from tongguan.model.event import DIMENSIONS
from tongguan.model.fulfilment import CaseStay
from tongguan.model.tasks import ENDED, Task, TaskFilter, TaskState
from tongguan.model.vocabulary import Kind
from tongguan.web.kit.components import Joined, Status
from tongguan.web.kit.visit import Panel, Visit

KIND: Final = "order"

_MOST_TASKS: Final = 20
"""So many tasks are looked through for those of one order; ids that begin alike are few."""


@dataclass(frozen=True)
class Value:
    """One value of an event: ``token`` is set where it is personal and can be shown on request."""

    label: str
    name: str
    text: str
    note: str = ""
    token: str = ""
    json: object = None


@dataclass(frozen=True)
class Moment:
    """One event of the story as the page draws it.

    Attributes:
        note: why, and through which payment channel, in words; empty where it says neither.
        day: the date, on the first event of a day; empty on the others.
        gap: time since the event before it; empty on the first.
        longest: no gap of the story is longer.
        late: it happened after the promised time.
        clock_line: the clock of the stay that begins with it; None where it begins none.
    """

    event: TraceEvent
    label: str
    note: str
    area: str
    milestone: str
    day: str
    clock: str
    gap: str
    longest: bool
    late: bool
    via: str
    amount: str
    columns: Sequence[Value]
    attributes: Sequence[Value]
    clock_line: ClockLine | None = None


@dataclass(frozen=True)
class Wait:
    """The wait that an open order is in.

    Attributes:
        since: its last event.
        lasts: until now, formatted.
        longest: no gap between two events is longer.
        late: the promised time has passed.
    """

    since: datetime
    lasts: str
    longest: bool
    late: bool


@dataclass(frozen=True)
class TaskLine:
    """A task of the order that is not over: in which queue, who has it, and where it is."""

    queue: str
    owner: str
    href: str


@dataclass(frozen=True)
class TracePage:
    """Context of the page of one order."""

    trace: Trace
    status: str
    status_mark: Status
    step: str
    sold: str
    paid: str
    open_amount: str
    lateness: str
    lateness_mark: Status
    took: str
    facts: Sequence[Value]
    joins: Sequence[Joined]
    moments: Sequence[Moment]
    wait: Wait | None
    as_table: bool
    may_reveal: bool
    clocks_failed: bool
    tasks: Sequence[TaskLine]


def personal_names(visit: Visit, event: TraceEvent) -> set[str]:
    """Return the attributes and columns of an event that hold tokens instead of plain values."""
    declared = visit.site.vocabulary.event_types.get(event.type)
    return {a.name for a in declared.attributes if a.personal} | set(declared.personal) if declared else set()


def tokens_of(visit: Visit, trace: Trace) -> set[str]:
    """Return every personal token in a story."""
    found: set[str] = set()
    for event in trace.events:
        values = {**event.columns, **event.attributes}
        found |= {str(values[name]) for name in personal_names(visit, event) if values.get(name)}
    return found


def _values(visit: Visit, event: TraceEvent) -> tuple[list[Value], list[Value]]:
    personal, codes = personal_names(visit, event), visit.codes
    declared = visit.site.vocabulary.event_types.get(event.type)
    money = {a.name for a in declared.attributes if a.kind is Kind.MONEY} if declared else set()
    columns = []
    for name, text in event.columns.items():
        note = codes.label(name, text) if name in DIMENSIONS and codes.label(name, text) != text else ""
        if name == "amount":
            note = visit.formats.money(event.amount, event.currency or "CNY")
        columns.append(Value(codes.column(name), name, text, note, text if name in personal else ""))
    attributes = []
    for name, value in event.attributes.items():
        text = "" if isinstance(value, dict | list) else _text(value)
        named = "" if name in personal or not isinstance(value, str) else codes.label(name, text)
        note = "" if named == text else named
        if name in money and isinstance(value, int):
            note = visit.formats.money(value, event.currency or "CNY")
        attributes.append(Value(codes.column(name), name, text, note, _text(value) if name in personal else "", value))
    return columns, attributes


def _text(value: object) -> str:
    return {None: "null", True: "true", False: "false"}[value] if value is None or isinstance(value, bool) else str(value)


def _note(visit: Visit, event: TraceEvent) -> str:
    """Return why, and through whom, in words: what tells one failure from another without opening it."""
    reason, through = event.columns.get("reason", ""), event.attributes.get("payment_channel", "")
    named = ((name, text) for name, text in (("reason", reason), ("payment_channel", through)) if isinstance(text, str) and text)
    return " · ".join(visit.codes.label(name, text) for name, text in named)


def _moments(visit: Visit, trace: Trace, clocks: Clocks) -> list[Moment]:
    fmt, codes = visit.formats, visit.codes
    longest = _longest(visit, trace)
    due, found, day = trace.case.due_time, [], ""
    for event in trace.events:
        date = fmt.date(event.time)
        columns, attributes = _values(visit, event)
        found.append(
            Moment(
                event=event,
                label=codes.event_type(event.type),
                note=_note(visit, event),
                area=codes.area(event.area),
                milestone=codes.milestone(KIND, event.milestone) if event.milestone else "",
                day=date if date != day else "",
                clock=fmt.clock(event.time),
                gap=fmt.duration(event.gap) if event.gap is not None else "",
                longest=bool(longest) and event.gap == longest,
                late=due is not None and event.time > due,
                via=codes.kind(event.via),
                amount=fmt.money(event.amount, event.currency or trace.case.currency or "CNY") if event.amount is not None else "",
                columns=columns,
                attributes=attributes,
                clock_line=clocks.get((event.milestone, event.time)),
            )
        )
        day = date
    return found


def _waits(visit: Visit, trace: Trace) -> float | None:
    """Return for how many seconds an open order has been waiting for its next event; None where it waits for none."""
    lasts = (visit.now - trace.case.last_time).total_seconds()
    return lasts if trace.case.open and lasts > 0 else None


def _longest(visit: Visit, trace: Trace) -> float:
    return max(*(event.gap or 0 for event in trace.events), _waits(visit, trace) or 0, 0)


def _wait(visit: Visit, trace: Trace) -> Wait | None:
    lasts, due = _waits(visit, trace), trace.case.due_time
    if lasts is None:
        return None
    late = due is not None and visit.now > due
    return Wait(trace.case.last_time, visit.formats.duration(lasts), lasts >= _longest(visit, trace), late)


def finished_at(visit: Visit, trace: Trace) -> datetime | None:
    """Return when the case reached its (last) final milestone; None while it is open."""
    if trace.case.open:
        return None
    final = {m.name for kind in visit.site.vocabulary.case_kinds.values() if kind.name == KIND for m in kind.milestones if m.final}
    return max((event.time for event in trace.events if event.milestone in final), default=None)


_GIVEN_UP: Final = frozenset(("cancelled", "rejected", "merged"))
"""Statuses of orders that ended before the customer got what was promised."""


def _lateness(visit: Visit, trace: Trace) -> tuple[str, Status]:
    due, text = trace.case.due_time, visit.text
    if due is None:
        return text("nothing promised"), Status.UNKNOWN
    if trace.case.status in _GIVEN_UP:
        return text("given up, so neither early nor late"), Status.UNKNOWN
    done = finished_at(visit, trace)
    if done is None and not trace.case.open:
        return text("end not recorded"), Status.UNKNOWN
    late = ((done or visit.now) - due).total_seconds()
    size = visit.formats.duration(abs(late))
    if done is not None:
        return (text("late by %(time)s", time=size), Status.BAD) if late > 0 else (text("%(time)s early", time=size), Status.GOOD)
    return (text("late by %(time)s, still open", time=size), Status.BAD) if late > 0 else (text("%(time)s left", time=size), Status.GOOD)


def _facts(visit: Visit, trace: Trace) -> list[Value]:
    case, codes = trace.case, visit.codes
    facts = [
        Value(codes.column(name), name, codes.label(name, getattr(case, name)), getattr(case, name))
        for name in ("channel", "sub_channel", "region", "business_class", "brand", "tier", "network")
        if getattr(case, name)
    ]
    return facts + [Value(codes.column(n), n, getattr(case, n)) for n in ("customer_id", "product_id") if getattr(case, n)]


async def trace(visit: Visit) -> Response:
    """One order's story; 404 where there is none or it is outside the user's scope."""
    panel = await visit.ask(visit.site.questions.trace(visit.user, KIND, visit.request.path_params["order_id"]))
    if panel.failure:
        return visit.render("orders/trace_failed.html", panel.failure, HTTPStatus.SERVICE_UNAVAILABLE)
    if panel.value is None:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    tasks = await visit.ask(visit.site.tasks.tasks(visit.user, TaskFilter(search=panel.value.case.case_id), _MOST_TASKS, 0))
    lines = [
        _task_line(visit, one)
        for one in (tasks.value.rows if tasks.value else ())
        if (one.kind, one.case_id) == (KIND, panel.value.case.case_id) and one.state not in ENDED
    ]
    clocks = await visit.ask(visit.site.fulfilment.clocks(visit.user, KIND, panel.value.case.case_id))
    return visit.render("orders/trace.html", _page(visit, panel.value, lines, clocks))


def _task_line(visit: Visit, task: Task) -> TaskLine:
    queue = visit.site.vocabulary.queues[task.queue]
    owner = visit.text("nobody has it yet") if task.state is TaskState.OPEN else visit.text("with %(name)s", name=task.owner_name)
    return TaskLine(queue.label.in_language(visit.language), owner, f"/work/{task.queue}/{task.id}")


def _page(visit: Visit, found: Trace, tasks: Sequence[TaskLine], clocks: Panel[Sequence[CaseStay]]) -> TracePage:
    case, fmt = found.case, visit.formats
    currency = case.currency or "CNY"
    lateness, mark = _lateness(visit, found)
    return TracePage(
        trace=found,
        status=visit.codes.status(case.status),
        status_mark=visit.codes.status_mark(case.status),
        step=visit.codes.milestone(KIND, case.step) if case.step else fmt.full(None),
        sold=fmt.money(case.sold, currency),
        paid=fmt.money(case.paid, currency),
        open_amount=fmt.money(None if case.sold is None else case.sold - (case.paid or 0), currency),
        lateness=lateness,
        lateness_mark=mark,
        took=fmt.duration(((finished_at(visit, found) or visit.now if case.open else case.last_time) - case.first_time).total_seconds()),
        facts=_facts(visit, found),
        joins=[Joined(visit.codes.kind(join.kind), join.ids, join.events) for join in found.joins],
        moments=_moments(visit, found, clock_lines(visit, clocks.value or ())),
        clocks_failed=clocks.failure is not None,
        wait=_wait(visit, found),
        as_table=visit.query("view") == "table",
        may_reveal=visit.may(Permission.SEE_PERSONAL),
        tasks=tasks,
    )


@dataclass(frozen=True)
class RevealedPart:
    """The plain value behind a token; None where it was erased."""

    value: str | None


async def reveal(visit: Visit) -> Response:
    """Show one personal value of an order that the user may see; it is logged before it is shown."""
    token = await visit.form_value("token")
    questions = visit.site.questions
    panel = await visit.ask(questions.trace(visit.user, KIND, visit.request.path_params["order_id"]))
    if panel.failure:
        return visit.render_error(HTTPStatus.SERVICE_UNAVAILABLE, "fault")
    if panel.value is None or token not in tokens_of(visit, panel.value):
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    shown = await visit.ask(questions.reveal(visit.user, token))
    if shown.failure:
        return visit.render_error(HTTPStatus.SERVICE_UNAVAILABLE, "fault")
    return visit.render("orders/_revealed.html", RevealedPart(shown.value))
