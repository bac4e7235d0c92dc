"""CSV and its kin. Reading goes on after a bad row, also after a quote that is never closed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from tongguan.model.reasons import Quarantine
from tongguan.sources.files.errors import HeaderError
from tongguan.sources.files.format import MAX_LINE, FileFormat
from tongguan.sources.files.lines import LineStream, flaw
from tongguan.sources.files.rows import BadRow, Opened, Row, bad_row, too_large

_ENDS = "\r\n"


class _RecordTooLong(Exception):
    """A quoted field goes on for more characters than a row may have."""


class _Broken(Exception):
    """The record cannot be split into fields; says why."""


class DelimitedReader:
    """Reads one delimited file.

    Args:
        path: the file.
        form: its format, decided by :meth:`FileFormat.for_file`.

    Raises:
        HeaderError: no header row, a double name in it, or neither header nor names.
    """

    def __init__(self, path: Path, form: FileFormat) -> None:
        csv.field_size_limit(max(csv.field_size_limit(), 2 * MAX_LINE))
        self._path = path
        self._form = form
        self._lines = LineStream(path, form.encoding, newline="")
        try:
            self.columns = self._header()
        except HeaderError:
            self._lines.close()
            raise

    def opened(self) -> Opened:
        """Return columns and rows."""
        return Opened(self.columns, self._rows(), self._lines.close)

    def _header(self) -> tuple[str, ...]:
        form = self._form
        if not form.header:
            if not form.columns:
                raise HeaderError(f"{self._path.name}: without a header row the format must name the columns")
            return form.columns
        for _ in range(form.header - 1):
            self._lines.next()
        first = self._lines.next()
        if not first.strip():
            raise HeaderError(f"{self._path.name}: line {form.header} should be the header but is empty")
        try:
            names, _ = self._split(first)
        except (_Broken, _RecordTooLong) as error:
            raise HeaderError(f"{self._path.name}: the header in line {form.header} cannot be read: {error}") from error
        return named_columns(self._path, names)

    def _rows(self) -> Iterator[Row | BadRow]:
        number = 0
        columns = self.columns
        width = len(columns)
        limit = self._form.max_field
        while line := self._lines.next():
            if not line.strip():
                continue
            number += 1
            at = self._lines.number
            cut = self._lines.cut
            if cut:
                yield too_large(number, line, f"line {at}", len(line), MAX_LINE)
                continue
            try:
                values, pulled = self._split(line)
            except _RecordTooLong:
                yield too_large(number, line, f"the quoted field that begins in line {at}", MAX_LINE, MAX_LINE)
                continue
            except _Broken as error:
                yield bad_row(number, line, f"line {at}: {error}", "every quote closed, before a delimiter or the line's end")
                continue
            text = line if len(pulled) == 1 else "".join(pulled)
            if len(values) != width or len(text) > limit or not text.isascii() or "\0" in text:
                bad = self._fault(number, at, values, text)
                if bad is not None:
                    # Its quote may never have been closed: what it swallowed after its first line is read once more.
                    self._lines.give_back(pulled[1:])
                    yield bad if len(pulled) == 1 else bad_row(number, line, bad.problem.message, bad.problem.valid, bad.problem.reason)
                    continue
            yield Row(number, dict(zip(columns, values, strict=True)))
        if self._lines.torn:
            yield bad_row(number + 1, "", f"the compressed file ends early after line {self._lines.number}", "a whole file")

    def _fault(self, number: int, at: int, values: list[str], text: str) -> BadRow | None:
        width = len(self.columns)
        if len(values) != width:
            amount = "more" if len(values) > width else "fewer"
            ending = "" if text.endswith(("\n", "\r")) else "; the file ends within this row"
            message = f"line {at} has {len(values)} fields, {amount} than the {width} columns{ending}"
            return bad_row(number, text, message, f"{width} fields, delimited by {self._form.delimiter!r}")
        for name, value in zip(self.columns, values, strict=True):
            if len(value) > self._form.max_field:
                return too_large(number, text, f"column {name!r} in line {at}", len(value), self._form.max_field)
        wrong = flaw(text)
        if wrong:
            return bad_row(number, text, f"line {at} {wrong}", "text without NUL in the stated encoding", Quarantine.BAD_TEXT)
        return None

    def _split(self, line: str) -> tuple[list[str], list[str]]:
        """Return the fields of the record that begins with ``line``, and all its lines."""
        form = self._form
        if not form.quote or form.quote not in line:
            return line.rstrip(_ENDS).split(form.delimiter), [line]
        pulled = [line]
        reader = csv.reader(self._feed(pulled), delimiter=form.delimiter, quotechar=form.quote, strict=True)
        try:
            return next(reader), pulled
        except csv.Error as error:
            self._lines.give_back(pulled[1:])
            unclosed = "unexpected end of data" in str(error)
            raise _Broken("a quote is opened and never closed" if unclosed else f"the quotes do not fit ({error})") from error
        except _RecordTooLong:
            self._lines.give_back(pulled[1:])
            raise

    def _feed(self, pulled: list[str]) -> Iterator[str]:
        yield pulled[0]
        size = len(pulled[0])
        while line := self._lines.next():
            pulled.append(line)
            size += len(line)
            if size > MAX_LINE:
                raise _RecordTooLong
            yield line


def named_columns(path: Path, cells: list[str]) -> tuple[str, ...]:
    """Return the names in a header row; an unnamed column is called ``column N``.

    Raises:
        HeaderError: two columns have the same name.
    """
    names = tuple(cell.strip() or f"column {place}" for place, cell in enumerate(cells, 1))
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise HeaderError(f"{path.name}: the header names {', '.join(map(repr, twins))} more than once; rename them in the file")
    return names
