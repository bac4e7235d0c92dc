"""Cancellations and returns 退单: figures of a period, and the live lists of what waits and what ended."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from starlette.responses import Response

from tongguan.areas.orders.list_page import order_href
from tongguan.areas.orders.returns_page_figures import ShareTable, StepLine, cards, share_tables, step_lines, trend
from tongguan.lib.money import exponent
from tongguan.model.access import Permission
from tongguan.model.returns import EndedReturn, EndedReturns, OpenReturn, OpenReturns, ReturnAbout, ReturnFilter, ReturnsReport
from tongguan.model.waiting import Lateness
from tongguan.web.kit.access import Page
from tongguan.web.kit.address import Address
from tongguan.web.kit.charts import Chart
from tongguan.web.kit.components import Choice, Empty, Filter, KpiCard, Way
from tongguan.web.kit.export import FORMATS, Listing, export_response
from tongguan.web.kit.filters import code_filter, code_value, scope_text
from tongguan.web.kit.lateness import LATENESS
from tongguan.web.kit.news import Arrived, news
from tongguan.web.kit.period import PeriodBar, asked_period, period_bar, period_values, today
from tongguan.web.kit.saved_views import COLUMNS, ViewBar, page_views, view_bar
from tongguan.web.kit.tables import (
    EXPORT_ROWS,
    PAGE_ROWS,
    Cell,
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
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.fulfilment.urgent import no_source

PATH: Final = "/returns"
CODES: Final = ("channel", "region", "business_class")
NAMES: Final = ("reason", "product_id", "lateness", *CODES)
"""Filters as the address names them."""

ENDED: Final = "ended"
"""Value of ``show`` for what came to an end today; what waits is shown without one."""

SAVED: Final = ("show", *NAMES, "period", "since", "until", COLUMNS)


@dataclass(frozen=True)
class ReturnsPage:
    """Context of the page."""

    scope: str
    filters: Sequence[Filter]
    address: Address
    period: PeriodBar
    panel: Panel[ReturnsReport]
    cards: Sequence[KpiCard]
    trend: Chart | None
    shares: Sequence[ShareTable]
    steps: Sequence[StepLine]
    tabs: Sequence[Way]
    listed: Panel[Any]
    table: Table | None
    bar: ViewBar
    live: str
    data_through: datetime | None

    @property
    def nothing(self) -> bool:
        """Tell whether no source ever sent anything."""
        return self.panel.value is not None and self.data_through is None


def _lateness(visit: Visit) -> Lateness | None:
    asked = visit.query("lateness")
    return Lateness(asked) if asked in set(Lateness) else None


def _shows_ended(visit: Visit) -> bool:
    return visit.query("show") == ENDED


def _codes(visit: Visit) -> dict[str, str]:
    return {name: code_value(visit, name) for name in CODES}


def _where(visit: Visit) -> ReturnFilter:
    period, _ = asked_period(visit, today(visit))
    days = {"since": period.since.isoformat(), "until": period.until.isoformat()}
    return ReturnFilter(**_codes(visit), reason=visit.query("reason"), product_id=visit.query("product_id"), **days)


def _address(visit: Visit) -> Address:
    period, chosen = asked_period(visit, today(visit))
    own = {name: visit.query(name) for name in ("reason", "product_id", "page", COLUMNS, "view")}
    show = ENDED if _shows_ended(visit) else ""
    values = {"show": show, "lateness": str(_lateness(visit) or ""), **own, **_codes(visit), **period_values(period, chosen)}
    return Address(PATH, values)


def _filters(visit: Visit, report: ReturnsReport | None) -> list[Filter]:
    text = visit.text

    def told(by: str) -> list[Choice]:
        """Return what there is, and what is asked for."""
        values = dict.fromkeys([one.value for one in report.by.get(by, ()) if one.value] if report else [])
        asked = visit.query(by)
        return [Choice(one, visit.codes.label(by, one)) for one in [*values, *([asked] if asked and asked not in values else [])]]

    standing = [Choice(str(one), text(word)) for one, (word, _) in LATENESS.items()]
    lateness = [] if _shows_ended(visit) else [Filter("lateness", text("Lateness"), str(_lateness(visit) or ""), standing)]
    return [
        Filter("reason", text("Reason"), visit.query("reason"), told("reason")),
        Filter("product_id", text("Product"), visit.query("product_id"), told("product_id")),
        *(code_filter(visit, column) for column in CODES),
        *lateness,
    ]


def _code(visit: Visit, column: str, value: str) -> Cell:
    return Cell(visit.codes.label(column, value) if value else visit.formats.full(None), value)


def _amount(visit: Visit, about: ReturnAbout) -> Cell:
    currency = about.currency or "CNY"
    value = None if about.amount is None else Decimal(about.amount).scaleb(-exponent(currency))
    return Cell(visit.formats.money(about.amount, currency), value=value)


def _standing(visit: Visit, one: OpenReturn) -> Cell:
    row, fmt = one.row, visit.formats
    word, status = LATENESS[row.lateness]
    said = visit.text(word)
    if row.lateness is Lateness.LATE and row.late_from is not None:
        said = visit.text("late by %(time)s", time=fmt.duration((visit.now - row.late_from).total_seconds()))
    elif row.lateness is Lateness.WARNED and row.late_from is not None:
        said = visit.text("late in %(time)s", time=fmt.duration((row.late_from - visit.now).total_seconds()))
    return Cell(said, fmt.iso(row.late_from), mark=status, tone="" if status else "muted")


def open_columns(visit: Visit) -> list[Column[OpenReturn]]:
    """Return the columns of what waits."""
    fmt, text, codes = visit.formats, visit.text, visit.codes

    def time(value: datetime | None) -> Cell:
        return Cell(fmt.minute(value), fmt.iso(value), value=value)

    def waits(one: OpenReturn) -> Cell:
        return Cell(fmt.duration((visit.now - one.row.since).total_seconds()), fmt.iso(one.row.since))

    return [
        Column("order", text("Order"), lambda r: Cell(r.row.case_id, r.row.case_id, order_href(r.row.case_id))),
        Column("standing", text("Lateness"), lambda r: _standing(visit, r)),
        Column("step", text("Step"), lambda r: Cell(codes.milestone(r.row.kind, r.row.step), r.row.step)),
        Column("waits", text("Waited"), waits, number=True),
        Column("since", text("Since"), lambda r: time(r.row.since)),
        Column("wished", text("Asked for"), lambda r: time(r.about.wished), usual=False),
        Column("limit", text("Limit"), lambda r: time(r.row.late_from), usual=False),
        Column("reason", text("Reason"), lambda r: _code(visit, "reason", r.about.reason)),
        Column("value", text("Amount"), lambda r: _amount(visit, r.about), number=True),
        Column("channel", text("Channel"), lambda r: _code(visit, "channel", r.row.channel)),
        Column("region", text("Region"), lambda r: _code(visit, "region", r.row.region)),
        Column("class", text("Business class"), lambda r: _code(visit, "business_class", r.row.business_class)),
        Column("product", text("Product"), lambda r: Cell(r.about.product_id or fmt.full(None), r.about.product_id)),
        Column("customer", text("Customer"), lambda r: Cell(r.row.customer_id or fmt.full(None), r.row.customer_id), usual=False),
    ]


def ended_columns(visit: Visit) -> list[Column[EndedReturn]]:
    """Return the columns of what came to an end."""
    fmt, text, codes = visit.formats, visit.text, visit.codes
    return [
        Column("order", text("Order"), lambda r: Cell(r.case_id, r.case_id, order_href(r.case_id))),
        Column("ended", text("Ended"), lambda r: Cell(fmt.minute(r.time), fmt.iso(r.time), value=r.time)),
        Column("how", text("How"), lambda r: Cell(codes.event_type(r.type), r.type)),
        Column("took", text("Took"), lambda r: Cell(fmt.duration(r.seconds)), number=True),
        Column("reason", text("Reason"), lambda r: _code(visit, "reason", r.about.reason)),
        Column("value", text("Amount"), lambda r: _amount(visit, r.about), number=True),
        Column("channel", text("Channel"), lambda r: _code(visit, "channel", r.channel)),
        Column("region", text("Region"), lambda r: _code(visit, "region", r.region)),
        Column("class", text("Business class"), lambda r: _code(visit, "business_class", r.business_class)),
        Column("product", text("Product"), lambda r: Cell(r.about.product_id or fmt.full(None), r.about.product_id)),
        Column("customer", text("Customer"), lambda r: Cell(r.customer_id or fmt.full(None), r.customer_id), usual=False),
    ]


def _files(visit: Visit, shown: Sequence[Column[Any]]) -> list[Column[Any]]:
    """Return the columns of a list's file: those shown, with one thing to a column."""
    text = visit.text
    own: dict[str, list[Column[Any]]] = {
        "standing": [
            Column("standing", text("Lateness"), lambda r: Cell(text(LATENESS[r.row.lateness][0]))),
            Column("late_from", text("Limit"), lambda r: Cell("", value=r.row.late_from)),
        ],
        "limit": [],
        "value": [
            Column("value", text("Amount"), lambda r: _amount(visit, _about(r)), number=True),
            Column("currency", text("Currency"), lambda r: Cell(_about(r).currency)),
        ],
        "took": [
            Column(
                "took", text("Took (hours)"), lambda r: Cell("") if r.seconds is None else Cell("", value=_hours(r.seconds)), number=True
            )
        ],
        "region": [
            Column("region", text("Region"), lambda r: Cell(visit.codes.label("region", _region(r)))),
            Column("region_code", text("Region code"), lambda r: Cell(_region(r))),
        ],
    }
    return [column for one in shown for column in own.get(one.name, [one])]


