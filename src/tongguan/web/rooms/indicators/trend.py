"""An indicator over time: its key figures, its curve beside other periods, and the curve as rows of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tongguan.model.indicator_answers import (
    NOTHING,
    Amount,
    Compare,
    Grain,
    IndicatorRow,
    IndicatorTable,
)
from tongguan.model.indicators import Better, Measured, Ratio
from tongguan.model.periods import bucket_end
from tongguan.web.kit.address import Address
from tongguan.web.kit.charts import Chart, Series, Value
from tongguan.web.kit.components import Change, KpiCard, Spark
from tongguan.web.kit.measured import amount_cell, difference, drawn, form_of, full, gap_cell, gap_mark, short, told, unit_mark
from tongguan.web.kit.period import bucket_name
from tongguan.web.kit.sparkline import parted
from tongguan.web.kit.tables import Cell, Column
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.indicators.breakdown import Ranked, side_cell
from tongguan.web.rooms.indicators.wanted import Wanted

SHOWN: Final = {"prev": (Compare.PREVIOUS,), "yoy": (Compare.YEAR,), "both": (Compare.PREVIOUS, Compare.YEAR), "none": ()}
LABELS: Final = {Compare.PREVIOUS: msg("previous period"), Compare.YEAR: msg("last year")}
_ZOOMED: Final = 0.6
"""Rates whose least is more than this part of their greatest are drawn without the empty space below them."""
_MOST_NAMED: Final = 3
"""So many event types of a part or a whole are named; more would not fit a card."""


def bucket_label(bucket: str, wanted: Wanted) -> str:
    """Return a bucket as axes and tables name it."""
    return bucket_name(bucket, wanted.grain, clock=wanted.period.days == 1)


@dataclass(frozen=True)
class Trend:
    """An answer by bucket.

    Attributes:
        buckets: those that have begun; ``open`` is the place of the one that is not over, None where all are.
        total: of the whole period.
    """

    buckets: Sequence[IndicatorRow]
    open: int | None
    total: IndicatorRow


def trend(visit: Visit, wanted: Wanted, table: IndicatorTable) -> Trend:
    """Cut off the buckets to come, and find the one that is not over."""
    now = visit.formats.local(visit.now)
    rows = [row for row in table.totals if row.bucket and _begun(row.bucket, now)]
    last = len(rows) - 1
    unfinished = last >= 0 and not _over(rows[last].bucket, wanted, now)
    return Trend(rows, last if unfinished else None, table.totals[-1])


def _begun(bucket: str, now: datetime) -> bool:
    start = datetime.fromisoformat(bucket)
    return start <= now if start.tzinfo else start.date() <= now.date()


def _over(bucket: str, wanted: Wanted, now: datetime) -> bool:
    start = datetime.fromisoformat(bucket)
    if start.tzinfo:
        return start + timedelta(hours=1) <= now
    if wanted.period.until < now.date():
        return True  # what was asked for lies behind us, even where its last week or month does not
    return bucket_end(start.date(), wanted.grain) < now.date()


def amount(row: IndicatorRow, wanted: Wanted) -> Amount:
    """Return the number of a row."""
    return row.amounts.get(wanted.indicator.name, NOTHING)


def before(row: IndicatorRow, wanted: Wanted, compare: Compare) -> Amount | None:
    """Return the number of the same place in another period; None where it was not told."""
    return row.before[compare].get(wanted.indicator.name) if compare in row.before else None


def trend_chart(visit: Visit, wanted: Wanted, found: Trend) -> Chart:
    """Return the curve of the period, and in grey those that it is compared with."""
    unit = wanted.indicator.unit
    enough = any(_drawn(amount(row, wanted), unit, floor=True) is not None for row in found.buckets)
    here = [_drawn(amount(row, wanted), unit, floor=enough) for row in found.buckets]
    series = [Series(visit.text("This period"), "accent", here)]
    for compare in SHOWN[wanted.compare]:
        values = [_drawn(before(row, wanted, compare) or NOTHING, unit, floor=enough) for row in found.buckets]
        if any(value is not None for value in values):
            series.append(Series(visit.text(LABELS[compare]), "grey", values, "compare", dotted=compare is Compare.YEAR))
    known = [value for one in series for value in one.values if value is not None]
    zoom = unit in (Measured.SHARE, Measured.POINTS) and bool(known) and min(known) > _ZOOMED * max(known)
    return Chart(
        key="trend-chart",
        kind="lines",
        title=visit.text("Over time"),
        categories=[bucket_label(row.bucket, wanted) for row in found.buckets],
        series=series,
        category_title=visit.text("Time"),
        form=form_of(unit),
        currency=wanted.currency,
        open=found.open,
        note=_note(visit, wanted, found, enough=enough, zoom=zoom),
        zoom=zoom,
    )


def _drawn(found: Amount, unit: Measured, *, floor: bool) -> Value:
    return None if floor and found.thin else drawn(unit, found.value)


def _note(visit: Visit, wanted: Wanted, found: Trend, *, enough: bool, zoom: bool) -> str:
    said = []
    if zoom:
        said.append(visit.text("the axis does not begin at 0"))
    if wanted.indicator.floor and any(amount(row, wanted).thin for row in found.buckets):
        n = visit.formats.full(wanted.indicator.floor)
        said.append(visit.text("less than %(n)s behind it is left out", n=n) if enough else visit.text("less than %(n)s behind each", n=n))
    return " · ".join(said)


def cards(visit: Visit, wanted: Wanted, found: Trend, ranked: Ranked | None) -> list[KpiCard]:
    """Return the key figures: the period, what it is made of, its latest bucket, the best and the worst place."""
    address = wanted.address()
    made = [_period_card(visit, wanted, found)]
    if wanted.sides:
        made += [_side_card(visit, wanted, found, side, address) for side in ("part", "whole")]
    else:
        made.append(_year_card(visit, wanted, found, address))
    if found.buckets:
        made.append(_latest_card(visit, wanted, found, address))
    if ranked:
        made += _place_cards(visit, wanted, ranked)
    return made


def _spark(visit: Visit, wanted: Wanted, found: Trend) -> Spark | None:
    values = [drawn(wanted.indicator.unit, amount(row, wanted).value) for row in found.buckets]
    known = [value for value in values if value is not None]
    if len(values) < 2 or not known:
        return None
    top = max(known)
    label = visit.text("%(name)s over time", name=wanted.indicator.label.in_language(visit.language))
    whole, part = parted(values, top, len(values), found.open)
    return Spark("", "", label, whole, part=part)


def _period_card(visit: Visit, wanted: Wanted, found: Trend) -> KpiCard:
    total = amount(found.total, wanted)
    said = told(visit, wanted.indicator, total, wanted.currency)
    year = before(found.total, wanted, Compare.YEAR)
    beside = difference(visit, wanted.indicator, total, year, visit.text("vs last year"), wanted.currency)
    arrow = {"up": "↑", "down": "↓"}.get(beside.direction, "")
    known = year is not None and year.value is not None and bool(wanted.sides)  # others have a card for it
    return KpiCard(
        key="period",
        name=visit.text("This period"),
        value=said.text,
        title=said.title,
        href="#trend",
        thin=said.thin,
        change=difference(visit, wanted.indicator, total, before(found.total, wanted, Compare.PREVIOUS), _vs(visit), wanted.currency),
        note=f"{arrow}{beside.text} {beside.label}" if known else "",
        spark=_spark(visit, wanted, found),
    )


def _vs(visit: Visit) -> str:
    return visit.text("vs previous")


def _side_card(visit: Visit, wanted: Wanted, found: Trend, side: str, address: Address) -> KpiCard:
    now = getattr(amount(found.total, wanted), side)
    earlier = before(found.total, wanted, Compare.PREVIOUS)
    then = getattr(earlier, side) if earlier else None
    relative = now / then - 1 if now is not None and then else None
    fmt, unit = visit.formats, wanted.sides[0 if side == "part" else 1]
    direction = "same" if relative is None or round(relative, 3) == 0 else "up" if relative > 0 else "down"
    label = _vs(visit)
    return KpiCard(
        key=side,
        name=visit.text("Part") if side == "part" else visit.text("Whole"),
        value=short(fmt, unit, now, wanted.currency),
        title=full(fmt, unit, now, wanted.currency),
        href=address.having(side="" if side == "part" else side) + "#rows",
        note=_counted(visit, wanted, side),
        change=Change(
            label,
            fmt.change(relative),
            direction,
            visit.text("%(label)s: %(count)s", label=label, count=full(fmt, unit, then, wanted.currency)),
        ),
    )


def _counted(visit: Visit, wanted: Wanted, side: str) -> str:
    """Name the events that a side counts; empty for what is more than a few types."""
    kind = wanted.indicator.kind
    types = (kind.part if side == "part" else kind.whole).types if isinstance(kind, Ratio) else ()
    return visit.listing(visit.codes.event_type(name) for name in types) if len(types) <= _MOST_NAMED else ""


def _year_card(visit: Visit, wanted: Wanted, found: Trend, address: Address) -> KpiCard:
    year = before(found.total, wanted, Compare.YEAR) or NOTHING
    said = told(visit, wanted.indicator, year, wanted.currency)
    label, known, now = visit.text("since then"), year.value is not None, amount(found.total, wanted)
    return KpiCard(
        key="year",
        name=visit.text("Same days last year"),
        value=said.text,
        title=said.title,
        href=address.having(compare="yoy") + "#trend",
        thin=said.thin,
        change=difference(visit, wanted.indicator, now, year, label, wanted.currency) if known else None,
        note="" if known else visit.text("no data of last year"),
    )


def _latest_card(visit: Visit, wanted: Wanted, found: Trend, address: Address) -> KpiCard:
    row = found.buckets[-1]
    said = told(visit, wanted.indicator, amount(row, wanted), wanted.currency)
    label = bucket_label(row.bucket, wanted)
    day = row.bucket[:10]
    earlier = found.buckets[-2] if len(found.buckets) > 1 and found.open is None else None
    name = visit.text("Latest: %(bucket)s", bucket=label)
    return KpiCard(
        key="latest",
        name=name,
        value=said.text,
        title=said.title,
        href=address.having(since=day, until=day, period="", grain="") if wanted.grain is Grain.DAY else "#trend",
        thin=said.thin,
        change=difference(
            visit,
            wanted.indicator,
            amount(row, wanted),
            amount(earlier, wanted),
            visit.text("vs %(bucket)s", bucket=bucket_label(earlier.bucket, wanted)),
            wanted.currency,
        )
        if earlier
        else None,
        note=visit.text("not over yet") if found.open is not None else "",
    )


def _place_cards(visit: Visit, wanted: Wanted, ranked: Ranked) -> list[KpiCard]:
    # The greatest place of what adds up is the largest, not the best.
    judged = wanted.indicator.better is not Better.NEITHER and not wanted.sums
    names = (visit.text("Best"), visit.text("Worst")) if judged else (visit.text("Most"), visit.text("Least"))
    made = []
    for key, name, place in (("best", names[0], ranked.best), ("worst", names[1], ranked.worst)):
        said = told(visit, wanted.indicator, place.amount, wanted.currency)
        label = visit.text("%(name)s: %(place)s", name=name, place=place.label)
        made.append(KpiCard(key=key, name=label, value=said.text, title=said.title, href=place.href, note=ranked.dimension))
    return made


def trend_columns(visit: Visit, wanted: Wanted) -> list[Column[IndicatorRow]]:
    """Return the columns of the curve as a file: the buckets, and for each period shown its number and the difference."""
    indicator, text = wanted.indicator, visit.text
    name = indicator.label.in_language(visit.language) + unit_mark(visit, indicator.unit)
    columns = [
        Column[IndicatorRow]("bucket", text("Time"), lambda row: Cell(row.bucket[:16].replace("T", " "))),
        Column("value", name, lambda row: amount_cell(visit, indicator, amount(row, wanted), wanted.currency), True),
    ]
    if wanted.sides:
        part, whole = (unit_mark(visit, unit) for unit in wanted.sides)
        columns += [
            Column("part", text("Part") + part, lambda row: side_cell(visit, wanted, 0, amount(row, wanted).part), True),
            Column("whole", text("Whole") + whole, lambda row: side_cell(visit, wanted, 1, amount(row, wanted).whole), True),
        ]
    for compare in SHOWN[wanted.compare]:
        columns += _compared_columns(visit, wanted, compare)
    return columns


def _compared_columns(visit: Visit, wanted: Wanted, compare: Compare) -> list[Column[IndicatorRow]]:
    indicator, label = wanted.indicator, visit.text(LABELS[compare])
    mark = gap_mark(visit, indicator.unit)

    def earlier(row: IndicatorRow) -> Amount | None:
        return before(row, wanted, compare)

    return [
        Column(
            compare.value,
            label + unit_mark(visit, indicator.unit),
            lambda row: amount_cell(visit, indicator, earlier(row) or NOTHING, wanted.currency),
            True,
        ),
        Column(
            f"{compare.value}_gap",
            visit.text("Difference to %(period)s", period=label) + mark,
            lambda row: gap_cell(visit, indicator, amount(row, wanted), earlier(row), label),
            True,
        ),
    ]
