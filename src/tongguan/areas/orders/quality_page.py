"""Order quality 订单质量: which orders rules took for abnormal, by rule beside other days, and one by one with why."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from starlette.responses import Response

from tongguan.areas.orders.list_page import order_href
from tongguan.areas.orders.quality_page_figures import RuleLine, cards, lines, trend
from tongguan.areas.orders.quality_page_words import classes_text, reason_label, rule_label, rule_text, why_text
from tongguan.lib.money import exponent
from tongguan.model.access import Permission
from tongguan.model.flags import FlagBook, FlagFilter, FlaggedDay, FlaggedPage, FlaggedRow
from tongguan.web.kit.access import Page
from tongguan.web.kit.address import Address
from tongguan.web.kit.charts import Chart
from tongguan.web.kit.components import Choice, DaySwitch, Empty, Filter, KpiCard
from tongguan.web.kit.export import FORMATS, Listing, export_response
from tongguan.web.kit.filters import code_filter, code_value, scope_text
from tongguan.web.kit.news import Arrived, news
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
from tongguan.web.rooms.panorama.day import ShownDay, day_switch, shown_day

PATH: Final = "/orders/quality"
CODES: Final = ("channel", "region", "business_class")
NAMES: Final = ("rule", *CODES)
"""Filters as the address names them, beside the day."""

SAVED: Final = (*NAMES, "day", COLUMNS)


@dataclass(frozen=True)
class RuleShown:
    """A rule of the file in words."""

    name: str
    label: str
    meaning: str
    text: str
    classes: str
    reason: str
    hold: bool
    on: bool


@dataclass(frozen=True)
class QualityPage:
    """Context of the page."""

    scope: str
    filters: Sequence[Filter]
    address: Address
    days: DaySwitch
    shown: ShownDay
    panel: Panel[FlaggedDay]
    cards: Sequence[KpiCard]
    lines: Sequence[RuleLine]
    trend: Chart | None
    listed: Panel[FlaggedPage]
    table: Table | None
    bar: ViewBar
    rules: Sequence[RuleShown]
    source: str
    live: str
    data_through: datetime | None

    @property
    def nothing(self) -> bool:
        """Tell whether no source ever sent anything."""
        return self.panel.value is not None and self.data_through is None


def _address(visit: Visit, shown: ShownDay) -> Address:
    values = {name: visit.query(name) for name in ("rule", "page", COLUMNS, "view")}
    return Address(PATH, {**values, **{name: code_value(visit, name) for name in CODES}, "day": shown.value})


def _where(visit: Visit, shown: ShownDay) -> FlagFilter:
    return FlagFilter(**{name: code_value(visit, name) for name in CODES}, day=shown.value, rule=visit.query("rule"))


def _filters(visit: Visit, book: FlagBook, found: FlaggedDay | None) -> list[Filter]:
    names = dict.fromkeys([*(rule.name for rule in book.active), *(one.rule for one in found.rules if one.rule)] if found else [])
    asked = visit.query("rule")
    choices = [Choice(name, rule_label(visit, book, name)) for name in [*names, *([asked] if asked and asked not in names else [])]]
    return [Filter("rule", visit.text("Rule"), asked, choices), *(code_filter(visit, column) for column in CODES)]


def columns(visit: Visit, book: FlagBook) -> list[Column[FlaggedRow]]:
    """Return the columns of the list."""
    fmt, text, codes = visit.formats, visit.text, visit.codes

    def code(column: str, value: str) -> Cell:
        return Cell(codes.label(column, value) if value else fmt.full(None), value)

    def amount(row: FlaggedRow) -> Cell:
        value = None if row.amount is None else Decimal(row.amount).scaleb(-exponent(row.currency or "CNY"))
        return Cell(fmt.money(row.amount, row.currency or "CNY"), value=value)

    return [
        Column("order", text("Order"), lambda r: Cell(r.case_id, r.case_id, order_href(r.case_id))),
        Column("rule", text("Rule"), lambda r: Cell(rule_label(visit, book, r.rule), r.rule)),
        Column("why", text("Why"), lambda r: Cell(why_text(visit, book, r), why_text(visit, book, r))),
        Column("step", text("Stands at"), lambda r: Cell(codes.milestone(book.kind, r.step) if r.step else fmt.full(None), r.step)),
        Column("time", text("Flagged"), lambda r: Cell(fmt.minute(r.time), fmt.iso(r.time), value=r.time)),
        Column("amount", text("Amount"), amount, number=True),
        Column("channel", text("Channel"), lambda r: code("channel", r.channel)),
        Column("region", text("Region"), lambda r: code("region", r.region)),
        Column("class", text("Business class"), lambda r: code("business_class", r.business_class)),
        Column("product", text("Product"), lambda r: Cell(r.product_id or fmt.full(None), r.product_id), usual=False),
        Column("customer", text("Customer"), lambda r: Cell(r.customer_id or fmt.full(None), r.customer_id), usual=False),
        Column("reason", text("Reason"), lambda r: Cell(reason_label(visit, r.reason) or fmt.full(None), r.reason), usual=False),
    ]


def export_columns(visit: Visit, book: FlagBook, shown: Sequence[Column[FlaggedRow]]) -> list[Column[FlaggedRow]]:
    """Return the columns of the list's files: those shown, with one thing to a column."""
    text = visit.text

    def number(value: float | None) -> Cell:
        return Cell("") if value is None else Cell("", value=Decimal(repr(value)))

    own: dict[str, list[Column[FlaggedRow]]] = {
        "why": [
            Column("why", text("Why"), lambda r: Cell(why_text(visit, book, r))),
            Column("found", text("Measured"), lambda r: number(r.found)),
            Column("bound", text("Allowed"), lambda r: number(r.bound)),
            Column("others", text("Compared with"), lambda r: Cell(" ".join(r.others))),
        ],
        "region": [
            Column("region", text("Region"), lambda r: Cell(visit.codes.label("region", r.region))),
            Column("region_code", text("Region code"), lambda r: Cell(r.region)),
        ],
        "amount": [
            next(column for column in columns(visit, book) if column.name == "amount"),
            Column("currency", text("Currency"), lambda r: Cell(r.currency)),
        ],
        "product": [Column("product", text("Product"), lambda r: Cell(r.product_id))],
        "customer": [Column("customer", text("Customer"), lambda r: Cell(r.customer_id))],
    }
    return [column for one in shown for column in own.get(one.name, [one])]


