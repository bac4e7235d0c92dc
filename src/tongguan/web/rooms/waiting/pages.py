"""What waits: every open step with its time limit, worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.model.waiting import Lateness, WaitingFilter, WaitingOrder, WaitingPage, WaitingRow
from tongguan.web.kit.access import NavEntry, Page, Room
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Choice, Empty, Filter
from tongguan.web.kit.export import FORMATS, Listing, export_response
from tongguan.web.kit.filters import code_filter, code_value, scope_text
from tongguan.web.kit.lateness import LATENESS
from tongguan.web.kit.queues import queue_at, task_of_case
from tongguan.web.kit.saved_views import COLUMNS, ViewBar, page_views, view_bar
from tongguan.web.kit.tables import (
    EXPORT_ROWS,
    PAGE_ROWS,
    Cell,
    Column,
    Table,
    TableState,
    chosen_columns,
    column_choices,
    columns_value,
    filter_chips,
    headings,
    pager,
    rows_of,
    table_state,
)
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Panel, Visit

PATH: Final = "/waiting"

CODES: Final = ("channel", "region", "business_class", "brand")

NAMES: Final = ("q", "stage", "step", "lateness", *CODES)
"""Filters as the address names them."""

SAVED: Final = (*NAMES, "sort", COLUMNS)

_DEFAULT: Final = "late"

_SHAPES: Final = {Lateness.PAUSED: "‖", Lateness.SILENT: "◇", Lateness.UNLIMITED: "○"}
"""Of what nobody is measured by."""


@dataclass(frozen=True)
class LatenessChip:
    """How many stand so, and the address that shows them.

    Attributes:
        shape, css: the mark; coloured only where somebody stands so.
        count: a dash where no source ever sent anything.
    """

    word: str
    shape: str
    css: str
    count: str
    href: str
    chosen: bool


@dataclass(frozen=True)
class WaitingListPage:
    """Context of the list."""

    scope: str
    filters: Sequence[Filter]
    address: Address
    panel: Panel[WaitingPage]
    bar: ViewBar
    chips: Sequence[LatenessChip]
    table: Table | None
    nothing: bool


def _lateness(visit: Visit) -> Lateness | None:
    asked = visit.query("lateness")
    return Lateness(asked) if asked in set(Lateness) else None


def _one_of(value: str, names: Sequence[str]) -> str:
    return value if value in names else ""


def _stages(visit: Visit) -> list[str]:
    """Return the stages for which steps wait, within the user's scope."""
    return [s.name for s in visit.site.vocabulary.stages if s.waiting_at and visit.user.scope.sees_stage(s.name)]


def _where(visit: Visit) -> WaitingFilter:
    codes = {name: code_value(visit, name) for name in CODES}
    stage = _one_of(visit.query("stage"), _stages(visit))
    return WaitingFilter(**codes, stage=stage, step=visit.query("step"), lateness=_lateness(visit), search=visit.query("q"))


def _state(visit: Visit) -> TableState:
    return table_state(dict(visit.request.query_params), WaitingOrder, _DEFAULT)


def _steps(visit: Visit) -> list[Choice]:
    """Return the steps at which something waits for a stage of the user's, each once, in the order of stages."""
    found: dict[str, Choice] = {}
    for stage in visit.site.vocabulary.stages:
        if stage.name in _stages(visit):
            for name in stage.waiting_at:
                found.setdefault(name, Choice(name, visit.codes.milestone(stage.case_kind, name)))
    return list(found.values())


def _filters(visit: Visit) -> list[Filter]:
    text = visit.text
    stages = [Choice(name, visit.codes.stage(name)) for name in _stages(visit)]
    standing = [Choice(str(one), text(word)) for one, (word, _) in LATENESS.items()]
    return [
        Filter("q", text("Search"), visit.query("q"), kind="search", hint=text("begins with …")),
        Filter("stage", text("Stage"), _one_of(visit.query("stage"), _stages(visit)), stages),
        Filter("step", text("Step"), visit.query("step"), _steps(visit)),
        Filter("lateness", text("Lateness"), str(_lateness(visit) or ""), standing),
        *(code_filter(visit, column) for column in CODES),
    ]


def case_href(visit: Visit, row: WaitingRow) -> str:
    """Return the page of a case; empty where it has none, or the user may not see orders."""
    return f"/orders/{quote(row.case_id, safe='')}" if row.kind == "order" and visit.may(Permission.SEE_ORDERS) else ""


