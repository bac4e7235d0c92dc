"""The live list of what stands open in a part of fulfilment: what is late and warned, the oldest first, and who has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from tongguan.model.access import Permission
from tongguan.model.fulfilment import Standing, UrgentFilter, UrgentPage, UrgentRow
from tongguan.model.waiting import Lateness
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Empty
from tongguan.web.kit.export import FORMATS
from tongguan.web.kit.filters import code_value
from tongguan.web.kit.tables import PAGE_ROWS, Cell, Column, Table, headings, pager, rows_of
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.fulfilment.addresses import FILTERS
from tongguan.web.rooms.fulfilment.words import STATES, StandingBar, standing_bar

WORK: Final = "/work/{queue}/{task}"
"""Path of the page of a task."""


@dataclass(frozen=True)
class UrgentPart:
    """What the list shows.

    Attributes:
        bar: how everything open stands; its chips choose what the list shows.
        all_href: late and warned; empty where the list shows them.
        step: display name of the step that is shown alone; empty for all.
    """

    panel: Panel[UrgentPage | None]
    bar: StandingBar | None
    table: Table | None
    all_href: str
    step: str
    whole: str


def urgent_filter(visit: Visit, steps: Sequence[str]) -> UrgentFilter:
    """Return what the address asks for; what cannot be is as if it were not there."""
    asked, step = visit.query("lateness"), visit.query("step")
    return UrgentFilter(
        **{name: code_value(visit, name) for name in FILTERS},
        step=step if step in steps else "",
        lateness=Lateness(asked) if asked in set(Lateness) else None,
    )


def offset_of(visit: Visit) -> int:
    """Return the first row that the address asks for."""
    page = visit.query("page")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1
    return (max(number, 1) - 1) * PAGE_ROWS


async def urgent_part(visit: Visit, part: str, where: UrgentFilter, kind: str, address: Address, files: str, *, known: bool) -> UrgentPart:
    """Ask for the list, and lay it out; ``files`` is the path of its exports without ending, ``known`` whether any source sent anything."""
    panel = await visit.ask(visit.site.fulfilment.urgent(visit.user, part, where, PAGE_ROWS, offset_of(visit)))
    found = panel.value

    def chosen(lateness: Lateness) -> str:
        return address.having(lateness="" if lateness is where.lateness else str(lateness), page="") + "#list"

    return UrgentPart(
        panel=panel,
        bar=standing_bar(visit, Standing(found.counts), 0, chosen, every=True, chosen=where.lateness, known=known) if found else None,
        table=_table(visit, found, where, address, files, known=known) if found else None,
        all_href=address.having(lateness="", page="") + "#list" if where.lateness else "",
        step=visit.codes.milestone(kind, where.step) if where.step else "",
        whole=address.having(step="", page="") + "#list",
    )


def _table(visit: Visit, found: UrgentPage, where: UrgentFilter, address: Address, files: str, *, known: bool) -> Table:
    columns = urgent_columns(visit)
    exports = [(kind.upper(), str(address.at(f"{files}.{kind}"))) for kind in FORMATS] if visit.may(Permission.EXPORT) else []
    return Table(
        key="urgent",
        caption=visit.text("What to act on first"),
        headings=headings(columns, None, address),
        rows=rows_of(columns, found.rows, lambda one: one.row.case_id, lambda one: work_href(visit, one) or order_href(visit, one)),
        pager=pager(found.offset, len(found.rows), found.total, address),
        exports=exports,
        empty=_empty(visit, Standing(found.counts), where, address) if known else no_source(visit),
    )


def no_source(visit: Visit) -> Empty:
    """Say that nothing is known, because no source ever sent anything."""
    return Empty(visit.text("No data yet"), visit.text("No source has sent order events."), visit.text("How to send data"), "/help#data")


def _empty(visit: Visit, standing: Standing, where: UrgentFilter, address: Address) -> Empty:
    text, free = visit.text, standing.of(Lateness.UNLIMITED)
    if not standing.total:
        cause = text("Every order that came here has gone on, or the filters leave none.")
        return Empty(text("No order is open here"), cause, text("To everything that waits"), "/waiting")
    if where.lateness is not None:
        cause = text("Open orders are in other states: the counts above tell in which.")
        return Empty(text("No orders in this state"), cause, text("Late and warned"), address.having(lateness="", page="") + "#list")
    if free:
        counts = {"n": visit.formats.full(free), "all": visit.formats.full(standing.total)}
        cause = text(
            "%(n)s of %(all)s open orders have no limit and cannot become late; the others are in time, paused or silent.", **counts
        )
        shown = address.having(lateness=str(Lateness.UNLIMITED), page="") + "#list"
        return Empty(text("Nothing is late or warned"), cause, text("Orders without a limit"), shown)
    cause = text("Everything that stands open is within its limit, paused or silent.")
    return Empty(text("Nothing is late or warned"), cause, text("To everything that waits"), "/waiting")


def order_href(visit: Visit, one: UrgentRow) -> str:
    """Lead to the order; empty for those who may not see it."""
    if one.row.kind != "order" or not visit.may(Permission.SEE_ORDERS):
        return ""
    return f"/orders/{quote(one.row.case_id, safe='')}"


def work_href(visit: Visit, one: UrgentRow) -> str:
    """Lead to the page of the task; empty where there is no task, or no such page for the user."""
    page = next((page for page in visit.site.pages() if page.path == WORK and page.method == "GET"), None)
    if one.held is None or page is None or page.missing(visit.user.may):
        return ""
    return WORK.format(queue=quote(one.held.queue, safe=""), task=quote(one.held.task_id, safe=""))


def _standing(visit: Visit, one: UrgentRow) -> Cell:
    row, fmt = one.row, visit.formats
    word, status = visit.codes.lateness(row.lateness)
    if row.lateness is Lateness.LATE and row.late_from is not None:
        word = visit.text("late by %(time)s", time=fmt.duration((visit.now - row.late_from).total_seconds()))
    elif row.lateness is Lateness.WARNED and row.late_from is not None:
        word = visit.text("late in %(time)s", time=fmt.duration((row.late_from - visit.now).total_seconds()))
    if status is None:
        return Cell(f"{STATES[row.lateness].shape} {word}", fmt.iso(row.paused_since or row.silent_from), tone="muted")
    return Cell(word, fmt.iso(row.late_from), mark=status)


def _holder(visit: Visit, one: UrgentRow) -> Cell:
    if one.held is None:
        return Cell(visit.text("no task"), tone="muted")
    name = one.held.owner_name
    if name and one.held.owner == visit.user.id:
        name = visit.text("you")
    return Cell(name or visit.text("nobody yet"), href=work_href(visit, one))


def urgent_columns(visit: Visit) -> list[Column[UrgentRow]]:
    """Return the columns of the list."""
    fmt, text, codes = visit.formats, visit.text, visit.codes

    def code(column: str, value: str) -> Cell:
        return Cell(codes.label(column, value) if value else fmt.full(None), value)

    def time(value: datetime | None) -> Cell:
        return Cell(fmt.minute(value), fmt.iso(value), value=value)

    return [
        Column("case", text("Order"), lambda one: Cell(one.row.case_id, one.row.case_id, order_href(visit, one))),
        Column("standing", text("Lateness"), lambda one: _standing(visit, one)),
        Column("step", text("Step"), lambda one: Cell(codes.milestone(one.row.kind, one.row.step), one.row.step)),
        Column("holder", text("Who has it"), lambda one: _holder(visit, one)),
        Column(
            "waits",
            text("Waited"),
            lambda one: Cell(fmt.duration((visit.now - one.row.since).total_seconds()), fmt.iso(one.row.since)),
            number=True,
        ),
        Column("limit", text("Limit"), lambda one: time(one.row.late_from)),
        Column("channel", text("Channel"), lambda one: code("channel", one.row.channel)),
        Column("region", text("Region"), lambda one: code("region", one.row.region)),
        Column("class", text("Business class"), lambda one: code("business_class", one.row.business_class)),
    ]


def file_columns(visit: Visit) -> list[Column[UrgentRow]]:
    """Return the columns of the list's files: one thing to a column, and times that programs read."""
    text, codes = visit.text, visit.codes
    return [
        Column("case", text("Order"), lambda one: Cell(one.row.case_id)),
        Column("standing", text("Lateness"), lambda one: Cell(text(STATES[one.row.lateness].word))),
        Column("step", text("Step"), lambda one: Cell(codes.milestone(one.row.kind, one.row.step))),
        Column("holder", text("Who has it"), lambda one: Cell(one.held.owner_name if one.held else "")),
        Column("queue", text("Queue"), lambda one: Cell(one.held.queue if one.held else "")),
        Column("since", text("Since"), lambda one: Cell("", value=one.row.since)),
        Column("warned", text("Warned from"), lambda one: Cell("", value=one.row.warned_from)),
        Column("limit", text("Limit"), lambda one: Cell("", value=one.row.late_from)),
        Column("channel", text("Channel"), lambda one: Cell(codes.label("channel", one.row.channel))),
        Column("region", text("Region"), lambda one: Cell(codes.label("region", one.row.region))),
        Column("region_code", text("Region code"), lambda one: Cell(one.row.region)),
        Column("class", text("Business class"), lambda one: Cell(codes.label("business_class", one.row.business_class))),
    ]
