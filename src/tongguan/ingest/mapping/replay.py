"""A quarantined row once more, after its mapping was changed."""

from __future__ import annotations

import msgspec

from tongguan.ingest.mapping.errors import InputError
from tongguan.ingest.mapping.evaluate import Values
from tongguan.ingest.mapping.identity import content_digest
from tongguan.ingest.mapping.mapped import MappedRow, RowMapper
from tongguan.ingest.mapping.rules import FileRole, Mapping
from tongguan.model.ports import BadRecord
from tongguan.model.reasons import Problem, Quarantine
from tongguan.sources.files import BadRow, FormatKind, Row
from tongguan.sources.files.matched_lines import compile_pattern, match_line


class _Kept(msgspec.Struct):
    """What the body of a bad record holds."""

    mapping: str
    file: str
    row: int
    occurrence: int
    columns: dict[str, str | None] | None = None
    joined: dict[str, list[dict[str, str | None]]] = {}
    text: str = ""


class _KeptJoins:
    def __init__(self, mapping: Mapping, kept: dict[str, list[dict[str, str | None]]]) -> None:
        self._mapping = mapping
        self._kept = kept

    def find(self, role: str, key: str) -> list[Values]:
        column = self._mapping.files[role].key
        return [row for row in self._kept.get(role, []) if (row.get(column) or "").strip() == key]


def replay_row(mapping: Mapping, body: bytes) -> MappedRow:
    """Map a row again from the body of its bad record.

    The row was kept with all its columns and the rows that joined it, so a changed mapping sees what the first saw;
    ids come out as an import of the whole file would give them. A line of text that its pattern could not take apart
    is tried with the present pattern, if the mapping joins nothing.

    Args:
        mapping: the present mapping, of the same name as the first.
        body: of the bad record.

    Raises:
        InputError: the body is not one of this mapping's rows; a retry does not help.
    """
    try:
        kept = msgspec.json.decode(body, type=_Kept)
    except msgspec.DecodeError as error:
        raise InputError(f"the body is no row that a mapping set aside: {error}") from error
    if kept.mapping != mapping.name:
        raise InputError(f"the row belongs to mapping {kept.mapping!r}, not to {mapping.name!r}")
    row = Row(kept.row, kept.columns) if kept.columns is not None else _read_again(mapping, kept)
    if isinstance(row, BadRow):
        return MappedRow(kept.row, (), BadRecord(kept.row - 1, body, row.problem))
    mapper = RowMapper(mapping)
    return mapper.map(row, _KeptJoins(mapping, kept.joined), kept.file, content_digest(row.values), kept.occurrence)


def _read_again(mapping: Mapping, kept: _Kept) -> Row | BadRow:
    role: FileRole = mapping.driving
    if role.form.kind is FormatKind.LINES and not mapping.joins:
        return match_line(compile_pattern(role.form.pattern), kept.row, kept.text.rstrip("\r\n"), kept.row, role.form.max_field)
    message = f"row {kept.row} of {kept.file} could not be read; mend the file and import it again, rows already taken are not taken twice"
    return BadRow(kept.row, kept.text, Problem(Quarantine.BAD_ROW, "", "", message, "a readable row"))