def _standing(visit: Visit, row: WaitingRow) -> Cell:
    """Tell how a row stands and by how much."""
    word, status = LATENESS[row.lateness]
    text, fmt = visit.text(word), visit.formats
    if row.lateness is Lateness.PAUSED:
        since = "" if row.paused_since is None else f" · {fmt.duration((visit.now - row.paused_since).total_seconds())}"
        return Cell(f"{_SHAPES[row.lateness]} {text}{since}", fmt.iso(row.paused_since), tone="muted")
    if row.lateness is Lateness.SILENT:
        return Cell(f"{_SHAPES[row.lateness]} {text}", fmt.iso(row.silent_from), tone="muted")
    if row.lateness is Lateness.LATE and row.late_from is not None:
        text = visit.text("late by %(time)s", time=fmt.duration((visit.now - row.late_from).total_seconds()))
    return Cell(text, mark=status, tone="" if status else "muted")


def _task(visit: Visit, row: WaitingRow) -> Cell:
    """Name the queue where somebody works the step off, and lead to its task."""
    queue = queue_at(visit, row.kind, row.step)
    if queue is None:
        return Cell(visit.formats.full(None))
    return Cell(queue.label.in_language(visit.language), visit.text("To the task"), task_of_case(queue, row.case_id))


def columns(visit: Visit) -> list[Column[WaitingRow]]:
    """Return all columns of the list."""
    fmt, text, codes = visit.formats, visit.text, visit.codes

    def time(value: datetime | None) -> Cell:
        return Cell(fmt.minute(value), fmt.iso(value), value=value)

    def code(column: str, value: str) -> Cell:
        return Cell(codes.label(column, value) if value else fmt.full(None), value)

    def waits(row: WaitingRow) -> Cell:
        return Cell(fmt.duration((visit.now - row.since).total_seconds()), fmt.iso(row.since))

    return [
        Column("case", text("Case"), lambda r: Cell(r.case_id, r.case_id, case_href(visit, r)), sort=WaitingOrder.CASE_ID),
        Column("standing", text("Lateness"), lambda r: _standing(visit, r)),
        Column("limit", text("Limit"), lambda r: time(r.late_from), sort=WaitingOrder.LATE),
        Column("stage", text("Stage"), lambda r: Cell(codes.stage(r.stage), r.stage)),
        Column("step", text("Step"), lambda r: Cell(codes.milestone(r.kind, r.step), r.step)),
        Column("waits", text("Waited"), waits, number=True),
        Column("since", text("Since"), lambda r: time(r.since), sort=WaitingOrder.SINCE),
        Column("warned", text("Warned from"), lambda r: time(r.warned_from), usual=False),
        Column("channel", text("Channel"), lambda r: code("channel", r.channel)),
        Column("region", text("Region"), lambda r: code("region", r.region)),
        Column("class", text("Business class"), lambda r: code("business_class", r.business_class)),
        Column("brand", text("Brand"), lambda r: code("brand", r.brand), usual=False),
        Column("customer", text("Customer"), lambda r: Cell(r.customer_id or fmt.full(None), r.customer_id)),
        Column("task", text("Task"), lambda r: _task(visit, r)),
        Column("kind", text("Kind"), lambda r: Cell(codes.kind(r.kind), r.kind), usual=False),
    ]


def export_columns(visit: Visit, shown: Sequence[Column[WaitingRow]]) -> list[Column[WaitingRow]]:
    """Return the columns of the list's files: those shown, with one thing to a column and times that programs read."""
    text = visit.text
    own = {
        "standing": [
            Column[WaitingRow]("standing", text("Lateness"), lambda r: Cell(text(LATENESS[r.lateness][0]))),
            Column[WaitingRow]("paused", text("Paused since"), lambda r: Cell("", value=r.paused_since)),
        ],
        "limit": [Column[WaitingRow]("limit", text("Limit"), lambda r: Cell("", value=r.late_from))],
        "warned": [Column[WaitingRow]("warned", text("Warned from"), lambda r: Cell("", value=r.warned_from))],
        "region": [
            Column[WaitingRow]("region", text("Region"), lambda r: Cell(visit.codes.label("region", r.region))),
            Column[WaitingRow]("region_code", text("Region code"), lambda r: Cell(r.region)),
        ],
        "customer": [Column[WaitingRow]("customer", text("Customer"), lambda r: Cell(r.customer_id))],
    }
    return [column for one in shown for column in own.get(one.name, [one])]


def _address(visit: Visit) -> Address:
    values = {name: visit.query(name) for name in (*NAMES, "sort", "page", COLUMNS, "view")}
    return Address(PATH, {**values, **{name: code_value(visit, name) for name in CODES}})


