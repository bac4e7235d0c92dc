"""Who comes to the desk, when and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from tongguan.simulate.chance import MILLION, Mask, Quantiles, Whole
from tongguan.simulate.clock import DAY, HOUR, MINUTE, SECOND, in_hours, within_day
from tongguan.simulate.columns import Ids
from tongguan.simulate.plans import NONE, Bills, Orders, Visits
from tongguan.simulate.province.calendar import DESK_HOURS, busy
from tongguan.simulate.province.channels import CHANNEL_NAMES, SUBS, Profile, Style
from tongguan.simulate.service import rates
from tongguan.simulate.world import World

SOURCES: Final = 16
"""The number of a contact or ticket is that of its cause times this, and the kind of cause: it does not shift when others come or go."""
CALLS, CHATS, FALLEN, LATE, FAILED, GUIDED, SALES, MATTERS, REMINDERS, FOLLOW_UPS, TICKET_FOLLOW_UPS = range(11)

SERVICE, GUIDE, COMPLAINT, FOLLOW_UP, REMINDER = range(5)

BROWSED: Final = np.array([sub.style is Style.PAGES and sub.channel in ("web", "app", "wechat") for sub in SUBS])
"""Which sub-channels have chats."""
_ON_PHONE: Final = np.array([channel == "phone" for channel in CHANNEL_NAMES])
_SKILL: Final = np.array(rates.TOPIC_SKILL, dtype=np.int64)
_CHAT_PLACES: Final = np.array([place for place, _ in rates.CHAT_SUBS], dtype=np.int64)
_CHAT_WEIGHTS: Final = tuple(weight for _, weight in rates.CHAT_SUBS)
_AFTER_VISIT: Final = Quantiles({0: 1, 50: 4, 90: 9, 100: 20}, MINUTE)
_AFTER_MENU: Final = Quantiles({0: 2, 50: 6, 90: 15, 100: 40}, SECOND)
_AFTER_FAILURE: Final = Quantiles({0: 1, 50: 5, 90: 18, 100: 60}, MINUTE)
_BEFORE_ORDER: Final = Quantiles({0: 5, 50: 16, 90: 45, 100: 120}, MINUTE)
_BEFORE_SALE: Final = Quantiles({0: 8, 50: 90, 100: 900}, MINUTE)


@dataclass(frozen=True)
class Demand:
    """Contacts that reach the desk from outside, a row each.

    Attributes:
        time: when it reaches the desk.
        key: number for draws and ids, different for each contact of the day.
        customer: number of the customer.
        known: 1 where the desk knows who it is.
        sub: place in ``channels.SUBS``.
        kind: place in ``rates.KINDS``.
        topic: place in ``rates.TOPICS``.
        order: number of the order that it is about; NONE for none.
        session: number of the session before it; NONE for none.
        product: place in ``goods.PRODUCTS`` of what is offered in a guided chat; NONE where that is left to draws.
        matter: row of the matter that becomes a ticket; NONE for none.
    """

    time: Whole
    key: Whole
    customer: Whole
    known: Whole
    sub: Whole
    kind: Whole
    topic: Whole
    order: Whole
    session: Whole
    product: Whole
    matter: Whole

    def __len__(self) -> int:
        return len(self.time)

    @property
    def skill(self) -> Whole:
        """Place in ``rates.SKILLS`` per row."""
        return _SKILL[self.topic]


def part(time: Whole, key: Whole, customer: Whole, sub: Whole | int, topic: Whole | int, **more: Whole | int) -> Demand:
    """Return some demand; what is not given is NONE, but contacts are services of known customers."""
    size = len(time)
    given: dict[str, Whole | int] = {"known": 1, "kind": SERVICE, "order": NONE, "session": NONE, "product": NONE, "matter": NONE, **more}
    given |= {"time": time, "key": key, "customer": customer, "sub": sub, "topic": topic}
    return Demand(**{name: value if isinstance(value, np.ndarray) else np.full(size, value) for name, value in given.items()})


def together(parts: Sequence[Demand]) -> Demand:
    """Return all of several demands."""
    return Demand(**{field.name: np.concatenate([getattr(one, field.name) for one in parts]) for field in fields(Demand)})


def keys(numbers: Whole, source: int) -> Whole:
    """Return the numbers of contacts that come of orders, visits … with such numbers."""
    return numbers * SOURCES + source


def order_numbers(bills: Bills) -> Whole:
    """Return the number of the order of each bill; NONE where the bill does not say."""
    column = bills.whom.columns.get("order_id")
    return column.numbers if isinstance(column, Ids) else np.full(len(bills), NONE)


def plan_demand(world: World, day: int, visits: Visits, orders: Orders) -> Demand:
    """Return all contacts of a day that do not become tickets."""
    return together(
        [
            _general(world, day, calls=True),
            _general(world, day, calls=False),
            _fallen(world, day, visits),
            _late(world, day, orders),
            _failed(world, day, orders),
            _guided(world, day, orders),
            _sales(world, day, orders),
        ]
    )


def usual(world: World, *, calls: bool) -> int:
    """Return how many contacts per 1,000 orders have no known cause."""
    if not calls:
        return rates.GENERAL_CHATS
    return rates.HISTORICAL_CALLS if world.profile is Profile.HISTORICAL else rates.GENERAL_CALLS


def chat_subs(world: World, day: int, key: Whole) -> Whole:
    """Return where chats begin."""
    return _CHAT_PLACES[world.chance("service/demand", day).pick("chat", key, _CHAT_WEIGHTS)]


def _general(world: World, day: int, *, calls: bool) -> Demand:
    chance = world.chance("service/demand", day)
    name, source = ("calls", CALLS) if calls else ("chats", CHATS)
    rows = np.arange(chance.count(name, day, world.per_day(usual(world, calls=calls)) * busy(day) // 100), dtype=np.int64)
    key = keys(rows, source)
    customer = world.people.choose(chance, "who", key)
    time, topic = within_day(chance, "time", key, day, DESK_HOURS), chance.pick("topic", key, rates.TOPIC_WEIGHTS)
    if calls:
        return part(time, key, customer, rates.HOTLINE, topic)
    guided = chance.happens("guide", key, rates.CHAT_GUIDE)
    known = (~chance.happens("anonymous", key, rates.CHAT_ANONYMOUS)).astype(np.int64)
    topic = np.where(guided, rates.TOPICS.index("offer"), topic)
    return part(time, key, customer, chat_subs(world, day, key), topic, known=known, kind=np.where(guided, GUIDE, SERVICE))


def _fallen(world: World, day: int, visits: Visits) -> Demand:
    """Visits that could not be helped by a machine."""
    chance = world.chance("service/demand", day)
    rows = np.flatnonzero(visits.served == 4)
    key = keys(visits.session[rows], FALLEN)
    chosen = chance.happens("waits", key, rates.FALLEN_CALLING)
    rows, key = rows[chosen], key[chosen]
    from_phone = _ON_PHONE[visits.sub[rows]]
    after = np.where(from_phone, chance.spread("soon", key, _AFTER_MENU), chance.spread("after", key, _AFTER_VISIT))
    chats = BROWSED[visits.sub[rows]] & chance.happens("chats", key, MILLION * 2 // 5)
    return part(
        np.maximum(visits.ended[rows], visits.service_asked[rows]) + after,
        key,
        visits.customer[rows],
        np.where(chats, visits.sub[rows], rates.HOTLINE),
        chance.pick("topic", key, rates.TOPIC_WEIGHTS),
        known=np.where(from_phone | ~chats, 1, visits.known[rows]),
        session=visits.session[rows],
    )


def _late(world: World, day: int, orders: Orders) -> Demand:
    """Customers who ask where their order is."""
    chance = world.chance("service/demand", day)
    rows = np.flatnonzero(orders.late > 0)
    key = keys(orders.key[rows], LATE)
    late, due = orders.late[rows], orders.due[rows]
    waited = late // 100 * (10 + chance.below("asks after", key, 80))
    time = in_hours(due + waited, 8, 22, chance.below("morning", key, 3 * HOUR))
    chosen = chance.happens("asks", key, rates.LATE_ASKING) & (time < due + late)
    rows = rows[chosen]
    return _about(world, day, orders.key[rows], time[chosen], orders.wishes.customer[rows], "order_status", LATE, orders.key[rows])


def _failed(world: World, day: int, orders: Orders) -> Demand:
    """Customers who ask why they cannot pay."""
    chance = world.chance("service/demand", day)
    payments, bills = orders.payments, orders.bills
    failed = np.flatnonzero(payments.outcome == 1)
    bill = payments.bill[failed]
    # By bill and attempt: the rows of attempts shift when a fault makes more of them.
    number = bills.key[bill] * 8 + payments.attempt[failed]
    chosen = np.flatnonzero(chance.happens("asks", keys(number, FAILED), rates.FAILED_ASKING))
    number, failed, bill = number[chosen], failed[chosen], bill[chosen]
    time = payments.ended[failed] + chance.spread("after", keys(number, FAILED), _AFTER_FAILURE)
    return _about(world, day, number, time, bills.customer[bill], "payment", FAILED, order_numbers(bills)[bill])


def _about(world: World, day: int, numbers: Whole, time: Whole, customer: Whole, topic: str, source: int, order: Whole) -> Demand:
    """Return contacts about orders, most by phone; ``numbers`` tell one from the other."""
    chance = world.chance("service/demand", day)
    key = keys(numbers, source)
    sub = np.where(chance.happens("chats", key, 300_000), chat_subs(world, day, key), rates.HOTLINE)
    return part(time, key, customer, sub, rates.TOPICS.index(topic), order=order)


def _guided(world: World, day: int, orders: Orders) -> Demand:
    """Chats with a shopping guide before an order."""
    chance = world.chance("service/demand", day)
    wishes = orders.wishes
    rows = np.flatnonzero(BROWSED[wishes.sub])
    key = keys(orders.key[rows], GUIDED)
    time = wishes.time[rows] - chance.spread("before", key, _BEFORE_ORDER)
    chosen = _within(time, day) & chance.happens("guided", key, rates.GUIDED)
    rows, key = rows[chosen], key[chosen]
    offer = rates.TOPICS.index("offer")
    product = wishes.product[rows]
    return part(time[chosen], key, wishes.customer[rows], wishes.sub[rows], offer, kind=GUIDE, product=product)


def _sales(world: World, day: int, orders: Orders) -> Demand:
    """Contacts about something else before an order."""
    chance = world.chance("service/demand", day)
    wishes = orders.wishes
    rows = np.flatnonzero(wishes.session != NONE)
    key = keys(orders.key[rows], SALES)
    time = wishes.time[rows] - chance.spread("before sale", key, _BEFORE_SALE)
    chosen = _within(time, day) & chance.happens("sold", key, rates.SERVICE_TO_SALES)
    rows, key = rows[chosen], key[chosen]
    sub = np.where(chance.happens("chats", key, 350_000), chat_subs(world, day, key), rates.HOTLINE)
    return part(time[chosen], key, wishes.customer[rows], sub, chance.pick("topic", key, rates.TOPIC_WEIGHTS))


def _within(time: Whole, day: int) -> Mask:
    found: Mask = time >= day * DAY
    return found
