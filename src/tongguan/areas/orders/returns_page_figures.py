"""The figures of cancellations and returns 退单: cards, trend, dimensions, and how long each step takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tongguan.model.returns import OpenReturns, ReturnCounts, ReturnShare, ReturnsReport
from tongguan.model.waiting import Lateness
from tongguan.web.kit.address import Address
from tongguan.web.kit.charts import Chart, Series
from tongguan.web.kit.components import Change, KpiCard, Status
from tongguan.web.kit.formats import NOTHING
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.panorama.tiles import change

FLOOR = 30
"""Shares of fewer orders are not told apart."""

FILTERED_BY = ("reason", "channel", "business_class", "product_id", "region")
"""Dimensions that are filters as well."""


@dataclass(frozen=True)
class ShareLine:
    """One value of a dimension; ``width`` is its part of the greatest in percent, ``rate`` empty where nothing has one."""

    label: str
    title: str
    href: str
    chosen: bool
    cancelled: str
    asked: str
    value: str
    rate: str
    thin: bool
    change: Change
    width: int


@dataclass(frozen=True)
class ShareTable:
    """One dimension."""

    by: str
    title: str
    rated: bool
    lines: Sequence[ShareLine]


@dataclass(frozen=True)
class StepLine:
    """How long a step took."""

    label: str
    cases: str
    median: str
    p90: str


def money(visit: Visit, sums: Mapping[str, int], *, short: bool = False) -> str:
    """Write sums by currency; they are never added up."""
    write = visit.formats.money_compact if short else visit.formats.money
    return " + ".join(write(amount, currency) for currency, amount in sums.items()) or write(0, "CNY")


def cards(visit: Visit, report: ReturnsReport, waits: OpenReturns | None, address: Address) -> list[KpiCard]:
    """Return the key figures of today, each beside yesterday until now."""
    fmt, text, label = visit.formats, visit.text, visit.text("vs yesterday")
    today, before, known = report.today, report.yesterday, report.data_through is not None

    def count(key: str, name: str, now: int, then: int, week: int, href: str) -> KpiCard:
        return KpiCard(
            name,
            fmt.compact(now if known else None),
            href,
            unit=visit.plural("order", "orders", now) if known else "",
            title=fmt.full(now if known else None),
            change=change(visit, label, now, then) if known else None,
            note=text("same time last week: %(n)s", n=fmt.full(week)) if known else "",
            key=key,
        )

    return [
        count("cancelled", text("Cancelled today"), today.cancelled, before.cancelled, report.last_week.cancelled, "#trend"),
        count("asked", text("Returns asked today"), today.asked, before.asked, report.last_week.asked, "#trend"),
        KpiCard(
            text("Value today"),
            money(visit, today.value, short=True) if known else fmt.money_compact(None),
            "#by",
            title=money(visit, today.value) if known else "",
            note=text("refunded %(amount)s", amount=money(visit, today.refunded, short=True)) if known else "",
            key="value",
        ),
        *([_waiting(visit, waits, address, known=known)] if waits is not None else []),
        count("ended", text("Ended today"), today.ended, before.ended, report.last_week.ended, address.having(show="ended") + "#list"),
    ]


def _waiting(visit: Visit, waits: OpenReturns, address: Address, *, known: bool) -> KpiCard:
    if not known:
        return KpiCard(visit.text("Waiting now"), NOTHING, address.having(show="") + "#list", key="waiting")
    fmt, late, warned = visit.formats, waits.counts.get(Lateness.LATE, 0), waits.counts.get(Lateness.WARNED, 0)
    total = sum(waits.counts.values())
    status = Status.BAD if late else Status.WATCH if warned else Status.GOOD if total else None
    words = {Status.BAD: visit.text("late"), Status.WATCH: visit.text("warned"), Status.GOOD: visit.text("in time")}
    notes = [visit.text("%(n)s late", n=fmt.full(late)), visit.text("%(n)s warned", n=fmt.full(warned))]
    return KpiCard(
        visit.text("Waiting now"),
        fmt.compact(total),
        address.having(show="") + "#list",
        unit=visit.plural("order", "orders", total),
        title=fmt.full(total),
        note=" · ".join(notes),
        status=status,
        status_word=words[status] if status else "",
        key="waiting",
    )


def trend(visit: Visit, report: ReturnsReport, *, today: bool) -> Chart:
    """Return cancellations, returns and ends by day."""
    text, days = visit.text, report.days
    return Chart(
        key="returns-trend",
        kind="lines",
        title=text("Cancellations and returns by day"),
        categories=[day.day[5:] for day in days],
        series=[
            Series(text("Cancellations"), "c1", [day.cancelled for day in days]),
            Series(text("Returns asked"), "c2", [day.asked for day in days]),
            Series(text("Came to an end"), "c3", [day.ended for day in days]),
        ],
        category_title=text("Day"),
        open=len(days) - 1 if today else None,
    )


def share_tables(visit: Visit, report: ReturnsReport, address: Address) -> list[ShareTable]:
    """Return every dimension that has a value."""
    tables = []
    for by, shares in report.by.items():
        if shares:
            most = max(one.now.gone for one in shares)
            rated = by != "reason"
            lines = [_line(visit, by, one, most, address) for one in shares]
            tables.append(ShareTable(by, visit.codes.column(by), rated, lines))
    return tables


def _line(visit: Visit, by: str, one: ReturnShare, most: int, address: Address) -> ShareLine:
    fmt, now = visit.formats, one.now
    chosen = address.values.get(by, "") == one.value != ""
    thin = now.made < FLOOR
    return ShareLine(
        label=visit.codes.label(by, one.value) if one.value else visit.text("not told"),
        title=one.value,
        href=address.having(**{by: "" if chosen else one.value, "page": ""}) if one.value and by in FILTERED_BY else "",
        chosen=chosen,
        cancelled=fmt.full(now.cancelled),
        asked=fmt.full(now.asked),
        value=money(visit, now.value),
        rate=_rate(visit, now),
        thin=thin,
        change=change(visit, visit.text("vs period before"), now.gone, one.before.gone),
        width=round(100 * now.gone / most) if most else 0,
    )


def _rate(visit: Visit, counts: ReturnCounts) -> str:
    return visit.formats.rate(counts.rate if counts.rate is None or counts.rate <= 1 else None)


def step_lines(visit: Visit, report: ReturnsReport) -> list[StepLine]:
    """Return every step in words."""
    fmt, codes = visit.formats, visit.codes

    def named(begin: str, ends: Sequence[str]) -> str:
        between = " / " if visit.language != "zh-CN" else "、"
        return f"{codes.event_type(begin)} → {between.join(codes.event_type(name) for name in ends)}"

    return [
        StepLine(named(one.begin, one.ends), fmt.full(one.cases), fmt.duration(one.median), fmt.duration(one.p90)) for one in report.steps
    ]
