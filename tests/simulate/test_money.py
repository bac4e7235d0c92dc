"""Payments and refunds: every bill ends one way, causes come first, rates are as stated, an outage hits only what it is about."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace

import numpy as np
import pytest

from tests.simulate.billing import bills_of, fault, money_of, problems, told, world_with
from tongguan.simulate.clock import HOUR, SECOND, at
from tongguan.simulate.faults.plan import FaultKind
from tongguan.simulate.money.habits import ATTEMPTS, EXPIRES, NEVER_TRIED
from tongguan.simulate.money.paying import EXPIRED, FAILED, REASONS, SUCCEEDED, pay, refund
from tongguan.simulate.money.telling import POSTING_FAILS, tell_payments
from tongguan.simulate.plans import NONE, Bills, Payments
from tongguan.simulate.province.channels import SUBS, place_of
from tongguan.simulate.province.money import PAYMENT_CHANNELS, PAYMENT_CODES
from tongguan.simulate.telling import Script
from tongguan.simulate.world import World

WORLD = world_with()
DAY = WORLD.first
MANY = 40_000
ALIPAY = PAYMENT_CODES.index("alipay")


@pytest.fixture(scope="module")
def bills() -> Bills:
    return bills_of(WORLD, DAY, MANY)


@pytest.fixture(scope="module")
def payments(bills: Bills) -> Payments:
    return pay(WORLD, DAY, bills)


def test_every_bill_ends_one_way(bills: Bills, payments: Payments) -> None:
    due = (bills.asked >= 0) & (bills.amount > 0)
    assert 0 < due.sum() < MANY
    assert ((payments.paid_time >= 0) == (payments.paid_by >= 0)).all()
    assert ((payments.paid_time >= 0).astype(int) + (payments.left_time >= 0) == due).all()
    assert (np.unique(payments.bill) == np.flatnonzero(due)).all()
    paid = payments.paid_by[payments.paid_by >= 0]
    assert (np.sort(paid) == np.flatnonzero(payments.outcome == SUCCEEDED)).all()
    assert (payments.ended[paid] == payments.paid_time[payments.bill[paid]]).all()
    assert not payments.expired[payments.left_time < 0].any()


def test_causes_come_first(bills: Bills, payments: Payments) -> None:
    tried = payments.attempted >= 0
    assert (tried == (payments.outcome != EXPIRED)).all()
    assert (payments.asked[tried] <= payments.attempted[tried]).all() and (payments.attempted < payments.ended).all()
    first = payments.attempt == 1
    assert (payments.asked[first] == bills.asked[payments.bill[first]]).all()
    for number in range(2, ATTEMPTS + 1):
        before = {bill: row for row, bill in enumerate(payments.bill.tolist()) if payments.attempt[row] == number - 1}
        rows = np.flatnonzero(payments.attempt == number)
        earlier = np.array([before[bill] for bill in payments.bill[rows].tolist()])
        assert len(rows) and (payments.outcome[earlier] == FAILED).all() and (payments.asked[rows] > payments.ended[earlier]).all()
    left = payments.left_time[payments.bill] >= 0
    assert (payments.left_time[payments.bill[left]] >= payments.ended[left]).all()
    assert (payments.left_time <= np.maximum(bills.asked + EXPIRES, payments.left_time * 0 + payments.ended.max())).all()
    ran_out = payments.expired == 1
    assert (payments.left_time[ran_out] >= bills.asked[ran_out] + EXPIRES).all()


def test_rates_are_as_stated(payments: Payments) -> None:
    first = payments.attempt == 1
    assert abs((payments.outcome[first] == EXPIRED).mean() - NEVER_TRIED / 1e6) < 0.003
    for place, channel in enumerate(PAYMENT_CHANNELS[:3]):
        tried = (payments.method == place) & (payments.attempted >= 0)
        assert abs((payments.outcome[tried] == FAILED).mean() - channel.failing / 1e6) < 0.008, channel.code
    assert ((payments.reason >= 0) == (payments.outcome == FAILED)).all()
    assert len(np.unique(payments.reason[payments.reason >= 0])) == len(REASONS)
    attempts = np.bincount(payments.attempt)
    assert attempts[1] > 30 * attempts[2] > 30 * attempts[3] > 0


def test_shops_take_their_own_money_and_tills_take_cash(bills: Bills, payments: Payments) -> None:
    sub = bills.sub[payments.bill]
    for place, one in enumerate(SUBS):
        if one.channel == "shop":
            assert set(payments.method[sub == place]) == {PAYMENT_CODES.index(one.code)}
    cash = payments.method == PAYMENT_CODES.index("cash")
    assert cash[sub == place_of("hall", "")].mean() > 0.3
    assert {SUBS[place].channel for place in sub[cash].tolist()} == {"hall", "kiosk"}
    assert not (payments.outcome[cash] == FAILED).any()


def test_some_bills_alone_are_paid_as_among_all(bills: Bills, payments: Payments) -> None:
    some = np.arange(0, MANY, 7)
    columns = {field.name: getattr(bills, field.name)[some] for field in fields(Bills) if field.name != "whom"}
    alone = pay(WORLD, DAY, Bills(bills.whom.only(some), **columns))
    assert (alone.paid_time == payments.paid_time[some]).all() and (alone.left_time == payments.left_time[some]).all()


def test_an_outage_fails_what_it_is_about_and_nothing_else(bills: Bills, payments: Payments) -> None:
    outage = fault("x", FaultKind.PAYMENT_OUTAGE, 920_000, {"payment_channel": "alipay"}, DAY, (10, 12))
    world = world_with(outage)
    hit = pay(world, DAY, bills)
    first, usual = np.flatnonzero(hit.attempt == 1), np.flatnonzero(payments.attempt == 1)
    concerned = (hit.method[first] == ALIPAY) & outage.during(hit.attempted[first])
    for name in ("bill", "method", "asked", "attempted"):
        assert (getattr(hit, name)[first] == getattr(payments, name)[usual]).all()
    for name in ("bank", "ended", "outcome", "reason"):
        assert (getattr(hit, name)[first] == getattr(payments, name)[usual])[~concerned].all(), name
    failed = first[concerned & (hit.outcome[first] == FAILED)]
    assert abs(len(failed) / concerned.sum() - 0.92) < 0.03
    assert (hit.reason[failed] == REASONS.index("channel_timeout")).mean() > 0.8
    took = (hit.ended - hit.attempted)[first[concerned]]
    assert took.min() >= 20 * SECOND and took.max() <= 30 * SECOND
    later = (hit.attempt > 1) & np.isin(hit.bill, hit.bill[failed])
    assert (hit.method[later & (hit.attempt == 3)] != ALIPAY).mean() > 0.6
    assert (hit.left_time >= 0).sum() > (payments.left_time >= 0).sum()
    untouched = np.ones(MANY, dtype=bool)
    untouched[hit.bill[(hit.method == ALIPAY) & outage.during(hit.attempted)]] = False
    assert (hit.paid_time == payments.paid_time)[untouched].all()
    script = Script("x")
    tell_payments(world, DAY, bills, hit, refund(world, DAY, bills, hit, np.full(MANY, NONE)), script)
    changed = (hit.outcome[first] != payments.outcome[usual]).sum()
    assert changed <= script.touched["x"] < 1.8 * changed


def test_only_what_was_paid_is_given_back(bills: Bills, payments: Payments) -> None:
    asked = np.where(bills.key % 3 == 0, at(DAY, 1), NONE)
    refunds = refund(WORLD, DAY, bills, payments, asked)
    assert (refunds.bill == np.flatnonzero((asked >= 0) & (payments.paid_time >= 0))).all()
    assert (refunds.asked > payments.paid_time[refunds.bill]).all() and (refunds.done > refunds.asked + HOUR).all()
    assert len(refund(WORLD, DAY, bills, payments, np.full(MANY, NONE)).bill) == 0


def test_what_is_told_is_valid_and_in_order() -> None:
    bills, payments, refunds = money_of(WORLD, DAY, 4000)
    script = Script("260901")
    tell_payments(WORLD, DAY, bills, payments, refunds, script)
    events = told(script)
    assert problems(events) == []
    count = Counter(event["type"] for event in events)
    assert count["payment.requested"] == len(payments.bill)
    assert count["payment.attempted"] == count["payment.succeeded"] + count["payment.failed"]
    assert count["payment.refunded"] == count["payment.refund_requested"] == len(refunds.bill) > 100
    assert abs(count["boss.posted"] - count["payment.succeeded"]) < 5
    assert 0 < count["boss.posting_failed"] < 3 * POSTING_FAILS / 1e6 * count["boss.posted"]
    assert count["payment.reminded"] and count["payment.expired"] and count["boss.reversed"]
    steps: dict[str, list[str]] = {}
    for event in events:
        steps.setdefault(event["payment_id"], []).append(event["type"])
    assert all(len(found) == len(set(found)) or "boss.posting_failed" in found for found in steps.values())
    for first, then in (
        ("payment.requested", "payment.attempted"),
        ("payment.attempted", "payment.succeeded"),
        ("payment.succeeded", "boss.posting_requested"),
        ("boss.posting_requested", "boss.posted"),
        ("payment.refunded", "boss.reversed"),
        ("boss.posted", "boss.reversed"),
    ):
        assert all(found.index(first) < found.index(then) for found in steps.values() if then in found and "payment.requested" in found)
    assert {event["attributes"]["purpose"] for event in events if event["type"] == "payment.succeeded"} == {
        "order",
        "bill",
        "top_up",
        "deposit",
    }


def test_the_same_seed_tells_the_same() -> None:
    texts = []
    for world in (world_with(), world_with(), World(replace(WORLD.setting, seed=2))):
        bills, payments, refunds = money_of(world, DAY)
        script = Script("260901")
        tell_payments(world, DAY, bills, payments, refunds, script)
        texts.append(told(script))
    assert texts[0] == texts[1] != texts[2]
