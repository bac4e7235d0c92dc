"""Lists of cases: filters, sorting, paging, search, scope, and how many questions a list costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fixtures.rig import Rig
from tests.fixtures.trade import asked, happened, opened
from tongguan.model.access import EVERYTHING, Level, Scope
from tongguan.model.answers import CaseFilter, CasePage
from tongguan.processes.cases import SORTS, UnknownSortError, case_page, find_case
from tongguan.processes.open_steps import OpenStepsKeeper

ODD = ("a%b", "a_b", "a'b", "a\\b", 'a"b', "订单🎁1", "{x:String}", "a b", "--", "a\tb")
"""Ids with characters that mean something to somebody."""

CUSTOMER_TOKEN = "~customer-token-of-1"


def _orders() -> Iterator[bytes]:
    day = "2026-11-20T"
    yield happened(
        "order.created", day + "01:00:00+00:00", order_id="A-1", channel="app", region="GX-NN", business_class="goods", amount=500,
        customer_id="c1", session_id="s1", due_time="2026-11-22T10:00:00+00:00", currency="CNY",
    )  # fmt: skip
    yield happened("payment.succeeded", day + "01:10:00+00:00", order_id="A-1", payment_id="PAY-1", amount=500)
    yield happened("package.shipped", day + "02:00:00+00:00", order_id="A-1", package_id="KX 1")
    yield happened("package.delivered", day + "08:00:00+00:00", order_id="A-1", package_id="KX 1")
    yield happened(
        "order.created", day + "02:00:00+00:00", order_id="A-2", channel="web", region="GX-NN-01", business_class="goods.broadband",
        customer_id="c1", product_id="p9", amount=300,
    )  # fmt: skip
    yield happened("payment.succeeded", day + "02:10:00+00:00", order_id="A-2", payment_id="PAY-2", amount=100)
    yield happened(
        "order.created", day + "03:00:00+00:00", order_id="A-10", channel="app", region="GXX", customer_id=CUSTOMER_TOKEN,
        due_time="2026-11-21T10:00:00+00:00", business_class="goods",
    )  # fmt: skip
    yield happened("order.held", day + "03:05:00+00:00", order_id="A-10")
    yield happened("order.created", day + "04:00:00+00:00", order_id="B-1", region="GX", channel="shop", amount=300)
    yield happened("order.created", day + "04:00:00+00:00", order_id="B-2", channel="shop")
    yield happened("order.noted", day + "04:00:00+00:00", order_id="B-2", objects=[{"kind": "ticket", "id": "T-77", "qualifier": "about"}])
    for place, name in enumerate(ODD):
        yield happened("order.created", f"2026-11-19T0{place % 10}:00:00+00:00", order_id=name)


ORDERS = ("A-1", "A-2", "A-10", "B-1", "B-2")
"""Those with plain ids."""


@dataclass
class Desk:
    """Asks for lists."""

    rig: Rig

    def page(self, scope: Scope = EVERYTHING, *, kind: str = "order", plain: bool = False, **given: Any) -> CasePage:
        """Return a page; ``plain`` leaves the orders with odd ids out."""
        names = {name: given.pop(name) for name in list(given) if name in CaseFilter.__dataclass_fields__}
        if plain:
            names.setdefault("since", datetime(2026, 11, 20, tzinfo=UTC))
        return case_page(self.rig.warehouse, self.rig.vocabulary, kind, CaseFilter(**names), scope, **given)

    def ids(self, scope: Scope = EVERYTHING, **given: Any) -> list[str]:
        """Return the ids of a page in its order."""
        return [row.case_id for row in self.page(scope, **given).rows]

    def found(self, scope: Scope = EVERYTHING, **given: Any) -> set[str]:
        """Return the ids of a page, and see that its total says so."""
        page = self.page(scope, **given)
        assert page.total == len(page.rows)
        return {row.case_id for row in page.rows}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened(tmp_path_factory.mktemp("cases")) as rig:
        assert rig.load(*_orders()).refusals == ()
        OpenStepsKeeper(rig.warehouse, rig.database, rig.vocabulary).catch_up()
        yield Desk(rig)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, set(ORDERS)),
        ({"status": "delivered"}, {"A-1"}),
        ({"status": "created"}, {"B-1", "B-2"}),
        ({"status": "nothing"}, set()),
        ({"step": "held"}, {"A-10"}),
        ({"channel": "app"}, {"A-1", "A-10"}),
        ({"channel": "APP"}, set()),
        ({"business_class": "goods"}, {"A-1", "A-2", "A-10"}),
        ({"business_class": "goods.broadband"}, {"A-2"}),
        ({"business_class": "good"}, set()),
        ({"customer_id": "c1"}, {"A-1", "A-2"}),
        ({"region": "GX"}, {"A-1", "A-2", "B-1"}),
        ({"region": "GX-NN"}, {"A-1", "A-2"}),
        ({"region": "GX-NN-01"}, {"A-2"}),
        ({"region": "GX-N"}, set()),
        ({"open_only": True}, {"A-2", "A-10", "B-1", "B-2"}),
        ({"stage": "payment"}, {"B-1", "B-2"}),
        ({"stage": "acceptance"}, {"A-2"}),
        ({"stage": "order"}, {"A-10"}),
        ({"stage": "visit"}, set()),
        ({"stage": "after_sales"}, set()),
        ({"since": datetime(2026, 11, 20, 3, tzinfo=UTC)}, {"A-10", "B-1", "B-2"}),
        ({"until": datetime(2026, 11, 20, 2, tzinfo=UTC), "since": datetime(2026, 11, 20, 1, tzinfo=UTC)}, {"A-1"}),
        ({"channel": "app", "region": "GX", "status": "delivered", "customer_id": "c1", "search": "A"}, {"A-1"}),
        ({"channel": "app", "status": "created"}, set()),
    ],
)
def test_filters(desk: Desk, given: dict[str, Any], expected: set[str]) -> None:
    assert desk.found(plain=True, **given) == expected


def test_a_filter_value_is_never_sql(desk: Desk) -> None:
    for name in ("status", "step", "channel", "business_class", "customer_id", "region", "search"):
        given: dict[str, Any] = {name: "x' OR '1'='1"}
        assert desk.found(plain=True, **given) == set()


@pytest.mark.parametrize(
    ("sort", "up", "down"),
    [
        ("id", ["A-1", "A-10", "A-2", "B-1", "B-2"], ["B-2", "B-1", "A-2", "A-10", "A-1"]),
        ("first", ["A-1", "A-2", "A-10", "B-1", "B-2"], ["B-2", "B-1", "A-10", "A-2", "A-1"]),
        ("last", ["A-2", "A-10", "B-1", "B-2", "A-1"], ["A-1", "B-2", "B-1", "A-10", "A-2"]),
        # Without a promise they come last either way; among themselves the id says.
        ("due", ["A-10", "A-1", "A-2", "B-1", "B-2"], ["A-1", "A-10", "B-2", "B-1", "A-2"]),
        ("sold", ["A-2", "B-1", "A-1", "A-10", "B-2"], ["A-1", "B-1", "A-2", "B-2", "A-10"]),
        ("paid", ["A-2", "A-1", "A-10", "B-1", "B-2"], ["A-1", "A-2", "B-2", "B-1", "A-10"]),
        ("events", ["B-1", "A-10", "A-2", "B-2", "A-1"], ["A-1", "B-2", "A-2", "A-10", "B-1"]),
    ],
)
def test_sorting(desk: Desk, sort: str, up: list[str], down: list[str]) -> None:
    assert desk.ids(plain=True, sort=sort, descending=False) == up
    assert desk.ids(plain=True, sort=sort, descending=True) == down


def test_every_sort_was_tried_and_others_are_refused(desk: Desk) -> None:
    assert set(SORTS) == {"id", "first", "last", "due", "sold", "paid", "events"}
    with pytest.raises(UnknownSortError, match="cannot sort by 'frist'; did you mean 'first'"):
        desk.page(sort="frist")


def test_paging(desk: Desk) -> None:
    pages = [desk.page(plain=True, sort="id", descending=False, limit=2, offset=offset) for offset in (0, 2, 4, 6, 100)]
    assert [[row.case_id for row in page.rows] for page in pages] == [["A-1", "A-10"], ["A-2", "B-1"], ["B-2"], [], []]
    assert [page.total for page in pages] == [5, 5, 5, 5, 5]
    assert (pages[3].offset, pages[3].limit) == (6, 2)
    assert desk.page(plain=True, limit=0).total == 5
    assert desk.page(plain=True, status="nothing", offset=10).total == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A-1", {"A-1", "A-10"}),
        ("A-10", {"A-10"}),
        ("  A-10 ", {"A-10"}),
        ("A-", {"A-1", "A-2", "A-10"}),
        ("-1", set()),
        ("a-1", set()),
        ("PAY-1", {"A-1"}),
        ("PAY", {"A-1", "A-2"}),
        ("KX 1", {"A-1"}),
        ("KX", {"A-1"}),
        ("s1", {"A-1"}),
        ("c1", {"A-1", "A-2"}),
        ("p9", {"A-2"}),
        ("T-77", {"B-2"}),
        (CUSTOMER_TOKEN, {"A-10"}),
        ("订单", {"订单🎁1"}),
        ("订单🎁", {"订单🎁1"}),
        ("🎁", set()),
        ("%", set()),
        ("a%", {"a%b"}),
        ("a_", {"a_b"}),
        ("a'", {"a'b"}),
        ("a\\", {"a\\b"}),
        ('a"', {'a"b'}),
        ("{x:", {"{x:String}"}),
        ("a b", {"a b"}),
        ("a\t", set()),
        ("a\tb", {"a\tb"}),
        ("a", {"a%b", "a_b", "a'b", "a\\b", 'a"b', "a b", "a\tb"}),
        ("--", {"--"}),
        ("\U0010ffff", set()),
        ("\x00", set()),
    ],
)
def test_search(desk: Desk, text: str, expected: set[str]) -> None:
    if text == "a\t":  # The space at the end is taken off, as people type it.
        expected = desk.found(search="a")
    assert desk.found(search=text) == expected


def test_search_for_what_a_personal_value_stands_for(desk: Desk) -> None:
    assert desk.found(search="13800138000") == set()
    assert desk.found(search="13800138000", aliases=[CUSTOMER_TOKEN]) == {"A-10"}
    assert desk.found(search="PAY-2", aliases=[CUSTOMER_TOKEN, ""]) == {"A-2", "A-10"}
    assert desk.found(search="A-1", aliases=[CUSTOMER_TOKEN], channel="app", status="delivered") == {"A-1"}


def test_search_for_packages_and_payments_as_cases_of_their_own(desk: Desk) -> None:
    assert desk.found(kind="package", search="A-1") == {"KX 1"}
    assert desk.found(kind="payment", search="c1") == set()
    assert desk.found(kind="payment", search="A-2") == {"PAY-2"}
    row = desk.page(kind="package").rows[0]
    assert (row.kind, row.status, row.sold, row.paid, row.due_time) == ("package", "delivered", None, None, None)


def test_scope(desk: Desk) -> None:
    everywhere = Scope(Level.CITY, regions=frozenset({"GX"}))
    assert desk.found(everywhere) == {"A-1", "A-2", "B-1"}
    assert desk.found(Scope(Level.DISTRICT, regions=frozenset({"GX-NN-01", "GXX"}))) == {"A-2", "A-10"}
    assert desk.found(Scope(Level.CITY, regions=frozenset({"GX-NN"})), region="GX") == {"A-1", "A-2"}
    assert desk.found(Scope(Level.CITY, regions=frozenset({"GX-NN"})), region="GXX") == set()
    assert desk.found(Scope(Level.CITY, regions=frozenset({"GX-NN"})), search="A-10") == set()
    assert desk.found(Scope(Level.CITY, regions=frozenset({"' OR 1=1 --"}))) == set()


def test_one_case(desk: Desk) -> None:
    row = find_case(desk.rig.warehouse, desk.rig.vocabulary, "order", "A-1", EVERYTHING)
    assert row is not None
    assert row == next(one for one in desk.page(search="A-1").rows if one.case_id == "A-1")
    assert (row.sold, row.paid, row.currency, row.events, row.open) == (500, 500, "CNY", 4, False)
    assert row.due_time == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert row.first_time == datetime(2026, 11, 20, 1, tzinfo=UTC)
    for case_id in ("A", "nobody", ""):
        assert find_case(desk.rig.warehouse, desk.rig.vocabulary, "order", case_id, EVERYTHING) is None
    elsewhere = Scope(Level.CITY, regions=frozenset({"GX-LZ"}))
    assert find_case(desk.rig.warehouse, desk.rig.vocabulary, "order", "A-1", elsewhere) is None
    for name in ODD:
        found = find_case(desk.rig.warehouse, desk.rig.vocabulary, "order", name, EVERYTHING)
        assert found is not None and found.case_id == name


def test_unknown_kinds_and_stages_are_named(desk: Desk) -> None:
    with pytest.raises(KeyError, match="no case kind 'ordr'; did you mean 'order'"):
        desk.page(kind="ordr")
    with pytest.raises(KeyError, match="no stage 'paymnt'; did you mean 'payment'"):
        desk.page(stage="paymnt")


def test_a_list_costs_one_question_however_long(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in (1, 3, 100):
        with asked(desk.rig.warehouse, monkeypatch) as texts:
            desk.page(search="A", limit=limit)
        assert len(texts) == 1
    with asked(desk.rig.warehouse, monkeypatch) as texts:
        desk.page(offset=1000)
    assert len(texts) == 2


def test_many_ids_of_any_kind_at_once_and_which_of_them_are_not_known(desk: Desk) -> None:
    page = desk.page(ids=("A-1", "PAY-2", "T-77", "A-", "nobody", "KX 1", "a'b"))
    assert {row.case_id for row in page.rows} == {"A-1", "A-2", "B-2", "a'b"}
    assert page.total == 4
    assert page.missing == ["A-", "nobody"]
    assert desk.page(ids=("A-1", "nobody"), offset=1).missing == ()
    assert desk.found(ids=("c1",), status="delivered") == {"A-1"}
    assert desk.page(ids=("A-2",), status="delivered").missing == [], "it is known, only not delivered"
    assert desk.page(ids=("13800138000", "A-1"), tokens={"13800138000": CUSTOMER_TOKEN}).missing == []
    assert desk.found(ids=("13800138000", "A-1"), tokens={"13800138000": CUSTOMER_TOKEN}) == {"A-1", "A-10"}
    nanning = Scope(Level.CITY, regions=frozenset({"GX-NN"}))
    assert desk.page(nanning, ids=("A-1", "A-10", "T-77", "c1")).missing == ["A-10", "T-77"]
    many = tuple(f"X-{n}" for n in range(499))
    assert desk.page(ids=(*many, "B-1")).missing == list(many)


def test_own_ids_are_nobody_elses(desk: Desk) -> None:
    assert desk.found(case_ids=("A-1", "PAY-2", "c1", "B-1")) == {"A-1", "B-1"}
    assert desk.found(case_ids=("A-1", "B-1"), ids=("c1",), search="PAY") == {"A-1"}
    assert desk.found(Scope(Level.CITY, regions=frozenset({"GX-NN"})), case_ids=("A-1", "A-10")) == {"A-1"}
