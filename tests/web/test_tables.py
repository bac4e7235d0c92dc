"""Lists: pages of 50, sorting, and exports that hold exactly what is shown."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest
from python_calamine import CalamineWorkbook

from tests.web.operation import Operation, make_operation
from tests.web.visitor import Visitor
from tongguan.model.access import Role
from tongguan.web.kit.export import harmless


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


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(
    ("page", "export", "key"),
    [
        ("/orders?channel=app&sort=sold", "/orders.csv?channel=app&sort=sold", "orders"),
        ("/orders?stage=shipping&region=GX-NN", "/orders.csv?stage=shipping&region=GX-NN", "orders"),
        ("/data/quarantine?reason=bad_amount", "/data/quarantine.csv?reason=bad_amount", "quarantine"),
    ],
)
def test_csv_equals_what_is_shown(operation: Operation, page: str, export: str, key: str, language: str) -> None:
    visitor = Visitor.as_role(operation, Role.DISPATCHER, language=language)
    html, response = visitor.get(page).text, visitor.get(export)
    assert response.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    expected = shown(html, key)
    assert len(expected) > 2
    assert rows[: len(expected)] == [[harmless(cell) for cell in row] for row in expected]
    offered = re.search(rf'href="({re.escape(export.partition("?")[0])}[^"]*)"', html)
    assert offered
    assert visitor.get(unescape(offered[1])).content == response.content


def test_csv_holds_all_pages(operation: Operation) -> None:
    visitor = Visitor.as_role(operation, Role.ANALYST)
    rows = list(csv.reader(io.StringIO(visitor.get("/orders.csv?page=3").content.decode("utf-8-sig"))))
    assert len(rows) == 401


def test_xlsx_holds_numbers_and_times(operation: Operation) -> None:
    visitor = Visitor.as_role(operation, Role.ANALYST, language="en")
    content = visitor.get("/orders.xlsx?sort=-sold").content
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    table = shown(visitor.get("/orders?sort=-sold").text, "orders")
    assert [str(cell) for cell in sheet[0]] == table[0]
    place = table[0].index("Ordered")
    for line in range(1, 51):
        assert f"¥{sheet[line][place]:,.2f}" == table[line][place]
        placed = table[0].index("Placed at")
        assert f"{sheet[line][placed]:%Y-%m-%d %H:%M}" == table[line][placed]


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
    ("text", "safe"), [("=1+1", "'=1+1"), ("@x", "'@x"), ("-5", "'-5"), ("+1", "'+1"), ("a=b", "a=b"), ("", ""), ("−5", "−5")]
)
def test_no_formula_gets_into_a_file(text: str, safe: str) -> None:
    assert harmless(text) == safe
