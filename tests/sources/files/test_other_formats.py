"""JSON lines, matched lines, Parquet and XLSX: the same text whatever the format."""

from __future__ import annotations

import gzip
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from tongguan.model.reasons import Quarantine
from tongguan.sources.files import BadRow, FileFormat, FileReadError, FormatKind, HeaderError, Row, open_rows
from tongguan.sources.files.typed_text import float_text


def read(path: Path, form: FileFormat) -> list[Row | BadRow]:
    with open_rows(path, form) as reader:
        return list(reader)


def written(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def values(rows: list[Row | BadRow]) -> list[dict[str, str | None]]:
    return [dict(row.values) for row in rows if isinstance(row, Row)]


def reasons(rows: list[Row | BadRow]) -> list[tuple[int, Quarantine]]:
    return [(row.number, row.problem.reason) for row in rows if isinstance(row, BadRow)]


def test_json_values_keep_their_digits_and_nest_with_dots(tmp_path: Path) -> None:
    line = '{"n": 12.50, "big": 12345678901234567890, "t": "中🙂", "o": {"a": {"b": true}}, "l": [1, 2.0], "z": null}'
    rows = read(written(tmp_path, "a.jsonl", line.encode()), FileFormat())
    expected = {"n": "12.50", "big": "12345678901234567890", "t": "中🙂", "o.a.b": "true", "l": "[1, 2.0]", "z": None}
    assert values(rows) == [expected]


def test_bad_json_lines_are_bad_rows_with_their_reasons(tmp_path: Path) -> None:
    content = b'{"a": 1}\n{"a": \n\n[1]\n{"a": "\\u0000"}\n{"a": "\xff"}\n{"a": "' + b"x" * 1_100_000 + b'"}\n{"a": 2'
    rows = read(written(tmp_path, "a.ndjson", content), FileFormat(encoding="utf-8"))
    assert values(rows) == [{"a": "1"}]
    assert reasons(rows) == [
        (2, Quarantine.MALFORMED_JSON),
        (3, Quarantine.NOT_AN_OBJECT),
        (4, Quarantine.BAD_TEXT),
        (5, Quarantine.BAD_TEXT),
        (6, Quarantine.TOO_LARGE),
        (7, Quarantine.MALFORMED_JSON),
    ]
    assert isinstance(rows[-1], BadRow) and "the file ends within this row" in rows[-1].problem.message


def test_lines_are_matched_whole(tmp_path: Path) -> None:
    form = FileFormat(kind=FormatKind.LINES, pattern=r"(?P<who>\w+) did (?P<what>\w+)( (?P<how>\w+))?")
    rows = read(written(tmp_path, "a.log", b"ann did it\r\nbob did it well\nbob did\n"), form)
    assert values(rows) == [{"who": "ann", "what": "it", "how": None}, {"who": "bob", "what": "it", "how": "well"}]
    assert reasons(rows) == [(3, Quarantine.BAD_ROW)]


@pytest.mark.parametrize(("pattern", "message"), [("(", "no regular expression"), ("a", "no named group")])
def test_a_pattern_must_be_one(tmp_path: Path, pattern: str, message: str) -> None:
    with pytest.raises(FileReadError, match=message):
        read(written(tmp_path, "a.log", b"x\n"), FileFormat(kind=FormatKind.LINES, pattern=pattern))


def parquet_bytes() -> bytes:
    noon = datetime(2026, 3, 1, 12, 0, 0, 500, tzinfo=UTC)
    table = pa.table(
        {
            "text": pa.array(["a", None], pa.large_string()),
            "code": pa.array(["x", "x"]).dictionary_encode(),
            "money": pa.array([Decimal("12.50"), Decimal("-0.05")], pa.decimal128(12, 2)),
            "single": pa.array([12.34, None], pa.float32()),
            "double": pa.array([0.1 + 0.2, 1e22], pa.float64()),
            "whole": pa.array([2**62, -1], pa.int64()),
            "day": pa.array([date(2026, 3, 1), None], pa.date32()),
            "local": pa.array([noon.replace(tzinfo=None), None], pa.timestamp("us")),
            "zoned": pa.array([noon, None], pa.timestamp("us", "Asia/Shanghai")),
            "flag": pa.array([True, False]),
            "list": pa.array([[1, 2], None]),
        }
    )
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


@pytest.mark.parametrize("zipped", [False, True])
def test_parquet_values_lose_nothing(tmp_path: Path, zipped: bool) -> None:
    content = gzip.compress(parquet_bytes()) if zipped else parquet_bytes()
    first, second = values(read(written(tmp_path, "a.parquet.gz" if zipped else "a.parquet", content), FileFormat()))
    assert first == {
        "text": "a",
        "code": "x",
        "money": "12.50",
        "single": "12.34",
        "double": "0.3",
        "whole": str(2**62),
        "day": "2026-03-01",
        "local": "2026-03-01 12:00:00.000500",
        "zoned": "2026-03-01 12:00:00.000500Z",
        "flag": "true",
        "list": "[1,2]",
    }
    assert second["text"] is None and second["money"] == "-0.05" and second["double"] == "10000000000000000000000"


def test_what_is_no_parquet_or_lacks_columns_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileReadError, match="no whole Parquet file"):
        read(written(tmp_path, "a.parquet", b"PAR1 but not"), FileFormat())
    with pytest.raises(FileReadError, match="no whole Parquet file"):
        read(written(tmp_path, "b.parquet", gzip.compress(parquet_bytes())[:200]), FileFormat())
    with pytest.raises(HeaderError, match=r"'mony' \(did you mean 'money'\?\)"):
        open_rows(written(tmp_path, "c.parquet", parquet_bytes()), FileFormat(), ["mony"])


