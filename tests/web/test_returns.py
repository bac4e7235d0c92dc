"""Cancellations and returns: figures, dimensions, both lists, filters, files, and what users see."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from html import unescape

import pytest

from tests.web.operation import Operation, make_operation
from tests.web.test_tables import shown
from tests.web.visitor import Visitor
from tongguan.model.access import Role
from tongguan.model.returns import OpenReturns, ReturnFilter, ReturnsReport
from tongguan.model.waiting import Lateness


@pytest.fixture(scope="module")
def operation() -> Operation:
    return make_operation()


@pytest.fixture(scope="module")
def report(operation: Operation) -> ReturnsReport:
    user = operation.accounts.session_for(Role.ADMIN).user
    return asyncio.run(operation.questions.returns(user, ReturnFilter(since="2026-10-23", until="2026-11-21")))


@pytest.fixture(scope="module")
def waits(operation: Operation) -> OpenReturns:
    user = operation.accounts.session_for(Role.ADMIN).user
    return asyncio.run(operation.questions.returns_open(user, ReturnFilter(), None, 1000, 0))


def admin(operation: Operation, language: str = "en") -> Visitor:
    return Visitor.as_role(operation, Role.ADMIN, language=language)


def csv_rows(operation: Operation, role: Role, query: str = "") -> list[dict[str, str]]:
    text = Visitor.as_role(operation, role, language="en").get(f"/returns.csv{query}").text
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_oldest_waits_first_with_how_late_it_is(operation: Operation, waits: OpenReturns) -> None:
    rows = shown(admin(operation).get("/returns").text, "returns")[1:]
    assert [row[0] for row in rows] == [one.row.case_id for one in waits.rows[:50]]
    for one, cells in zip(waits.rows[:50], rows, strict=True):
        assert cells[1].startswith({Lateness.LATE: "late by ", Lateness.WARNED: "late in ", Lateness.ON_TIME: "On time"}[one.row.lateness])
    late = shown(admin(operation).get("/returns?lateness=late").text, "returns")[1:]
    assert len(late) == waits.counts[Lateness.LATE] > 0


def test_values_of_dimensions_narrow_the_page(operation: Operation, report: ReturnsReport) -> None:
    page = admin(operation).get("/returns").text
    part = page[page.index('id="by"') :]
    for by, shares in report.by.items():
        for one in shares:
            href = re.search(rf'href="([^"]*\b{by}={re.escape(one.value)}[^"]*)"', part)
            assert href, (by, one.value)
    narrowed = admin(operation).get("/returns?reason=not_paid").text
    assert {row[5] for row in shown(narrowed, "returns")[1:]} == {"Not paid"}


def test_what_ended_today_is_the_other_list(operation: Operation) -> None:
    page = admin(operation).get("/returns?show=ended").text
    rows = shown(page, "returns")
    assert rows[0][1:4] == ["Ended", "How", "Took"]
    assert rows[1:] and all(row[1].startswith("2026-11-21") and row[3] == "7h" for row in rows[1:])
    assert 'name="lateness"' not in page
    tabs = re.findall(r'<b class="tg-number">([\d,]+)</b></a></li>', page)
    assert tabs[1] == str(len(rows) - 1)


@pytest.mark.parametrize(("query", "heading"), [("", "Limit"), ("?show=ended", "Took (hours)")])
def test_a_file_has_what_is_shown(operation: Operation, query: str, heading: str) -> None:
    rows = csv_rows(operation, Role.ADMIN, query)
    assert [row["Order"] for row in rows][:50] == [row[0] for row in shown(admin(operation).get(f"/returns{query}").text, "returns")[1:]]
    assert all(row[heading] and re.fullmatch(r"\d+\.\d\d", row["Amount"]) and row["Currency"] == "CNY" for row in rows)


def test_it_is_told_in_chinese(operation: Operation) -> None:
    page = admin(operation, "zh-CN").get("/returns").text
    for text in ("退单", "今日退单金额", "各环节用时", "申请退货 → 退单办结", "较上期", "质量问题"):
        assert text in page


def test_a_view_keeps_filters_and_the_list_that_is_shown(operation: Operation) -> None:
    visitor = admin(operation)
    page = visitor.get("/returns?show=ended&reason=quality&period=7d").text
    query = re.search(r'name="query" value="([^"]*)"', page)
    assert query and {"show=ended", "reason=quality", "period=7d"} <= set(unescape(query[1]).split("&"))


def test_who_sees_one_region_sees_its_returns_only(operation: Operation) -> None:
    everything = csv_rows(operation, Role.ADMIN)
    # The service agent of the operation in memory sees one city.
    html = Visitor.as_role(operation, Role.SERVICE_AGENT, language="en").get("/returns").text
    assert [row[0] for row in shown(html, "returns")[1:]] == [row["Order"] for row in everything if row["Region code"].startswith("GX-NN")]


def test_nothing_there_and_nothing_known() -> None:
    page = admin(make_operation(orders=0)).get("/returns").text
    assert "No source has sent anything yet" in page and "No source has sent order events." in page and "NaN" not in page
    assert 'href="/help#data"' in page and 'id="returns-trend"' not in page
    assert not re.search(r'(data-live|class="tg-number")>0<', page)
    page = admin(make_operation(failing=True)).get("/returns").text
    assert "The figures could not be loaded" in page and "The list could not be loaded" in page
