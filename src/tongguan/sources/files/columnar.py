"""Parquet, one record batch at a time."""

from __future__ import annotations

import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tongguan.model.reasons import Quarantine
from tongguan.sources.files.errors import FileReadError
from tongguan.sources.files.format import FileFormat
from tongguan.sources.files.lines import flaw, is_zipped, open_bytes
from tongguan.sources.files.rows import BadRow, Opened, Row, bad_row, too_large
from tongguan.sources.files.typed_text import cell_text

_BATCH = 8192


def open_parquet(path: Path, form: FileFormat) -> Opened:
    """Open a Parquet file; values become text without loss (see :mod:`tongguan.sources.files.typed_text`).

    Raises:
        FileReadError: the file is no Parquet file, or damaged.
    """
    stack = ExitStack()
    try:
        parquet = pq.ParquetFile(stack.enter_context(seekable(path)))
    except (pa.ArrowException, OSError, EOFError, zlib.error) as error:
        stack.close()
        raise FileReadError(f"{path.name} is no whole Parquet file: {error}; a retry of the same file will not help") from error
    columns = tuple(parquet.schema_arrow.names)
    return Opened(columns, _rows(parquet, columns, form), stack.close)


def seekable(path: Path) -> IO[bytes]:
    """Open a file that must be read from its end: itself, or unzipped into a temporary file.

    Raises:
        FileReadError: the file cannot be read.
        OSError, EOFError, zlib.error: the compressed file is damaged.
    """
    stream = open_bytes(path)
    if not is_zipped(path):
        return stream
    with ExitStack() as on_failure:
        unzipped = on_failure.enter_context(tempfile.TemporaryFile())
        with stream:
            shutil.copyfileobj(stream, unzipped)
        unzipped.seek(0)
        on_failure.pop_all()
    return unzipped


def _rows(parquet: Any, columns: tuple[str, ...], form: FileFormat) -> Iterator[Row | BadRow]:
    number = 0
    try:
        for batch in parquet.iter_batches(batch_size=_BATCH):
            for values in zip(*(column_texts(column) for column in batch.columns), strict=True):
                number += 1
                yield checked_row(number, columns, values, form.max_field)
    except (pa.ArrowException, OSError) as error:
        yield bad_row(number + 1, "", f"the file is damaged after row {number}: {error}", "a whole file")


def checked_row(number: int, columns: tuple[str, ...], values: tuple[str | None, ...] | list[str | None], max_field: int) -> Row | BadRow:
    """Return the row, or the bad row when a value is too long or no text."""
    for name, value in zip(columns, values, strict=True):
        if value is None:
            continue
        if len(value) > max_field:
            return too_large(number, value, f"column {name!r} of row {number}", len(value), max_field)
        if (not value.isascii() or "\0" in value) and (wrong := flaw(value)):
            return bad_row(number, value, f"column {name!r} of row {number} {wrong}", "UTF-8 text without NUL", Quarantine.BAD_TEXT)
    return Row(number, dict(zip(columns, values, strict=True)))


def column_texts(column: Any) -> list[str | None]:
    """Return an Arrow array's values as text."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return column_texts(column.dictionary_decode())
    if pa.types.is_timestamp(kind):
        if kind.tz is not None:
            column = column.cast(pa.timestamp(kind.unit, "UTC"))
        return _texts(column.cast(pa.string()))
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_date(kind) or pa.types.is_time(kind):
        return _texts(column.cast(pa.string()))
    if pa.types.is_float16(kind) or pa.types.is_float32(kind):
        # The shortest text that gives the same single, not the noise of its double.
        return [None if value is None else cell_text(float(str(np.float32(value)))) for value in column.to_pylist()]
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _texts(column)
    return [cell_text(value) for value in column.to_pylist()]


def _texts(column: Any) -> list[str | None]:
    found: list[str | None] = column.to_pylist()
    return found
