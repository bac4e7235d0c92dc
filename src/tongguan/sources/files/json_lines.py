"""JSON lines: one object per line; objects within become columns with dots, numbers keep their digits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from tongguan.model.reasons import Quarantine
from tongguan.sources.files.format import MAX_LINE, FileFormat
from tongguan.sources.files.lines import LineStream, flaw
from tongguan.sources.files.rows import BadRow, Opened, Row, bad_row, too_large

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)


def open_json_lines(path: Path, form: FileFormat) -> Opened:
    """Open a file with one JSON object per line.

    Values become text: strings as they are, numbers digit by digit as the file has them, ``true`` and ``false``,
    null as None, arrays as JSON; ``{"a": {"b": 1}}`` is the column ``a.b``.
    """
    lines = LineStream(path, form.encoding, newline="\n")
    return Opened((), _rows(lines, form), lines.close)


def _rows(lines: LineStream, form: FileFormat) -> Iterator[Row | BadRow]:
    number = 0
    while line := lines.next():
        if not line.strip():
            continue
        number += 1
        yield _row(number, line, lines, form)
    if lines.torn:
        yield bad_row(number + 1, "", f"the compressed file ends early after line {lines.number}", "a whole file")


def _row(number: int, line: str, lines: LineStream, form: FileFormat) -> Row | BadRow:
    at = lines.number
    if lines.cut:
        return too_large(number, line, f"line {at}", len(line), MAX_LINE)
    wrong = flaw(line)
    if wrong:
        return bad_row(number, line, f"line {at} {wrong}", "text without NUL in the stated encoding", Quarantine.BAD_TEXT)
    values: dict[str, str | None] = {}
    try:
        _flatten("", _OBJECT.decode(line), values)
    except (msgspec.DecodeError, UnicodeError) as error:
        return _no_object(number, at, line, error)
    for name, value in values.items():
        if value is not None and len(value) > form.max_field:
            return too_large(number, line, f"column {name!r} in line {at}", len(value), form.max_field)
        if value is not None and (wrong := flaw(value)):
            return bad_row(number, line, f"column {name!r} in line {at} {wrong}", "text without NUL", Quarantine.BAD_TEXT)
    return Row(number, values)


def _no_object(number: int, at: int, line: str, error: Exception) -> BadRow:
    if isinstance(error, msgspec.ValidationError):
        return bad_row(number, line, f"line {at} is JSON but no object", "one JSON object", Quarantine.NOT_AN_OBJECT)
    ending = "" if line.endswith("\n") else "; the file ends within this row"
    return bad_row(number, line, f"line {at} is no JSON: {error}{ending}", "one JSON object", Quarantine.MALFORMED_JSON)


def _flatten(prefix: str, found: dict[str, msgspec.Raw], values: dict[str, str | None]) -> None:
    for key, raw in found.items():
        name = prefix + key
        text = bytes(raw)
        match text[:1]:
            case b'"':
                values[name] = _TEXT.decode(text)
            case b"{":
                _flatten(name + ".", _OBJECT.decode(text), values)
            case b"n":
                values[name] = None
            case _:
                values[name] = text.decode("utf-8")
