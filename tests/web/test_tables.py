"""Lists: pages of 50, sorting, and exports that hold the rows that are shown, with numbers and times to calculate with."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook

from tests.web.operation import NOON, Operation, make_operation
from tests.web.visitor import Visitor
from tongguan.model.access import Role
from tongguan.web.kit.export import csv_head, csv_rows, harmless
from tongguan.web.kit.tables import Cell, Column


@pytest.fixture(scope="module")
def operation() -> Operation:
    return make_operation()


def shown(html: str, key: str) -> list[list[str]]:
    """Return headings and cells of a table as a reader sees them."""
    table = re.search(rf'<table class="tg-table" id="table-{key}".*?</table>', html, re.S)
    assert table, f"no table {key}"
    rows = []
    for row in re.findall(r"<tr.*?</tr>", table[0], re.S):
        cells = [
            re.sub(
                r"\s+",
                " ",
                unescape(re.sub(r"<[^>]+>", "", re.sub(r'<span class="tg-shape".*?</span>|<span aria-hidden="true">.*?</span>', "", cell))),
            ).strip()
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
            if 'type="checkbox"' not in cell
        ]
        rows.append(cells)
    return rows


def lines_of(content: bytes) -> list[dict[str, str]]:
    """Return the rows of a CSV by heading."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("query", ["channel=app&sort=sold", "stage=shipping&region=GX-NN"])
def test_csv_of_orders_holds_the_rows_that_are_shown(operation: Operation, query: str, language: str) -> None:
    visitor = Visitor.as_role(operation, Role.DISPATCHER, language=language)
    html, response = visitor.get(f"/orders?{query}").text, visitor.get(f"/orders.csv?{query}")
    heads, *rows = shown(html, "orders")
    assert len(rows) > 1
    sold, paid, first, last, due = ORDER_HEADINGS[language]
    for row, line in zip(rows, lines_of(response.content), strict=False):
        cells = dict(zip(heads, row, strict=True))
        for name in set(heads) - {sold, paid, first, last, due}:
            assert line[name] == harmless(cells[name]), name
        for name in (sold, paid):
            assert cells[name] == (f"¥{Decimal(line[name]):,.2f}" if line[name] else "—")
        for name in (first, last):
            assert re.fullmatch(re.escape(cells[name]) + r":\d\d", line[name])
        assert line[due][:16] == cells[due].partition(" · ")[0]
    offered = re.search(r'href="(/orders\.csv[^"]*)"', html)
    assert offered
    assert visitor.get(unescape(offered[1])).content == response.content


ORDER_HEADINGS = {
    "zh-CN": ("订单金额", "已支付", "下单时间", "最近事件", "承诺时间"),
    "en": ("Ordered", "Paid", "Placed at", "Last event", "Promised"),
}


def test_csv_of_the_quarantine_equals_what_is_shown(operation: Operation) -> None:
    visitor = Visitor.as_role(operation, Role.DISPATCHER)
    query = "?reason=bad_amount"
    rows = list(csv.reader(io.StringIO(visitor.get(f"/data/quarantine.csv{query}").content.decode("utf-8-sig"))))
    expected = shown(visitor.get(f"/data/quarantine{query}").text, "quarantine")
    assert len(expected) > 2
    assert rows[: len(expected)] == [[harmless(cell) for cell in row] for row in expected]


def test_exports_hold_plain_numbers_with_currency_and_lateness_apart() -> None:
    operation = make_operation(orders=1)
    ((order, trace),) = operation.questions._traces.items()
    due = NOON - timedelta(hours=30, seconds=36)
    case = replace(trace.case, sold=429_900, paid=None, currency="BRL", due_time=due, open=True, customer_id="=cmd|' /C calc'!A0")
    operation.questions._traces[order] = replace(trace, case=case)
    visitor = Visitor.as_role(operation, Role.ANALYST, language="en")
    (line,) = lines_of(visitor.get("/orders.csv").content)
    assert (line["Ordered"], line["Paid"], line["Currency"]) == ("4299.00", "", "BRL")
    assert (line["Promised"], line["Late, still open (hours)"]) == ("2026-11-20 08:19:24", "30.01")
    assert line["Customer"] == "'=cmd|' /C calc'!A0"
    content = visitor.get("/orders.xlsx").content
    heads, row = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    sheet = dict(zip(heads, row, strict=True))
    assert (sheet["Ordered"], sheet["Paid"], sheet["Currency"]) == (4299.0, "", "BRL")
    assert sheet["Customer"] == "=cmd|' /C calc'!A0"
    assert sheet["Promised"] == datetime(2026, 11, 20, 8, 19, 24)
    with ZipFile(io.BytesIO(content)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
        assert b"#,##0.00" in parts.read("xl/styles.xml") or b'numFmtId="4"' in parts.read("xl/styles.xml")


def test_negative_numbers_stay_numbers() -> None:
    columns = [Column[int]("n", "n", lambda n: Cell("−", value=Decimal(n).scaleb(-2))), Column[int]("y", "y", lambda n: Cell("", value=n))]
    file = csv_head(columns) + csv_rows(columns, [-500], ZoneInfo("UTC"))
    assert file.decode("utf-8-sig").splitlines() == ["n,y", "-5.00,-500"]


def test_csv_holds_all_pages(operation: Operation) -> None:
    visitor = Visitor.as_role(operation, Role.ANALYST)
    rows = list(csv.reader(io.StringIO(visitor.get("/orders.csv?page=3").content.decode("utf-8-sig"))))
    assert len(rows) == 401


def test_xlsx_holds_numbers_and_times(operation: Operation) -> None:
    visitor = Visitor.as_role(operation, Role.ANALYST, language="en")
    content = visitor.get("/orders.xlsx?sort=-sold").content
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    table = shown(visitor.get("/orders?sort=-sold").text, "orders")
    place = sheet[0].index("Ordered")
    assert place == table[0].index("Ordered")
    for line in range(1, 51):
        assert f"¥{sheet[line][place]:,.2f}" == table[line][place]
        assert f"{sheet[line][sheet[0].index('Placed at')]:%Y-%m-%d %H:%M}" == table[line][table[0].index("Placed at")]


def test_sort_and_pages(operation: Operation) -> None:
    visitor = Visitor.as_role(operation, Role.ANALYST, language="en")
    first = visitor.get("/orders?sort=-sold").text
    amounts = [float(row[table_place(first)].replace("¥", "").replace(",", "")) for row in shown(first, "orders")[1:]]
    assert amounts == sorted(amounts, reverse=True)
    assert len(amounts) == 50
    assert 'aria-sort="descending"' in first
    assert "1–50 of 400" in first
    follow = re.search(r'rel="next" href="([^"]+)"', first)
    assert follow
    second = visitor.get(unescape(follow[1])).text
    assert "51–100 of 400" in second
    assert not {row[0] for row in shown(first, "orders")[1:]} & {row[0] for row in shown(second, "orders")[1:]}


def table_place(html: str) -> int:
    return shown(html, "orders")[0].index("Ordered")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("-5", "'-5"),
        ("+1", "'+1"),
        ("a=b", "a=b"),
        ("", ""),
        ("−5", "−5"),
    ],
)
def test_no_formula_gets_into_a_file(text: str, safe: str) -> None:
    assert harmless(text) == safe
