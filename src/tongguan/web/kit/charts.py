"""Charts as pages hand them over: what they show, how values are written, where they lead. ``static/js/charts.js`` draws them.

Every chart is also a table with the same values; texts and table come from the server, so a chart says what it says without scripts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from math import isfinite

from tongguan.web.kit.components import Change, Status
from tongguan.web.kit.formats import Formats

Value = int | float | None


class Form(Enum):
    """How values are written: in full, and short for axes. The names are those of ``Formats`` and its mirror in the browser."""

    COUNT = ("full", "compact")
    RATE = ("rate", "rate")
    DURATION = ("duration", "duration")
    MONEY = ("money", "money_compact")

    def __init__(self, full: str, short: str) -> None:
        self.full = full
        self.short = short

    def write(self, fmt: Formats, value: int | float | Decimal | None, currency: str = "") -> str:
        """Write a value in full; money is minor units of ``currency``."""
        return self._write(fmt, self.full, value, currency)

    def write_short(self, fmt: Formats, value: int | float | Decimal | None, currency: str = "") -> str:
        """Write a value for a card or an axis."""
        return self._write(fmt, self.short, value, currency)

    def _write(self, fmt: Formats, name: str, value: int | float | Decimal | None, currency: str) -> str:
        if self is Form.MONEY:
            minor = int(value) if value is not None and isfinite(value) else None
            return fmt.money(minor, currency) if name == "money" else fmt.money_compact(minor, currency)
        text: str = getattr(fmt, name)(value)
        return text


@dataclass(frozen=True)
class Series:
    """One line, or one part of each bar.

    Attributes:
        colour: a token (:mod:`tongguan.web.kit.colours`).
        values: by category; None leaves a gap.
        role: ``compare`` for what can be hidden with ``c``, ``target`` for a dashed step line, else empty.
        dotted: the line is dotted: a second thing to compare with, in the same grey.
    """

    name: str
    colour: str
    values: Sequence[Value]
    role: str = ""
    dotted: bool = False


@dataclass(frozen=True)
class Mark:
    """Something to know of categories that lie side by side.

    Attributes:
        sign: a number or letter that stands at the mark, and before its text elsewhere.
        first, last: places of the categories, both included.
        text: what is to know, on one line.
        href: where the mark leads; empty where nowhere.
        ring: a ring around the values of the first series; else a thin line over the first category and a band to the last.
    """

    sign: str
    first: int
    last: int
    text: str
    href: str = ""
    ring: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart over categories.

    Attributes:
        key: id of its element, stable between refreshes.
        kind: ``lines`` over time, ``bars`` (lying, in the order given, on one base line), or ``stacked``.
        form: how its values are written.
        currency: of money.
        open: the place of the category that is not over yet; None where all are.
        hrefs: where a bar of each category leads; empty where nowhere.
        note: a sentence below the title.
        zoom: the axis need not begin at 0; the note must say so.
        marks: what is to know of categories, by their first; drawn over lines and stacked bars, a column of the table for all.
    """

    key: str
    kind: str
    title: str
    categories: Sequence[str]
    series: Sequence[Series]
    category_title: str = ""
    form: Form = Form.COUNT
    currency: str = ""
    open: int | None = None
    hrefs: Sequence[str] = ()
    note: str = ""
    zoom: bool = False
    marks: Sequence[Mark] = ()

    @property
    def empty(self) -> bool:
        """Tell whether there is no value to draw."""
        return all(value is None for one in self.series for value in one.values)

    def marked(self, place: int) -> list[Mark]:
        """Return the marks of a category."""
        return [mark for mark in self.marks if mark.first <= place <= mark.last]

    def data(self) -> dict[str, object]:
        """Return what the browser draws."""
        return {
            "kind": self.kind,
            "form": [self.form.full, self.form.short],
            "currency": self.currency,
            "categories": list(self.categories),
            "open": self.open,
            "zoom": self.zoom,
            "hrefs": list(self.hrefs),
            "marks": [vars(mark) for mark in self.marks],
            "series": [
                {"name": one.name, "colour": one.colour, "role": one.role, "dotted": one.dotted, "values": list(one.values)}
                for one in self.series
            ],
        }


@dataclass(frozen=True)
class HeatCell:
    """One cell: its value (None: nothing was there) and where it leads (empty: nowhere)."""

    value: Value
    href: str = ""
    title: str = ""


@dataclass(frozen=True)
class HeatMap:
    """Rows by columns, such as days by hours, coloured from little to much.

    Attributes:
        cells: by row, each as long as ``columns``.
        title: of a cell: what its value is made of.
    """

    key: str
    title: str
    rows: Sequence[str]
    columns: Sequence[str]
    cells: Sequence[Sequence[HeatCell]]
    row_title: str = ""
    form: Form = Form.COUNT
    currency: str = ""
    hint: str = ""

    @property
    def empty(self) -> bool:
        """Tell whether there is no value to draw."""
        return all(cell.value is None for row in self.cells for cell in row)

    def data(self) -> dict[str, object]:
        """Return what the browser draws; cells as column, row, value, address, title."""
        return {
            "kind": "heat",
            "form": [self.form.full, self.form.short],
            "currency": self.currency,
            "rows": list(self.rows),
            "columns": list(self.columns),
            "cells": [
                [column, row, cell.value, cell.href, cell.title]
                for row, cells in enumerate(self.cells)
                for column, cell in enumerate(cells)
                if cell.value is not None
            ],
        }


@dataclass(frozen=True)
class RegionTile:
    """One region in a grid of equal tiles; without ``href`` it is a sum of others."""

    label: str
    value: str
    status: Status
    status_word: str
    title: str = ""
    note: str = ""
    change: Change | None = None
    href: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class RegionGrid:
    """Regions as equal tiles, in the order of the book."""

    key: str
    title: str
    tiles: Sequence[RegionTile]
