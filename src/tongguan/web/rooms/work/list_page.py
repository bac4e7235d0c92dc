"""The tasks of one queue: the most urgent first, whose they are, and what can be done with several at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.model.tasks import ENDED, Action, Colleague, Queue, Standing, Task, TaskPage
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Choice, Empty, Filter, Notice, Status, Way
from tongguan.web.kit.export import FORMATS, Listing, export_response
from tongguan.web.kit.filters import code_filter, scope_text
from tongguan.web.kit.lateness import LATENESS
from tongguan.web.kit.saved_views import COLUMNS, ViewBar, page_views, view_bar
from tongguan.web.kit.tables import (
    EXPORT_ROWS,
    PAGE_ROWS,
    Table,
    TableRow,
    chosen_columns,
    column_choices,
    columns_value,
    filter_chips,
    headings,
    pager,
    table_state,
)
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.work.asked import ALL, CODES, FILTERS, SAVED, STANDS, lateness_asked, list_address, standing_of, where
from tongguan.web.rooms.work.columns import columns, export_columns
from tongguan.web.rooms.work.places import queue_href, queue_name, queue_of, task_href
from tongguan.web.rooms.work.words import STANDINGS


@dataclass(frozen=True)
class Answer:
    """What became of one task of several."""

    case_id: str
    href: str
    text: str
    status: Status


@dataclass(frozen=True)
class Together:
    """What can be done with the rows that are ticked.

    Attributes:
        actions: that the visitor may do here at all.
        reasons: of a hand-back; empty where the queue has none.
        colleagues: who could get them.
    """

    actions: frozenset[Action]
    reasons: Sequence[Choice]
    colleagues: Sequence[Colleague]


@dataclass(frozen=True)
class QueuePage:
    """Context of the list.

    Attributes:
        about: whose stage it is and which skill it needs, in one line.
        tabs: by whose tasks are, with counts in their titles.
        next_open: how many could be taken; 0 where the visitor may not work here.
        live: address of the stream; empty where nothing moves.
    """

    name: str
    about: str
    scope: str
    href: str
    filters: Sequence[Filter]
    address: Address
    panel: Panel[TaskPage]
    bar: ViewBar
    tabs: Sequence[Way]
    table: Table | None
    together: Together | None
    next_open: int
    notice: Notice | None
    answers: Sequence[Answer]
    live: str


def _filters(visit: Visit) -> list[Filter]:
    text = visit.text
    lateness = [Choice(str(one), text(LATENESS[one][0])) for one in STANDS]
    return [
        Filter("q", text("Search"), visit.query("q"), kind="search", hint=text("begins with …")),
        Filter("lateness", text("Lateness"), lateness_asked(visit), lateness),
        *(code_filter(visit, column) for column in CODES),
    ]


def _empty(visit: Visit, address: Address) -> Empty:
    text, plain = visit.text, address.path
    if any(address.values[name] for name in FILTERS):
        to = Address(plain, {"standing": address.values["standing"]})
        return Empty(text("No task fits these filters"), text("Widen the filters to see others."), text("Remove filters"), str(to))
    if visit.site.freshness.nothing:
        cause = text("Cases become tasks once a source sends events.")
        return Empty(text("No source has sent anything yet"), cause, text("How to send data"), "/help#data")
    told = {
        Standing.OPEN: (
            text("No task waits to be claimed"),
            text("Everything in this queue is in work or over. New tasks appear here by themselves."),
            text("What is in work"),
            f"{plain}?standing={Standing.OTHERS}",
        ),
        Standing.MINE: (text("You have no task of this queue"), text("What you claim stands here."), text("To be claimed"), plain),
        Standing.OTHERS: (
            text("Nobody else has a task of this queue"),
            text("What others claim stands here."),
            text("To be claimed"),
            plain,
        ),
        Standing.ENDED: (
            text("No task of this queue is over yet"),
            text("What is finished or failed stands here."),
            text("To be claimed"),
            plain,
        ),
    }
    nothing = (text("This queue has had no task yet"), text("Cases that reach one of its steps become tasks."), text("All queues"), "/work")
    standing = standing_of(visit)
    return Empty(*(nothing if standing is None else told[standing]))


def _table(visit: Visit, queue: Queue, found: TaskPage, address: Address, wanted: str, *, works: bool, picks: bool) -> Table:
    every = columns(visit, queue)
    shown = chosen_columns(every, wanted)
    path = address.path
    files = address.having(**{COLUMNS: columns_value(every, shown), "page": "", "view": ""}).removeprefix(path)
    drawn = list(shown)
    if works and standing_of(visit) in (Standing.OPEN, None):
        # Before who has it, so that it is in sight on narrow screens.
        place = next((place for place, column in enumerate(shown) if column.name == "owner"), len(shown))
        drawn.insert(place, columns(visit, queue, claims=True)[-1])
    return Table(
        key="work",
        caption=visit.text("Tasks of %(queue)s, the most urgent first", queue=queue_name(visit, queue)),
        headings=headings(drawn, None, address),
        rows=[TableRow([c.cell(t) for c in drawn], f"{t.id}.{t.version}", task_href(t), t.case_id) for t in found.rows],
        pager=pager(found.offset, len(found.rows), found.total, address),
        exports=[(kind.upper(), f"{path}.{kind}{files}") for kind in FORMATS] if visit.may(Permission.EXPORT) else [],
        empty=_empty(visit, address),
        selectable=picks and bool(found.rows),
        export_note=visit.text("the first %(n)s rows", n=visit.formats.full(EXPORT_ROWS)) if found.total > EXPORT_ROWS else "",
        columns=column_choices(every, shown),
        page=path,
        chips=filter_chips(_filters(visit), address),
        reset=str(Address(path, {"standing": address.values["standing"]})),
    )


def _tabs(visit: Visit, found: TaskPage, address: Address) -> list[Way]:
    chosen, known = standing_of(visit), not visit.site.freshness.nothing

    def full(count: int) -> str:
        return visit.formats.full(count if known else None)

    tabs = [
        Way(
            visit.text(word),
            address.having(standing="" if one is Standing.OPEN else str(one), page=""),
            one is chosen,
            full(found.counts[one]),
        )
        for one, word in STANDINGS.items()
    ]
    every = Way(visit.text("All"), address.having(standing=ALL, page=""), chosen is None, full(sum(found.counts.values())))
    return [*tabs, every]


async def _together(visit: Visit, queue: Queue, found: TaskPage | None, *, works: bool) -> Together | None:
    """Return what can be done with several of the tasks shown; None where that is nothing."""
    standing, manages = standing_of(visit), visit.may(Permission.MANAGE_TASKS)
    if found is None or standing is Standing.ENDED or not found.rows:
        return None
    actions = set[Action]()
    if works and standing in (Standing.OPEN, None):
        actions.add(Action.CLAIM)
    if works and standing in (Standing.MINE, None):
        actions.add(Action.HAND_BACK)
    if manages and standing is not Standing.MINE:
        actions.add(Action.URGE)
    colleagues = await _colleagues(visit, found.rows) if manages or standing is Standing.MINE else ()
    if colleagues:
        actions.add(Action.TRANSFER)
    reasons = [Choice(code, label.in_language(visit.language)) for code, label in queue.reasons.items()]
    return Together(frozenset(actions), reasons, colleagues) if actions else None


async def _colleagues(visit: Visit, rows: Sequence[Task]) -> Sequence[Colleague]:
    """Return who could get the tasks: whoever could get one of the first, the others answer for themselves."""
    panels = await asyncio.gather(*(visit.ask(visit.site.tasks.colleagues(visit.user, one.id)) for one in rows[:3]))
    known = {person.id: person for panel in panels for person in panel.value or ()}
    return sorted(known.values(), key=lambda one: (one.holds, one.name))


async def draw(
    visit: Visit, queue: Queue, notice: Notice | None = None, answers: Sequence[Answer] = (), status: int = HTTPStatus.OK
) -> Response:
    """Answer with the list; ``notice`` and ``answers`` tell what was just done."""
    address, tasks = list_address(visit, queue), visit.site.tasks
    offset = table_state(dict(visit.request.query_params), (), "").offset
    panel, counted, views = await asyncio.gather(
        visit.ask(tasks.tasks(visit.user, where(visit, queue), PAGE_ROWS, offset)),
        visit.ask(tasks.queues(visit.user)),
        page_views(visit, address.path),
    )
    works = any(one.queue == queue.name and one.may_work for one in counted.value or ())
    together = await _together(visit, queue, panel.value, works=works)
    wanted = visit.query(COLUMNS) or views.columns
    every = columns(visit, queue)
    shown = {**address.values, COLUMNS: columns_value(every, chosen_columns(every, wanted))}
    page = QueuePage(
        name=queue_name(visit, queue),
        about=_about(visit, queue),
        scope=scope_text(visit),
        href=address.path,
        filters=_filters(visit),
        address=address,
        panel=panel,
        bar=await view_bar(visit, views, address.path, SAVED, shown),
        tabs=_tabs(visit, panel.value, address) if panel.value else (),
        table=_table(visit, queue, panel.value, address, wanted, works=works, picks=together is not None) if panel.value else None,
        together=together,
        next_open=panel.value.counts[Standing.OPEN] if panel.value and works else 0,
        notice=notice,
        answers=answers,
        live=_live(address, panel.value),
    )
    return visit.render("work/list.html", page, status)


def _about(visit: Visit, queue: Queue) -> str:
    stage = visit.text("Stage: %(stage)s", stage=visit.codes.stage(queue.stage))
    named = visit.listing(visit.codes.milestone(queue.kind, step) for step in queue.steps)
    steps = visit.text("Steps: %(steps)s", steps=named)
    return f"{stage} · {steps}"


def _live(address: Address, found: TaskPage | None) -> str:
    """Return where the stream of the page is: it is told what the page shows."""
    if found is None:
        return ""
    shown = {"shown": ",".join(f"{task.id}.{task.version}" for task in found.rows), "total": str(found.total)}
    return str(Address(f"/live{address.path}", {**address.values, COLUMNS: "", "view": "", **shown}))


def _only(visit: Visit, found: TaskPage | None) -> str:
    """Return the task of the case whose whole id was searched for, and nothing else; empty where the list is what was wanted."""
    asked = {name for name, value in visit.request.query_params.items() if value}
    if found is None or asked - {"q", "standing"}:
        return ""
    exact = [task for task in found.rows if task.case_id == visit.query("q") and task.state not in ENDED]
    return task_href(exact[0]) if len(exact) == 1 and len(found.rows) == 1 else ""


async def queue(visit: Visit) -> Response:
    """The list; the whole id of a case leads to its task."""
    found = queue_of(visit)
    if found is None:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    if visit.query("q") and standing_of(visit) is None:
        panel = await visit.ask(visit.site.tasks.tasks(visit.user, where(visit, found), 2, 0))
        only = _only(visit, panel.value)
        if only:
            return visit.go(only)
    return await draw(visit, found)


async def export(visit: Visit) -> Response:
    """The list as a file."""
    found = queue_of(visit)
    if found is None:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    asked = where(visit, found)

    async def ask(limit: int, offset: int) -> tuple[Sequence[Task], int]:
        page = await visit.site.tasks.tasks(visit.user, asked, limit, offset)
        return page.rows, page.total

    shown = chosen_columns(columns(visit, found), visit.query(COLUMNS))
    query = str(Address("", {name: visit.query(name) for name in SAVED})).removeprefix("?")
    listing = Listing(queue_href(found.name), f"work-{found.name}", query, export_columns(visit, found, shown), ask, lambda t: t.id)
    return await export_response(visit, listing)
