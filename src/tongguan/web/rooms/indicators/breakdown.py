"""An indicator taken apart by one dimension: the table, its file, and the best and the worst place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from tongguan.model.indicator_answers import NOTHING, Amount, Compare, IndicatorRow, IndicatorTable
from tongguan.model.indicators import Better, Measured
from tongguan.web.kit.export import FORMATS
from tongguan.web.kit.measured import amount_cell, full, gap, gap_cell, gap_mark, plain, thin_text, unit_mark
from tongguan.web.kit.tables import Cell, Column, Heading, TableState, headings, table_state
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.indicators.wanted import PATH, Wanted

TOP: Final = 20
"""So many values stand in the table; the rest is one row."""


@dataclass(frozen=True)
class Place:
    """One value of the dimension: its number, and the address that narrows the page to it."""

    label: str
    amount: Amount
    href: str


@dataclass(frozen=True)
class Ranked:
    """The best and the worst value of a dimension, of those with enough behind them; of what adds up the most and the least."""

    dimension: str
    best: Place
    worst: Place


@dataclass(frozen=True)
class BreakdownRow:
    """One row: its cells, the share that its bar shows (None without one), where it leads, and that it is thin, in words."""

    label: str
    title: str
    cells: Sequence[Cell]
    bar: float | None
    href: str
    thin: str


@dataclass(frozen=True)
class BreakdownTable:
    """The table; ``bar_at`` is the place of the column with the bar, −1 without one; ``total`` are the cells of all together."""

    by: str
    title: str
    headings: Sequence[Heading]
    rows: Sequence[BreakdownRow]
    bar_at: int
    total: Sequence[Cell]
    exports: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Taken:
    """The answer by one dimension, and how to read it."""

    visit: Visit
    wanted: Wanted
    table: IndicatorTable

    @property
    def total(self) -> IndicatorRow:
        """All together, over the whole period."""
        return self.table.totals[-1]

    @property
    def ratio(self) -> bool:
        """Numbers have a part and a whole."""
        return bool(self.wanted.sides)

    @property
    def sums(self) -> bool:
        """Places can be told as shares of all together."""
        return self.wanted.sums

    def now(self, row: IndicatorRow) -> Amount:
        """Return the number of a row."""
        return row.amounts.get(self.wanted.indicator.name, NOTHING)

    def before(self, row: IndicatorRow) -> Amount | None:
        """Return the number of the same place in the period before; None where it was not told."""
        told = row.before.get(Compare.PREVIOUS)
        return told.get(self.wanted.indicator.name) if told is not None else None

    def share(self, row: IndicatorRow) -> float | None:
        """Return the row's share of all together, for what can be summed up."""
        whole, own = self.now(self.total).value, self.now(row).value
        return own / whole if self.sums and whole and own is not None else None

    def apart(self, row: IndicatorRow) -> float | None:
        """Return how far a row is from all together."""
        return gap(self.wanted.indicator.unit, self.now(row), self.now(self.total))

    def label(self, row: IndicatorRow) -> str:
        """Name a row."""
        if row.others:
            return self.visit.text("others")
        value = row.values[0] if row.values else ""
        return place_label(self.visit, self.wanted.by, value) if value else self.visit.text("without a value")

    def href(self, row: IndicatorRow) -> str:
        """Return the address that narrows the page to a row's value; empty where it is already, or has none."""
        value = row.values[0] if row.values and not row.others else ""
        by = self.wanted.by
        if not value or self.wanted.where.get(by) == value:
            return ""
        return self.wanted.address().having(**{by: value, "by": next((one for one in self.wanted.tabs if one != by), by), "sort": ""})


def place_label(visit: Visit, dimension: str, value: str) -> str:
    """Name a value of a dimension; districts are regions too."""
    return visit.codes.label("region" if dimension == "district" else dimension, value)


def columns(taken: Taken, *, files: bool = False) -> list[Column[IndicatorRow]]:
    """Return the columns; on the page and in files the same, but numbers of files are bare, so that headings tell their unit."""
    visit, indicator, text, currency = taken.visit, taken.wanted.indicator, taken.visit.text, taken.wanted.currency
    found = [
        Column[IndicatorRow]("name", visit.codes.column(taken.wanted.by), lambda row: Cell(taken.label(row)), sort="name"),
        Column(
            "value",
            indicator.label.in_language(visit.language) + unit_mark(visit, indicator.unit, files=files),
            lambda row: amount_cell(visit, indicator, taken.now(row), currency),
            True,
            "value",
        ),
    ]
    wanted = taken.wanted
    if taken.ratio:
        found += [
            Column(
                "part",
                text("Part") + unit_mark(visit, wanted.sides[0], files=files),
                lambda row: side_cell(visit, taken.wanted, 0, taken.now(row).part),
                True,
                "part",
            ),
            Column(
                "whole",
                text("Whole") + unit_mark(visit, wanted.sides[1], files=files),
                lambda row: side_cell(visit, taken.wanted, 1, taken.now(row).whole),
                True,
                "whole",
            ),
        ]
    if taken.sums:
        of_all = text("Of all (%)") if files else text("Of all")
        found.append(Column("share", of_all, lambda row: _rate(visit, taken.share(row)), True, "share"))
    else:
        mark = gap_mark(visit, indicator.unit)
        found.append(
            Column(
                "gap",
                text("vs all") + mark,
                lambda row: gap_cell(visit, indicator, taken.now(row), taken.now(taken.total), text("All together")),
                True,
                "gap",
            )
        )
    found.append(
        Column(
            "change",
            text("vs previous") + gap_mark(visit, indicator.unit),
            lambda row: gap_cell(visit, indicator, taken.now(row), taken.before(row), text("previous period")),
            True,
            "change",
        )
    )
    return found


