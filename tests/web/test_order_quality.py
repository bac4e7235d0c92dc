"""Order quality: figures by rule, the list with why, filters, files, and what users see."""

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
from tongguan.model.flags import FlagFilter, FlaggedDay, FlaggedPage
from tongguan.web.kit.fake.order_answers import BOOK


@pytest.fixture(scope="module")
def operation() -> Operation:
    return make_operation()


@pytest.fixture(scope="module")
def day(operation: Operation) -> FlaggedDay:
    user = operation.accounts.session_for(Role.ADMIN).user
    return asyncio.run(operation.questions.flagged_day(user, FlagFilter()))


@pytest.fixture(scope="module")
def flags(operation: Operation) -> FlaggedPage:
    user = operation.accounts.session_for(Role.ADMIN).user
    return asyncio.run(operation.questions.flagged(user, FlagFilter(), 1000, 0))


def admin(operation: Operation, language: str = "en") -> Visitor:
    return Visitor.as_role(operation, Role.ADMIN, language=language)


def test_every_rule_stands_with_its_count_and_leads_to_its_orders(operation: Operation, day: FlaggedDay) -> None:
    page = admin(operation).get("/orders/quality").text
    table = page[page.index('id="by-rule"') : page.index('id="trend"')]
    rows = re.findall(r'<th scope="row"><a href="([^"]+)"[^>]*>([^<]+)</a>.*?<b data-live>([\d,]+)</b>', table)
    assert [(name, int(count)) for _, name, count in rows] == [
        (rule.label.en, one.count.now) for one in day.rules if (rule := BOOK.rule(one.rule))
    ]
    for href, name, count in rows:
        part = admin(operation).get(unescape(href)).text
        found = shown(part, "quality")[1:] if int(count) else []
        assert {row[1] for row in found} <= {name}
        assert len(found) == int(count) or "No abnormal order fits these filters" in part


def test_each_flag_says_why_with_its_values(operation: Operation, flags: FlaggedPage) -> None:
    rows = shown(admin(operation).get("/orders/quality").text, "quality")[1:]
    assert [row[0] for row in rows] == [row.case_id for row in flags.rows]
    why = {row.rule: cells[2] for row, cells in zip(flags.rows, rows, strict=True)}
    assert why["unpaid_too_long"] == "neither paid nor ended after 1d"
    assert re.fullmatch(r"¥[\d,.]+, usually about ¥[\d,.]+: 14.2 spreads off \(at most 8\)", why["unusual_amount"])
    assert re.fullmatch(r"4min 5s after DD2026\d{6}, same customer, product, channel", why["duplicate_order"])


def test_it_is_told_in_chinese(operation: Operation) -> None:
    page = admin(operation, "zh-CN").get("/orders/quality").text
    for text in ("订单质量", "异常占比", "按规则", "重复下单", "通常约", "规则文件 areas/orders/quality.yaml", "标记并送审"):
        assert text in page


def test_a_file_has_what_is_shown(operation: Operation, flags: FlaggedPage) -> None:
    text = admin(operation).get("/orders/quality.csv?rule=unusual_amount&columns=order,why,amount").text
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    wanted = [row for row in flags.rows if row.rule == "unusual_amount"]
    assert [(row["Order"], row["Measured"], row["Allowed"]) for row in rows] == [(row.case_id, "14.2", "8.0") for row in wanted]
    assert [row["Amount"] for row in rows] == [f"{(row.amount or 0) / 100:.2f}" for row in wanted]


def test_other_days_have_their_own_flags_and_no_stream(operation: Operation) -> None:
    page = admin(operation).get("/orders/quality?day=2026-11-14").text
    assert "Waiting for review" not in page and "hx-sse" not in page and "/live/orders/quality" not in page
    assert all(row[4].startswith("2026-11-14") for row in shown(page, "quality")[1:])
    assert "/live/orders/quality" in admin(operation).get("/orders/quality").text


def test_who_sees_one_region_sees_its_flags_only(operation: Operation) -> None:
    day = "/orders/quality?day=2026-11-14&columns=order,region"
    everything = shown(admin(operation).get(day).text, "quality")[1:]
    # The service agent of the operation in memory sees one city.
    own = shown(Visitor.as_role(operation, Role.SERVICE_AGENT, language="en").get(day).text, "quality")[1:]
    assert own == [row for row in everything if row[1].startswith("Nanning")] and 0 < len(own) < len(everything)


def test_nothing_there_and_nothing_known() -> None:
    empty = make_operation(orders=0)
    page = admin(empty).get("/orders/quality").text
    assert "No source has sent anything yet" in page and "No source has sent order events." in page and "NaN" not in page
    assert 'href="/help#data"' in page and 'id="quality-trend"' not in page
    assert not re.search(r"data-live>0<", page)
    failing = make_operation(failing=True)
    page = admin(failing).get("/orders/quality").text
    assert "The figures could not be loaded" in page and "The list could not be loaded" in page
    # Rules are read at the start: they are told whatever the warehouse does.
    assert "same customer, product, channel within 10min" in page


def test_stages_lead_to_their_pages(operation: Operation) -> None:
    entries = {entry.stage: entry.path for entry in operation.site.navigation if entry.stage}
    assert (entries["order"], entries["returns"]) == ("/orders/quality", "/returns")
