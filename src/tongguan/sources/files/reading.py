"""The one way to open a file: chooses the reader and counts the rows by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType

from tongguan.sources.files.delimited import DelimitedReader
from tongguan.sources.files.errors import FileReadError, HeaderError, require_columns
from tongguan.sources.files.format import FileFormat, FormatKind
from tongguan.sources.files.json_lines import open_json_lines
from tongguan.sources.files.matched_lines import open_matched_lines
from tongguan.sources.files.rows import BadRow, Opened, Row


def _open_parquet(path: Path, form: FileFormat) -> Opened:
    # Arrow takes a fifth of a second to import, and most runs never open such a file.
    from tongguan.sources.files.columnar import open_parquet

    return open_parquet(path, form)


def _open_sheet(path: Path, form: FileFormat) -> Opened:
    from tongguan.sources.files.sheets import open_sheet

    return open_sheet(path, form)


_OPENERS: dict[FormatKind, Callable[[Path, FileFormat], Opened]] = {
    FormatKind.CSV: lambda path, form: DelimitedReader(path, form).opened(),
    FormatKind.JSONL: open_json_lines,
    FormatKind.PARQUET: _open_parquet,
    FormatKind.XLSX: _open_sheet,
    FormatKind.LINES: open_matched_lines,
}


class RowReader(Iterator[Row | BadRow]):
    """The rows of one file, once, in order. Use as a context manager, or read it to the end.

    Attributes:
        path: the file.
        columns: names in order; empty where rows differ (JSON lines).
        read: how many rows were given so far, good and bad: the reader's own count.
    """

    def __init__(self, path: Path, opened: Opened) -> None:
        self.path = path
        self.columns = opened.columns
        self.read = 0
        self._rows = opened.rows
        self._close = opened.close
        self._closed = False

    def __iter__(self) -> RowReader:
        return self

    def __next__(self) -> Row | BadRow:
        try:
            row = next(self._rows)
        except StopIteration:
            self.close()
            raise
        self.read += 1
        return row

    def __enter__(self) -> RowReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; may be called twice."""
        if not self._closed:
            self._closed = True
            self._close()


def open_rows(path: Path, form: FileFormat, required: Iterable[str] = ()) -> RowReader:
    """Open a file and read its header.

    Args:
        path: the file, gzipped or not.
        form: how to read it.
        required: columns that the file must have; not checked where rows differ (JSON lines).

    Raises:
        HeaderError: the header is wrong or lacks columns; the message names the nearest ones.
        FileReadError: the file cannot be read as its format says.
    """
    decided = form.for_file(path)
    if decided.kind is None:
        raise FileReadError(f"{path.name}: no format")
    try:
        opened = _OPENERS[decided.kind](path, decided)
    except LookupError as error:
        raise FileReadError(f"{path.name}: {error}; name an encoding such as utf-8 or gb18030") from error
    if opened.columns:
        try:
            require_columns(path, opened.columns, required)
        except HeaderError:
            opened.close()
            raise
    return RowReader(path, opened)
