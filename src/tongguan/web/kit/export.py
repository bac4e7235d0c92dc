"""Lists as files: the same rows and order as the page; numbers and times in a form that programs calculate with."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

import xlsxwriter
from starlette.responses import Response

from tongguan.web.kit.tables import Cell, Column

Row = TypeVar("Row")

FORMATS: Final = ("csv", "xlsx")

_TYPES: Final = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
MOST_PLACES: Final = 4
"""Digits after the point that a sheet shows; no currency has more."""

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """Return text that a spreadsheet does not take for a formula (OWASP: CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _plain(cell: Cell, zone: ZoneInfo) -> str:
    """Write numbers without grouping or sign of a currency, instants to the second in the operation's zone, all else as harmless text."""
    if isinstance(cell.value, datetime):
        return f"{cell.value.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    if isinstance(cell.value, Decimal):
        return f"{cell.value:f}"
    return harmless(cell.text) if cell.value is None else str(cell.value)


def as_csv(columns: Sequence[Column[Row]], rows: Iterable[Row], zone: ZoneInfo) -> bytes:
    """Return the rows in UTF-8 with a byte order mark, without which Excel takes Chinese for something else."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([harmless(column.title) for column in columns])
    for row in rows:
        writer.writerow([_plain(column.cell(row), zone) for column in columns])
    return text.getvalue().encode("utf-8-sig")


def _places(value: Decimal) -> int:
    digits = value.as_tuple().exponent
    return max(0, -digits) if isinstance(digits, int) else 0


def as_xlsx(columns: Sequence[Column[Row]], rows: Iterable[Row], zone: ZoneInfo) -> bytes:
    """Return a workbook of one sheet; numbers and times are cells of that kind, all else is the text as shown."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(target, options)
    sheet = book.add_worksheet()
    bold, whole = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0"})
    exact = {places: book.add_format({"num_format": "#,##0." + "0" * places if places else "#,##0"}) for places in range(MOST_PLACES + 1)}
    time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.title, bold)
        sheet.set_column(place, place, 20)
    for line, row in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            cell = column.cell(row)
            if isinstance(cell.value, datetime):
                sheet.write_datetime(line, place, cell.value.astimezone(zone).replace(tzinfo=None, microsecond=0), time)
            elif isinstance(cell.value, Decimal):
                sheet.write_number(line, place, cell.value, exact[min(_places(cell.value), MOST_PLACES)])
            elif isinstance(cell.value, int):
                sheet.write_number(line, place, cell.value, whole)
            else:
                sheet.write_string(line, place, cell.text)
    sheet.freeze_panes(1, 1)
    book.close()
    return target.getvalue()


def file_response(kind: str, name: str, columns: Sequence[Column[Row]], rows: Iterable[Row], zone: ZoneInfo) -> Response:
    """Answer with a file to save; ``name`` is plain ASCII without ending."""
    body = as_csv(columns, rows, zone) if kind == "csv" else as_xlsx(columns, rows, zone)
    return Response(body, media_type=_TYPES[kind], headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'})