def workbook(path: Path, rows: Sequence[Sequence[object]], start: int = 0) -> Path:
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("first").write(0, 0, "other")
    sheet = book.add_worksheet("orders")
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for down, row in enumerate(rows, start):
        for right, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(down, right, cell, day)
            else:
                sheet.write(down, right, cell)
    book.close()
    return path


@pytest.mark.parametrize("start", [0, 2])
def test_sheet_cells_become_the_text_that_people_see(tmp_path: Path, start: int) -> None:
    cells = ["A-1", 12.1 + 0.2, 42.0, datetime(2026, 3, 1, 9, 30), True]
    path = workbook(tmp_path / "a.xlsx", [["no", "total", "pieces", "placed", "paid"], cells, [], ["A-2"]], start)
    rows = read(path, FileFormat(sheet="orders", header=1 + start))
    assert values(rows) == [
        {"no": "A-1", "total": "12.3", "pieces": "42", "placed": "2026-03-01T09:30:00", "paid": "true"},
        {"no": "A-2", "total": None, "pieces": None, "placed": None, "paid": None},
    ]


def test_cells_outside_the_header_and_wrong_sheets_are_told(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["no"], ["A-1", "stray"], ["A-2"]])
    rows = read(path, FileFormat(sheet="orders"))
    assert values(rows) == [{"no": "A-2"}] and reasons(rows) == [(1, Quarantine.BAD_ROW)]
    with pytest.raises(FileReadError, match="did you mean 'orders'"):
        read(path, FileFormat(sheet="order"))
    with pytest.raises(FileReadError, match="no readable workbook"):
        read(written(tmp_path, "b.xlsx", b"no zip"), FileFormat())


def test_a_zipped_workbook_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["no"], ["A-1"]])
    assert values(read(written(tmp_path, "b.xlsx.gz", gzip.compress(path.read_bytes())), FileFormat(sheet="orders"))) == [{"no": "A-1"}]


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=2))
def test_money_in_a_double_comes_back_exactly(amount: Decimal) -> None:
    assert Decimal(float_text(float(amount)) or "") == amount


def test_doubles_that_are_no_number() -> None:
    assert float_text(float("nan")) is None
    assert float_text(float("inf")) == "inf"
    assert float_text(1e-7) == "0.0000001"