def _hours(seconds: float) -> Decimal:
    return (Decimal(int(seconds)) / 3600).quantize(Decimal("0.01"))


def _empty(visit: Visit, address: Address) -> Empty:
    text = visit.text
    if any(address.values[name] for name in NAMES):
        plain = str(Address(PATH, {"show": address.values["show"]}))
        return Empty(text("No return fits these filters"), text("Widen the filters to see others."), text("Remove filters"), plain)
    if _shows_ended(visit):
        return Empty(
            text("Nothing ended today"),
            text("What is cancelled, closed, refused or withdrawn today stands here."),
            text("What waits"),
            PATH,
        )
    cause = text("Every cancellation and return that came in has reached its end, or none came in yet.")
    return Empty(text("No return waits"), cause, text("What ended today"), f"{PATH}?show={ENDED}")


def _table(
    visit: Visit,
    found: OpenReturns | EndedReturns,
    every: Sequence[Column[Any]],
    address: Address,
    fields: Sequence[Filter],
    wanted: str,
    *,
    known: bool,
) -> Table:
    shown = chosen_columns(every, wanted)
    files = address.having(**{COLUMNS: columns_value(every, shown), "page": "", "view": ""}).removeprefix(PATH)
    ended = isinstance(found, EndedReturns)

    def case_id(one: Any) -> str:
        return str(one.case_id if ended else one.row.case_id)

    return Table(
        key="returns",
        caption=visit.text("Ended today, the newest first") if ended else visit.text("What waits, the oldest first"),
        headings=headings(shown, None, address),
        rows=rows_of(shown, found.rows, case_id, lambda one: order_href(case_id(one))),
        pager=pager(found.offset, len(found.rows), found.total, address),
        exports=[(kind.upper(), f"{PATH}.{kind}{files}") for kind in FORMATS] if visit.may(Permission.EXPORT) else [],
        empty=_empty(visit, address) if known else no_source(visit),
        export_note=visit.text("the first %(n)s rows", n=visit.formats.full(EXPORT_ROWS)) if found.total > EXPORT_ROWS else "",
        columns=column_choices(every, shown),
        page=PATH,
        chips=filter_chips(fields, address),
        reset=str(Address(PATH, {"show": address.values["show"]})),
    )


