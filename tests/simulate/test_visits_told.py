"""Visits and identities as they are told: every event passes ingest's checks, cases are whole, and the amount stays lean."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from functools import cache

import msgspec
import pytest

from tongguan.areas.packs import ALL_PACKS
from tongguan.ingest.checks import Rules
from tongguan.model.event import Event
from tongguan.model.vocabulary import Vocabulary
from tongguan.simulate.clock import at, day_of, of_instant
from tongguan.simulate.faults.plan import Fault, FaultKind, FaultPlan
from tongguan.simulate.plans import Visits
from tongguan.simulate.province.channels import Profile
from tongguan.simulate.render import render
from tongguan.simulate.telling import Script
from tongguan.simulate.visits.identities import BOUND, KINDS, VALUE_TOLD, tell_identities
from tongguan.simulate.visits.plan import RETURNS, plan_visits
from tongguan.simulate.visits.services import FAILURES, SERVICE_CODES, SERVICES
from tongguan.simulate.visits.telling import tell_visits
from tongguan.simulate.world import Setting, World

FIRST = date(2026, 9, 1)
DAY_ONE = day_of(FIRST)
PLAN = FaultPlan(
    "test",
    (
        Fault("c", FaultKind.CAMPAIGN, at(DAY_ONE), at(DAY_ONE + 1), 500_000, {"campaign": "promo", "product": "video-15"}, "", ""),
        Fault("k", FaultKind.CHECKOUT_BROKEN, at(DAY_ONE), at(DAY_ONE + 1), 500_000, {"channel": "app", "step": "address"}, "", ""),
    ),
)


def world(profile: Profile = Profile.TODAY, plan: FaultPlan | None = None, orders: int = 400) -> World:
    return World(Setting(1, FIRST, orders, profile, plan or FaultPlan("none")))


def lines(script: Script) -> list[bytes]:
    return render(script.batches).ndjson().splitlines()


def told(province: World, day: int) -> tuple[Visits, Script]:
    visits, script = plan_visits(province, day), Script(province.name(day))
    tell_visits(province, day, visits, script)
    return visits, script


def events_of(script: Script) -> list[Event]:
    decoder = msgspec.json.Decoder(Event)
    return [decoder.decode(line) for line in lines(script)]


@cache
def usual() -> tuple[Visits, list[Event]]:
    visits, script = told(world(orders=1200), DAY_ONE)
    return visits, events_of(script)


def by_session(*types: str) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = defaultdict(list)
    for event in usual()[1]:
        if event.session_id is not None and (not types or event.type in types):
            found[event.session_id].append(event)
    return found


@cache
def vocabulary() -> Vocabulary:
    return Vocabulary(ALL_PACKS)


@pytest.mark.parametrize(("profile", "plan"), [(Profile.TODAY, None), (Profile.HISTORICAL, None), (Profile.TODAY, PLAN)])
def test_every_event_passes_the_checks(profile: Profile, plan: FaultPlan | None) -> None:
    rules = Rules(vocabulary(), 100_000)
    _, script = told(world(profile, plan), DAY_ONE)
    tell_identities(world(profile, plan), DAY_ONE, script)
    found = events_of(script)
    assert [problem for event in found if (problem := rules.problem(event)) is not None] == []
    assert len({event.event_id for event in found}) == len(found)
    declared = {kind: {a.name for a in vocabulary().event_type(kind).attributes} for kind in {event.type for event in found}}
    assert all(set(event.attributes or {}) <= declared[event.type] for event in found)
    assert all(of_instant(event.time) >= at(DAY_ONE) for event in found)


def test_all_kinds_of_events_come() -> None:
    areas = ("visit.", "service.", "authentication.", "second_factor.", "referral.", "preference_card.")
    expected = {name for name in vocabulary().event_types if name.startswith(areas)} - {"visit.cart_item_removed"}
    assert {event.type for event in usual()[1]} == expected


def test_about_three_events_a_visit() -> None:
    visits, events = usual()
    assert 2.5 < len(events) / len(visits) < 3.0


def test_the_same_seed_tells_the_same_bytes() -> None:
    assert lines(told(world(), DAY_ONE)[1]) == lines(told(world(), DAY_ONE)[1])


def test_each_checkout_ends_once() -> None:
    ends = ("visit.checkout_completed", "visit.checkout_left")
    found = by_session("visit.checkout_started", *ends)
    assert len(found) > 200
    for events in found.values():
        assert events[0].type == "visit.checkout_started" and len(events) == 2 and events[1].type in ends
        assert (events[1].reason is not None) == (events[1].type == "visit.checkout_left")


def test_each_service_ends_once() -> None:
    ends = ("service.completed", "service.failed", "service.left", "service.fallen_through")
    outcomes: Counter[tuple[str, ...]] = Counter()
    for events in by_session("service.requested", *ends).values():
        assert events[0].type == "service.requested"
        assert len({(event.attributes or {})["service"] for event in events}) == 1
        outcomes[tuple(event.type for event in events[1:])] += 1
    assert set(outcomes) == {*((end,) for end in ends), ("service.failed", "service.fallen_through")}
    assert 0.85 < outcomes[("service.completed",)] / outcomes.total() < 0.95


def test_sessions_begin_first_and_know_who_signed_in() -> None:
    _, events = usual()
    first: dict[str, Event] = {}
    for event in sorted(events, key=lambda event: (event.time, vocabulary().event_type(event.type).rank)):
        if event.session_id is not None:
            first.setdefault(event.session_id, event)
    opened = {event.session_id for event in events if event.type == "visit.session_started"}
    assert {key for key, event in first.items() if event.type == "visit.session_started"} == opened and len(opened) > 1500
    signed = {event.session_id: event for event in events if event.type == "authentication.succeeded"}
    services = [event for event in events if event.type == "service.requested" and event.session_id in signed]
    assert len(services) > 30
    for event in services:
        assert event.customer_id == signed[event.session_id].customer_id is not None
        assert signed[event.session_id].time <= event.time


def test_of_the_unknown_only_the_city_shows() -> None:
    unknown = [event for event in usual()[1] if event.customer_id is None]
    assert len(unknown) > 300
    assert all((event.region or "").count("-") == 1 and event.tier is event.brand is event.network is None for event in unknown)


def test_second_proofs_and_sign_ins_add_up() -> None:
    counts = Counter(event.type for event in usual()[1])
    assert counts["second_factor.requested"] == counts["second_factor.passed"] + counts["second_factor.left"]
    assert counts["authentication.attempted"] == counts["authentication.succeeded"] + counts["authentication.failed"]
    assert 0.85 < counts["authentication.succeeded"] / counts["authentication.attempted"] < 0.97
    given_up = [event for event in usual()[1] if event.type == "service.left" and event.reason == "second_factor"]
    assert len(given_up) == counts["second_factor.left"]


def test_referrals_keep_their_number() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for event in usual()[1]:
        if event.type.startswith(("referral.", "preference_card.")):
            found[(event.attributes or {})["referral"]].append(event.type)
    assert found and all(types.count("referral.made") == 1 and len(types) == len(set(types)) <= 3 for types in found.values())


def test_campaigns_show_on_the_visits_of_those_whom_they_reached() -> None:
    visits, script = told(world(plan=PLAN), DAY_ONE)
    starts = [event for event in events_of(script) if event.type == "visit.session_started"]
    reached = {f"S260901-{number}" for number in visits.session[visits.campaign == 0].tolist()}
    assert {event.session_id for event in starts if event.campaign_id == "promo"} == {e.session_id for e in starts} & reached
    assert script.touched["k"] > 20 and script.touched["c"] == dict(visits.touched)["c"] > 0


def test_who_comes_back_opens_a_session_of_their_own() -> None:
    visits, events = usual()
    late = {f"S260901-{number}" for number in visits.session[visits.session >= RETURNS].tolist()}
    kinds = Counter(event.type for event in events if event.session_id in late)
    assert late and kinds["visit.session_started"] == kinds["visit.product_viewed"] == len(late)


def test_services_are_named_once() -> None:
    assert len(set(SERVICE_CODES)) == len(SERVICES) and len(set(FAILURES)) == len(FAILURES)


def test_all_customers_are_described_once_and_few_with_a_value() -> None:
    province, script = world(), Script("260901")
    tell_identities(province, DAY_ONE, script)
    found = events_of(script)
    described = Counter(event.customer_id for event in found if event.type == "customer.described")
    assert len(described) == province.people.count == described.total()
    bound = [event for event in found if event.type == "identity.bound"]
    for kind, share in zip(KINDS, BOUND, strict=True):
        number = sum((event.attributes or {})["identity_kind"] == kind for event in bound)
        assert abs(number / province.people.count - share / 1e6) < 0.02
    valued = {event.customer_id for event in bound if len(event.attributes or {}) > 1}
    assert 0 < len(valued) < province.people.count * VALUE_TOLD // 1_000_000
    pairs = Counter((event.customer_id, (event.attributes or {})["identity_kind"]) for event in bound)
    assert max(pairs.values()) == 1


def test_a_few_join_every_day_and_nobody_twice() -> None:
    province = world()
    joined: Counter[str | None] = Counter()
    for day in range(DAY_ONE + 1, DAY_ONE + 61):
        script = Script(province.name(day))
        tell_identities(province, day, script)
        found = events_of(script)
        assert not any(event.type == "customer.described" for event in found)
        assert all(at(day) <= of_instant(event.time) < at(day + 1, 3) for event in found)
        joined.update(event.customer_id for event in found if event.type == "customer.registered")
    assert 60 < joined.total() < 400 and max(joined.values()) == 1
