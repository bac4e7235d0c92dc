"""With a fault and without it: what the fault is not about is told word for word the same, ids included."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import msgspec
import pytest

from tongguan.simulate.clock import at, day_of
from tongguan.simulate.days import Province
from tongguan.simulate.faults.plan import Fault, FaultKind, FaultPlan
from tongguan.simulate.province.places import DISTRICTS
from tongguan.simulate.render import render
from tongguan.simulate.world import Setting

FIRST = date(2026, 9, 1)
NUMBER = day_of(FIRST)
START, END = at(NUMBER, 14), at(NUMBER, 20)
_ID = re.compile(rb'"event_id":"[^"]*",')
Told = dict[str, Any]


def fault(kind: FaultKind, strength: int, name: str = "f", **where: str) -> Fault:
    return Fault(name, kind, START, END, strength, where, "", "")


BROKEN = [fault(FaultKind.CHECKOUT_BROKEN, 900_000, channel="web", step="confirm")]
WORKS = [fault(FaultKind.CAMPAIGN, 60_000, campaign="c", product="card-5g-59")]
OFFLINE = [fault(FaultKind.KIOSKS_OFFLINE, 800_000, name=region, region=region) for region in DISTRICTS]
DRIFT = [fault(FaultKind.CONVERSION_DRIFT, 600_000, channel="app")]
CASES = [
    pytest.param(BROKEN, lambda event: event.get("channel") == "web", id="checkout"),
    pytest.param(WORKS, lambda event: "campaign_id" in event, id="campaign"),
    pytest.param(OFFLINE, lambda event: event.get("channel") == "kiosk", id="kiosks"),
    pytest.param(DRIFT, lambda event: event.get("channel") == "app", id="drift"),
]
"""Faults, and which events show that their order or session is one of those that they may touch."""


def day_with(*faults: Fault) -> dict[str, Told]:
    """Return the events of the first day, by their line without the ``event_id``, which counts what is told beside them."""
    made = Province(Setting(4, FIRST, 400, plan=FaultPlan("test", faults))).day(NUMBER)
    return {line: msgspec.json.decode(line) for line in _ID.sub(b"", render(made.batches).ndjson()).decode().splitlines()}


@cache
def usual() -> dict[str, Told]:
    return day_with()


def touched(days: list[dict[str, Told]], may: Callable[[Told], bool]) -> set[str]:
    """Return the orders and sessions that the fault may touch."""
    found: set[str] = set()
    for event in (event for day in days for event in day.values() if may(event)):
        found |= {event[name] for name in ("order_id", "session_id") if name in event}
    return found


def waiting(days: list[dict[str, Told]]) -> set[str]:
    """Return the orders for which people work: with fewer orders before them they are done sooner, fault or not."""
    return {event["order_id"] for day in days for event in day.values() if event["type"] == "acceptance.manual_queued"}


def of_people(event: Told) -> bool:
    """Whether it depends on when an agent was free; that somebody calls does not."""
    return event["type"] != "contact.offered" and bool(event.keys() & {"contact_id", "ticket_id"})


@pytest.mark.parametrize(("planted", "may"), CASES)
def test_orders_and_sessions_that_a_fault_is_not_about_stay_as_they_are(planted: list[Fault], may: Callable[[Told], bool]) -> None:
    days = [usual(), day_with(*planted)]
    other = touched(days, may)
    made = [{event["order_id"] for event in day.values() if event["type"] == "order.created"} for day in days]
    assert made[0] != made[1] and made[0] ^ made[1] <= other

    def rest(day: dict[str, Told], without: set[str]) -> set[str]:
        own = ((line, {event.get("order_id"), event.get("session_id")} - {None}, event) for line, event in day.items())
        return {line for line, names, event in own if names and not names & without and not of_people(event)}

    def sold(day: dict[str, Told]) -> set[str]:
        kinds = ((line, day[line]["type"]) for line in rest(day, other))
        # Money goes back once people have found that an order cannot be accepted.
        return {line for line, kind in kinds if kind == "order.created" or (kind.startswith("payment.") and "refund" not in kind)}

    assert sold(days[0]) == sold(days[1])
    without = other | waiting(days)
    before, after = (rest(day, without) for day in days)
    assert before == after
    assert {days[0][line]["type"].partition(".")[0] for line in before} >= {"visit", "order", "payment", "package", "contact", "survey"}
    behind = [line for line in before if days[0][line]["type"] == "order.created" and days[0][line]["time"] >= "2026-09-01T14"]
    assert len(behind) > 20
