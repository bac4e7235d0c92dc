"""One case's whole story."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fixtures.rig import Rig
from tests.fixtures.trade import asked, happened, opened
from tongguan.model.access import EVERYTHING, Level, Scope
from tongguan.model.answers import Trace
from tongguan.processes import trace as story
from tongguan.processes.trace import newest_events, trace

DAY = "2026-11-20T"


def _story() -> Iterator[bytes]:
    """An order's story and, around it, others' that touch it."""
    yield happened("visit.page_viewed", DAY + "09:50:00+00:00", session_id="s1", event_id="view", channel="app")
    yield happened(
        "order.created", DAY + "10:00:00+00:00", order_id="o1", session_id="s1", customer_id="c1", region="GX-NN", event_id="created",
        amount=500, currency="CNY", channel="app", attributes={"phone": "13800138000", "city": "Nanning", "traffic_source": "search"},
        due_time="2026-11-22T10:00:00+00:00",
    )  # fmt: skip
    yield happened("order.item_added", DAY + "10:00:00+00:00", order_id="o1", product_id="p1", amount=500, quantity=0, event_id="item")
    yield happened("payment.succeeded", DAY + "10:05:00.500000+00:00", order_id="o1", payment_id="m1", amount=500, event_id="paid")
    yield happened("boss.posted", DAY + "10:30:00+00:00", payment_id="m1", amount=500, event_id="posted")
    yield happened("package.shipped", DAY + "12:00:00+00:00", order_id="o1", package_id="k1", event_id="shipped")
    yield happened("package.moved", DAY + "18:00:00+00:00", package_id="k1", event_id="moved", sequence=2)
    yield happened("package.moved", DAY + "18:00:00+00:00", package_id="k1", event_id="a-moved-later", sequence=3)
    yield happened("ticket.opened", DAY + "19:00:00+00:00", ticket_id="t1", order_id="o1", contact_id="k-call", event_id="ticket")
    yield happened("ticket.closed", DAY + "20:00:00+00:00", ticket_id="t1", event_id="ticket-closed")
    yield happened("contact.offered", DAY + "18:55:00+00:00", contact_id="k-call", event_id="call")
    yield happened("ticket.noted", DAY + "21:00:00+00:00", ticket_id="t9", event_id="mentioned", objects=[{"kind": "order", "id": "o1"}])
    # The same customer and product, another order; one that came from the same session; an order without anything around it.
    yield happened("order.created", DAY + "11:00:00+00:00", order_id="o2", customer_id="c1", product_id="p1", event_id="other")
    yield happened("order.created", DAY + "11:30:00+00:00", order_id="o3", session_id="s1", event_id="sibling")
    yield happened("payment.succeeded", DAY + "11:40:00+00:00", order_id="o3", payment_id="m3", event_id="sibling-paid")
    yield happened("order.created", DAY + "12:00:00+00:00", order_id="o4", event_id="alone")


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with opened(tmp_path_factory.mktemp("trace")) as made:
        assert made.load(*_story()).refusals == ()
        yield made


def told(rig: Rig, case_id: str, kind: str = "order", scope: Scope = EVERYTHING) -> Trace:
    found = trace(rig.warehouse, rig.vocabulary, kind, case_id, scope)
    assert found is not None
    return found


def test_the_whole_story_in_the_order_of_events(rig: Rig) -> None:
    found = told(rig, "o1")
    assert [event.event_id for event in found.events] == [
        "view", "created", "item", "paid", "posted", "sibling", "shipped", "moved", "a-moved-later", "call", "ticket", "ticket-closed",
        "mentioned",
    ]  # fmt: skip
    assert not found.truncated
    assert (found.case.case_id, found.case.step, found.case.paid) == ("o1", "shipped", 500)


def test_gaps_are_the_seconds_since_the_event_before(rig: Rig) -> None:
    assert [event.gap for event in told(rig, "o1").events][:5] == [None, 600.0, 0.0, 300.5, 1499.5]


def test_through_what_each_event_was_found_and_what_the_case_reached(rig: Rig) -> None:
    found = {event.event_id: (event.via, event.milestone, event.area) for event in told(rig, "o1").events}
    assert found["view"] == ("session", "", "visits")
    assert found["created"] == ("order", "created", "orders")
    assert found["item"] == ("order", "item_added", "orders")
    assert found["paid"] == ("order", "paid", "payments")
    assert found["posted"] == ("payment", "", "payments")
    assert found["moved"] == ("package", "", "fulfilment")
    assert found["call"] == ("contact", "", "service")
    assert found["ticket-closed"] == ("ticket", "", "service")
    assert found["mentioned"] == ("order", "", "service")


def test_what_joined(rig: Rig) -> None:
    joins = {join.kind: (list(join.ids), join.events) for join in told(rig, "o1").joins}
    assert joins == {
        "session": (["s1"], 3),
        "payment": (["m1"], 2),
        "package": (["k1"], 3),
        "contact": (["k-call"], 2),
        "ticket": (["t1", "t9"], 3),
    }
    assert all(join.ids == [] and join.events == 0 for join in told(rig, "o4").joins)
    assert [join.kind for join in told(rig, "m1", "payment").joins] == ["session", "order", "package", "contact", "ticket"]


def test_customers_products_and_other_orders_are_not_followed(rig: Rig) -> None:
    ids = {event.event_id for event in told(rig, "o1").events}
    # An order of the same session is seen where it touches the session, and its own story is not followed.
    assert "sibling" in ids
    assert ids.isdisjoint({"other", "sibling-paid", "alone"})
    sibling = next(event for event in told(rig, "o1").events if event.event_id == "sibling")
    assert (sibling.via, sibling.milestone) == ("session", "")
    assert [event.event_id for event in told(rig, "o2").events] == ["other"]


def test_a_payment_leads_to_its_order(rig: Rig) -> None:
    ids = [event.event_id for event in told(rig, "m1", "payment").events]
    assert ids == ["created", "item", "paid", "posted", "shipped", "ticket", "mentioned"]


def test_columns_attributes_and_tokens(rig: Rig) -> None:
    created = next(event for event in told(rig, "o1").events if event.event_id == "created")
    token = created.attributes.pop("phone")
    assert created.attributes == {"city": "Nanning", "traffic_source": "search"}
    assert isinstance(token, str) and rig.store.is_token(token)
    assert "13800138000" not in json.dumps(created.columns)
    assert created.columns == {
        "channel": "app",
        "region": "GX-NN",
        "amount": "500",
        "currency": "CNY",
        "due_time": "2026-11-22T10:00:00+00:00",
        "customer_id": "c1",
        "session_id": "s1",
        "order_id": "o1",
    }
    assert (created.amount, created.currency, created.source) == (500, "CNY", "shop")
    item = next(event for event in told(rig, "o1").events if event.event_id == "item")
    assert (item.columns["quantity"], item.attributes) == ("0", {})
    later = next(event for event in told(rig, "o1").events if event.event_id == "a-moved-later")
    assert later.columns["sequence"] == "3"


def test_outside_the_scope_there_is_no_story(rig: Rig) -> None:
    here = Scope(Level.CITY, regions=frozenset({"GX-NN"}))
    whole, part = told(rig, "o1").events, told(rig, "o1", scope=here).events
    assert len(whole) == 13
    # What names another order, or happened in another region, is not this user's to see.
    hidden = {event.event_id for event in whole} - {event.event_id for event in part}
    assert hidden == {"sibling"}
    for case_id, scope in (("o1", Scope(Level.CITY, regions=frozenset({"GX-N"}))), ("o4", here), ("nobody", EVERYTHING), ("", EVERYTHING)):
        assert trace(rig.warehouse, rig.vocabulary, "order", case_id, scope) is None
    with pytest.raises(KeyError, match="no case kind 'orders'"):
        trace(rig.warehouse, rig.vocabulary, "orders", "o1", EVERYTHING)


def test_a_story_costs_three_questions(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    for case_id, expected in (("o1", 3), ("o2", 2)):
        with asked(rig.warehouse, monkeypatch) as texts:
            told(rig, case_id)
        assert len(texts) == expected


def _busy(order: str, own: int, session: int) -> Iterator[bytes]:
    """An order with notes that all name its payment and session, and a session that goes on after them."""
    keys: dict[str, Any] = {"payment_id": f"{order}-m", "session_id": f"{order}-s"}
    yield happened("order.created", DAY + "01:00:00+00:00", order_id=order, event_id=f"{order}-0", **keys)
    for n in range(1, own):
        yield happened("order.noted", f"{DAY}02:00:{n:02}+00:00", order_id=order, event_id=f"{order}-{n:02}", **keys)
    for n in range(session):
        yield happened(
            "visit.page_viewed", f"{DAY}03:00:{n:02}+00:00", channel="web", session_id=f"{order}-s", event_id=f"{order}-view-{n:02}"
        )


@pytest.fixture
def ten_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "MOST", 10)


@pytest.mark.usefixtures("ten_at_most")
@pytest.mark.parametrize(
    ("order", "own", "session", "shown", "cut"),
    [("just", 6, 4, 10, False), ("one-more", 6, 5, 10, True), ("own-alone", 10, 0, 10, False), ("own-more", 12, 3, 10, True)],
)
def test_long_stories_are_cut_and_say_so(rig: Rig, order: str, own: int, session: int, shown: int, cut: bool) -> None:
    assert rig.load(*_busy(order, own, session)).refusals == ()
    found = told(rig, order)
    assert (len(found.events), found.truncated) == (shown, cut)
    expected = [f"{order}-0", *(f"{order}-{n:02}" for n in range(1, own)), *(f"{order}-view-{n:02}" for n in range(session))]
    assert [event.event_id for event in found.events] == expected[:10]


def test_newest_events(rig: Rig) -> None:
    found = newest_events(rig.warehouse, rig.vocabulary, ["order.created", "ticket.noted"], "order_id != {x:String}", {"x": "o1"}, 3)
    assert [event.event_id for event in found] == ["mentioned", "alone", "sibling"]
    assert [(event.via, event.gap) for event in found] == [("ticket", None), ("order", None), ("order", None)]
    assert found[0].time == datetime(2026, 11, 20, 21, tzinfo=UTC)
    assert newest_events(rig.warehouse, rig.vocabulary, [], "", {}, 3) == []
