"""Orders: key figures, exports and the story of an order that is still open."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from tests.web.operation import NOON, Operation, make_operation
from tests.web.visitor import Visitor
from tongguan.model.access import Role, User
from tongguan.model.answers import OrderSummary


def with_sums(sold: dict[str, int], paid: dict[str, int]) -> Operation:
    """Return an operation of 400 orders whose key figures have these sums."""
    operation = make_operation()
    asked = operation.questions.order_summary

    async def answer(user: User) -> OrderSummary:
        return replace(await asked(user), sold=sold, paid=paid)

    operation.questions.order_summary = answer  # type: ignore[method-assign]
    return operation


def tile(html: str, key: str) -> str:
    """Return the texts of one tile."""
    found = re.search(rf'id="kpi-{key}">(.*?)</a>', html, re.S)
    assert found, f"no tile {key}"
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split())


def test_tiles_show_every_currency_and_no_average_of_several() -> None:
    operation = with_sums({"BRL": 144_820_000, "CNY": 99_020_000}, {"BRL": 100_000_000, "CNY": 50_000_000})
    page = Visitor.as_role(operation, Role.ADMIN).get("/live/orders").text
    assert tile(page, "sold") == "订单金额 ¥99.02万 + R$144.82万"
    assert tile(page, "paid") == "已支付 ¥50万 + R$100万"
    assert 'title="¥990,200.00 + R$1,448,200.00"' in page


def test_tiles_of_one_currency_have_an_average_and_a_share() -> None:
    page = Visitor.as_role(with_sums({"BRL": 400_000, "CNY": 0}, {"BRL": 100_000}), Role.ADMIN, language="en").get("/live/orders").text
    assert tile(page, "sold") == "Ordered R$4K R$10.00 per order"
    assert tile(page, "paid") == "Paid R$1K 25.0% of what was ordered"
    mixed = Visitor.as_role(with_sums({"BRL": 400_000}, {"CNY": 100_000}), Role.ADMIN, language="en").get("/live/orders").text
    assert tile(mixed, "paid") == "Paid ¥1K"


def test_tiles_without_amounts_say_so() -> None:
    page = Visitor.as_role(with_sums({}, {}), Role.ADMIN, language="en").get("/live/orders").text
    assert tile(page, "sold") == "Ordered —"
    assert tile(page, "paid") == "Paid —"
    nothing = Visitor.as_role(with_sums({"CNY": 0}, {"CNY": 0}), Role.ADMIN, language="en").get("/live/orders").text
    assert tile(nothing, "paid") == "Paid ¥0"


@pytest.mark.parametrize("query", ["channel=app", "stage=shipping&sort=last", "q=DD", "open=1", "since=2026-11-01", "customer_id=KH00001"])
def test_figures_over_all_orders_are_not_shown_over_a_filtered_list(query: str) -> None:
    visitor = Visitor.as_role(make_operation(orders=20), Role.ADMIN)
    assert 'hx-get="/live/orders"' not in visitor.get(f"/orders?{query}").text
    assert 'hx-get="/live/orders"' in visitor.get("/orders?sort=-sold&page=1").text


def with_wait(now_after: timedelta, *, is_open: bool) -> tuple[Operation, str]:
    """Return an operation in which one order had its last event so long ago."""
    operation = make_operation()
    order, trace = next((i, t) for i, t in operation.questions._traces.items() if len(t.events) > 3)
    moved = [replace(event, gap=3600.0 if place else None) for place, event in enumerate(trace.events)]
    case = replace(trace.case, open=is_open, last_time=NOON - now_after)
    operation.questions._traces[order] = replace(trace, case=case, events=tuple(moved))
    return operation, order


@pytest.mark.parametrize("query", ["", "?view=table"])
def test_open_order_shows_the_wait_that_is_running(query: str) -> None:
    operation, order = with_wait(timedelta(days=8, hours=20), is_open=True)
    page = Visitor.as_role(operation, Role.ADMIN, language="en").get(f"/orders/{order}{query}").text
    last = page.split("tg-now")[1]
    assert "waiting since" in last
    assert "2026-11-12 18:20" in last
    assert "8d 20h" in last
    assert "data-row" not in last.split("</section>")[0].partition("data-row")[2]
    assert page.count("tg-longest") == 1
    assert "tg-longest" in last


def test_a_shorter_running_wait_is_not_the_longest() -> None:
    operation, order = with_wait(timedelta(minutes=5), is_open=True)
    before, now = Visitor.as_role(operation, Role.ADMIN, language="en").get(f"/orders/{order}").text.split("tg-now")
    assert "tg-longest" in before
    assert "tg-longest" not in now
    assert "+5min" in now


def test_a_finished_order_waits_for_nothing() -> None:
    operation, order = with_wait(timedelta(days=8), is_open=False)
    page = Visitor.as_role(operation, Role.ADMIN, language="en").get(f"/orders/{order}").text
    assert "waiting since" not in page
    assert "longest wait" in page


@pytest.mark.parametrize(
    "query", ["stage=zz", "since=0001-01-01", "since=9999-12-31&until=9999-12-31", "until=9999-12-31", "since=2026-02-30", "stage=%00"]
)
def test_addresses_that_name_nothing_show_the_list_all_the_same(query: str) -> None:
    visitor = Visitor.as_role(make_operation(), Role.ANALYST)
    for path in ("/orders", "/orders.csv"):
        assert visitor.get(f"{path}?{query}").status_code == 200
