"""What planted faults do to orders, against the same days without them; and the desk that accepts by hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from itertools import pairwise

import msgspec
import numpy as np
import pytest

from tests.simulate.orders_of_days import Made, days_of, made_of, plans_of, told_of, wishes_of
from tongguan.areas.packs import ALL_PACKS
from tongguan.ingest.checks import Rules
from tongguan.model.event import Event
from tongguan.model.vocabulary import Vocabulary
from tongguan.simulate.chance import MILLION, Whole
from tongguan.simulate.clock import DAY, HOUR, MINUTE, at, day_of
from tongguan.simulate.faults.plan import Fault, FaultKind, FaultPlan
from tongguan.simulate.orders.lot import COURIER
from tongguan.simulate.orders.plan import plan_orders
from tongguan.simulate.orders.rosters import AHEAD, backlog_faults, clerk_count, duties, rosters
from tongguan.simulate.plans import DayState, Orders
from tongguan.simulate.province.places import CITY_CODES
from tongguan.simulate.world import Setting, World

FIRST = date(2026, 9, 1)
DAY_ONE = day_of(FIRST)
USUAL = Setting(seed=1, first=FIRST, orders_per_day=1500)
NOON = at(DAY_ONE + 1, 12)


def fault(kind: FaultKind, strength: int, start: int = NOON, hours: int = 30, **where: str) -> Fault:
    return Fault("f", kind, start, start + hours * HOUR, strength, where, "", "")


def world_with(*faults: Fault) -> World:
    return World(replace(USUAL, plan=FaultPlan("test", faults)))


def claims(orders: Orders) -> tuple[Whole, Whole]:
    """Return when each order was queued for a person, and taken the first time."""
    queued = next(step.times for step in orders.story.steps if step.kind == "acceptance.manual_queued")
    return queued, next(step.times for step in orders.story.steps if step.kind == "acceptance.manual_claimed")


def waits(orders: Orders) -> Whole:
    """Return the waits of what came while people were there."""
    queued, taken = claims(orders)
    hour = queued % DAY // HOUR
    there = (queued >= 0) & (taken >= 0) & (hour >= 10) & (hour < 20)
    return (taken - queued)[there]


@pytest.fixture(scope="module")
def usual() -> list[Orders]:
    return plans_of(World(USUAL), 5)


@pytest.fixture(scope="module")
def short_of_staff() -> list[Orders]:
    return plans_of(world_with(fault(FaultKind.ACCEPTANCE_BACKLOG, 700_000)), 5)


def test_usual_waits_in_hours_are_short_and_nights_wait_for_the_morning(usual: list[Orders]) -> None:
    for orders in usual:
        assert (waits(orders) < 30 * MINUTE).mean() > 0.8
        _, taken = claims(orders)
        assert (taken[taken >= 0] % DAY >= 8 * HOUR).all() and (taken[taken >= 0] % DAY < 21 * HOUR).all()


def test_a_desk_without_clerks_has_a_backlog_that_goes_on_the_next_day(usual: list[Orders], short_of_staff: list[Orders]) -> None:
    means = [(waits(one).mean(), waits(other).mean()) for one, other in zip(usual, short_of_staff, strict=True)]
    assert means[1][1] > 3 * means[1][0] and means[2][1] > 3 * means[2][0]
    assert means[2][1] > HOUR
    # The fault ends in the evening of the third day; what was left is done on the fourth, and then all is as usual.
    assert means[4][1] < HOUR
    assert short_of_staff[1].after.clerks != usual[1].after.clerks and short_of_staff[1].touched["f"] > 10


def test_nothing_changes_before_the_clerks_stay_away(usual: list[Orders], short_of_staff: list[Orders]) -> None:
    assert (usual[0].accepted == short_of_staff[0].accepted).all()
    for one, other in zip(usual, short_of_staff, strict=True):
        for name in ("created", "paid", "amount"):
            assert (getattr(one, name) == getattr(other, name)).all()
        (queued, taken), (_, later) = claims(one), claims(other)
        assert (later[(taken >= 0) & (taken < NOON)] == taken[(taken >= 0) & (taken < NOON)]).all()
        by_machine = (one.accepted >= 0) & (queued < 0)
        assert (one.accepted == other.accepted)[by_machine].all()
        assert (one.ended == other.ended)[by_machine].all()


def test_the_interface_floods_the_desk(usual: list[Orders]) -> None:
    broken = fault(FaultKind.ACCEPTANCE_BACKLOG, 600_000, hours=4, reason="interface")
    flooded = plans_of(world_with(broken), 3)
    before, after = (claims(days[1])[0] for days in (usual, flooded))
    more = (after >= 0).sum() - (before >= 0).sum()
    # A customer who cancels between the failure and the queue was met by the fault, too.
    assert flooded[1].touched["f"] - 3 <= more <= flooded[1].touched["f"] and more > (before >= 0).sum() // 2
    assert waits(flooded[1]).mean() > 2 * waits(usual[1]).mean()
    changed = (before < 0) & (after >= 0)
    assert (after[changed] >= NOON).all() and (after[changed] < NOON + 4 * HOUR + 10 * MINUTE).all()
    assert (before[before >= 0] == after[before >= 0]).all()


def test_a_slow_courier_is_late_in_one_city_only(usual: list[Orders]) -> None:
    slow = world_with(fault(FaultKind.COURIER_DELAY, 3 * MILLION, start=at(DAY_ONE), hours=72, carrier="swift", region="P-01"))
    delayed = plans_of(slow, 3)
    for one, other in zip(usual, delayed, strict=False):
        assert (one.shipped == other.shipped).all()
        city = slow.people.city[one.wishes.customer]
        elsewhere = (city != CITY_CODES.index("P-01")) | ~COURIER[one.wishes.product]
        assert (one.delivered == other.delivered)[elsewhere].all() and (one.ended == other.ended)[elsewhere].all()
        both = ~elsewhere & (one.delivered >= 0) & (other.delivered >= 0)
        assert (other.delivered >= one.delivered)[both].all()
    late = sum(int((days.late > 0).sum()) for days in usual[:3]), sum(int((days.late > 0).sum()) for days in delayed)
    assert late[1] > late[0] and sum(days.touched["f"] for days in delayed) > 20


def test_hoarders_hold_numbers_and_never_take_them() -> None:
    hoarded = world_with(fault(FaultKind.NUMBERS_HOARDED, 50_000, start=at(DAY_ONE), hours=24, region="P-03", pool="pool-premium"))
    orders = plan_orders(hoarded, DAY_ONE, wishes_of(hoarded, DAY_ONE), DayState())
    made = made_of(hoarded, DAY_ONE, orders)
    events = [event for event in told_of(hoarded, made) if event.get("resource_id", "").startswith(f"N{hoarded.name(DAY_ONE)}-H")]
    assert Counter(event["type"] for event in events) == {"resource.reserved": 75, "resource.reservation_expired": 75}
    assert len({event["customer_id"] for event in events}) <= 4
    assert all(event["region"].startswith("P-03-") and event["attributes"]["pool"] == "pool-premium" for event in events)
    assert all("order_id" not in event for event in events)
    assert made.script.touched == {"f": 75}
    ordinary = days_of(World(USUAL), 1)[0]
    assert Counter(told_without(made)) == Counter(told_without(ordinary))


def told_without(made: Made) -> list[bytes]:
    """Return the lines of a day that are not about hoarded numbers, without their ids."""
    return [line.partition(b'"time"')[2] for line in made.lines if b"-H0-" not in line]


def test_a_campaign_is_told_where_the_order_is_made_only() -> None:
    world = world_with(fault(FaultKind.CAMPAIGN, 0, start=at(DAY_ONE), hours=24, campaign="autumn", product="plan-99"))
    orders = plan_orders(world, DAY_ONE, wishes_of(world, DAY_ONE, campaign=0), DayState())
    told = {event["type"] for event in told_of(world, made_of(world, DAY_ONE, orders)) if event.get("campaign_id") == "autumn"}
    assert told == {"order.created"}


def test_days_with_faults_are_valid() -> None:
    faults = (
        fault(FaultKind.ACCEPTANCE_BACKLOG, 500_000),
        replace(fault(FaultKind.ACCEPTANCE_BACKLOG, 500_000, reason="interface"), id="g"),
        replace(fault(FaultKind.NUMBERS_HOARDED, 30_000, region="P-02"), id="h"),
        replace(fault(FaultKind.COURIER_DELAY, 2 * MILLION, carrier="north"), id="i"),
    )
    made = days_of(world_with(*faults), 2)[1]
    rules, decode = Rules(Vocabulary(ALL_PACKS), 100_000), msgspec.json.Decoder(Event).decode
    assert [problem for line in made.lines if (problem := rules.problem(decode(line))) is not None] == []
    assert set(made.script.touched) == {"f", "g", "h", "i"} and all(made.script.touched.values())


def test_clerks_do_one_thing_at_a_time_and_only_on_duty(short_of_staff: list[Orders]) -> None:
    world = world_with(fault(FaultKind.ACCEPTANCE_BACKLOG, 700_000))
    by_clerk = defaultdict(list)
    for place, orders in enumerate(short_of_staff):
        for event in told_of(world, made_of(world, DAY_ONE + place, orders)):
            if event["type"].startswith("acceptance.manual") and event.get("actor_id", "").startswith("clerk"):
                by_clerk[event["actor_id"]].append((event["time"], event["type"].endswith("claimed")))
    assert len(by_clerk) > 3
    for told in by_clerk.values():
        claimed = [first for _, first in sorted(told, key=lambda one: (one[0], one[1]))]
        # One who is called off an order that the customer cancelled claims the next without finishing; that is rare.
        assert sum(one and other for one, other in pairwise(claimed)) <= 2
    plan = backlog_faults(world, DAY_ONE)
    on_duty = rosters(world, DAY_ONE, plan)
    assert len(on_duty) == clerk_count(world)
    for roster in on_duty:
        edges = [edge for span in zip(roster.starts, roster.ends, strict=True) for edge in span]
        assert edges == sorted(edges)


def test_shifts_are_told_as_they_were_worked() -> None:
    world = World(USUAL)
    events = [event for event in told_of(world, days_of(world, 1)[0]) if event["type"].startswith("shift.")]
    by_clerk = defaultdict(list)
    for event in events:
        by_clerk[event["actor_id"]].append(event)
    assert len(by_clerk) == len(duties(world, DAY_ONE))
    for told in by_clerk.values():
        kinds = [event["type"] for event in told]
        assert kinds in (["shift.started", "shift.ended"], ["shift.started", "shift.paused", "shift.resumed", "shift.ended"])
        assert told[-1]["duration"] == (4 * HOUR if len(told) == 2 else 7 * HOUR + 30 * MINUTE)


def test_staff_grows_with_the_orders_and_takes_turns() -> None:
    large = World(replace(USUAL, orders_per_day=100_000))
    assert clerk_count(large) > 40 * clerk_count(World(replace(USUAL, orders_per_day=2000))) // 2
    monday = day_of(date(2026, 9, 7))
    assert len(duties(large, monday - 1)) < len(duties(large, monday))
    worked = Counter(duty.clerk for day in range(monday, monday + AHEAD) for duty in duties(large, day))
    assert len(worked) == clerk_count(large) and max(worked.values()) <= AHEAD - 1


def test_the_state_of_a_day_is_small_and_goes_on(usual: list[Orders]) -> None:
    world = World(USUAL)
    assert all(len(orders.after.clerks) == clerk_count(world) for orders in usual)
    alone = plan_orders(world, DAY_ONE + 1, wishes_of(world, DAY_ONE + 1), DayState())
    same = alone.accepted == usual[1].accepted
    assert 0 < np.count_nonzero(~same) < 60
