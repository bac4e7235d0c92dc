"""All orders in one answer, with an example worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fixtures.rig import Rig
from tests.fixtures.trade import asked, happened, opened
from tongguan.areas.orders.summary import order_summary
from tongguan.model.access import EVERYTHING, Level, Scope
from tongguan.model.answers import OrderSummary


def _order(name: str, *, due: str | None = None, delivered: tuple[str, ...] = (), **fields: Any) -> Iterator[bytes]:
    yield happened("order.created", "2018-02-10T12:00:00+00:00", order_id=name, due_time=due, **{"currency": "BRL", **fields})
    for place, moment in enumerate(delivered):
        yield happened("package.delivered", moment, order_id=name, package_id=f"{name}-{place}")


def _example() -> Iterator[bytes]:
    """Promises for 20 February in São Paulo, where the day began at 03:00 UTC: 18 February ended summer time."""
    due = "2018-02-20T03:00:00+00:00"
    yield from _order("before", due=due, delivered=("2018-02-19T22:00:00+00:00",), amount=1000, region="BR-SP")
    yield from _order("at the instant", due=due, delivered=("2018-02-20T03:00:00+00:00",), amount=2000, region="BR-SP")
    yield from _order("on the day", due=due, delivered=("2018-02-21T02:59:59+00:00",), region="BR-RJ")
    yield from _order("a second after the day", due=due, delivered=("2018-02-21T03:00:00+00:00",))
    yield from _order("in two parcels, the first in time", due=due, delivered=("2018-02-19T00:00:00+00:00", "2018-02-25T00:00:00+00:00"))
    yield from _order("without a promise", delivered=("2018-02-19T00:00:00+00:00",))
    yield from _order("not delivered", due=due)
    yield from _order("elsewhere", currency="CNY", amount=700, delivered=("2018-03-19T00:00:00+00:00",), due=due)
    yield happened("order.item_added", "2018-02-10T12:00:00+00:00", order_id="before", amount=600, event_id="i1")
    yield happened("order.item_added", "2018-02-10T12:00:00+00:00", order_id="before", amount=500, event_id="i2")
    yield happened("payment.succeeded", "2018-02-10T13:00:00+00:00", order_id="before", payment_id="m1", amount=1000)
    yield happened("payment.succeeded", "2018-02-10T13:00:00+00:00", order_id="before", payment_id="m2", amount=100)
    yield happened("payment.collected", "2018-02-20T13:00:00+00:00", order_id="at the instant", payment_id="m3", amount=2000)
    yield happened("payment.partly_refunded", "2018-02-20T13:00:00+00:00", order_id="before", payment_id="m1", amount=50)
    yield happened("return.requested", "2018-02-22T13:00:00+00:00", order_id="on the day")
    # Said to be delivered, and nobody knows when: no time of delivery.
    yield from _order("reported", due=due)
    yield happened("order.delivery_reported", "2018-02-15T13:00:00+00:00", order_id="reported")


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with opened(tmp_path_factory.mktemp("summary")) as one:
        yield one


def summary(rig: Rig, zone: str = "America/Sao_Paulo", scope: Scope = EVERYTHING) -> OrderSummary:
    return order_summary(rig.warehouse, rig.vocabulary, scope, zone)


def test_nothing_yet(rig: Rig) -> None:
    assert summary(rig) == OrderSummary(0, {}, 0, 0, 0, 0, "America/Sao_Paulo", {}, {}, 0, 0)


def test_an_example_worked_out_by_hand(rig: Rig) -> None:
    assert rig.load(*_example()).refusals == ()
    assert summary(rig) == OrderSummary(
        orders=9,
        by_status={"delivered": 7, "created": 1, "returning": 1},
        delivered=7,
        promised=6,
        on_time_by_timestamp=3,
        on_time_by_date=4,
        zone="America/Sao_Paulo",
        paid={"BRL": 1000 + 100 - 50 + 2000},
        sold={"BRL": 600 + 500 + 2000, "CNY": 700},
        items=2,
        payments=3,
    )


def test_the_date_is_that_of_the_zone(rig: Rig) -> None:
    # In UTC the promise is for 20 February too, and 21 February 02:59:59 is a day late.
    assert (summary(rig, "UTC").on_time_by_timestamp, summary(rig, "UTC").on_time_by_date) == (3, 3)
    # In Shanghai "on the day" came on the 21st at 10:59, promised for the 20th at 11:00.
    assert summary(rig, "Asia/Shanghai").on_time_by_date == 3


def test_a_source_with_its_own_calendar_is_judged_by_it(rig: Rig) -> None:
    own = {"shop": "America/Sao_Paulo", "nobody": "Europe/Berlin"}
    found = order_summary(rig.warehouse, rig.vocabulary, EVERYTHING, "Asia/Shanghai", zones=own)
    assert (found.on_time_by_date, found.zone) == (4, "America/Sao_Paulo")
    other = order_summary(rig.warehouse, rig.vocabulary, EVERYTHING, "Asia/Shanghai", zones={"nobody": "Europe/Berlin"})
    assert (other.on_time_by_date, other.zone) == (3, "Asia/Shanghai")


def test_scope(rig: Rig) -> None:
    found = summary(rig, scope=Scope(Level.CITY, regions=frozenset({"BR-SP"})))
    assert (found.orders, found.delivered, found.on_time_by_date, found.items) == (2, 2, 2, 2)
    assert summary(rig, scope=Scope(Level.CITY, regions=frozenset({"BR-S"}))).orders == 0
    assert summary(rig, scope=Scope(Level.PROVINCE, regions=frozenset({"BR"}))).by_status == {"delivered": 2, "returning": 1}


def test_three_questions_however_many_orders(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    with asked(rig.warehouse, monkeypatch) as texts:
        summary(rig)
    assert len(texts) == 3