def side_cell(visit: Visit, wanted: Wanted, side: int, number: int | float | None) -> Cell:
    """Return the part (0) or the whole (1) of a number as a cell."""
    unit = wanted.sides[side]
    return Cell(full(visit.formats, unit, number, wanted.currency), value=plain(unit, number, wanted.currency))


def _rate(visit: Visit, share: float | None) -> Cell:
    return Cell(visit.formats.rate(share), value=None if share is None else Decimal(repr(round(100 * share, 2))))


def sorted_rows(taken: Taken) -> tuple[list[IndicatorRow], TableState]:
    """Return the rows as the address sorts them: without it the greatest first, of what cannot be summed up the worst; thin ones after."""
    keys = _keys(taken)
    usual = "-value" if taken.sums else ("-gap" if taken.wanted.indicator.better is Better.DOWN else "gap")
    offered = [column.sort for column in columns(taken)]
    state = table_state({"sort": taken.wanted.sort}, offered, usual)
    key = keys[state.sort]
    rows = [row for row in taken.table.rows if not row.others]
    known = sorted((row for row in rows if key(row) is not None), key=taken.label)
    known.sort(key=lambda row: key(row) or 0, reverse=state.descending)
    known.sort(key=lambda row: state.sort in ("value", "gap", "change") and taken.now(row).thin)
    rest = [row for row in rows if key(row) is None]
    return known + rest + [row for row in taken.table.rows if row.others], state


def _keys(taken: Taken) -> dict[str, Callable[[IndicatorRow], float | None]]:
    order = {label: float(place) for place, label in enumerate(sorted({taken.label(row) for row in taken.table.rows}))}

    def number(value: int | float | None) -> float | None:
        return None if value is None else float(value)

    return {
        "name": lambda row: order[taken.label(row)],
        "value": lambda row: number(taken.now(row).value),
        "part": lambda row: number(taken.now(row).part),
        "whole": lambda row: number(taken.now(row).whole),
        "share": taken.share,
        "gap": taken.apart,
        "change": lambda row: gap(taken.wanted.indicator.unit, taken.now(row), taken.before(row)),
    }


def breakdown_table(taken: Taken, *, exports: bool) -> BreakdownTable:
    """Return the table as the page draws it."""
    visit, wanted = taken.visit, taken.wanted
    shown = columns(taken)
    rows, state = sorted_rows(taken)
    address = wanted.address()
    names = [column.name for column in shown]
    barred = "share" if taken.sums else "value" if wanted.indicator.unit is Measured.SHARE else ""
    files = address.at(f"{PATH}/{wanted.indicator.name}/by/{wanted.by}")
    return BreakdownTable(
        by=wanted.by,
        title=visit.text("By %(dimension)s", dimension=visit.codes.column(wanted.by)),
        headings=headings(shown, state, address),
        rows=[_row(taken, row, shown, barred) for row in rows],
        bar_at=names.index(barred) if barred in names else -1,
        total=[column.cell(taken.total) for column in shown[1:]],
        exports=[(kind.upper(), str(files.at(f"{files.path}.{kind}"))) for kind in FORMATS] if exports else (),
    )


def _row(taken: Taken, row: IndicatorRow, shown: Sequence[Column[IndicatorRow]], barred: str) -> BreakdownRow:
    now = taken.now(row)
    thin = thin_text(taken.visit, now)
    bar = taken.share(row) if barred == "share" else float(now.value) if barred and now.value is not None and not thin else None
    return BreakdownRow(
        label=taken.label(row),
        title="" if row.others or not row.values else row.values[0],
        cells=[column.cell(row) for column in shown[1:]],
        bar=bar,
        href=taken.href(row),
        thin=thin,
    )


def ranked(taken: Taken) -> Ranked | None:
    """Return the best and the worst place; None where fewer than two can be ranked."""
    rows = [row for row in taken.table.rows if not row.others and row.values and row.values[0]]
    rows = [row for row in rows if taken.now(row).value is not None and not taken.now(row).thin]
    if len(rows) < 2:
        return None
    greatest = taken.sums or taken.wanted.indicator.better is not Better.DOWN
    rows.sort(key=lambda row: float(taken.now(row).value or 0), reverse=greatest)
    best, worst = (Place(taken.label(row), taken.now(row), taken.href(row) or "#by") for row in (rows[0], rows[-1]))
    return Ranked(taken.visit.codes.column(taken.wanted.by), best, worst)
