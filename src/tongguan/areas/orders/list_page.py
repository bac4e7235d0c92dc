"""The list of orders: its filters, columns and table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import quote

from tongguan.areas.orders.search import Search, read_search
from tongguan.lib.money import exponent
from tongguan.model.access import Permission
from tongguan.model.answers import CaseFilter, CasePage, CaseRow
from tongguan.model.event import OBJECT_KINDS
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Choice, Empty, Filter, Status
from tongguan.web.kit.export import FORMATS
from tongguan.web.kit.filters import code_filter, code_value
from tongguan.web.kit.ports import CaseOrder, CaseSort
from tongguan.web.kit.saved_views import COLUMNS
from tongguan.web.kit.tables import (
    EXPORT_ROWS,
    Cell,
    Chosen,
    Column,
    Table,
    chosen_columns,
    column_choices,
    columns_value,
    filter_chips,
    headings,
    pager,
    rows_of,
    table_state,
)
from tongguan.web.kit.visit import Visit

KIND: Final = "order"
PATH: Final = "/orders"
_EARLIEST, _LATEST = 1971, 2199

NAMES: Final = ("q", "stage", "status", "step", "channel", "region", "business_class", "customer_id", "since", "until", "open")
"""Filters as the address names them."""

SAVED: Final = (*NAMES, "sort", COLUMNS)
"""What a saved view keeps."""

MOST_SHOWN: Final = 20
"""So many ids that were not found are named."""


def order_href(order_id: str) -> str:
    """Return the address of an order's page; ids are whatever the source gave."""
    return f"/orders/{quote(order_id, safe='')}"


def midnight(visit: Visit, name: str) -> datetime | None:
    """Read a date of the address as midnight in the operation's zone; None where missing, no date, or of no year that is kept."""
    try:
        found = datetime.strptime(visit.query(name), "%Y-%m-%d").replace(tzinfo=visit.site.settings.zone)
    except ValueError:
        return None
    return found if _EARLIEST <= found.year <= _LATEST else None


def asked_stage(visit: Visit) -> str:
    """Return the stage of the address; empty where there is none of that name."""
    name = visit.query("stage")
    return name if any(stage.name == name for stage in visit.site.vocabulary.stages) else ""


def where(visit: Visit) -> CaseFilter:
    """Return which orders the address asks for."""
    until, search = midnight(visit, "until"), asked_search(visit)
    return CaseFilter(
        search=search.text,
        ids=search.wanted,
        status=visit.query("status"),
        step=visit.query("step"),
        stage=asked_stage(visit),
        channel=visit.query("channel"),
        region=code_value(visit, "region"),
        business_class=visit.query("business_class"),
        customer_id=visit.query("customer_id"),
        since=midnight(visit, "since"),
        until=until + timedelta(days=1) if until else None,
        open_only=visit.query("open") == "1",
    )


def asked_search(visit: Visit) -> Search:
    """Return what the address searches for."""
    return read_search(visit.query("q"))


def sort(visit: Visit) -> CaseSort:
    """Return the order that the address asks for."""
    state = table_state(dict(visit.request.query_params), CaseOrder, "-last")
    return CaseSort(CaseOrder(state.sort), state.descending)


def list_address(visit: Visit) -> Address:
    """Return the address of what is shown, with everything that makes it so."""
    return Address(PATH, {name: code_value(visit, name) for name in (*SAVED, "page", "view")})


def is_filtered(visit: Visit) -> bool:
    """Tell whether any filter is set."""
    return any(visit.query(name) for name in NAMES)


def filters(visit: Visit) -> list[Filter]:
    """Return the fields of the filter form."""
    text, kind = visit.text, visit.site.vocabulary.case_kinds.get(KIND)
    milestones = kind.milestones if kind else ()
    statuses = list(dict.fromkeys(m.status for m in milestones if m.step))
    stages = [s for s in visit.site.vocabulary.stages if s.case_kind == KIND and visit.user.scope.sees_stage(s.name)]
    steps = [Choice(m.name, m.label.in_language(visit.language)) for m in milestones if m.step]
    return [
        Filter("q", text("Search"), visit.query("q"), kind="search", hint=text("any id, or many")),
        Filter("stage", text("Waits in stage"), visit.query("stage"), [Choice(s.name, visit.codes.stage(s.name)) for s in stages]),
        Filter("status", text("Status"), visit.query("status"), [Choice(word, visit.codes.status(word)) for word in statuses]),
        Filter("step", text("Step"), visit.query("step"), steps),
        *(code_filter(visit, column) for column in ("channel", "region", "business_class")),
        Filter("open", text("Open or not"), visit.query("open"), [Choice("1", text("only open"))]),
        Filter("customer_id", text("Customer"), visit.query("customer_id"), kind="text", hint=text("whole id")),
        Filter("since", text("Placed from"), visit.query("since"), kind="date"),
        Filter("until", text("Placed to"), visit.query("until"), kind="date"),
    ]


def _amount(visit: Visit, minor: int | None, currency: str) -> Cell:
    value = None if minor is None else Decimal(minor).scaleb(-exponent(currency or "CNY"))
    return Cell(visit.formats.money(minor, currency or "CNY"), value=value)


