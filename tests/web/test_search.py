"""The search of orders: by any id, by many at once, straight to an order by its own."""

from __future__ import annotations

import pytest

from tests.web.operation import Operation, make_operation
from tests.web.test_tables import shown
from tests.web.visitor import Visitor
from tongguan.areas.orders.search import MOST_IDS, read_search
from tongguan.model.access import Role


@pytest.fixture(scope="module")
def operation() -> Operation:
    return make_operation()


def found(visitor: Visitor, query: str) -> list[str]:
    return [row[0] for row in shown(visitor.get(f"/orders?{query}").text, "orders")[1:]]


def test_the_id_of_an_order_leads_to_it_and_back_to_the_list(operation: Operation) -> None:
    ann = Visitor.as_role(operation, Role.ANALYST, language="en")
    led = ann.get("/orders?q=DD2026000003")
    assert led.status_code == 303
    assert led.headers["location"] == "/orders/DD2026000003?found=DD2026000003"
    page = ann.get(led.headers["location"]).text
    assert 'href="/orders?q=DD2026000003&amp;list=1"' in page
    assert "All that begins with DD2026000003" in page
    assert found(ann, "q=DD2026000003&list=1") == ["DD2026000003"]
    assert "All that begins with" not in ann.get("/orders/DD2026000003").text


@pytest.mark.parametrize("query", ["q=DD202600000", "q=DD2026000003&channel=app", "q=DD2026000003&sort=id", "q=DD2026000003&page=1"])
def test_anything_else_is_a_list(operation: Operation, query: str) -> None:
    assert Visitor.as_role(operation, Role.ANALYST).get(f"/orders?{query}").status_code == 200


def test_any_kind_of_id_finds_the_order(operation: Operation) -> None:
    ann = Visitor.as_role(operation, Role.ANALYST)
    trace = next(t for t in operation.questions._traces.values() if sum(bool(join.ids) for join in t.joins) > 2)
    for join in trace.joins:
        for one in join.ids:
            if one != trace.case.case_id:
                assert trace.case.case_id in found(ann, f"q={one}"), join.kind
    assert trace.case.case_id in found(ann, f"q={trace.case.customer_id}")


@pytest.mark.parametrize("between", [",", "%20", "%0A", "%0D%0A", "%EF%BC%8C", "%E3%80%81", ";%20", "%09"])
def test_many_ids_find_all_of_them_and_name_the_others(operation: Operation, between: str) -> None:
    ann = Visitor.as_role(operation, Role.ANALYST, language="en")
    query = "q=" + between.join(["DD2026000003", "nobody", "DD2026000009", "DD20260000", "DD2026000003"])
    page = ann.get(f"/orders?{query}").text
    assert sorted(row[0] for row in shown(page, "orders")[1:]) == ["DD2026000003", "DD2026000009"]
    assert "Not found (2): nobody, DD20260000" in page
    assert 'class="tg-set-value">4 ids' in page


def test_more_ids_than_fit_are_told(operation: Operation) -> None:
    ann = Visitor.as_role(operation, Role.ANALYST, language="en")
    page = ann.get("/orders?q=" + ",".join(f"X{n}" for n in range(MOST_IDS + 7))).text
    assert "At most 500 ids are looked for at once; the last 7 were left out." in page
    assert "Not found (500): X0, X1" in page
    assert "X19 and 480 more" in page


def test_an_empty_answer_says_what_was_looked_through(operation: Operation) -> None:
    page = Visitor.as_role(operation, Role.ANALYST, language="en").get("/orders?q=nothing").text
    assert "Looked through the ids of: Customer, Session, Order, Payment, Package" in page
    assert "telephone number (whole)" in page
    plain = Visitor.as_role(operation, Role.ANALYST, language="en").get("/orders?step=nothing").text
    assert "Looked through" not in plain


def test_text_is_read_as_ids() -> None:
    assert read_search("  A-1 ").text == "A-1"
    assert read_search("").text == ""
    assert read_search(" , ；\n").text == ", ；"
    many = read_search("KX 1")
    assert (many.ids, many.whole, many.wanted) == (("KX", "1"), "KX 1", ("KX", "1", "KX 1"))
    assert many.unknown(("KX", "1")) == (), "the whole text is an id"
    assert many.unknown(("KX", "KX 1")) == ("KX",)
    assert read_search("a " * 150).whole == ""