async def _listed(visit: Visit, limit: int, offset: int) -> OpenReturns | EndedReturns:
    questions, where = visit.site.questions, _where(visit)
    if _shows_ended(visit):
        return await questions.returns_ended(visit.user, where, "", limit, offset)
    return await questions.returns_open(visit.user, where, _lateness(visit), limit, offset)


def _tabs(visit: Visit, report: ReturnsReport | None, waits: OpenReturns | None, address: Address) -> list[Way]:
    full, ended = visit.formats.full, _shows_ended(visit)
    known = report is None or report.data_through is not None
    return [
        Way(
            visit.text("Waiting"),
            address.having(show="", page="") + "#list",
            not ended,
            full(sum(waits.counts.values()) if waits and known else None),
        ),
        Way(
            visit.text("Ended today"),
            address.having(show=ENDED, page="", lateness="") + "#list",
            ended,
            full(report.today.ended if report and known else None),
        ),
    ]


async def returns(visit: Visit) -> Response:
    """The page."""
    address, where, questions = _address(visit), _where(visit), visit.site.questions
    offset = table_state(dict(visit.request.query_params), (), "").offset
    ended = _shows_ended(visit)
    panel, listed, waits, views = await asyncio.gather(
        visit.ask(questions.returns(visit.user, where)),
        visit.ask(_listed(visit, PAGE_ROWS, offset)),
        visit.ask(questions.returns_open(visit.user, where, None, 1, 0)),
        page_views(visit, PATH),
    )
    report, fields = panel.value, _filters(visit, panel.value)
    every: Sequence[Column[Any]] = ended_columns(visit) if ended else open_columns(visit)
    known = report is None or report.data_through is not None
    wanted = visit.query(COLUMNS) or views.columns
    kept = {**address.values, COLUMNS: columns_value(every, chosen_columns(every, wanted))}
    period, chosen = asked_period(visit, today(visit))
    page = ReturnsPage(
        scope=scope_text(visit),
        filters=fields,
        address=address,
        period=period_bar(visit, Address(PATH, {**address.values, "page": ""}), period, chosen, today(visit)),
        panel=panel,
        cards=cards(visit, report, waits.value, address) if report else (),
        trend=trend(visit, report, today=period.until >= date.fromisoformat(report.day)) if report and known else None,
        shares=share_tables(visit, report, address) if report else (),
        steps=step_lines(visit, report) if report and known else (),
        tabs=_tabs(visit, report, waits.value, address),
        listed=listed,
        table=_table(visit, listed.value, every, address, fields, wanted, known=known) if listed.value else None,
        bar=await view_bar(visit, views, PATH, SAVED, kept),
        live=f"/live{address.having(page='', view='')}",
        data_through=report.data_through if report else None,
    )
    return visit.render("orders/returns.html", page)


