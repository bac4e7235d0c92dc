"""Plain text lines that a regular expression takes apart, such as access logs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tongguan.model.reasons import Quarantine
from tongguan.sources.files.errors import FileReadError
from tongguan.sources.files.format import MAX_LINE, FileFormat
from tongguan.sources.files.lines import LineStream, flaw
from tongguan.sources.files.rows import BadRow, Opened, Row, bad_row, too_large


def open_matched_lines(path: Path, form: FileFormat) -> Opened:
    """Open a file of which every whole line matches a pattern; the pattern's named groups are the columns.

    Raises:
        FileReadError: the pattern is no regular expression or names no group.
    """
    pattern = compile_pattern(form.pattern)
    lines = LineStream(path, form.encoding, newline="\n")
    return Opened(tuple(pattern.groupindex), _rows(lines, pattern, form.max_field), lines.close)


def compile_pattern(text: str) -> re.Pattern[str]:
    """Return the compiled pattern.

    Raises:
        FileReadError: it is no regular expression, or has no named group.
    """
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise FileReadError(f"the pattern is no regular expression: {error}") from error
    if not pattern.groupindex:
        raise FileReadError("the pattern has no named group such as (?P<path>[^ ]+), so there are no columns")
    return pattern


def match_line(pattern: re.Pattern[str], number: int, line: str, at: int, max_field: int) -> Row | BadRow:
    """Return the row that a line (without its end) holds; ``at`` is the line's number for people."""
    found = pattern.fullmatch(line)
    if found is None:
        return bad_row(number, line, f"line {at} does not match the pattern of the format", pattern.pattern)
    values = found.groupdict()
    if len(line) > max_field:
        for name, value in values.items():
            if value is not None and len(value) > max_field:
                return too_large(number, line, f"column {name!r} in line {at}", len(value), max_field)
    return Row(number, values)


def _rows(lines: LineStream, pattern: re.Pattern[str], max_field: int) -> Iterator[Row | BadRow]:
    number = 0
    while line := lines.next():
        if not line.strip():
            continue
        number += 1
        if lines.cut:
            yield too_large(number, line, f"line {lines.number}", len(line), MAX_LINE)
            continue
        wrong = flaw(line)
        if wrong:
            message = f"line {lines.number} {wrong}"
            yield bad_row(number, line, message, "text without NUL in the stated encoding", Quarantine.BAD_TEXT)
            continue
        yield match_line(pattern, number, line.rstrip("\r\n"), lines.number, max_field)
    if lines.torn:
        yield bad_row(number + 1, "", f"the compressed file ends early after line {lines.number}", "a whole file")