def _empty(visit: Visit, address: Address) -> Empty:
    if any(address.values[name] for name in NAMES):
        return Empty(
            visit.text("Nothing that waits fits these filters"),
            visit.text("Widen the filters to see others."),
            visit.text("Remove filters"),
            PATH,
        )
    if visit.site.freshness.nothing:
        cause = visit.text("What waits is known once a source sends events.")
        return Empty(visit.text("No source has sent anything yet"), cause, visit.text("How to send data"), "/help#data")
    cause = visit.text("Every case that came in has reached its end.")
    return Empty(visit.text("Nothing waits"), cause, visit.text("To the panorama"), "/")


def _table(visit: Visit, found: WaitingPage, address: Address, filters: Sequence[Filter], wanted: str) -> Table:
    every = columns(visit)
    shown = chosen_columns(every, wanted)
    files = address.at(PATH).having(**{COLUMNS: columns_value(every, shown), "page": "", "view": ""}).removeprefix(PATH)
    exports = [(kind.upper(), f"{PATH}.{kind}{files}") for kind in FORMATS] if visit.may(Permission.EXPORT) else []
    return Table(
        key="waiting",
        caption=visit.text("What waits"),
        headings=headings(shown, _state(visit), address),
        rows=rows_of(shown, found.rows, lambda r: r.case_id, lambda r: case_href(visit, r)),
        pager=pager(found.offset, len(found.rows), found.total, address),
        exports=exports,
        empty=_empty(visit, address),
        export_note=visit.text("the first %(n)s rows", n=visit.formats.full(EXPORT_ROWS)) if found.total > EXPORT_ROWS else "",
        columns=column_choices(every, shown),
        page=PATH,
        chips=filter_chips(filters, address),
        reset=PATH,
    )


def _chips(visit: Visit, found: WaitingPage, address: Address) -> list[LatenessChip]:
    chosen, known = _lateness(visit), any(found.counts.values()) or not visit.site.freshness.nothing
    return [
        LatenessChip(
            visit.text(word),
            status.shape if status else _SHAPES[one],
            status.css if status and found.counts.get(one) else "",
            visit.formats.full(found.counts.get(one, 0) if known else None),
            address.having(lateness="" if one is chosen else str(one), page=""),
            one is chosen,
        )
        for one, (word, status) in LATENESS.items()
    ]


def _nothing(visit: Visit, found: WaitingPage | None) -> bool:
    """Tell whether no source ever sent anything, so that nothing is known to wait or not to."""
    return found is not None and not any(found.counts.values()) and visit.site.freshness.nothing


async def waiting(visit: Visit) -> Response:
    """The list."""
    address, state, filters = _address(visit), _state(visit), _filters(visit)
    asked = visit.site.questions.waiting(visit.user, _where(visit), WaitingOrder(state.sort), state.descending, PAGE_ROWS, state.offset)
    panel, views = await visit.ask(asked), await page_views(visit, PATH)
    wanted = visit.query(COLUMNS) or views.columns
    every = columns(visit)
    shown = {**address.values, COLUMNS: columns_value(every, chosen_columns(every, wanted))}
    page = WaitingListPage(
        scope=scope_text(visit),
        filters=filters,
        address=address,
        panel=panel,
        bar=await view_bar(visit, views, PATH, SAVED, shown),
        chips=_chips(visit, panel.value, address) if panel.value else (),
        table=_table(visit, panel.value, address, filters, wanted) if panel.value else None,
        nothing=_nothing(visit, panel.value),
    )
    return visit.render("waiting/waiting.html", page)


async def export(visit: Visit) -> Response:
    """The list as a file."""
    where, state = _where(visit), _state(visit)

    async def ask(limit: int, offset: int) -> tuple[Sequence[WaitingRow], int]:
        order = WaitingOrder(state.sort)
        found = await visit.site.questions.waiting(visit.user, where, order, state.descending, limit, offset)
        return found.rows, found.total

    shown = chosen_columns(columns(visit), visit.query(COLUMNS))
    query = str(Address("", {name: visit.query(name) for name in SAVED})).removeprefix("?")
    listing = Listing(PATH, "waiting", query, export_columns(visit, shown), ask, lambda r: f"{r.kind} {r.case_id} {r.stage}")
    return await export_response(visit, listing)


ROOM: Final = Room(
    name="waiting",
    pages=(
        Page(PATH, waiting, Permission.SEE_PANORAMA, saves=SAVED, through=True),
        *(Page(f"{PATH}.{kind}", export, Permission.SEE_PANORAMA, also=(Permission.EXPORT,)) for kind in FORMATS),
    ),
    templates=Path(__file__).parent / "templates",
    navigation=(NavEntry(PATH, msg("Waiting"), "clock", "w", Permission.SEE_PANORAMA, msg("Operation")),),
)