async def live_returns(visit: Visit) -> Response:
    """Tell of cancellations and returns that came in."""

    async def ask(now: Visit) -> Arrived:
        report = await now.site.questions.returns(now.user, _where(now))
        return Arrived(report.today.gone + report.today.ended, report.data_through)

    return news(visit, ask)


def _about(one: OpenReturn | EndedReturn) -> ReturnAbout:
    return one.about


def _region(one: OpenReturn | EndedReturn) -> str:
    return one.region if isinstance(one, EndedReturn) else one.row.region


async def export(visit: Visit) -> Response:
    """The list as a file."""
    ended = _shows_ended(visit)
    every: Sequence[Column[Any]] = ended_columns(visit) if ended else open_columns(visit)

    async def ask(limit: int, offset: int) -> tuple[Sequence[Any], int]:
        found = await _listed(visit, limit, offset)
        return found.rows, found.total

    kept: Mapping[str, str] = {name: visit.query(name) for name in SAVED}
    query = str(Address("", kept)).removeprefix("?")
    columns = _files(visit, chosen_columns(every, visit.query(COLUMNS)))
    name = "returns-ended" if ended else "returns-waiting"
    return await export_response(visit, Listing(PATH, name, query, columns, ask, lambda one: one.case_id if ended else one.row.case_id))


PAGES: Final = (
    Page(PATH, returns, Permission.SEE_ORDERS, saves=SAVED),
    Page(f"/live{PATH}", live_returns, Permission.SEE_ORDERS),
    *(Page(f"{PATH}.{kind}", export, Permission.SEE_ORDERS, also=(Permission.EXPORT,)) for kind in FORMATS),
)
