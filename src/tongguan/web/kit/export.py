"""Lists as files: the same rows, columns and order as the page; numbers and times in a form that programs calculate with.

A file is made page by page: CSV leaves as it is written, XLSX grows on disk, and neither holds all rows in memory.
"""

from __future__ import annotations

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import IO, Any, Final, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

import xlsxwriter
from starlette.responses import Response, StreamingResponse

from tongguan.model.access import User
from tongguan.web.kit.tables import EXPORT_ROWS, Cell, Column
from tongguan.web.kit.visit import Visit

Row = TypeVar("Row")

FORMATS: Final = ("csv", "xlsx")

EXPORT_PAGE: Final = 10_000
"""So many rows are asked for at a time."""

_TYPES: Final = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
MOST_PLACES: Final = 4
"""Digits after the point that a sheet shows; no currency has more."""

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BLOCK: Final = 1 << 18


@dataclass(frozen=True)
class Exported:
    """A file that left.

    Attributes:
        page: path of the list.
        kind: a name of :data:`FORMATS`.
        query: filters, order and columns.
        rows: how many the file holds.
        total: how many matched.
    """

    page: str
    kind: str
    query: str
    rows: int
    total: int


class ExportLog(Protocol):
    """Writes down which files left."""

    async def exported(self, user: User, file: Exported) -> None:
        """Write a row of the audit; a file leaves only after that.

        Raises:
            QuestionFailedError: it could not be written.
        """
        ...


Ask = Callable[[int, int], Awaitable[tuple[Sequence[Row], int]]]
"""Gives so many rows from an offset on, and how many match in all."""


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """A list that can be had as a file.

    Attributes:
        page: path of the list.
        name: of the file, plain ASCII without ending.
        query: what the list was narrowed by, for the log.
        columns: those of the file.
        ask: gives rows.
        key: what tells two rows apart; a row that moves to a later page while the file is made is written once.
    """

    page: str
    name: str
    query: str
    columns: Sequence[Column[Row]]
    ask: Ask[Row]
    key: Callable[[Row], str]


def harmless(text: str) -> str:
    """Return text that a spreadsheet does not take for a formula (OWASP: CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def meant(text: str) -> str:
    """Return what :func:`harmless` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_STARTS) else text


def _plain(cell: Cell, zone: ZoneInfo) -> str:
    """Write numbers without grouping or sign of a currency, instants to the second in the operation's zone, all else as harmless text."""
    if isinstance(cell.value, datetime):
        return f"{cell.value.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    if isinstance(cell.value, Decimal):
        return f"{cell.value:f}"
    return harmless(cell.text) if cell.value is None else str(cell.value)


def csv_head(columns: Sequence[Column[Row]]) -> bytes:
    """Return the headings, after a byte order mark without which Excel takes Chinese for something else."""
    return "\ufeff".encode() + _csv([[harmless(column.title) for column in columns]])


def csv_rows(columns: Sequence[Column[Row]], rows: Iterable[Row], zone: ZoneInfo) -> bytes:
    """Return the rows in UTF-8."""
    return _csv([_plain(column.cell(row), zone) for column in columns] for row in rows)


