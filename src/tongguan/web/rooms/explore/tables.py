"""The answer as a table: a row for each place and bucket, all others after them, all together last; on the page and in files the same."""

from __future__ import annotations

from dataclasses import dataclass

from tongguan.model.access import Permission
from tongguan.model.indicator_answers import NOTHING, Compare, Grain, IndicatorRow
from tongguan.model.indicators import Indicator
from tongguan.web.kit.components import Empty
from tongguan.web.kit.export import FORMATS
from tongguan.web.kit.measured import amount_cell, gap_cell, gap_mark, unit_mark
from tongguan.web.kit.tables import PAGE_ROWS, Cell, Column, Table, headings, pager, rows_of, table_state
from tongguan.web.rooms.explore.refusals import dimension_label, indicator_label
from tongguan.web.rooms.explore.shown import VERSUS, Shown
from tongguan.web.rooms.explore.wanted import PATH


@dataclass(frozen=True)
class Line:
    """A row of the table; ``total`` is that of all together."""

    row: IndicatorRow
    total: bool = False

    @property
    def key(self) -> str:
        """What tells it apart from others."""
        return "total" if self.total else repr((self.row.values, self.row.others, self.row.bucket))


def lines(shown: Shown) -> list[Line]:
    """Return all rows, with the total as the last one."""
    if not shown.wanted.by and shown.wanted.grain is Grain.TOTAL:
        return [Line(shown.total, True)]
    return [*(Line(row) for row in shown.rows), Line(shown.total, True)]


def columns(shown: Shown, *, files: bool = False) -> list[Column[Line]]:
    """Return the columns: dimensions, time, and each indicator with its differences; in files headings tell every unit."""
    found = [_dimension(shown, place, name) for place, name in enumerate(shown.wanted.by)]
    if shown.wanted.grain is not Grain.TOTAL or not found:
        found.append(Column[Line]("time", shown.visit.text("Time"), lambda line: _time(shown, line, first=not shown.wanted.by)))
    for indicator in shown.indicators:
        found += _numbers(shown, indicator, files=files)
    return found


def _dimension(shown: Shown, place: int, name: str) -> Column[Line]:
    first = shown.indicators[0] if shown.indicators else None

    def cell(line: Line) -> Cell:
        row = line.row
        if line.total or row.others:
            said = shown.visit.text("All together") if line.total else shown.visit.text("others")
            return Cell("" if place else said)
        href = shown.place_href((row.values, False), first) if first and not place else ""
        return Cell(shown.value_label(name, row.values[place]), row.values[place], href)

    return Column(name, dimension_label(shown.visit, name), cell)


def _time(shown: Shown, line: Line, *, first: bool) -> Cell:
    period = f"{shown.wanted.period.since} – {shown.wanted.period.until}"
    if line.total:
        return Cell(shown.visit.text("All together") if first else period, period)
    bucket = line.row.bucket
    href = shown.bucket_href(bucket, shown.indicators[0]) if first else ""
    return Cell(shown.bucket_label(bucket, full=True), bucket, href)


def _numbers(shown: Shown, indicator: Indicator, *, files: bool) -> list[Column[Line]]:
    visit = shown.visit
    label = indicator_label(visit, indicator)

    def number(line: Line) -> Cell:
        return amount_cell(visit, indicator, shown.amount(line.row, indicator), shown.currency(line.row))

    found = [Column(indicator.name, label + unit_mark(visit, indicator.unit, files=files), number, number=True)]
    for compare in shown.wanted.compare:
        found.append(_difference(shown, indicator, compare, "" if len(shown.indicators) == 1 else label))
    return found


def _difference(shown: Shown, indicator: Indicator, compare: Compare, label: str) -> Column[Line]:
    visit = shown.visit
    versus = visit.text(VERSUS[compare])
    mark = gap_mark(visit, indicator.unit)

    def cell(line: Line) -> Cell:
        now, before = shown.amount(line.row, indicator), shown.before(line.row, indicator, compare)
        found = gap_cell(visit, indicator, now, before or NOTHING, versus)
        thin = now.thin or (before is not None and before.thin)
        return Cell(found.text, found.title, value=found.value, tone="muted" if thin else "")

    return Column(f"{indicator.name}_{compare}", f"{label} {versus}{mark}".strip(), cell, number=True)


def table(shown: Shown) -> Table:
    """Return the table as the page draws it."""
    visit, wanted, every = shown.visit, shown.wanted, lines(shown)
    address, columns_ = wanted.address(), columns(shown)
    offset = min(table_state(dict(visit.request.query_params), (), "").offset, (len(every) - 1) // PAGE_ROWS * PAGE_ROWS)
    part = every[offset : offset + PAGE_ROWS]
    files = wanted.address().having(view="").removeprefix(PATH)
    return Table(
        key="explore",
        caption=visit.listing(indicator_label(visit, one) for one in shown.indicators),
        headings=headings(columns_, None, address),
        rows=rows_of(columns_, part, lambda line: line.key, lambda line: _href(shown, line)),
        pager=pager(offset, len(part), len(every), address),
        exports=[(kind.upper(), f"{PATH}.{kind}{files}") for kind in FORMATS] if visit.may(Permission.EXPORT) else [],
        empty=Empty(visit.text("Nothing was there to measure"), ""),
    )


def _href(shown: Shown, line: Line) -> str:
    if line.total:
        return shown.wanted.metric(shown.indicators[0].name)
    if shown.wanted.by:
        return shown.place_href((line.row.values, line.row.others), shown.indicators[0])
    return shown.bucket_href(line.row.bucket, shown.indicators[0])


def ends_with_total(shown: Shown, drawn: Table) -> bool:
    """Tell whether the last row of this page is that of all together."""
    return drawn.pager is not None and not drawn.pager.next and len(lines(shown)) > 1
