"""The life of orders: causes come before effects, every order ends in one way, and what is told is valid."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from typing import Any

import msgspec
import numpy as np
import pytest

from tests.simulate.orders_of_days import Made, days_of, told_of, wishes_of
from tongguan.areas.packs import ALL_PACKS
from tongguan.ingest.checks import Rules
from tongguan.model.event import Event
from tongguan.model.vocabulary import Vocabulary
from tongguan.simulate.clock import DAY, HOUR, at, of_instant
from tongguan.simulate.orders.lot import ACTIVATED, COURIER, NUMBER, PAYMENT
from tongguan.simulate.orders.plan import plan_orders
from tongguan.simulate.orders.telling import tell_orders
from tongguan.simulate.plans import DayState, Wishes
from tongguan.simulate.province.goods import PRICES, PRODUCTS
from tongguan.simulate.telling import Script
from tongguan.simulate.visits.plan import plan_visits
from tongguan.simulate.world import Setting, World

VOCABULARY = Vocabulary(ALL_PACKS)
WORLD = World(Setting(seed=1, first=date(2026, 9, 1), orders_per_day=1200))

AFTER = {
    "order.item_added": "order.created",
    "order.flagged": "order.created",
    "order.check_requested": "order.created",
    "order.held": "order.check_requested",
    "order.released": "order.held",
    "order.rejected": "order.check_requested",
    "order.merged": "order.flagged",
    "order.confirmed": "order.created",
    "payment.requested": "order.created",
    "payment.succeeded": "payment.attempted",
    "payment.refunded": "payment.refund_requested",
    "payment.refund_requested": "order.cancelled return.goods_received",
    "order.approved": "payment.succeeded order.created",
    "oto.reserved": "payment.succeeded order.created",
    "oto.voucher_sent": "oto.reserved",
    "oto.voucher_redeemed": "oto.voucher_sent",
    "oto.voucher_expired": "oto.voucher_sent",
    "oto.handed_over": "oto.voucher_sent",
    "real_name.requested": "order.approved oto.voucher_redeemed oto.handed_over",
    "real_name.failed": "real_name.requested",
    "real_name.passed": "real_name.requested",
    "order.customer_wait_started": "real_name.failed acceptance.manual_handed_back order.promised",
    "order.customer_wait_ended": "order.customer_wait_started",
    "acceptance.automatic_requested": "real_name.passed order.approved payment.succeeded oto.voucher_redeemed order.created",
    "acceptance.automatic_done": "acceptance.automatic_requested",
    "acceptance.automatic_failed": "acceptance.automatic_requested",
    "acceptance.manual_queued": "acceptance.automatic_failed",
    "acceptance.manual_claimed": "acceptance.manual_queued",
    "acceptance.manual_handed_back": "acceptance.manual_claimed",
    "acceptance.manual_failed": "acceptance.manual_claimed",
    "acceptance.manual_done": "acceptance.manual_claimed",
    "number_port.requested": "acceptance.automatic_done acceptance.manual_done",
    "number_port.refused": "number_port.requested",
    "number_port.completed": "number_port.requested",
    "allocation.requested": "acceptance.automatic_done acceptance.manual_done",
    "allocation.failed": "allocation.requested",
    "order.marked_unavailable": "allocation.failed",
    "allocation.completed": "allocation.requested",
    "order.promised": "allocation.completed",
    "picking.completed": "allocation.completed",
    "package.packed": "picking.completed",
    "order.courier_wait_started": "package.packed",
    "order.courier_wait_ended": "order.courier_wait_started",
    "package.shipped": "package.packed",
    "package.moved": "package.shipped",
    "package.lost": "package.shipped",
    "package.sent_out": "package.moved",
    "package.delivery_failed": "package.sent_out",
    "package.delivered": "package.sent_out",
    "package.returned": "package.delivery_failed",
    "activation.requested": "package.delivered order.promised allocation.completed oto.voucher_redeemed",
    "activation.failed": "activation.requested",
    "activation.completed": "activation.requested",
    "order.completed": "acceptance.automatic_done acceptance.manual_done payment.succeeded",
    "order.cancellation_requested": "payment.succeeded order.created",
    "order.cancellation_refused": "order.cancellation_requested",
    "order.reviewed": "order.completed package.delivered activation.completed",
    "return.requested": "package.delivered",
    "return.refused": "return.requested",
    "return.withdrawn": "return.requested",
    "return.approved": "return.requested",
    "return.goods_received": "return.approved",
    "return.closed": "return.goods_received",
    "resource.reserved": "order.created",
    "resource.allocated": "resource.reserved",
    "resource.released": "resource.reserved",
    "resource.reservation_expired": "resource.reserved",
}
"""What each event needs one of, before it."""

AT_END = {"order.cancelled", "order.rejected", "order.merged"}
STILL_AFTER_END = {
    "resource.released",
    "resource.reservation_expired",
    "payment.refund_requested",
    "payment.refund_failed",
    "payment.refunded",
}
STEPS_OF_MONEY = ("boss.", "payment.", "statement.")


@pytest.fixture(scope="module")
def days() -> list[Made]:
    return days_of(WORLD, 3)


@pytest.fixture(scope="module")
def stories(days: list[Made]) -> dict[str, list[dict[str, Any]]]:
    """Everything that is told of each order, in the order of time and rank."""
    rank = {name: kind.rank for name, kind in VOCABULARY.event_types.items()}
    found = defaultdict(list)
    for made in days:
        for event in told_of(WORLD, made):
            if "order_id" in event:
                found[event["order_id"]].append(event)
    for story in found.values():
        story.sort(key=lambda event: (event["time"], rank[event["type"]]))
    return found


def test_every_event_is_valid_and_has_its_own_id(days: list[Made]) -> None:
    rules, decode = Rules(VOCABULARY, 100_000), msgspec.json.Decoder(Event).decode
    script = Script(WORLD.name(days[0].day))
    tell_orders(WORLD, days[0].day, days[0].orders, script)
    events = [decode(line) for line in days[0].lines]
    assert [problem for event in events if (problem := rules.problem(event)) is not None] == []
    assert len({event.event_id for event in events}) == len(events) > sum(map(len, script.batches))
    assert min(event.time.timestamp() for event in events) * 1000 >= at(days[0].day) - 8 * HOUR


def test_causes_come_before_effects(stories: dict[str, list[dict[str, Any]]]) -> None:
    wrong = Counter[str]()
    for story in stories.values():
        seen: set[str] = set()
        for event in story:
            kind = event["type"]
            if kind in AFTER and not seen & set(AFTER[kind].split()):
                wrong[kind] += 1
            seen.add(kind)
    assert wrong == Counter()
    told = {event["type"] for story in stories.values() for event in story}
    assert set(AFTER) - told <= {"order.merged", "package.lost", "package.returned"}


def test_each_order_is_made_first_and_once(stories: dict[str, list[dict[str, Any]]], days: list[Made]) -> None:
    assert all(story[0]["type"] == "order.created" for story in stories.values())
    assert all(sum(event["type"] == "order.created" for event in story) == 1 for story in stories.values())
    assert len(stories) == sum(len(made.orders) for made in days)


def test_nothing_goes_on_after_an_order_is_given_up(stories: dict[str, list[dict[str, Any]]]) -> None:
    for story in stories.values():
        kinds = [event["type"] for event in story]
        ends = [place for place, kind in enumerate(kinds) if kind in AT_END]
        assert len(ends) <= 1
        for kind in kinds[ends[0] + 1 :] if ends else ():
            assert kind in STILL_AFTER_END or kind.startswith(STEPS_OF_MONEY)


def test_what_happens_once_happens_once(stories: dict[str, list[dict[str, Any]]]) -> None:
    twice = {"acceptance.manual_claimed", "package.moved", "package.sent_out", "activation.requested"}
    waits = {"order.customer_wait_started", "order.customer_wait_ended", "order.item_added", "order.cancellation_requested"}
    for story in stories.values():
        counts = Counter(event["type"] for event in story if not event["type"].startswith(STEPS_OF_MONEY))
        assert all(number == 1 or kind in twice | waits for kind, number in counts.items())


def test_each_order_ends_in_one_way_or_is_silent(days: list[Made]) -> None:
    for made in days:
        orders, product = made.orders, made.orders.wishes.product
        done = np.where(ACTIVATED[product], orders.activated, np.where(COURIER[product], orders.delivered, orders.accepted))
        assert not ((orders.cancelled >= 0) & (orders.activated >= 0)).any()
        assert not ((orders.cancelled >= 0) & (orders.delivered >= 0)).any()
        assert (orders.ended < 0).mean() < 0.01
        finished = (done >= 0) & ~PAYMENT[product]
        assert (orders.ended[finished] >= done[finished]).all()
        open_money = (orders.amount > 0) & (orders.bills.asked >= 0)
        assert ((orders.paid >= 0) ^ (orders.payments.left_time >= 0))[open_money].all()
        left = orders.payments.left_time >= 0
        assert (orders.cancelled[left] > orders.payments.left_time[left]).all()


def test_of_very_many_orders_a_few_are_never_heard_of_again() -> None:
    large = World(Setting(seed=1, first=date(2026, 9, 1), orders_per_day=40_000))
    orders = plan_orders(large, large.first, plan_visits(large, large.first).wishes, DayState())
    assert 0 < int((orders.ended < 0).sum()) < len(orders) // 100


def test_money_goes_back_exactly_where_orders_are_given_up_or_returned(days: list[Made]) -> None:
    for made in days:
        orders = made.orders
        back = np.zeros(len(orders), dtype=np.bool_)
        back[orders.refunds.bill] = True
        assert back[(orders.cancelled >= 0) & (orders.paid >= 0)].all()
        assert (orders.paid[back] >= 0).all() and ((orders.cancelled >= 0) | (orders.returned >= 0))[back].all()
        assert (orders.refunds.asked >= np.maximum(orders.cancelled, orders.returned)[orders.refunds.bill]).all()


def test_the_lines_of_an_order_add_up_to_it(stories: dict[str, list[dict[str, Any]]]) -> None:
    lined = 0
    for story in stories.values():
        lines = [event["amount"] for event in story if event["type"] == "order.item_added"]
        lined += bool(lines)
        assert not lines or (len(lines) == 2 and sum(lines) == story[0]["amount"])
    assert lined > 20


def test_shares_are_near_those_told(stories: dict[str, list[dict[str, Any]]]) -> None:
    counts = Counter(event["type"] for story in stories.values() for event in story)
    orders, asked = len(stories), counts["acceptance.automatic_requested"]
    assert 0.10 < counts["acceptance.automatic_failed"] / asked < 0.14
    assert 0.02 < counts["order.cancelled"] / orders < 0.07
    assert 0.09 < counts["order.reviewed"] / orders < 0.14
    assert 0.02 < counts["package.delivery_failed"] / counts["package.sent_out"] < 0.07
    assert 12 < sum(counts.values()) / orders < 15


def test_people_work_in_their_hours(stories: dict[str, list[dict[str, Any]]]) -> None:
    for kind in (
        "acceptance.manual_claimed",
        "package.packed",
        "package.shipped",
        "package.sent_out",
        "package.delivered",
        "order.rejected",
    ):
        hours = Counter(event["time"][11:13] for story in stories.values() for event in story if event["type"] == kind)
        assert hours and min(hours) >= "08" and max(hours) <= "20", kind


def test_few_phones_are_told_and_duplicates_name_the_other_order(stories: dict[str, list[dict[str, Any]]]) -> None:
    phones = [event["attributes"]["phone"] for story in stories.values() for event in story if "phone" in event.get("attributes", {})]
    assert 0.1 < len(phones) / len(stories) < 0.25 and all(len(phone) == 11 for phone in phones)
    flags = [(name, event) for name, story in stories.items() for event in story if event["type"] == "order.flagged"]
    twins = [(name, event["attributes"]["other_orders"][0]) for name, event in flags if event["reason"] == "duplicate"]
    assert twins
    for name, other in twins:
        one, first = stories[name][0], stories[other][0]
        assert first["time"] <= one["time"] and one["customer_id"] == first["customer_id"] and one["product_id"] == first["product_id"]


def test_the_same_seed_gives_the_same_day_and_a_part_of_it_the_same_orders(days: list[Made]) -> None:
    again = days_of(WORLD, 1)[0]
    assert again.lines == days[0].lines
    wishes = wishes_of(WORLD, WORLD.first)
    part = plan_orders(WORLD, WORLD.first, Wishes(*(column[:500] for column in vars(wishes).values())), DayState())
    for name in ("created", "due", "paid"):
        assert (getattr(part, name) == getattr(days[0].orders, name)[:500]).all()


def test_a_wish_of_each_product_goes_its_own_way(days: list[Made]) -> None:
    orders = days[1].orders
    ways = {}
    for place, product in enumerate(PRODUCTS):
        mine = (orders.wishes.product == place) & (orders.ended >= 0) & (orders.cancelled < 0)
        ways[product.code] = tuple(
            (getattr(orders, name)[mine] >= 0).mean() > 0.4 for name in ("accepted", "shipped", "delivered", "activated")
        )
    assert ways["card-5g-59"] == (True, True, True, True)
    assert ways["handset-a"] == (True, True, True, False)
    assert ways["broadband-300"] == (True, False, False, True)
    assert ways["plan-99"] == ways["points-500"] == (True, False, False, False)
    assert ways["number-open"] == (True, False, False, True)
    assert ways["top-up-50"] == (False, False, False, False)


def test_lateness_is_what_the_customer_waited_beyond_the_promise(days: list[Made]) -> None:
    orders = days[0].orders
    cards = COURIER[orders.wishes.product] & (orders.delivered >= 0)
    assert (orders.late[cards] == np.maximum(orders.delivered - orders.due, 0)[cards]).all()
    assert 0.02 < (orders.late[cards] > 0).mean() < 0.4
    assert (orders.late[orders.cancelled >= 0] == 0).all()


def test_each_number_held_is_given_or_free_again_once_the_order_ended(days: list[Made], stories: dict[str, list[dict[str, Any]]]) -> None:
    fates = {"resource.allocated", "resource.released", "resource.reservation_expired"}
    found = Counter[str]()
    for made in days:
        rows = np.flatnonzero(NUMBER[made.orders.wishes.product] & (made.orders.ended >= 0)).tolist()
        for row in rows:
            kinds = [event["type"] for event in stories[f"O{WORLD.name(made.day)}-{row}"] if event["type"].startswith("resource.")]
            assert len(kinds) == 2 and kinds[0] == "resource.reserved" and kinds[1] in fates
            found[kinds[1]] += 1
    assert set(found) == fates


def test_the_moment_promised_is_the_one_told_last(days: list[Made], stories: dict[str, list[dict[str, Any]]]) -> None:
    for made in days:
        for row, due in enumerate(made.orders.due.tolist()):
            story = stories[f"O{WORLD.name(made.day)}-{row}"]
            told = [event["due_time"] for event in story if event["type"] in ("order.created", "order.promised")]
            assert of_instant(datetime.fromisoformat(told[-1])) == due


def test_a_day_without_orders_is_told_as_well() -> None:
    none = np.zeros(0, dtype=np.int64)
    orders = plan_orders(WORLD, WORLD.first, Wishes(*[none] * 8), DayState())
    script = Script(WORLD.name(WORLD.first))
    tell_orders(WORLD, WORLD.first, orders, script)
    assert {batch.type for batch in script.batches} == {"shift.started", "shift.ended", "shift.paused", "shift.resumed"}


def test_one_order_of_an_evening_is_done_within_days() -> None:
    def one(value: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.array([value], dtype=np.int64)

    plan = next(place for place, product in enumerate(PRODUCTS) if product.code == "plan-99")
    wishes = Wishes(one(at(WORLD.first, 23, 59)), one(7), one(0), one(plan), one(-1), one(-1), one(PRICES[plan]), one(0))
    orders = plan_orders(WORLD, WORLD.first, wishes, DayState())
    assert orders.created[0] > at(WORLD.first, 23, 59) and 0 <= orders.ended[0] < at(WORLD.first) + 10 * DAY


def test_a_script_takes_its_own_day_only(days: list[Made]) -> None:
    with pytest.raises(ValueError, match="its own script"):
        tell_orders(WORLD, days[0].day, days[0].orders, Script("000101"))


def test_the_product_sees_an_order_at_an_end_where_it_ended(days: list[Made], stories: dict[str, list[dict[str, Any]]]) -> None:
    kind = VOCABULARY.case_kind("order")
    wrong = Counter[tuple[str, bool]]()
    for made in days:
        for row, ended in enumerate(made.orders.ended.tolist()):
            current = None
            for event in stories[f"O{WORLD.name(made.day)}-{row}"]:
                reached = VOCABULARY.event_type(event["type"]).milestones.get("order")
                step = kind.milestone(reached) if reached else None
                if step is not None and step.step and (current is None or not current.final or step.final or step.reopens):
                    current = step
            assert current is not None
            if current.final != (ended >= 0):
                wrong[current.name, ended >= 0] += 1
    assert wrong == Counter()
