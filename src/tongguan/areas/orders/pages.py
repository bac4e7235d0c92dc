"""Orders: the list, its exports, and one order's whole story."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import quote

from starlette.responses import Response

from tongguan.areas.orders import trace_page
from tongguan.lib.money import exponent
from tongguan.model.access import Permission
from tongguan.model.answers import CaseFilter, CasePage, CaseRow, OrderSummary
from tongguan.web.kit.access import NavEntry, Page, Room
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Choice, Empty, Filter, KpiCard, Status
from tongguan.web.kit.export import FORMATS, file_response
from tongguan.web.kit.filters import code_filter, code_value, scope_text
from tongguan.web.kit.ports import CaseOrder, CaseSort
from tongguan.web.kit.tables import EXPORT_ROWS, PAGE_ROWS, Cell, Column, Table, headings, pager, rows_of, table_state
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Panel, Visit

KIND: Final = "order"
_EARLIEST, _LATEST = 1971, 2199

NAMES: Final = ("q", "stage", "status", "step", "channel", "region", "business_class", "customer_id", "since", "until", "open")
"""Filters as the address names them."""


@dataclass(frozen=True)
class OrdersPage:
    """Context of the list.

    Attributes:
        filtered: a filter is set, so that the key figures over all orders would mislead and are not shown.
    """

    scope: str
    filters: Sequence[Filter]
    address: Address
    panel: Panel[CasePage]
    table: Table | None
    stage: str
    bad_dates: Sequence[str]
    filtered: bool


@dataclass(frozen=True)
class SummaryPart:
    """Context of the key figures over all orders, which are asked after the page stands."""

    panel: Panel[OrderSummary]
    cards: Sequence[KpiCard]


def order_href(order_id: str) -> str:
    """Return the address of an order's page; ids are whatever the source gave."""
    return f"/orders/{quote(order_id, safe='')}"


def _midnight(visit: Visit, name: str) -> datetime | None:
    """Read a date of the address as midnight in the operation's zone; None where missing, no date, or of no year that is kept."""
    try:
        found = datetime.strptime(visit.query(name), "%Y-%m-%d").replace(tzinfo=visit.site.settings.zone)
    except ValueError:
        return None
    return found if _EARLIEST <= found.year <= _LATEST else None


def _stage(visit: Visit) -> str:
    """Return the stage of the address; empty where there is none of that name."""
    name = visit.query("stage")
    return name if any(stage.name == name for stage in visit.site.vocabulary.stages) else ""


def _where(visit: Visit) -> CaseFilter:
    until = _midnight(visit, "until")
    return CaseFilter(
        search=visit.query("q"),
        status=visit.query("status"),
        step=visit.query("step"),
        stage=_stage(visit),
        channel=visit.query("channel"),
        region=code_value(visit, "region"),
        business_class=visit.query("business_class"),
        customer_id=visit.query("customer_id"),
        since=_midnight(visit, "since"),
        until=until + timedelta(days=1) if until else None,
        open_only=visit.query("open") == "1",
    )


def _filtered(visit: Visit) -> bool:
    return any(visit.query(name) for name in NAMES)


