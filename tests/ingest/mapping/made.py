"""A small vocabulary, and mappings and files written for one test."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import msgspec

from tongguan.ingest.mapping import Mapped, MappedRow, Mapping, RowMapper, load_mapping
from tongguan.ingest.mapping.inputs import JoinedFiles, find_inputs
from tongguan.model.reasons import Quarantine
from tongguan.model.vocabulary import Attribute, EventType, Kind, Label, Pack, Vocabulary
from tongguan.sources.files import open_rows

_ATTRIBUTES = (
    Attribute("note", Kind.TEXT, "A remark."),
    Attribute("phone", Kind.TEXT, "Telephone number.", personal=True),
    Attribute("pieces", Kind.INTEGER, "How many."),
    Attribute("weight", Kind.DECIMAL, "In kilograms."),
    Attribute("gift", Kind.BOOLEAN, "It is one."),
    Attribute("booked", Kind.TIME, "When booked."),
    Attribute("fee", Kind.MONEY, "What is kept."),
    Attribute("parts", Kind.LIST, "Codes."),
    Attribute("side", Kind.TEXT, "Which side.", values=("left", "right")),
)

VOCABULARY = Vocabulary(
    [
        Pack(
            area="test",
            label=Label("测试", "Test"),
            event_types=(
                EventType("thing.made", Label("做", "Made"), "Made.", requires=("order_id",), attributes=_ATTRIBUTES),
                EventType("part.added", Label("加", "Added"), "Added.", attributes=_ATTRIBUTES),
            ),
            codes={"channel": {"web": Label("网", "Web"), "shop": Label("店", "Shop")}},
        )
    ]
)

HEAD = """
version: 1
name: test
source: tests
zone: Asia/Shanghai
files:
  rows: {paths: ["rows*"], format: csv}
rows: rows
"""

JOINED = """
version: 1
name: test
source: tests
zone: Asia/Shanghai
files:
  rows: {paths: ["rows*"], format: csv}
  parts: {paths: ["parts*"], format: csv, key: id}
  owners: {paths: ["owners*"], format: csv, key: owner}
rows: rows
joins:
  owners: {by: owner}
  parts: {by: id, take: many}
"""


def mapping_file(folder: Path, text: str) -> Path:
    """Write a mapping file."""
    path = folder / "mapping.yaml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def mapping(folder: Path, events: str, head: str = HEAD) -> Mapping:
    """Write and load a mapping of a head and an ``events`` section."""
    return load_mapping(
        mapping_file(folder, head + "events:\n" + textwrap.indent(textwrap.dedent(events).strip("\n"), "  ") + "\n"), VOCABULARY
    )


def mapped(found: Mapping, *paths: Path) -> list[MappedRow]:
    """Map all rows of the driving files."""
    inputs = find_inputs(found, paths)
    joined = JoinedFiles(found, inputs)
    rows: list[MappedRow] = []
    for path in inputs.files[found.rows]:
        with open_rows(path, found.driving.form, found.needed(found.driving)) as reader:
            rows += Mapped(RowMapper(found), reader, joined, path.name)
    return rows


def events(rows: list[MappedRow]) -> list[dict[str, Any]]:
    """Return all events of mapped rows, decoded."""
    return [msgspec.json.decode(record.body) for row in rows for record in row.records]


def reasons(rows: list[MappedRow]) -> list[tuple[int, Quarantine, str, str]]:
    """Return row, reason, field and shown value of each bad row."""
    return [(row.number, row.bad.problem.reason, row.bad.problem.field, row.bad.problem.value) for row in rows if row.bad is not None]


def file(folder: Path, name: str, text: str) -> Path:
    """Write a file of rows."""
    path = folder / name
    path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    return path
