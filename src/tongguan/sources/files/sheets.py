"""XLSX: one sheet of a workbook."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import python_calamine as calamine

from tongguan.lib.suggest import valid_hint
from tongguan.sources.files.columnar import checked_row, seekable
from tongguan.sources.files.delimited import named_columns
from tongguan.sources.files.errors import FileReadError, HeaderError
from tongguan.sources.files.format import FileFormat
from tongguan.sources.files.rows import BadRow, Opened, Row, bad_row
from tongguan.sources.files.typed_text import cell_text

Cells = Sequence[object]


def open_sheet(path: Path, form: FileFormat) -> Opened:
    """Open one sheet; numbers are rounded to the 15 digits that spreadsheets show, dates become ISO text.

    Raises:
        FileReadError: no workbook, or it has no such sheet.
        HeaderError: no header row, or a double name in it.
    """
    with ExitStack() as stack:
        try:
            book = calamine.load_workbook(stack.enter_context(seekable(path)))
            sheet = book.get_sheet_by_name(form.sheet) if form.sheet else book.get_sheet_by_index(0)
        except calamine.WorksheetNotFound as error:
            raise FileReadError(f"{path.name} has no sheet {form.sheet!r}; {valid_hint(form.sheet, book.sheet_names)}") from error
        except (calamine.CalamineError, OSError, EOFError, zlib.error) as error:
            raise FileReadError(f"{path.name} is no readable workbook: {error}; a retry of the same file will not help") from error
        rows = sheet.iter_rows()
        columns = _header(path, form, rows)
        return Opened(columns, _rows(rows, columns, form), book.close)


def _header(path: Path, form: FileFormat, rows: Iterator[Cells]) -> tuple[str, ...]:
    if not form.header:
        if not form.columns:
            raise HeaderError(f"{path.name}: without a header row the format must name the columns")
        return form.columns
    for _ in range(form.header - 1):
        next(rows, None)
    cells = [cell_text(cell) or "" for cell in next(rows, [])]
    while cells and not cells[-1].strip():
        cells.pop()
    if not cells:
        raise HeaderError(f"{path.name}: row {form.header} of the sheet should be the header but is empty")
    return named_columns(path, cells)


def _rows(rows: Iterator[Cells], columns: tuple[str, ...], form: FileFormat) -> Iterator[Row | BadRow]:
    number = 0
    width = len(columns)
    for cells in rows:
        values = [cell_text(cell) for cell in cells]
        if not any(values):
            continue
        number += 1
        if any(values[width:]):
            message = f"row {number} has cells right of the {width} columns of the header"
            yield bad_row(number, "\t".join(value or "" for value in values), message, f"{width} cells")
            continue
        values = values[:width] + [None] * (width - len(values))
        yield checked_row(number, columns, values, form.max_field)
