"""Tables: columns are declared once; the page, CSV and XLSX show the same cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Generic, TypeVar

from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Empty, Pager, Status

Row = TypeVar("Row")

PAGE_ROWS: Final = 50
EXPORT_ROWS: Final = 10_000
"""An export holds at most this many rows; its name and button say so where there are more."""


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        text: what is shown and exported.
        title: the exact value behind it.
        href: where it leads.
        value: the number or instant for spreadsheets; None leaves the text.
        mark: status shown as shape and colour before the text.
        copy: a button copies the text.
        tone: ``muted`` or ``bad``.
    """

    text: str
    title: str = ""
    href: str = ""
    value: int | Decimal | datetime | None = None
    mark: Status | None = None
    copy: bool = False
    tone: str = ""


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column.

    Attributes:
        title: translated heading, with the unit.
        number: right-aligned, digits of equal width.
        sort: value of ``sort`` in the address; empty where the column cannot be sorted by.
    """

    name: str
    title: str
    cell: Callable[[Row], Cell]
    number: bool = False
    sort: str = ""


@dataclass(frozen=True)
class Heading:
    """A column's heading; ``sorted`` is ``ascending``, ``descending`` or empty."""

    title: str
    number: bool
    href: str
    sorted: str


@dataclass(frozen=True)
class TableRow:
    """A row: its cells, its id where rows can be selected, and where Enter leads."""

    cells: Sequence[Cell]
    key: str
    href: str


@dataclass(frozen=True)
class Table:
    """A table as the macro draws it."""

    key: str
    caption: str
    headings: Sequence[Heading]
    rows: Sequence[TableRow]
    pager: Pager | None
    exports: Sequence[tuple[str, str]]
    empty: Empty
    selectable: bool = False
    export_note: str = ""


@dataclass(frozen=True)
class TableState:
    """What the address says about a table: sort column, direction, and first row (a multiple of the page)."""

    sort: str
    descending: bool
    offset: int


def table_state(values: dict[str, str], sorts: Iterable[str], default: str) -> TableState:
    """Read ``sort`` (with a leading ``-`` for descending) and ``page`` from an address; what is not valid counts as missing."""
    wanted = values.get("sort", "")
    name = wanted.removeprefix("-")
    if name not in set(sorts):
        wanted, name = default, default.removeprefix("-")
    page = values.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1
    return TableState(name, wanted.startswith("-"), (max(number, 1) - 1) * PAGE_ROWS)


def headings(columns: Sequence[Column[Row]], state: TableState | None, address: Address) -> list[Heading]:
    """Return headings; the one sorted by leads to the other direction, a number begins with the greatest."""
    found = []
    for column in columns:
        href, order = "", ""
        if column.sort and state is not None:
            current = column.sort == state.sort
            descending = not state.descending if current else column.number
            order = ("descending" if state.descending else "ascending") if current else ""
            href = address.having(sort=("-" if descending else "") + column.sort, page="")
        found.append(Heading(column.title, column.number, href, order))
    return found


def pager(offset: int, shown: int, total: int, address: Address) -> Pager:
    """Return where this page is within all rows."""
    page = offset // PAGE_ROWS + 1
    return Pager(
        first=offset + 1 if shown else 0,
        last=offset + shown,
        total=total,
        previous=address.having(page=str(page - 1) if page > 2 else "") if page > 1 else "",
        next=address.having(page=str(page + 1)) if offset + shown < total else "",
    )


def rows_of(columns: Sequence[Column[Row]], rows: Iterable[Row], key: Callable[[Row], str], href: Callable[[Row], str]) -> list[TableRow]:
    """Return rows with their cells."""
    return [TableRow([column.cell(row) for column in columns], key(row), href(row)) for row in rows]
