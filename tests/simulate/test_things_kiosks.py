"""Devices: on as often as told, silent when down, cut off by faults, and their cash to the last fen."""

from __future__ import annotations

from collections import Counter, defaultdict

import msgspec
import numpy as np
import pytest

from tests.simulate.things_days import Told, fault, made, moment, quiet, world
from tongguan.simulate.clock import DAY, HOUR, at
from tongguan.simulate.faults.plan import FaultKind
from tongguan.simulate.province.channels import SUB_NAMES, place_of
from tongguan.simulate.province.devices import KINDS, fleet_of
from tongguan.simulate.province.places import DISTRICTS
from tongguan.simulate.telling import Script
from tongguan.simulate.things.kiosks import BEAT, downs, struck, tell_kiosks

_BEAT = "device.heartbeat_received"


def test_a_fleet_follows_from_seed_and_size() -> None:
    few, many = fleet_of(world()), fleet_of(world(orders_per_day=8000))
    assert (len(few), len(many)) == (24, 400)
    assert set(many.kind.tolist()) == set(range(len(KINDS))) == set(few.kind.tolist())
    assert set(many.district.tolist()) == set(range(len(DISTRICTS)))
    assert fleet_of(world(seed=2, orders_per_day=8000)).district.tolist() != many.district.tolist()
    assert 0.15 < many.all_day.mean() < 0.30


def test_customers_go_to_a_device_of_the_kind_and_as_near_as_there_is_one() -> None:
    province = world(orders_per_day=8000)
    fleet, whom = fleet_of(province), np.arange(2000, dtype=np.int64)
    sub = np.where(whom % 2, place_of("kiosk", "mini"), place_of("kiosk", "printer"))
    district = whom % len(DISTRICTS)
    device = fleet.near(province.chance("test"), whom, sub, district)
    assert [KINDS[kind] for kind in fleet.kind[device]] == [SUB_NAMES[place] for place in sub]
    assert (fleet.district[device] == district)[whom % 2 == 1].mean() > 0.8


def test_about_96_percent_of_the_devices_are_on() -> None:
    province = world(orders_per_day=8000)
    fleet, told, due = fleet_of(province), 0, 0
    for day in range(province.first + 6, province.first + 26):
        script = Script(province.name(day))
        tell_kiosks(province, day, script)
        told += sum(len(batch) for batch in script.batches if batch.type == _BEAT)
        due += int((fleet.there(day) * np.where(fleet.all_day, DAY, 13 * HOUR) // BEAT).sum())
    assert 0.95 < told / due < 0.97


def test_who_is_down_gives_no_sign_of_life_and_goes_down_once() -> None:
    story: dict[str, list[Told]] = defaultdict(list)
    for day in quiet(20):
        for event in day.of(_BEAT, "device.connected", "device.disconnected", "device.paused", "device.resumed", "device.retired"):
            story[event["device_id"]].append(event)
    assert len(story) == 24
    kinds = Counter[str]()
    for events in story.values():
        state = "new"
        for event in sorted(events, key=moment):
            kind = event["type"].partition(".")[2]
            kinds[kind] += 1
            allowed = {"new": {"connected"}, "up": {"heartbeat_received", "disconnected", "paused", "retired"}}
            assert kind in allowed.get(state, {"down": {"connected"}, "paused": {"resumed"}}.get(state, set())), (state, event)
            state = {"disconnected": "down", "paused": "paused", "retired": "gone"}.get(kind, "up")
    assert kinds["disconnected"] > 15 and kinds[_BEAT.partition(".")[2]] > 10_000


def test_downs_of_a_day_do_not_depend_on_how_far_one_looks_back() -> None:
    province = world(orders_per_day=8000)
    fleet, day = fleet_of(province), province.first + 12
    one, same = downs(province, fleet, day)[-1], downs(province, fleet, day, 1)[-1]
    assert one.device.tolist() == same.device.tolist() and one.end.tolist() == same.end.tolist()
    assert (one.end - one.start).max() < 4 * DAY


@pytest.mark.parametrize("percent", [100, 60])
def test_a_district_that_is_cut_off_falls_silent_and_nothing_else_changes(percent: int) -> None:
    planted = fault(FaultKind.KIOSKS_OFFLINE, 9, (14, 36), percent, region=DISTRICTS[0])
    with_it, without = world([planted], 4000), world(orders_per_day=4000)
    fleet = fleet_of(without)
    hit = {f"D{row + 1000}" for row in np.flatnonzero(struck(with_it, fleet, planted))}
    here = int((fleet.district == 0).sum())
    assert len(hit) == here if percent == 100 else 0 < len(hit) < here
    orders = made(without, 9).orders
    touched = 0
    for after in (9, 10):
        there, usual = made(with_it, after, orders), made(without, after, orders)
        for event in there.of(_BEAT):
            assert event["device_id"] not in hit or not planted.during(np.array([moment(event)]))[0]
        changed = (there.bare() - usual.bare()) + (usual.bare() - there.bare())
        for line in changed:
            event = msgspec.json.decode(line)
            assert event["device_id"] in hit and planted.start <= moment(event) < planted.end + 20 * 60_000
        touched += sum(there.script.touched.values())
        gone = [event for event in there.of("device.disconnected") if event["device_id"] in hit and event.get("reason") == "network"]
        if after == 9 and percent == 100:
            assert 0 < len(gone) < here
    assert touched > 10 * len(hit)


def test_commands_end_in_one_way_and_who_is_silent_never_answers() -> None:
    ends: dict[str, list[str]] = defaultdict(list)
    for day in quiet(20):
        for event in day.about("device"):
            if event["type"].startswith("device.command_"):
                ends[event["attributes"]["command"]].append(event["type"].partition("_")[2])
    assert len(ends) > 20
    for steps in ends.values():
        assert steps in (["sent", "acknowledged", "completed"], ["sent", "acknowledged", "failed"], ["sent", "failed"])


def test_what_goes_into_a_box_is_collected_to_the_last_fen() -> None:
    day = made(world(orders_per_day=3000), 3)
    held, latest = Counter[str](), Counter[str]()
    for event in day.of("cash.inserted", "cash.returned"):
        held[event["device_id"]] += event["amount"] * (1 if event["type"] == "cash.inserted" else -1)
        latest[event["device_id"]] = max(latest[event["device_id"]], moment(event))
        assert event["order_id"] and event["channel"] == "kiosk" and event["amount"] > 0
    collected = {event["device_id"]: event for event in day.of("cash.collected")}
    assert len(collected) > 5
    assert {name: event["amount"] for name, event in collected.items()} == held
    assert all(latest[name] < moment(event) and moment(event) >= at(day.day + 1, 5) for name, event in collected.items())
    paid = day.orders.payments.paid_time
    cash = (day.orders.payments.method[np.maximum(day.orders.payments.paid_by, 0)] == 4) & (paid >= 0)
    kiosk = np.array([name in KINDS for name in SUB_NAMES])[day.orders.bills.sub]
    assert sum(held.values()) == day.orders.bills.amount[cash & kiosk].sum()


def test_devices_are_registered_before_they_say_anything() -> None:
    seen: set[str] = set()
    for day in quiet(20):
        for event in day.about("device"):
            assert event["type"] == "device.registered" or event["device_id"] in seen
            seen.add(event["device_id"])
