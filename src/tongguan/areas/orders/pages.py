"""Orders: the list, its key figures and exports, and one order's whole story."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from starlette.responses import Response

from tongguan.areas.orders import export_page, list_page, quality_page, returns_page, trace_page
from tongguan.areas.orders.list_page import KIND, MOST_SHOWN, PATH, SAVED
from tongguan.areas.orders.search import MOST_IDS
from tongguan.model.access import Permission
from tongguan.model.answers import CasePage, OrderSummary
from tongguan.web.kit.access import NavEntry, Page, Room
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Filter, KpiCard
from tongguan.web.kit.export import FORMATS
from tongguan.web.kit.filters import scope_text
from tongguan.web.kit.ports import CaseOrder
from tongguan.web.kit.saved_views import COLUMNS, ViewBar, page_views, view_bar
from tongguan.web.kit.tables import PAGE_ROWS, Table, chosen_columns, columns_value, table_state
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Panel, Visit


@dataclass(frozen=True)
class OrdersPage:
    """Context of the list.

    Attributes:
        filtered: a filter is set, so that the key figures over all orders would mislead and are not shown.
        unknown: of many ids searched for those that no order has, in one line; empty where all were found.
        dropped: how many ids were too many to look for; ``most`` is how many there may be.
        nothing: no source ever sent anything.
    """

    scope: str
    filters: Sequence[Filter]
    address: Address
    bar: ViewBar
    panel: Panel[CasePage]
    table: Table | None
    stage: str
    bad_dates: Sequence[str]
    filtered: bool
    unknown: str
    dropped: int
    most: int
    nothing: bool


@dataclass(frozen=True)
class SummaryPart:
    """Context of the key figures over all orders, which are asked after the page stands."""

    panel: Panel[OrderSummary]
    cards: Sequence[KpiCard]


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
    found = [
        KpiCard(text("Orders"), fmt.compact(summary.orders), "/orders", title=fmt.full(summary.orders), note=note, key="orders"),
        KpiCard(
            text("Delivered on time"),
            fmt.rate(summary.on_time_by_date / promised) if promised else fmt.rate(None),
            "/orders?status=delivered",
            title=text("%(n)s of %(all)s by calendar date", n=fmt.full(summary.on_time_by_date), all=fmt.full(promised)),
            note=text("by date; by the minute %(rate)s", rate=fmt.rate(summary.on_time_by_timestamp / promised)) if promised else "",
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
    # Where no source ever sent anything, nothing is known to be 0.
    known = summary.orders or not visit.site.freshness.nothing
    return found if known else [replace(card, value=fmt.full(None), title="") for card in found]


def _exact(visit: Visit, found: CasePage | None) -> str:
    """Return the order that was searched for by its whole id and by nothing else; empty where the list is what was wanted."""
    text = list_page.asked_search(visit).text
    asked = {name for name, value in visit.request.query_params.items() if value}
    if found is None or not text or asked != {"q"} or visit.is_partial:
        return ""
    return next((row.case_id for row in found.rows if row.case_id == text), "")


def _unknown(visit: Visit, found: CasePage | None) -> str:
    if found is None:
        return ""
    unknown = list_page.asked_search(visit).unknown(tuple(found.missing))
    named = visit.listing(unknown[:MOST_SHOWN])
    if not unknown:
        return ""
    if len(unknown) > MOST_SHOWN:
        named = visit.text("%(names)s and %(n)s more", names=named, n=visit.formats.full(len(unknown) - MOST_SHOWN))
    return visit.text("Not found (%(n)s): %(names)s", n=visit.formats.full(len(unknown)), names=named)


async def orders(visit: Visit) -> Response:
    """The list of orders; the whole id of an order leads to it."""
    address, stage, search = list_page.list_address(visit), list_page.asked_stage(visit), list_page.asked_search(visit)
    offset = table_state(dict(visit.request.query_params), CaseOrder, "-last").offset
    asked = visit.site.questions.cases(visit.user, KIND, list_page.where(visit), list_page.sort(visit), PAGE_ROWS, offset)
    panel = await visit.ask(asked)
    exact = _exact(visit, panel.value)
    if exact:
        return visit.go(str(Address(list_page.order_href(exact), {"found": exact})))
    views, fields, every = await page_views(visit, PATH), list_page.filters(visit), list_page.columns(visit)
    wanted = visit.query(COLUMNS) or views.columns
    shown = {**address.values, COLUMNS: columns_value(every, chosen_columns(every, wanted))}
    page = OrdersPage(
        scope=scope_text(visit),
        filters=fields,
        address=address,
        bar=await view_bar(visit, views, PATH, SAVED, shown),
        panel=panel,
        table=list_page.table(visit, panel.value, address, fields, wanted) if panel.value else None,
        stage=visit.codes.stage(stage) if stage else "",
        bad_dates=[visit.query(name) for name in ("since", "until") if visit.query(name) and list_page.midnight(visit, name) is None],
        filtered=list_page.is_filtered(visit),
        unknown=_unknown(visit, panel.value),
        dropped=search.dropped,
        most=MOST_IDS,
        nothing=panel.value is not None and not panel.value.total and visit.site.freshness.nothing,
    )
    return visit.render("orders/orders.html", page)


async def summary(visit: Visit) -> Response:
    """Key figures over all orders, as a part of the list's page."""
    panel = await visit.ask(visit.site.questions.order_summary(visit.user))
    return visit.render("orders/_summary.html", SummaryPart(panel, _cards(visit, panel.value) if panel.value else ()))


ROOM: Final = Room(
    name="orders",
    pages=(
        Page(PATH, orders, Permission.SEE_ORDERS, saves=SAVED, through=True),
        *(Page(f"{PATH}.{kind}", export_page.export, Permission.SEE_ORDERS, also=(Permission.EXPORT,)) for kind in FORMATS),
        *(
            Page(f"{PATH}.{kind}", export_page.export_chosen, Permission.SEE_ORDERS, method="POST", also=(Permission.EXPORT,))
            for kind in FORMATS
        ),
        Page("/live/orders", summary, Permission.SEE_ORDERS),
        # Before the page of an order, whose id may be anything.
        *quality_page.PAGES,
        *returns_page.PAGES,
        Page("/orders/{order_id:path}", trace_page.trace, Permission.SEE_ORDERS),
        Page("/live/reveal/{order_id:path}", trace_page.reveal, Permission.SEE_ORDERS, method="POST", also=(Permission.SEE_PERSONAL,)),
    ),
    templates=Path(__file__).parent / "templates" / "orders",
    navigation=(
        NavEntry("/orders", msg("Orders"), "shopping-cart", "o", Permission.SEE_ORDERS, msg("Operation")),
        NavEntry(quality_page.PATH, msg("Order quality"), "shield-exclamation", "s", Permission.SEE_ORDERS, msg("Operation"), "order"),
        NavEntry(returns_page.PATH, msg("Returns"), "arrow-back-up", "n", Permission.SEE_ORDERS, msg("Operation"), "returns"),
    ),
)