def _csv(lines: Iterable[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode()


def _places(value: Decimal) -> int:
    digits = value.as_tuple().exponent
    return max(0, -digits) if isinstance(digits, int) else 0


class Sheet(Generic[Row]):
    """A workbook of one sheet that is written row by row; numbers and times are cells of that kind, all else is the text as shown."""

    def __init__(self, columns: Sequence[Column[Row]], zone: ZoneInfo, target: IO[bytes]) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._columns = columns
        self._zone = zone
        self._book = xlsxwriter.Workbook(target, options)
        self._sheet = self._book.add_worksheet()
        self._line = 0
        self._whole = self._book.add_format({"num_format": "#,##0"})
        forms = ["#,##0", *("#,##0." + "0" * places for places in range(1, MOST_PLACES + 1))]
        self._exact = [self._book.add_format({"num_format": form}) for form in forms]
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        bold = self._book.add_format({"bold": True})
        self._sheet.set_column(0, max(len(columns) - 1, 0), 20)
        self._sheet.freeze_panes(1, 1)
        for place, column in enumerate(columns):
            self._sheet.write_string(0, place, column.title, bold)

    def add(self, rows: Iterable[Row]) -> None:
        """Write rows below the last one."""
        for row in rows:
            self._line += 1
            for place, column in enumerate(self._columns):
                self._write(place, column.cell(row))

    def note(self, text: str) -> None:
        """Write a line of text below the last row."""
        self._line += 1
        self._sheet.write_string(self._line, 0, text)

    def _write(self, place: int, cell: Cell) -> None:
        value: Any = cell.value
        if isinstance(value, datetime):
            self._sheet.write_datetime(self._line, place, value.astimezone(self._zone).replace(tzinfo=None, microsecond=0), self._time)
        elif isinstance(value, Decimal):
            self._sheet.write_number(self._line, place, value, self._exact[min(_places(value), MOST_PLACES)])
        elif isinstance(value, int):
            self._sheet.write_number(self._line, place, value, self._whole)
        else:
            self._sheet.write_string(self._line, place, cell.text)

    def close(self) -> None:
        """Write the workbook into its target."""
        self._book.close()


async def export_response(visit: Visit, listing: Listing[Row]) -> Response:
    """Answer with a list as a file to save, in the format that the path ends with; written down before it leaves.

    At most :data:`EXPORT_ROWS` rows; where more match, the file's name, its last line and the header ``X-Total-Rows`` say so.
    """
    kind = visit.request.url.path.rpartition(".")[2]
    first = await visit.ask(listing.ask(EXPORT_PAGE, 0))
    if first.value is None:
        return visit.render_error(HTTPStatus.SERVICE_UNAVAILABLE, "fault")
    rows, total = first.value
    file = Exported(listing.page, kind, listing.query, min(total, EXPORT_ROWS), total)
    logged = await visit.ask(visit.site.lists.exported(visit.user, file))
    if logged.failure:
        return visit.render_error(HTTPStatus.SERVICE_UNAVAILABLE, "fault")
    cut, fmt = "", visit.formats
    if total > EXPORT_ROWS:
        cut = visit.text("Cut here: the first %(n)s of %(total)s rows.", n=fmt.full(EXPORT_ROWS), total=fmt.full(total))
    zone, batches = visit.site.settings.zone, _batches(listing, rows)
    body = _csv_body(listing.columns, batches, zone, cut) if kind == "csv" else await _xlsx_body(listing.columns, batches, zone, cut)
    name = f"{listing.name}-first-{EXPORT_ROWS}" if cut else listing.name
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"', "X-Total-Rows": str(total)}
    return StreamingResponse(body, media_type=_TYPES[kind], headers=headers)


async def _batches(listing: Listing[Row], rows: Sequence[Row]) -> AsyncIterator[Sequence[Row]]:
    """Give the rows page by page, each once, at most as many as a file may have."""
    seen: set[str] = set()
    offset = 0
    while rows:
        fresh = [row for row in rows if listing.key(row) not in seen][: EXPORT_ROWS - len(seen)]
        seen.update(map(listing.key, fresh))
        yield fresh
        offset += EXPORT_PAGE
        if len(rows) < EXPORT_PAGE or len(seen) >= EXPORT_ROWS:
            return
        rows, _ = await listing.ask(EXPORT_PAGE, offset)


async def _csv_body(
    columns: Sequence[Column[Row]], batches: AsyncIterator[Sequence[Row]], zone: ZoneInfo, cut: str
) -> AsyncIterator[bytes]:
    yield csv_head(columns)
    async for rows in batches:
        yield await asyncio.to_thread(csv_rows, columns, rows, zone)
    if cut:
        yield _csv([[cut]])


async def _xlsx_body(
    columns: Sequence[Column[Row]], batches: AsyncIterator[Sequence[Row]], zone: ZoneInfo, cut: str
) -> AsyncIterator[bytes]:
    """Write the whole workbook, which has its list of parts at its end, and give its bytes."""
    with ExitStack() as kept:
        target = kept.enter_context(tempfile.TemporaryFile())
        sheet = Sheet(columns, zone, target)
        try:
            async for rows in batches:
                await asyncio.to_thread(sheet.add, rows)
            if cut:
                sheet.note(cut)
        finally:
            await asyncio.to_thread(sheet.close)
        target.seek(0)
        return _blocks(target, kept.pop_all())


async def _blocks(target: IO[bytes], kept: ExitStack) -> AsyncIterator[bytes]:
    """Give the bytes of a file, and then close what is kept open for it."""
    with kept:
        while block := await asyncio.to_thread(target.read, _BLOCK):
            yield block
