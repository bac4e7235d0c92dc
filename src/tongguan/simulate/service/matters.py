"""What customers complain about or ask for: the causes of tickets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from tongguan.simulate.chance import MILLION, Quantiles, Whole
from tongguan.simulate.clock import DAY, HOUR, MINUTE, in_hours, within_day
from tongguan.simulate.faults.plan import Fault, FaultKind
from tongguan.simulate.plans import NONE, Orders
from tongguan.simulate.province.calendar import DESK_HOURS, busy
from tongguan.simulate.province.channels import SUBS, Style
from tongguan.simulate.province.goods import PRICES, PRODUCT_CODES
from tongguan.simulate.service import rates
from tongguan.simulate.service.demand import COMPLAINT, SERVICE, Demand, chat_subs, keys, order_numbers, part
from tongguan.simulate.service.demand import MATTERS as _BY_CONTACT
from tongguan.simulate.telling import Script
from tongguan.simulate.world import World

BASE, OTHERS, LATE, UNPAID, RETURNS, PRICE, ANY, BURST = range(8)
"""Sources of tickets."""
_OTHER_WEIGHTS: Final = tuple(weight for _, _, weight in rates.OTHER_CATEGORIES)
_OTHER_KIND: Final = np.array([kind for kind, _, _ in rates.OTHER_CATEGORIES], dtype=np.int64)
_OTHER_CATEGORY: Final = np.array([category for _, category, _ in rates.OTHER_CATEGORIES], dtype=np.int64)
_BASE_WEIGHTS: Final = tuple(weight for _, weight in rates.BASE_CATEGORIES)
_BASE_CATEGORY: Final = np.array([category for category, _ in rates.BASE_CATEGORIES], dtype=np.int64)
_PRICES: Final = np.array(PRICES, dtype=np.int64)
_WRITES: Final = np.array([sub.style is Style.PAGES for sub in SUBS])
_SOON: Final = Quantiles({0: 0.3, 50: 4, 90: 20, 100: 48}, HOUR)


@dataclass(frozen=True)
class Matters:
    """What becomes a ticket, a row each.

    Attributes:
        time: when the customer acts.
        key: number for draws and ids.
        customer: number of the customer.
        sub: place in ``channels.SUBS`` where the customer writes, for those who do not call.
        kind: place in ``rates.TICKET_KINDS``.
        category: place in the names that :func:`plan_matters` returns.
        order: number of the order; NONE for none.
        product: place in ``goods.PRODUCTS``; NONE for none.
    """

    time: Whole
    key: Whole
    customer: Whole
    sub: Whole
    kind: Whole
    category: Whole
    order: Whole
    product: Whole

    def __len__(self) -> int:
        return len(self.time)


def _part(time: Whole, key: Whole, customer: Whole, category: Whole | int, **more: Whole | int) -> Matters:
    given: dict[str, Whole | int] = {"sub": NONE, "kind": 0, "order": NONE, "product": NONE, **more}
    given |= {"time": time, "key": key, "customer": customer, "category": category}
    return Matters(**{name: value if isinstance(value, np.ndarray) else np.full(len(time), value) for name, value in given.items()})


def plan_matters(world: World, day: int, orders: Orders, script: Script) -> tuple[Matters, Sequence[str]]:
    """Return what becomes a ticket, and the names of its categories; notes what planted faults add."""
    chance, names = world.chance("service/matters", day), list(rates.CATEGORIES)
    parts = [_base(world, day), _others(world, day), *_of_orders(world, day, orders)]
    for place, fault in enumerate(world.plan.of(FaultKind.COMPLAINT_BURST, day * DAY, (day + 1) * DAY)):
        reason = fault.where["reason"]
        if reason not in names:
            names.append(reason)
        parts.append(_burst(world, day, orders, fault, place, names.index(reason)))
        script.touch(fault.id, len(parts[-1]))
    found = Matters(**{field.name: np.concatenate([getattr(one, field.name) for one in parts]) for field in fields(Matters)})
    writes = np.where((found.sub != NONE) & _WRITES[found.sub], found.sub, chat_subs(world, day, found.key))
    late = chance.below("morning", found.key, 3 * HOUR)
    time = np.where(found.key % 16 < LATE, found.time, in_hours(found.time, 8, 22, late))
    kept = {field.name: getattr(found, field.name) for field in fields(Matters)}
    return Matters(**{**kept, "sub": writes, "time": np.where(found.key % 16 == BURST, found.time, time)}), names


def _base(world: World, day: int) -> Matters:
    """Complaints about nothing that can be seen from here."""
    chance = world.chance("service/matters", day)
    count = chance.count("complaints", day, world.orders_per_day * rates.BASE_COMPLAINTS * busy(day) // 100)
    key = keys(np.arange(count, dtype=np.int64), BASE)
    category = _BASE_CATEGORY[chance.pick("category", key, _BASE_WEIGHTS)]
    return _part(within_day(chance, "time", key, day, DESK_HOURS), key, world.people.choose(chance, "who", key), category)


def _others(world: World, day: int) -> Matters:
    chance = world.chance("service/matters", day)
    count = chance.count("others", day, world.orders_per_day * rates.OTHER_TICKETS * busy(day) // 100)
    key = keys(np.arange(count, dtype=np.int64), OTHERS)
    what = chance.pick("what", key, _OTHER_WEIGHTS)
    time, who = within_day(chance, "time", key, day, DESK_HOURS), world.people.choose(chance, "who", key)
    return _part(time, key, who, _OTHER_CATEGORY[what], kind=_OTHER_KIND[what])


def _of_orders(world: World, day: int, orders: Orders) -> list[Matters]:
    chance, wishes, payments = world.chance("service/matters", day), orders.wishes, orders.payments
    late = np.flatnonzero(orders.late > 0)
    share = np.zeros(len(late), dtype=np.int64)
    for above, rate in rates.LATE_COMPLAINING:
        share = np.where(orders.late[late] > above, rate, share)
    late = late[chance.happens("late", keys(orders.key[late], LATE), share)]
    returned = np.flatnonzero(orders.returned != NONE)
    returned = returned[chance.happens("returns", keys(orders.key[returned], RETURNS), rates.RETURN_COMPLAINING)]
    priced = np.flatnonzero(wishes.price != _PRICES[wishes.product])
    priced = priced[chance.happens("priced", keys(orders.key[priced], PRICE), rates.PRICE_COMPLAINING)]
    any_order = np.flatnonzero(chance.happens("any", keys(orders.key, ANY), rates.ANY_ORDER_COMPLAINING))
    quality = np.where(chance.happens("quality", keys(orders.key[any_order], ANY), MILLION // 2), rates.QUALITY, rates.ACTIVATION)
    since = np.maximum(np.maximum(orders.delivered, orders.activated), np.maximum(orders.ended, orders.created))
    found = [
        _about(world, day, orders, late, orders.due[late] + orders.late[late] // 2, rates.LATE, LATE),
        _about(world, day, orders, returned, orders.returned[returned] + 2 * DAY, rates.REFUND, RETURNS),
        _about(world, day, orders, priced, orders.created[priced], rates.PRICE, PRICE),
        _about(world, day, orders, any_order, since[any_order], quality, ANY),
    ]
    failed = np.flatnonzero(payments.outcome == 1)
    bill = payments.bill[failed]
    key = keys(orders.bills.key[bill] * 8 + payments.attempt[failed], UNPAID)
    chosen = chance.happens("unpaid", key, rates.UNPAID_COMPLAINING)
    key, bill, failed = key[chosen], bill[chosen], failed[chosen]
    time = payments.ended[failed] + (5 + chance.below("unpaid after", key, 240)) * MINUTE
    number, bills = order_numbers(orders.bills)[bill], orders.bills
    found.append(_part(time, key, bills.customer[bill], rates.CHARGED, order=number, sub=bills.sub[bill], product=wishes.product[bill]))
    return found


def _about(world: World, day: int, orders: Orders, rows: Whole, since: Whole, category: Whole | int, source: int) -> Matters:
    """Return complaints about orders, some hours after a moment."""
    wishes, number = orders.wishes, orders.key[rows]
    key = keys(number, source)
    time = since + world.chance("service/matters", day).spread("after", key, _SOON)
    return _part(time, key, wishes.customer[rows], category, order=number, product=wishes.product[rows], sub=wishes.sub[rows])


def _burst(world: World, day: int, orders: Orders, fault: Fault, place: int, category: int) -> Matters:
    """Complaints of customers of a product, so many that all see it: those of its orders of the day first."""
    chance = world.chance("service/burst", day).of(fault.id)
    product = PRODUCT_CODES.index(fault.where["product"])
    start, end = max(fault.start, day * DAY), min(fault.end, (day + 1) * DAY)
    bought = np.flatnonzero(orders.wishes.product == product)
    part_of = min(rates.BURST_SPAN, end - start) * MILLION // rates.BURST_SPAN
    count = chance.count("size", day, len(bought) * (fault.strength * part_of // MILLION))
    row = np.arange(count, dtype=np.int64)
    # A second burst in the same day has numbers of its own.
    key = keys(row * 8 + place, BURST)
    hours = np.arange(24) * HOUR + day * DAY
    weights = [int(weight) for weight in (np.array(DESK_HOURS) + 6) * ((hours + HOUR > start) & (hours < end))]
    time = np.clip(within_day(chance, "time", key, day, weights), start, end - 1)
    number, customer = np.full(count, NONE), world.people.choose(chance, "who", key)
    mine = np.flatnonzero(row < len(bought))
    mine = mine[orders.created[bought[mine]] < time[mine]]
    number[mine], customer[mine] = orders.key[bought[mine]], orders.wishes.customer[bought[mine]]
    return _part(time, key, customer, category, order=number, product=product)


def contacts_of(world: World, day: int, matters: Matters) -> Demand:
    """Return the contacts in which customers tell what becomes a ticket, for those who call or chat."""
    chance = world.chance("service/matters", day)
    rows = np.flatnonzero(chance.happens("calls", matters.key, rates.BY_CALL))
    complains = matters.kind[rows] == 0
    chats = chance.happens("chats", matters.key[rows], 250_000)
    topic = np.where(complains, rates.TOPICS.index("dissatisfied"), _TOPICS[matters.kind[rows]])
    return part(
        matters.time[rows],
        keys(matters.key[rows], _BY_CONTACT),
        matters.customer[rows],
        np.where(chats, chat_subs(world, day, matters.key[rows]), rates.HOTLINE),
        topic,
        kind=np.where(complains, COMPLAINT, SERVICE),
        order=matters.order[rows],
        matter=rows,
    )


_TOPICS: Final = np.array([rates.TOPICS.index(name) for name in ("dissatisfied", "invoice", "broadband_fault", "plan", "plan")])
"""What contacts that become tickets of each kind are about."""
