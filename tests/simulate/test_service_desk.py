"""The service desk: contacts, queue, agents, tickets, surveys; causes before effects, and faults that change only what they are about."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import msgspec
import numpy as np
import pytest

from tongguan.areas.packs import build_vocabulary
from tongguan.ingest.checks import Rules, personal_attributes
from tongguan.model.event import Event
from tongguan.simulate.chance import Whole
from tongguan.simulate.clock import DAY, HOUR, MINUTE, at, day_of, within_day
from tongguan.simulate.columns import Codes, Cohort, Ids
from tongguan.simulate.faults.plan import Fault, FaultKind, FaultPlan
from tongguan.simulate.orders.story import Story
from tongguan.simulate.plans import NONE, Bills, DayState, Orders, Payments, Refunds, Visits, Wishes
from tongguan.simulate.province.calendar import HOURS, busy
from tongguan.simulate.province.channels import Profile, order_weights, visit_weights
from tongguan.simulate.province.goods import PRICES, PRODUCT_CODES, PRODUCTS, WEIGHTS
from tongguan.simulate.render import render
from tongguan.simulate.service.demand import GUIDE, plan_demand
from tongguan.simulate.service.staff import SHIFTS, busy_until, duty, on_duty, rosters
from tongguan.simulate.service.telling import Desk, tell_service
from tongguan.simulate.telling import Script
from tongguan.simulate.world import Setting, World

DAY_ONE = day_of(date(2026, 9, 2))
NOTHING = FaultPlan("none")


def world_of(orders: int = 400, plan: FaultPlan = NOTHING, profile: Profile = Profile.TODAY) -> World:
    return World(Setting(seed=1, first=date(2026, 9, 1), orders_per_day=orders, profile=profile, plan=plan))


def wishes_of(world: World, day: int) -> Wishes:
    chance, rows = world.chance("test", day), np.arange(world.orders_per_day * busy(day) // 100, dtype=np.int64)
    product = chance.pick("product", rows, WEIGHTS)
    return Wishes(
        time=np.sort(within_day(chance, "time", rows, day, HOURS)),
        customer=world.people.choose(chance, "who", rows),
        sub=chance.pick("sub", rows, order_weights(world.profile)),
        product=product,
        session=np.where(chance.happens("seen", rows, 700_000), rows * 20, NONE),
        campaign=np.full(len(rows), NONE),
        price=np.array(PRICES, dtype=np.int64)[product],
        key=rows,
    )


def orders_of(world: World, day: int) -> Orders:
    chance, wishes = world.chance("test/orders", day), wishes_of(world, day)
    rows = np.arange(len(wishes), dtype=np.int64)
    created, none = wishes.time + 5000, np.full(len(rows), NONE)
    courier = np.array([product.delivery == "courier" for product in PRODUCTS])[wishes.product]
    opened = np.array([product.activated for product in PRODUCTS])[wishes.product]
    fails = chance.happens("fails", rows, 30_000)
    paid = np.where(fails, NONE, created + 3 * MINUTE)
    delivered = np.where(courier & ~fails, created + DAY + chance.below("way", rows, 3 * DAY), NONE)
    activated = np.where(opened & ~fails, np.maximum(created, delivered) + HOUR, NONE)
    due = created + np.where(courier, 3 * DAY, 6 * HOUR)
    whom = Cohort(len(rows), {"order_id": Ids(f"O{world.name(day)}-", rows)})
    bills = Bills(whom, rows, created, wishes.price, wishes.sub, wishes.customer)
    tries = Payments(
        bill=rows,
        attempt=np.ones(len(rows), dtype=np.int64),
        method=np.zeros(len(rows), dtype=np.int64),
        bank=none,
        asked=created,
        attempted=created + MINUTE,
        ended=created + 3 * MINUTE,
        outcome=fails.astype(np.int64),
        reason=np.where(fails, 0, NONE),
        paid_time=paid,
        paid_by=np.where(fails, NONE, rows),
        left_time=np.where(fails, created + DAY, NONE),
        expired=fails.astype(np.int64),
    )
    return Orders(
        wishes=wishes,
        whom=Cohort(len(rows), {"product_id": Codes(PRODUCT_CODES, wishes.product)}),
        created=created,
        amount=wishes.price,
        due=due,
        paid=paid,
        accepted=paid,
        allocated=none,
        shipped=none,
        delivered=delivered,
        activated=activated,
        ended=np.maximum(np.maximum(delivered, activated), created + DAY),
        cancelled=none,
        returned=np.where((delivered > 0) & chance.happens("back", rows, 50_000), delivered + DAY, NONE),
        late=np.where(delivered > due, delivered - due, 0),
        bills=bills,
        payments=tries,
        refunds=Refunds(rows[:0], rows[:0], rows[:0]),
        after=DayState(),
        story=Story(Cohort(len(rows))),
        touched={},
    )


def visits_of(world: World, day: int) -> Visits:
    chance, rows = world.chance("test/visits", day), np.arange(world.orders_per_day * 20, dtype=np.int64)
    time = np.sort(within_day(chance, "time", rows, day, HOURS))
    asks = chance.happens("asks", rows, 400_000)
    served = np.where(asks, 1 + chance.pick("served", rows, (93, 3, 3, 1)), 0)
    return Visits(
        time=time,
        ended=time + 5 * MINUTE,
        sub=chance.pick("sub", rows, visit_weights(world.profile)),
        customer=world.people.choose(chance, "who", rows),
        known=chance.happens("known", rows, 600_000).astype(np.int64),
        service=np.where(asks, 0, NONE),
        service_asked=np.where(asks, time + MINUTE, NONE),
        served=served,
        bought=np.full(len(rows), NONE),
        wishes=wishes_of(world, day),
        session=rows,
    )


def told(world: World, day: int = DAY_ONE) -> tuple[Desk, Script]:
    script = Script(world.name(day))
    return tell_service(world, day, visits_of(world, day), orders_of(world, day), script), script


@cache
def usual_day() -> tuple[Desk, Script]:
    return told(world_of())


@cache
def events() -> tuple[Event, ...]:
    return tuple(msgspec.json.decode(line, type=Event) for line in render(usual_day()[1].batches).ndjson().splitlines())


def by_case(name: str) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = defaultdict(list)
    for event in events():
        case = getattr(event, f"{name}_id")
        if case and event.type.startswith(f"{name}."):
            found[case].append(event)
    return found


def test_every_event_passes_the_checks_of_ingest_and_says_nothing_personal() -> None:
    vocabulary = build_vocabulary()
    rules = Rules(vocabulary, 100_000)
    assert [problem for event in events() if (problem := rules.problem(event)) is not None] == []
    declared = {name: {a.name: a for a in kind.attributes} for name, kind in vocabulary.event_types.items()}
    assert all(set(event.attributes or {}) <= set(declared[event.type]) for event in events())
    assert not any(personal_attributes(declared[event.type], event.attributes or {}) for event in events())
    assert len({event.event_id for event in events()}) == len(events())


def test_nothing_is_told_before_its_day_and_most_types_are_told() -> None:
    first = min(batch.times.min() for batch in usual_day()[1].batches)
    assert first >= at(DAY_ONE)
    types = {batch.type for batch in told(world_of(1700))[1].batches}
    always = ("contact", "guide", "survey", "follow_up", "shift")
    assert {name for name in build_vocabulary().event_types if name.split(".")[0] in always} <= types
    assert {"ticket.opened", "ticket.closed", "ticket.transferred", "knowledge.searched"} <= types


def test_a_contact_is_answered_or_abandoned_and_never_goes_back_in_time() -> None:
    order = ["offered", "queued", "answered", "abandoned", "transferred", "ended", "wrapped"]
    contacts = by_case("contact")
    assert len(contacts) > 250
    for steps in contacts.values():
        names = [event.type.removeprefix("contact.") for event in steps]
        assert names[0] == "offered" and len(set(names)) == len(names)
        assert ("answered" in names) != ("abandoned" in names) and ("answered" in names) == ("ended" in names)
        main = [name for name in names if name in order]
        assert main == sorted(main, key=order.index)
        assert [event.time for event in steps] == sorted(event.time for event in steps)
        answered = next((event for event in steps if event.type in ("contact.answered", "contact.abandoned")), None)
        assert answered is not None and answered.duration == (answered.time - steps[0].time) // timedelta(milliseconds=1)


def test_a_ticket_is_answered_resolved_and_closed_in_that_order() -> None:
    tickets = by_case("ticket")
    assert len(tickets) > 5
    for steps in tickets.values():
        names = [event.type.removeprefix("ticket.") for event in steps]
        assert names[:2] == ["opened", "responded"] and steps[0].due_time is not None
        assert names[-1] == ("rejected" if "rejected" in names else "closed")
        assert names.count("held") == names.count("resumed")
        assert names.count("closed") == 1 + names.count("reopened") - names.count("rejected")
        assert [event.time for event in steps] == sorted(event.time for event in steps)
    ids = {event.contact_id for event in events() if event.type == "contact.ended"}
    assert {event.contact_id for event in events() if event.type == "ticket.opened" and event.contact_id} <= ids


def rows_together(desks: Iterable[Desk], name: str) -> Whole:
    return np.concatenate([getattr(desk.contacts, name) for desk in desks])


def test_the_usual_desk_answers_about_95_percent_and_most_within_20_seconds() -> None:
    world = world_of(1700)
    desks = [told(world, DAY_ONE + day)[0] for day in range(5)]
    answered, start = rows_together(desks, "answered"), rows_together(desks, "start")
    wait = start - np.concatenate([desk.contacts.demand.time for desk in desks])
    assert 0.93 < answered.mean() < 0.965
    assert 0.85 < (answered & (wait <= 20_000)).mean() < 0.91
    calls = rows_together(desks, "pool") != 3
    orders = sum(1700 * busy(DAY_ONE + day) // 100 for day in range(5))
    assert 0.45 < calls.sum() / orders < 0.65 and 0.2 < (~calls).sum() / orders < 0.3
    complaints = sum(int((desk.tickets.matters.kind == 0).sum()) for desk in desks)
    assert 85 < complaints * 10_000 / orders < 160
    others = sum(int((desk.tickets.matters.kind > 0).sum()) for desk in desks)
    assert 0.013 < others / orders < 0.025
    response = np.concatenate([desk.tickets.responded - desk.tickets.opened for desk in desks])
    assert 0.6 < (response < 30 * MINUTE).mean() < 0.9
    mending = np.concatenate([desk.tickets.resolved - desk.tickets.opened for desk in desks])
    assert 0.65 < (mending < DAY).mean() < 0.9 and 0.01 < (mending > 2 * DAY).mean() < 0.12


def test_agents_take_one_thing_at_a_time_within_their_shift() -> None:
    desk, _ = usual_day()
    contacts = desk.contacts
    today = (contacts.agent != NONE) & (contacts.start < at(DAY_ONE + 1)) & (contacts.demand.time < at(DAY_ONE + 1))
    for agent in np.unique(contacts.agent[today]).tolist():
        rows = np.flatnonzero(today & (contacts.agent == agent))
        rows = rows[np.argsort(contacts.start[rows])]
        seats = 3 if contacts.pool[rows[0]] == 3 else 1
        assert (contacts.start[rows][seats:] >= np.sort(contacts.free[rows])[:-seats]).all()
    world = world_of()
    for pool in range(4):
        before, now = duty(world, DAY_ONE - 1, pool), duty(world, DAY_ONE, pool)
        assert len(np.unique(now.agent)) == len(now)
        people, numbers = rosters(before, now, DAY_ONE)
        assert len(people) == len(numbers)
        for hour in range(24):
            moment = at(DAY_ONE, hour, 1)
            there = {int(number) for roster, number in zip(people, numbers, strict=True) if roster.starts[0] <= moment < roster.ends[-1]}
            assert there
            found = on_duty(world, pool, np.full(50, moment), np.arange(50))
            assert set(found.tolist()) <= there


def test_shifts_begin_pause_and_end_in_order() -> None:
    shifts: dict[str, list[Event]] = defaultdict(list)
    for event in events():
        if event.type.startswith("shift."):
            shifts[event.actor_id or ""].append(event)
    assert {(event.attributes or {})["shift"] for steps in shifts.values() for event in steps} >= {"early", "late", "night"}
    for steps in shifts.values():
        names = [event.type.removeprefix("shift.") for event in steps]
        alone = (steps[0].attributes or {})["shift"] == "night" and len(names) == 2
        assert names == ["started", *([] if alone else ["paused", "resumed"] * 2), "ended"]
        assert (steps[-1].duration or 0) < 9 * HOUR


def test_the_place_in_the_queue_counts_who_waits() -> None:
    contacts = usual_day()[0].contacts
    for pool in range(4):
        rows = np.flatnonzero((contacts.pool == pool) & (contacts.demand.time < at(DAY_ONE + 1)) & (contacts.place > 0))
        for row in rows[:20].tolist():
            before = (contacts.pool == pool) & (contacts.demand.time < contacts.demand.time[row])
            assert contacts.place[row] == 1 + (before & (contacts.start > contacts.demand.time[row])).sum()


def test_busy_until_finds_who_is_in_a_contact() -> None:
    agent, start, end = np.array([1, 1, 2]), np.array([10, 50, 10]), np.array([20, 90, 15])
    whom, moments = np.array([1, 1, 1, 2, 3]), np.array([5, 15, 95, 12, 12])
    assert busy_until(agent, start, end, whom, moments).tolist() == [5, 20, 95, 15, 12]


def test_guided_chats_come_before_orders_of_the_same_customer() -> None:
    world = world_of(3000)
    orders = orders_of(world, DAY_ONE)
    demand = plan_demand(world, DAY_ONE, visits_of(world, DAY_ONE), orders)
    guided = np.flatnonzero((demand.kind == GUIDE) & (demand.product != NONE))
    rows = demand.key[guided] // 16
    assert 30 < len(rows) < 110
    assert (orders.wishes.customer[rows] == demand.customer[guided]).all()
    assert (demand.time[guided] < orders.wishes.time[rows]).all()


def test_the_same_day_is_told_in_the_same_way() -> None:
    assert render(told(world_of())[1].batches).ndjson() == render(usual_day()[1].batches).ndjson()


def test_the_early_year_calls_much_more() -> None:
    today, once = (told(world_of(400, profile=profile))[0].contacts for profile in (Profile.TODAY, Profile.HISTORICAL))
    calls = [int((contacts.pool != 3).sum()) for contacts in (today, once)]
    assert 4.5 < calls[1] / calls[0] < 7.5
    assert once.answered.mean() > 0.9


def fault(kind: FaultKind, start: int, end: int, strength: int, **where: str) -> FaultPlan:
    return FaultPlan("test", [Fault("one", kind, start, end, strength, where, "", "")])


def lines(script: Script, prefix: str) -> set[bytes]:
    chosen = [batch for batch in script.batches if batch.type.startswith(prefix)]
    found = [msgspec.json.decode(line) for line in render(chosen).ndjson().splitlines()]
    return {msgspec.json.encode({name: value for name, value in event.items() if name != "event_id"}) for event in found}


def test_a_burst_of_complaints_adds_tickets_about_its_product_and_changes_no_other() -> None:
    plan = fault(FaultKind.COMPLAINT_BURST, at(DAY_ONE, 9), at(DAY_ONE, 21), 4_000_000, product="card-5g-59", reason="network.dead")
    (desk, script), (usual, _) = told(world_of(plan=plan)), usual_day()
    bought = int((orders_of(world_of(), DAY_ONE).wishes.product == 0).sum())
    added = len(desk.tickets.matters) - len(usual.tickets.matters)
    assert added == script.touched["one"] and 3 * bought < added < 5 * bought
    new = set(desk.tickets.matters.key.tolist()) - set(usual.tickets.matters.key.tolist())
    rows = np.isin(desk.tickets.matters.key, list(new))
    assert (desk.tickets.matters.product[rows] == 0).all()
    times = desk.tickets.matters.time[rows]
    assert at(DAY_ONE, 9) <= times.min() and times.max() < at(DAY_ONE, 21)
    opened = [event for event in lines(script, "ticket.opened") if b"network.dead" in event]
    assert len(opened) == added
    # Whoever does not wait for the agents that take complaints notices nothing.
    pools = np.isin(desk.contacts.demand.key, usual.contacts.demand.key) & (desk.contacts.pool < 2)
    assert (desk.contacts.start[pools] == usual.contacts.start[usual.contacts.pool < 2]).all()
    assert desk.contacts.answered[desk.contacts.pool == 2].mean() <= usual.contacts.answered[usual.contacts.pool == 2].mean()


def test_a_drop_of_satisfaction_turns_scores_of_its_channel_only() -> None:
    plan = fault(FaultKind.SURVEY_DROP, at(DAY_ONE), at(DAY_ONE + 30), 600_000, channel="app")
    world, usual = world_of(1700, plan), world_of(1700)
    (_, script), (_, usual_script) = told(world), told(usual)
    changed, was = lines(script, "survey.answered"), lines(usual_script, "survey.answered")
    assert len(changed - was) == len(was - changed) >= script.touched["one"] > 5
    assert all(b'"channel":"app"' in line for line in changed - was)

    def good(found: Iterable[bytes]) -> int:
        events: list[dict[str, Any]] = [msgspec.json.decode(line) for line in found]
        return sum(event["attributes"]["score"] * 5 >= event["attributes"]["best_score"] * 4 for event in events)

    assert good(was - changed) > 2 * good(changed - was)
    rest = [lines(one, prefix) for prefix in ("contact.", "ticket.", "shift.") for one in (script, usual_script)]
    assert rest[0] == rest[1] and rest[2] == rest[3] and rest[4] == rest[5]


def test_wrong_prices_make_customers_complain() -> None:
    world, script = world_of(1700), Script("x")
    orders = orders_of(world, DAY_ONE)
    dear = replace(orders, wishes=replace(orders.wishes, price=orders.wishes.price + 100))
    desk = tell_service(world, DAY_ONE, visits_of(world, DAY_ONE), dear, script)
    assert 40 < (desk.tickets.matters.category == 3).sum() < 110
    assert (told(world)[0].tickets.matters.category != 3).all()


def test_interviews_fill_the_first_week_of_a_month() -> None:
    world = world_of(50)
    asked = Counter[int]()
    for day in range(9):
        _, script = told(world, day_of(date(2026, 9, 1)) + day)
        found = lines(script, "survey.invited")
        asked[day] = sum(b"interviewer" in line for line in found)
    assert sum(asked.values()) == 63 and asked[7] == asked[8] == 0


@pytest.mark.parametrize("orders", [1, 30])
def test_a_small_province_has_a_desk_as_well(orders: int) -> None:
    _, script = told(world_of(orders))
    assert {batch.type for batch in script.batches} >= {"shift.started", "shift.ended"}
    assert len(SHIFTS) == 4
