"""Lists as files: the same columns, order and texts as the page shows."""

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

from tongguan.web.kit.tables import Column

Row = TypeVar("Row")

FORMATS: Final = ("csv", "xlsx")

_TYPES: Final = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """Return text that a spreadsheet does not take for a formula (OWASP: CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def as_csv(columns: Sequence[Column[Row]], rows: Iterable[Row]) -> bytes:
    """Return the texts as shown, in UTF-8 with a byte order mark, without which Excel takes Chinese for something else."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([harmless(column.title) for column in columns])
    for row in rows:
        writer.writerow([harmless(column.cell(row).text) for column in columns])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(columns: Sequence[Column[Row]], rows: Iterable[Row], zone: ZoneInfo) -> bytes:
    """Return a workbook of one sheet; numbers and times are cells of that kind, all else is the text as shown."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(target, options)
    sheet = book.add_worksheet()
    bold, whole = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0"})
    money, time = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.title, bold)
        sheet.set_column(place, place, 20)
    for line, row in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            cell = column.cell(row)
            if isinstance(cell.value, datetime):
                sheet.write_datetime(line, place, cell.value.astimezone(zone).replace(tzinfo=None, microsecond=0), time)
            elif isinstance(cell.value, Decimal):
                sheet.write_number(line, place, cell.value, money)
            elif isinstance(cell.value, int):
                sheet.write_number(line, place, cell.value, whole)
            else:
                sheet.write_string(line, place, cell.text)
    sheet.freeze_panes(1, 1)
    book.close()
    return target.getvalue()


def file_response(kind: str, name: str, columns: Sequence[Column[Row]], rows: Iterable[Row], zone: ZoneInfo) -> Response:
    """Answer with a file to save; ``name`` is plain ASCII without ending."""
    body = as_csv(columns, rows) if kind == "csv" else as_xlsx(columns, rows, zone)
    return Response(body, media_type=_TYPES[kind], headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'})