def _empty(visit: Visit, address: Address, shown: ShownDay) -> Empty:
    text = visit.text
    if any(address.values[name] for name in NAMES):
        plain = str(Address(PATH, {"day": shown.value}))
        return Empty(text("No abnormal order fits these filters"), text("Widen the filters to see others."), text("Remove filters"), plain)
    cause = text("Either no rule found anything on this day, or no order came in.")
    return Empty(text("No abnormal orders"), cause, text("To the orders"), "/orders")


def _table(
    visit: Visit,
    book: FlagBook,
    found: FlaggedPage,
    address: Address,
    fields: Sequence[Filter],
    shown: ShownDay,
    wanted: str,
    *,
    known: bool,
) -> Table:
    every = columns(visit, book)
    chosen = chosen_columns(every, wanted)
    files = address.having(**{COLUMNS: columns_value(every, chosen), "page": "", "view": ""}).removeprefix(PATH)
    return Table(
        key="quality",
        caption=visit.text("Abnormal orders, the newest first"),
        headings=headings(chosen, None, address),
        rows=rows_of(chosen, found.rows, lambda r: f"{r.case_id} {r.rule}", lambda r: order_href(r.case_id)),
        pager=pager(found.offset, len(found.rows), found.total, address),
        exports=[(kind.upper(), f"{PATH}.{kind}{files}") for kind in FORMATS] if visit.may(Permission.EXPORT) else [],
        empty=_empty(visit, address, shown) if known else no_source(visit),
        export_note=visit.text("the first %(n)s rows", n=visit.formats.full(EXPORT_ROWS)) if found.total > EXPORT_ROWS else "",
        columns=column_choices(every, chosen),
        page=PATH,
        chips=filter_chips(fields, address),
        reset=str(Address(PATH, {"day": shown.value})),
    )


