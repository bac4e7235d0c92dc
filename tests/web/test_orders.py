"""Orders: key figures, exports and the story of an order that is still open."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from tests.web.operation import Operation, make_operation
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