def _promised(visit: Visit, row: CaseRow) -> Cell:
    fmt = visit.formats
    if row.open and row.due_time is not None and row.due_time < visit.now:
        late = visit.text("late by %(time)s", time=fmt.duration((visit.now - row.due_time).total_seconds()))
        return Cell(f"{fmt.minute(row.due_time)} · {late}", fmt.iso(row.due_time), mark=Status.BAD, tone="bad")
    return Cell(fmt.minute(row.due_time), fmt.iso(row.due_time), value=row.due_time)


def columns(visit: Visit) -> list[Column[CaseRow]]:
    """Return the columns of the list."""
    fmt, text, codes = visit.formats, visit.text, visit.codes

    def time(value: datetime) -> Cell:
        return Cell(fmt.minute(value), fmt.iso(value), value=value)

    def code(column: str, value: str) -> Cell:
        return Cell(codes.label(column, value) if value else fmt.full(None), value if value else "")

    def standing(row: CaseRow) -> Status | None:
        # What runs well is marked by nothing: a mark on every row would tell nothing.
        mark = codes.status_mark(row.status)
        return None if row.open and mark is Status.GOOD else mark

    return [
        Column("id", text("Order"), lambda r: Cell(r.case_id, r.case_id, href=order_href(r.case_id)), sort=CaseOrder.CASE_ID),
        Column("status", text("Status"), lambda r: Cell(codes.status(r.status), r.status, mark=standing(r))),
        Column("step", text("Step"), lambda r: Cell(codes.milestone(KIND, r.step) if r.step else fmt.full(None), r.step)),
        Column("sold", text("Ordered"), lambda r: _amount(visit, r.sold, r.currency), number=True, sort=CaseOrder.SOLD),
        Column("paid", text("Paid"), lambda r: _amount(visit, r.paid, r.currency), number=True, sort=CaseOrder.PAID),
        Column("first", text("Placed at"), lambda r: time(r.first_time), sort=CaseOrder.FIRST_TIME),
        Column("last", text("Last event"), lambda r: time(r.last_time), sort=CaseOrder.LAST_TIME),
        Column("due", text("Promised"), lambda r: _promised(visit, r), sort=CaseOrder.DUE_TIME),
        Column("channel", text("Channel"), lambda r: code("channel", r.channel)),
        Column("region", text("Region"), lambda r: code("region", r.region)),
        Column("class", text("Business class"), lambda r: code("business_class", r.business_class)),
        Column("customer", text("Customer"), lambda r: Cell(r.customer_id or fmt.full(None), href=_of_customer(r))),
        Column(
            "events", text("Events"), lambda r: Cell(fmt.full(r.events), value=r.events), number=True, sort=CaseOrder.EVENTS, usual=False
        ),
    ]


def _of_customer(row: CaseRow) -> str:
    return str(Address(PATH, {"customer_id": row.customer_id})) if row.customer_id else ""


def searched_kinds(visit: Visit) -> str:
    """Name every kind of id that a search looks through."""
    return visit.listing([*(visit.codes.kind(kind) for kind in OBJECT_KINDS), visit.text("telephone number (whole)")])


def _empty(visit: Visit) -> Empty:
    text = visit.text
    if visit.query("q"):
        kinds = text("Looked through the ids of: %(kinds)s.", kinds=searched_kinds(visit))
        return Empty(text("No order fits these filters"), kinds, text("Remove filters"), PATH)
    if is_filtered(visit):
        return Empty(text("No order fits these filters"), text("Widen the filters to see others."), text("Remove filters"), PATH)
    return Empty(text("No orders yet"), text("No source has sent order events."), text("How to send data"), "/help#data")


def table(visit: Visit, found: CasePage, address: Address, fields: Sequence[Filter], wanted: str) -> Table:
    """Return the table.

    Args:
        visit: the request.
        found: the rows.
        address: of what is shown.
        fields: the filters.
        wanted: names of the columns that are wanted; empty for the usual ones.
    """
    every, asked, may = columns(visit), sort(visit), visit.may(Permission.EXPORT)
    shown = chosen_columns(every, wanted)
    state = table_state({"sort": ("-" if asked.descending else "") + asked.by}, CaseOrder, "-last")
    query = address.having(**{COLUMNS: columns_value(every, shown), "page": "", "view": ""}).removeprefix(PATH)
    files = [(kind.upper(), f"{PATH}.{kind}{query}") for kind in FORMATS] if may else []
    ids = asked_search(visit).ids
    named = {"q": visit.text("%(n)s ids", n=visit.formats.full(len(ids)))} if ids else {}
    return Table(
        key="orders",
        caption=visit.text("Orders"),
        headings=headings(shown, state, address),
        rows=rows_of(shown, found.rows, lambda r: r.case_id, lambda r: order_href(r.case_id)),
        pager=pager(found.offset, len(found.rows), found.total, address),
        exports=files,
        empty=_empty(visit),
        selectable=bool(found.rows),
        export_note=visit.text("the first %(n)s rows", n=visit.formats.full(EXPORT_ROWS)) if found.total > EXPORT_ROWS else "",
        columns=column_choices(every, shown),
        page=PATH,
        chips=filter_chips(fields, address, named),
        reset=PATH,
        chosen=Chosen("chosen", files, visit.text("Copy order ids")),
    )