def _rules(visit: Visit, book: FlagBook) -> list[RuleShown]:
    language = visit.language
    return [
        RuleShown(
            *(rule.name, rule.label.in_language(language), rule.meaning.in_language(language), rule_text(visit, rule)),
            *(classes_text(visit, rule), reason_label(visit, rule.reason), rule.hold, rule.on),
        )
        for rule in book.rules
    ]


async def quality(visit: Visit) -> Response:
    """The page."""
    shown, questions = shown_day(visit), visit.site.questions
    address, where = _address(visit, shown), _where(visit, shown)
    offset = table_state(dict(visit.request.query_params), (), "").offset
    book = await questions.flag_book(visit.user)
    panel, listed, views = await asyncio.gather(
        visit.ask(questions.flagged_day(visit.user, where)),
        visit.ask(questions.flagged(visit.user, where, PAGE_ROWS, offset)),
        page_views(visit, PATH),
    )
    found, fields, every = panel.value, _filters(visit, book, panel.value), columns(visit, book)
    known = found is None or found.data_through is not None
    wanted = visit.query(COLUMNS) or views.columns
    kept = {**address.values, COLUMNS: columns_value(every, chosen_columns(every, wanted))}
    page = QualityPage(
        scope=scope_text(visit),
        filters=fields,
        address=address,
        days=day_switch(visit, shown, Address(PATH, {**address.values, "page": ""})),
        shown=shown,
        panel=panel,
        cards=cards(visit, found, shown) if found else (),
        lines=lines(visit, book, found, address, shown) if found else (),
        trend=trend(visit, book, found, shown) if found and found.data_through else None,
        listed=listed,
        table=_table(visit, book, listed.value, address, fields, shown, wanted, known=known) if listed.value else None,
        bar=await view_bar(visit, views, PATH, SAVED, kept),
        rules=_rules(visit, book),
        source=book.source,
        live=f"/live{address.having(page='', view='')}" if shown.today else "",
        data_through=found.data_through if found else None,
    )
    return visit.render("orders/quality.html", page)


async def live_quality(visit: Visit) -> Response:
    """Tell of new flags."""

    async def ask(now: Visit) -> Arrived:
        where = _where(now, shown_day(now))
        day, page = await asyncio.gather(now.site.questions.flagged_day(now.user, where), now.site.questions.flagged(now.user, where, 1, 0))
        return Arrived(page.total, day.data_through)

    return news(visit, ask)


async def export(visit: Visit) -> Response:
    """The list as a file."""
    shown, book = shown_day(visit), await visit.site.questions.flag_book(visit.user)
    where = _where(visit, shown)

    async def ask(limit: int, offset: int) -> tuple[Sequence[FlaggedRow], int]:
        found = await visit.site.questions.flagged(visit.user, where, limit, offset)
        return found.rows, found.total

    chosen = chosen_columns(columns(visit, book), visit.query(COLUMNS))
    query = str(Address("", {name: visit.query(name) for name in SAVED})).removeprefix("?")
    name = f"order-quality-{shown.day.isoformat()}"
    return await export_response(
        visit, Listing(PATH, name, query, export_columns(visit, book, chosen), ask, lambda r: f"{r.case_id} {r.rule}")
    )


PAGES: Final = (
    Page(PATH, quality, Permission.SEE_ORDERS, saves=SAVED),
    Page(f"/live{PATH}", live_quality, Permission.SEE_ORDERS),
    *(Page(f"{PATH}.{kind}", export, Permission.SEE_ORDERS, also=(Permission.EXPORT,)) for kind in FORMATS),
)
