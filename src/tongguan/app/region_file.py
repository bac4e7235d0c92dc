"""The book of regions as a file: UTF-8 CSV with the columns ``code,parent,zh,en``, one region a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from tongguan.lib.suggest import valid_hint
from tongguan.model.regions import Region, RegionsError, check_regions

COLUMNS: Final = ("code", "parent", "zh", "en")


def read_regions(data: bytes) -> list[Region]:
    """Return the regions of a file in its order; spaces around values are dropped, and so are empty lines.

    Raises:
        RegionsError: no UTF-8, other columns, a line with more or fewer values, or a list that cannot be a book; it names the line.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise RegionsError(f"line {line}: byte {data[error.start]:#04x} is no UTF-8", "a CSV saved as UTF-8") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [(reader.line_num, [value.strip() for value in row]) for row in reader]
    except csv.Error as error:
        raise RegionsError(f"line {reader.line_num}: {error}", "CSV with commas, values with commas in double quotes") from error
    rows = [(line, row) for line, row in rows if any(row)]
    places = _places(rows[0][1] if rows else [])
    regions = [_region(line, row, places) for line, row in rows[1:]]
    if not regions:
        raise RegionsError("the file has no regions; it would remove the whole book", "one region a line behind the names of the columns")
    check_regions(regions, [line for line, _ in rows[1:]])
    return regions


def _places(header: Sequence[str]) -> list[int]:
    """Return where each of the columns stands."""
    named = [name.lower() for name in header]
    valid = ",".join(COLUMNS)
    for name in named:
        if name not in COLUMNS:
            raise RegionsError(f"line 1: no column {name[:100]!r}", valid_hint(name, COLUMNS).removeprefix("valid: "))
        if named.count(name) > 1:
            raise RegionsError(f"line 1: column {name!r} is there twice", valid)
    missing = [name for name in COLUMNS if name not in named]
    if missing:
        raise RegionsError(f"line 1: the column {missing[0]!r} is missing", valid)
    return [named.index(name) for name in COLUMNS]


def _region(line: int, row: Sequence[str], places: Iterable[int]) -> Region:
    if len(row) != len(COLUMNS):
        raise RegionsError(f"line {line}: {len(row)} values: {','.join(row)[:100]!r}", f"{len(COLUMNS)}, as the first line names them")
    return Region(*(row[place] for place in places))


def written_regions(regions: Iterable[Region]) -> bytes:
    """Return regions as such a file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((region.code, region.parent, region.zh, region.en) for region in regions)
    return text.getvalue().encode()