def _filters(visit: Visit) -> list[Filter]:
    text, kind = visit.text, visit.site.vocabulary.case_kinds.get(KIND)
    milestones = kind.milestones if kind else ()
    statuses = list(dict.fromkeys(m.status for m in milestones if m.step))
    stages = [s for s in visit.site.vocabulary.stages if s.case_kind == KIND and visit.user.scope.sees_stage(s.name)]
    steps = [Choice(m.name, m.label.in_language(visit.language)) for m in milestones if m.step]
    return [
        Filter("q", text("Search"), visit.query("q"), kind="search", hint=text("any id of an order")),
        Filter("stage", text("Waits in stage"), visit.query("stage"), [Choice(s.name, visit.codes.stage(s.name)) for s in stages]),
        Filter("status", text("Status"), visit.query("status"), [Choice(word, visit.codes.status(word)) for word in statuses]),
        Filter("step", text("Step"), visit.query("step"), steps),
        *(code_filter(visit, column) for column in ("channel", "region", "business_class")),
        Filter("customer_id", text("Customer"), visit.query("customer_id"), kind="text"),
        Filter("since", text("Placed from"), visit.query("since"), kind="date"),
        Filter("until", text("Placed to"), visit.query("until"), kind="date"),
        Filter("open", text("Only open"), visit.query("open"), [Choice("1", text("yes"))]),
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

    return [
        Column("id", text("Order"), lambda r: Cell(r.case_id, r.case_id, href=order_href(r.case_id)), sort=CaseOrder.CASE_ID),
        Column("status", text("Status"), lambda r: Cell(codes.status(r.status), r.status, mark=codes.status_mark(r.status))),
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
        Column("events", text("Events"), lambda r: Cell(fmt.full(r.events), value=r.events), number=True, sort=CaseOrder.EVENTS),
    ]


def _sum(row: CaseRow, minor: int | None) -> Cell:
    return Cell("") if minor is None else Cell(str(minor), value=Decimal(minor).scaleb(-exponent(row.currency or "CNY")))


def _late_hours(visit: Visit, row: CaseRow) -> Cell:
    if not row.open or row.due_time is None or row.due_time >= visit.now:
        return Cell("")
    hours = Decimal(int((visit.now - row.due_time).total_seconds())) / 3600
    return Cell(str(hours), value=hours.quantize(Decimal("0.01")))


def export_columns(visit: Visit) -> list[Column[CaseRow]]:
    """Return the columns of the list's files: the page's, with one thing to a column and nothing where nothing is known."""
    text = visit.text
    own = {
        "sold": [Column[CaseRow]("sold", text("Ordered"), lambda r: _sum(r, r.sold))],
        "paid": [
            Column[CaseRow]("paid", text("Paid"), lambda r: _sum(r, r.paid)),
            Column[CaseRow]("currency", text("Currency"), lambda r: Cell(r.currency or ("CNY" if r.sold or r.paid else ""))),
        ],
        "due": [
            Column[CaseRow]("due", text("Promised"), lambda r: Cell("", value=r.due_time)),
            Column[CaseRow]("late", text("Late, still open (hours)"), lambda r: _late_hours(visit, r)),
        ],
        "region": [
            Column[CaseRow]("region", text("Region"), lambda r: Cell(visit.codes.label("region", r.region))),
            Column[CaseRow]("region_code", text("Region code"), lambda r: Cell(r.region)),
        ],
        "customer": [Column[CaseRow]("customer", text("Customer"), lambda r: Cell(r.customer_id))],
    }
    return [column for shown in columns(visit) for column in own.get(shown.name, [shown])]


def _of_customer(row: CaseRow) -> str:
    return str(Address("/orders", {"customer_id": row.customer_id})) if row.customer_id else ""


def _table(visit: Visit, found: CasePage, address: Address, sort: CaseSort) -> Table:
    shown = columns(visit)
    state = table_state({"sort": ("-" if sort.descending else "") + sort.by}, CaseOrder, "-last")
    exports = [(kind.upper(), str(address.at(f"/orders.{kind}"))) for kind in FORMATS] if visit.may(Permission.EXPORT) else []
    empty = (
        Empty(
            visit.text("No order fits these filters"),
            visit.text("Widen the filters to see others."),
            visit.text("Remove filters"),
            "/orders",
        )
        if _filtered(visit)
        else Empty(
            visit.text("No orders yet"), visit.text("No source has sent order events."), visit.text("How to send data"), "/help#data"
        )
    )
    return Table(
        key="orders",
        caption=visit.text("Orders"),
        headings=headings(shown, state, address),
        rows=rows_of(shown, found.rows, lambda r: r.case_id, lambda r: order_href(r.case_id)),
        pager=pager(found.offset, len(found.rows), found.total, address),
        exports=exports,
        empty=empty,
        export_note=visit.text("the first %(n)s rows", n=visit.formats.full(EXPORT_ROWS)) if found.total > EXPORT_ROWS else "",
    )


def _in_order(sums: Mapping[str, int]) -> dict[str, int]:
    """Return the sums, yuan first, then by code: several have no order of size; zeros only where all are."""
    some = any(sums.values())
    return {code: sums[code] for code in sorted(sums, key=lambda code: (code != "CNY", code)) if sums[code] or not some}


def _sums(sums: Mapping[str, int], write: Callable[[int | None, str], str]) -> str:
    """Write the sum of every currency; they are never added up."""
    return " + ".join(write(minor, code) for code, minor in sums.items()) or write(None, "CNY")


def _cards(visit: Visit, summary: OrderSummary) -> list[KpiCard]:
    fmt, text = visit.formats, visit.text
    top = next(iter(summary.by_status.items()), None)
    sold, paid = _in_order(summary.sold), _in_order(summary.paid)
    average = [fmt.money(sum(sold.values()) // summary.orders, *sold)] if len(sold) == 1 and summary.orders else []
    share = (
        [fmt.rate(sum(paid.values()) / sum(sold.values()))] if list(paid) == list(sold) and len(sold) == 1 and any(sold.values()) else []
    )
    promised = summary.promised
    note = text("%(status)s: %(n)s", status=visit.codes.status(top[0]), n=fmt.full(top[1])) if top else ""
    return [
        KpiCard(text("Orders"), fmt.compact(summary.orders), "/orders", text("in all"), fmt.full(summary.orders), note, key="orders"),
        KpiCard(
            text("Delivered on time"),
            fmt.rate(summary.on_time_by_date / promised) if promised else fmt.rate(None),
            "/orders?status=delivered",
            title=text("%(n)s of %(all)s by calendar date", n=fmt.full(summary.on_time_by_date), all=fmt.full(promised)),
            note=text("by the minute %(rate)s", rate=fmt.rate(summary.on_time_by_timestamp / promised)) if promised else "",
            key="on_time",
        ),
        KpiCard(
            text("Ordered"),
            _sums(sold, fmt.money_compact),
            "/orders?sort=-sold",
            title=_sums(sold, fmt.money),
            note=text("%(amount)s per order", amount=average[0]) if average else "",
            key="sold",
        ),
        KpiCard(
            text("Paid"),
            _sums(paid, fmt.money_compact),
            "/orders?sort=-paid",
            title=_sums(paid, fmt.money),
            note=text("%(rate)s of what was ordered", rate=share[0]) if share else "",
            key="paid",
        ),
    ]


def _sort(visit: Visit) -> CaseSort:
    state = table_state(dict(visit.request.query_params), CaseOrder, "-last")
    return CaseSort(CaseOrder(state.sort), state.descending)


def _address(visit: Visit) -> Address:
    return Address("/orders", {name: code_value(visit, name) for name in (*NAMES, "sort", "page")})


async def orders(visit: Visit) -> Response:
    """The list of orders."""
    address, sort = _address(visit), _sort(visit)
    offset = table_state(dict(visit.request.query_params), CaseOrder, "-last").offset
    panel = await visit.ask(visit.site.questions.cases(visit.user, KIND, _where(visit), sort, PAGE_ROWS, offset))
    page = OrdersPage(
        scope=scope_text(visit),
        filters=_filters(visit),
        address=address,
        panel=panel,
        table=_table(visit, panel.value, address, sort) if panel.value else None,
        stage=visit.codes.stage(_stage(visit)) if _stage(visit) else "",
        bad_dates=[visit.query(name) for name in ("since", "until") if visit.query(name) and _midnight(visit, name) is None],
        filtered=_filtered(visit),
    )
    return visit.render("orders/orders.html", page)


async def summary(visit: Visit) -> Response:
    """Key figures over all orders, as a part of the list's page."""
    panel = await visit.ask(visit.site.questions.order_summary(visit.user))
    return visit.render("orders/_summary.html", SummaryPart(panel, _cards(visit, panel.value) if panel.value else ()))


async def export(visit: Visit) -> Response:
    """The list as a file: the same filters and order; as many rows as an export may have."""
    kind = visit.request.url.path.rpartition(".")[2]
    panel = await visit.ask(visit.site.questions.cases(visit.user, KIND, _where(visit), _sort(visit), EXPORT_ROWS, 0))
    if panel.value is None:
        return visit.render_error(HTTPStatus.SERVICE_UNAVAILABLE, "fault")
    name = "orders" if panel.value.total <= EXPORT_ROWS else f"orders-first-{EXPORT_ROWS}"
    return file_response(kind, name, export_columns(visit), panel.value.rows, visit.site.settings.zone)


ROOM: Final = Room(
    name="orders",
    pages=(
        Page("/orders", orders, Permission.SEE_ORDERS),
        *(Page(f"/orders.{kind}", export, Permission.SEE_ORDERS, also=(Permission.EXPORT,)) for kind in FORMATS),
        Page("/live/orders", summary, Permission.SEE_ORDERS),
        Page("/orders/{order_id:path}", trace_page.trace, Permission.SEE_ORDERS),
        Page("/live/reveal/{order_id:path}", trace_page.reveal, Permission.SEE_ORDERS, method="POST", also=(Permission.SEE_PERSONAL,)),
    ),
    templates=Path(__file__).parent / "templates" / "orders",
    navigation=(NavEntry("/orders", msg("Orders"), "shopping-cart", "o", Permission.SEE_ORDERS, msg("Operation")),),
)
