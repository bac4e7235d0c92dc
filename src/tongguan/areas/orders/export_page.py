"""The list of orders as a file: all that match, or those that were ticked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from starlette.responses import Response

from tongguan.areas.orders import list_page
from tongguan.areas.orders.list_page import KIND, PATH, SAVED
from tongguan.lib.money import exponent
from tongguan.model.answers import CaseFilter, CaseRow
from tongguan.web.kit.address import Address
from tongguan.web.kit.export import Listing, export_response
from tongguan.web.kit.saved_views import COLUMNS
from tongguan.web.kit.tables import PAGE_ROWS, Cell, Column, chosen_columns
from tongguan.web.kit.visit import Visit


def _sum(row: CaseRow, minor: int | None) -> Cell:
    return Cell("") if minor is None else Cell(str(minor), value=Decimal(minor).scaleb(-exponent(row.currency or "CNY")))


def _late_hours(visit: Visit, row: CaseRow) -> Cell:
    if not row.open or row.due_time is None or row.due_time >= visit.now:
        return Cell("")
    hours = Decimal(int((visit.now - row.due_time).total_seconds())) / 3600
    return Cell(str(hours), value=hours.quantize(Decimal("0.01")))


def export_columns(visit: Visit, shown: Sequence[Column[CaseRow]]) -> list[Column[CaseRow]]:
    """Return the columns of the list's files: those shown, with one thing to a column and nothing where nothing is known."""
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
    return [column for one in shown for column in own.get(one.name, [one])]


async def export(visit: Visit) -> Response:
    """All that match, in the order and with the columns of the list."""
    return await _file(visit, list_page.where(visit), "")


async def export_chosen(visit: Visit) -> Response:
    """The rows that were ticked, in the order and with the columns of the list."""
    ids = tuple(dict.fromkeys(await visit.form_values("id")))[:PAGE_ROWS]
    if not ids:
        return visit.go(str(list_page.list_address(visit)))
    return await _file(visit, replace(list_page.where(visit), case_ids=ids), " ".join(ids))


async def _file(visit: Visit, where: CaseFilter, chosen: str) -> Response:
    async def ask(limit: int, offset: int) -> tuple[Sequence[CaseRow], int]:
        found = await visit.site.questions.cases(visit.user, KIND, where, list_page.sort(visit), limit, offset)
        return found.rows, found.total

    shown = chosen_columns(list_page.columns(visit), visit.query(COLUMNS))
    query = str(Address("", {**{name: visit.query(name) for name in SAVED}, "chosen": chosen})).removeprefix("?")
    return await export_response(visit, Listing(PATH, "orders", query, export_columns(visit, shown), ask, lambda r: r.case_id))
