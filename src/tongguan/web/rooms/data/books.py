"""Data: the books of every source, how fresh they are, deliveries, and the ledger by hour."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.model.answers import SourceAccount
from tongguan.web.kit.access import Page
from tongguan.web.kit.address import Address
from tongguan.web.kit.charts import Chart, Series
from tongguan.web.kit.components import Choice, Empty, KpiCard, Status
from tongguan.web.kit.ports import DeliveryPage, DeliveryRow, LedgerHour
from tongguan.web.kit.tables import PAGE_ROWS, Cell, Column, Table, headings, pager, rows_of, table_state
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Panel, Visit

RANGES: Final = {
    "24h": (timedelta(hours=24), msg("24 hours")),
    "7d": (timedelta(days=7), msg("7 days")),
    "30d": (timedelta(days=30), msg("30 days")),
}


@dataclass(frozen=True)
class Book:
    """The books of one source and how they stand."""

    account: SourceAccount
    balance: Status
    balance_word: str
    fresh: Status
    age: float | None


@dataclass(frozen=True)
class DataPage:
    """Context of the data page."""

    panel: Panel[Sequence[SourceAccount]]
    books: Sequence[Book]
    total: SourceAccount | None
    cards: Sequence[KpiCard]
    address: Address
    source: str
    range: str
    ranges: Sequence[Choice]
    ledger: str
    deliveries: Panel[DeliveryPage]
    table: Table | None
    data_through: datetime | None


@dataclass(frozen=True)
class LedgerPart:
    """Context of the ledger by hour, which is asked after the page stands."""

    panel: Panel[Sequence[LedgerHour]]
    chart: Chart | None
    retry: str


def _book(visit: Visit, account: SourceAccount) -> Book:
    age = (visit.now - account.last_received).total_seconds() if account.last_received else None
    old = age is None or age > visit.site.settings.stale_after.total_seconds()
    balanced = account.difference == 0
    word = visit.text("balanced") if balanced else visit.text("off by %(n)s", n=visit.formats.full(account.difference))
    return Book(account, Status.GOOD if balanced else Status.BAD, word, Status.WATCH if old else Status.GOOD, age)


def _total(accounts: Sequence[SourceAccount]) -> SourceAccount:
    def add(name: str) -> int:
        return sum(getattr(account, name) for account in accounts)

    return SourceAccount(
        source="",
        received=add("received"),
        accepted=add("accepted"),
        duplicate=add("duplicate"),
        quarantined=add("quarantined"),
        rejected=add("rejected"),
        difference=add("difference"),
        last_received=max((account.last_received for account in accounts if account.last_received), default=None),
        newest_event=max((account.newest_event for account in accounts if account.newest_event), default=None),
        quarantine_open=add("quarantine_open"),
    )


def _share(part: int, whole: int) -> float:
    """Return a share that is rounded down, since 100.0% would hide the few that are missing."""
    return part * 1000 // whole / 1000


def _cards(visit: Visit, books: Sequence[Book], total: SourceAccount) -> list[KpiCard]:
    fmt = visit.formats
    wrong = [book for book in books if book.balance is Status.BAD]
    silent = [book for book in books if book.fresh is Status.WATCH]
    records = visit.text("records")
    waiting = Status.WATCH if total.quarantine_open else Status.GOOD
    return [
        KpiCard(visit.text("Received"), fmt.compact(total.received), "#books", records, fmt.full(total.received), key="received"),
        KpiCard(
            visit.text("Accepted"),
            fmt.compact(total.accepted),
            "#books",
            records,
            fmt.full(total.accepted),
            note=visit.text("%(share)s of received", share=fmt.rate(_share(total.accepted, total.received))) if total.received else "",
            key="accepted",
        ),
        KpiCard(
            visit.text("In quarantine"),
            fmt.compact(total.quarantine_open),
            "/data/quarantine",
            records,
            fmt.full(total.quarantine_open),
            status=waiting,
            status_word=visit.text("Open") if total.quarantine_open else visit.text("empty"),
            key="quarantine",
        ),
        KpiCard(
            visit.text("Books"),
            visit.text("balanced") if not wrong else visit.text("unbalanced"),
            "#books",
            note=visit.listing(book.account.source for book in wrong) or visit.text("every record is accounted for"),
            status=Status.BAD if wrong else Status.GOOD,
            status_word=visit.text("system fault") if wrong else visit.text(Status.GOOD.word),
            key="balance",
        ),
        KpiCard(
            visit.text("Silent sources"),
            fmt.full(len(silent)),
            "#books",
            visit.text("of %(n)s", n=len(books)),
            note=visit.listing(book.account.source for book in silent[:3]),
            status=Status.WATCH if silent else Status.GOOD,
            status_word=visit.text(Status.WATCH.word if silent else Status.GOOD.word),
            key="silent",
        ),
    ]


def _delivery_columns(visit: Visit) -> list[Column[DeliveryRow]]:
    fmt, text = visit.formats, visit.text

    def count(value: int | None) -> Cell:
        return Cell(fmt.full(value), value=value, title="" if value is not None else text("not loaded yet"))

    return [
        Column("batch", text("Delivery"), lambda r: Cell(str(r.batch), copy=True)),
        Column("source", text("Source"), lambda r: Cell(r.source)),
        Column(
            "loaded",
            text("State"),
            lambda r: Cell(text("loaded"), mark=Status.GOOD) if r.loaded else Cell(text("on its way"), mark=Status.UNKNOWN),
        ),
        Column(
            "received_time", text("Received at"), lambda r: Cell(fmt.time(r.received_time), fmt.iso(r.received_time), value=r.received_time)
        ),
        Column("origin", text("From"), lambda r: Cell(r.origin, r.origin)),
        Column("mapping", text("Mapping"), lambda r: Cell(r.mapping or fmt.full(None))),
        Column("received", text("Received"), lambda r: count(r.received), number=True),
        Column("accepted", text("Accepted"), lambda r: count(r.accepted), number=True),
        Column("duplicate", text("Duplicate"), lambda r: count(r.duplicate), number=True),
        Column("quarantined", text("Quarantined"), lambda r: count(r.quarantined), number=True),
    ]


def _delivery_table(visit: Visit, found: DeliveryPage, address: Address) -> Table:
    columns = _delivery_columns(visit)
    return Table(
        key="deliveries",
        caption=visit.text("Deliveries, newest first"),
        headings=headings(columns, None, address),
        rows=rows_of(columns, found.rows, lambda r: str(r.batch), lambda r: ""),
        pager=pager(found.offset, len(found.rows), found.total, address),
        exports=(),
        empty=Empty(
            visit.text("No deliveries yet"), visit.text("Nothing has been sent or imported."), visit.text("How to send data"), "/help#data"
        ),
    )


async def data(visit: Visit) -> Response:
    """The books of every source."""
    wanted = visit.query("range") if visit.query("range") in RANGES else "24h"
    address = Address("/data", {"source": visit.query("source"), "range": "" if wanted == "24h" else wanted, "page": visit.query("page")})
    state = table_state(dict(visit.request.query_params), (), "")
    questions = visit.site.questions
    panel, deliveries = await asyncio.gather(
        visit.ask(questions.accounts(visit.user)),
        visit.ask(questions.deliveries(visit.user, visit.query("source"), PAGE_ROWS, state.offset)),
    )
    accounts = panel.value or ()
    total = _total(accounts) if accounts else None
    books = [_book(visit, account) for account in accounts]
    page = DataPage(
        panel=panel,
        books=books,
        total=total,
        cards=_cards(visit, books, total) if total else (),
        address=address,
        source=visit.query("source"),
        range=wanted,
        ranges=[Choice(name, visit.text(label)) for name, (_, label) in RANGES.items()],
        ledger=str(Address("/data/ledger", {"source": visit.query("source"), "range": wanted})),
        deliveries=deliveries,
        table=_delivery_table(visit, deliveries.value, address) if deliveries.value else None,
        data_through=total.newest_event if total else None,
    )
    return visit.render("data/data.html", page)


_PARTS: Final = (
    ("accepted", "series", msg("Accepted")),
    ("duplicate", "unknown", msg("Duplicate")),
    ("quarantined", "watch", msg("Quarantined")),
    ("rejected", "bad", msg("Rejected")),
)


def buckets(visit: Visit, since: datetime, until: datetime, *, by_day: bool) -> list[str]:
    """Return the names of all hours, or of all days of the operation, from ``since`` to ``until``."""
    name = visit.formats.date if by_day else visit.formats.short_time
    first = since.replace(minute=0, second=0, microsecond=0)
    hours = range(int((until - first).total_seconds() // 3600) + 1)
    return list(dict.fromkeys(name(first + timedelta(hours=hour)) for hour in hours))


def _ledger_chart(visit: Visit, rows: Sequence[LedgerHour], span: timedelta) -> Chart:
    by_day = span > RANGES["7d"][0]
    name = visit.formats.date if by_day else visit.formats.short_time
    categories = buckets(visit, visit.now - span, visit.now, by_day=by_day)
    sums = {part: dict.fromkeys(categories, 0) for part, _, _ in _PARTS}
    for row in rows:
        for part, counts in sums.items():
            counts[name(row.hour)] = counts.get(name(row.hour), 0) + getattr(row, part)
    return Chart(
        key="ledger-by-hour",
        kind="stacked",
        title=visit.text("Records by day of arrival") if by_day else visit.text("Records by hour of arrival"),
        categories=categories,
        series=[Series(visit.text(label), colour, [sums[part][one] for one in categories]) for part, colour, label in _PARTS],
        category_title=visit.text("Day") if by_day else visit.text("Hour"),
    )


async def ledger(visit: Visit) -> Response:
    """The ledger by hour, as a part of the data page."""
    wanted = visit.query("range") if visit.query("range") in RANGES else "24h"
    source = visit.query("source")
    panel = await visit.ask(visit.site.questions.ledger(visit.user, source, visit.now - RANGES[wanted][0], visit.now))
    retry = str(Address("/data", {"source": source, "range": wanted}))
    return visit.render(
        "data/_ledger.html", LedgerPart(panel, _ledger_chart(visit, panel.value, RANGES[wanted][0]) if panel.value else None, retry)
    )


PAGES: Final = (Page("/data", data, Permission.SEE_DATA), Page("/data/ledger", ledger, Permission.SEE_DATA))
