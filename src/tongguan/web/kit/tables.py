"""Tables: columns are declared once; the page, CSV and XLSX show the same cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Generic, TypeVar

from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Empty, Filter, Pager, Status

Row = TypeVar("Row")

PAGE_ROWS: Final = 50
EXPORT_ROWS: Final = 100_000
"""An export holds at most this many rows; its name, its last line and its button say so where there are more."""


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
        key: id of the element that holds the content, where it is drawn anew while the page is open.
        press: the cell is a button of the form of the rows, which sends this as ``one``.
    """

    text: str
    title: str = ""
    href: str = ""
    value: int | Decimal | datetime | None = None
    mark: Status | None = None
    copy: bool = False
    tone: str = ""
    key: str = ""
    press: str = ""


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column.

    Attributes:
        title: translated heading, with the unit.
        number: right-aligned, digits of equal width.
        sort: value of ``sort`` in the address; empty where the column cannot be sorted by.
        usual: shown to those who have not chosen their columns.
    """

    name: str
    title: str
    cell: Callable[[Row], Cell]
    number: bool = False
    sort: str = ""
    usual: bool = True


@dataclass(frozen=True)
class Heading:
    """A column's heading; ``sorted`` is ``ascending``, ``descending`` or empty."""

    title: str
    number: bool
    href: str
    sorted: str


@dataclass(frozen=True)
class TableRow:
    """A row: its cells, its id where rows can be selected, and where Enter leads; ``label`` names it where the id does not."""

    cells: Sequence[Cell]
    key: str
    href: str
    label: str = ""


@dataclass(frozen=True)
class ColumnChoice:
    """One column in the chooser; ``fixed`` is always shown."""

    name: str
    title: str
    shown: bool
    fixed: bool


@dataclass(frozen=True)
class FilterChip:
    """A filter that is set, and the address without it."""

    label: str
    value: str
    href: str


@dataclass(frozen=True)
class Chosen:
    """What can be done with the rows that were ticked.

    Attributes:
        form: id of the form that the boxes belong to.
        exports: name of a format and the address to which the ticked ids are sent.
        copies: what the ids are called on the button that copies them; empty without one.
    """

    form: str
    exports: Sequence[tuple[str, str]]
    copies: str


@dataclass(frozen=True)
class Table:
    """A table as the macro draws it.

    Attributes:
        columns: the chooser's columns; empty without one.
        page: path of the list, for the chooser.
        chips: filters that are set; ``reset`` leads to the list without any.
        chosen: what can be done with ticked rows; None where the page has its own form for them.
    """

    key: str
    caption: str
    headings: Sequence[Heading]
    rows: Sequence[TableRow]
    pager: Pager | None
    exports: Sequence[tuple[str, str]]
    empty: Empty
    selectable: bool = False
    export_note: str = ""
    columns: Sequence[ColumnChoice] = ()
    page: str = ""
    chips: Sequence[FilterChip] = ()
    reset: str = ""
    chosen: Chosen | None = None


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
    pages = max(-(-total // PAGE_ROWS), 1)
    return Pager(
        first=offset + 1 if shown else 0,
        last=offset + shown,
        total=total,
        previous=address.having(page=str(min(page - 1, pages)) if page > 2 and pages > 1 else "") if page > 1 else "",
        next=address.having(page=str(page + 1)) if offset + shown < total else "",
        page=page,
        pages=pages,
        path=address.path,
        keep={name: value for name, value in address.values.items() if value and name != "page"},
    )


def chosen_columns(columns: Sequence[Column[Row]], wanted: str) -> list[Column[Row]]:
    """Return the columns that ``wanted`` names, separated by commas; the first one always; the usual ones where it names none."""
    names = set(wanted.split(","))
    if names.isdisjoint(column.name for column in columns):
        return [column for column in columns if column.usual]
    return [column for place, column in enumerate(columns) if not place or column.name in names]


def columns_value(columns: Sequence[Column[Row]], shown: Sequence[Column[Row]]) -> str:
    """Return how the address says which columns are shown; empty for the usual ones."""
    names = [column.name for column in shown]
    return "" if names == [column.name for column in columns if column.usual] else ",".join(names)


def column_choices(columns: Sequence[Column[Row]], shown: Sequence[Column[Row]]) -> list[ColumnChoice]:
    """Return what the chooser offers."""
    names = {column.name for column in shown}
    return [ColumnChoice(column.name, column.title, column.name in names, not place) for place, column in enumerate(columns)]


def filter_chips(filters: Iterable[Filter], address: Address, named: Mapping[str, str] | None = None) -> list[FilterChip]:
    """Return the filters that are set, each with the address without it; ``named`` replaces how a value is shown."""
    chips = []
    for item in filters:
        if item.value:
            label = next((choice.label for choice in item.choices if choice.value == item.value), item.value)
            chips.append(FilterChip(item.label, (named or {}).get(item.name, label), address.having(**{item.name: "", "page": ""})))
    return chips


def rows_of(columns: Sequence[Column[Row]], rows: Iterable[Row], key: Callable[[Row], str], href: Callable[[Row], str]) -> list[TableRow]:
    """Return rows with their cells."""
    return [TableRow([column.cell(row) for column in columns], key(row), href(row)) for row in rows]
