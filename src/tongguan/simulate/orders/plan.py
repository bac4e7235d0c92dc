"""The life of the orders of one day, from made to done, cancelled or given back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from tongguan.simulate.chance import Mask, Whole
from tongguan.simulate.clock import HOUR, MINUTE, SECOND
from tongguan.simulate.columns import Same
from tongguan.simulate.money.paying import pay, refund
from tongguan.simulate.orders import acceptance, activation, closing, delivery, identity, making, numbers, oto, returns, rosters
from tongguan.simulate.orders.lot import ACTIVATED, COURIER, IN_SHOP, ON_SITE, PAYMENT, Lot, begin
from tongguan.simulate.orders.story import NONE, after, either, latest, only, until
from tongguan.simulate.plans import Bills, DayState, Orders, Payments, Refunds, Wishes
from tongguan.simulate.world import World


@dataclass(frozen=True)
class _Way:
    """The usual way of orders, a moment per row; NONE for what does not happen."""

    accepted: Whole
    allocated: Whole
    shipped: Whole
    delivered: Whole
    activating: Whole
    activated: Whole
    completed: Whole
    promised: Whole

    def until(self, stop: Whole) -> _Way:
        """Return what happens before ``stop``."""
        told = after(self.allocated, activation.TO_AGREE) < stop
        cut = {name: until(times, stop) for name, times in vars(self).items()}
        return _Way(**{**cut, "promised": only(self.promised, told)})

    @property
    def done(self) -> Whole:
        """When nothing more is to be done."""
        return latest(self.completed, self.activated, only(self.delivered, self.activating < 0))


def plan_orders(world: World, day: int, wishes: Wishes, before: DayState) -> Orders:
    """Plan what becomes of wishes.

    Args:
        world: the province.
        day: its number.
        wishes: who made up their mind; each becomes an order.
        before: what the day before left.
    """
    lot, touched = begin(world, day, wishes), Counter[str]()
    made = making.make(lot)
    bills, payments = _ask_money(lot, made)
    paid = payments.paid_time
    ready = np.where(made.amount > 0, paid, made.open)
    stops = returns.draw_stops(lot, ready)
    way, clerks = _go(lot, ready, made.oto, stops.first, before, touched)
    point = np.where(way.shipped >= 0, way.shipped, np.where(lot.having(COURIER), NONE, either(way.activating, way.accepted)))
    gone = returns.cancel(lot, stops, point, payments.left_time, payments.expired > 0)
    way = way.until(gone.stop)
    given_up = np.maximum(gone.cancelled, made.refused)
    numbers.hold(lot, made.created, way.allocated, given_up, only(payments.left_time, payments.expired > 0))
    due = either(way.promised, made.due)
    late = _late(way, due)
    closing.review(lot, way.done, late)
    back = returns.give_back(lot, way.done, way.delivered, made.amount)
    refunds = refund(world, day, bills, payments, only(np.maximum(after(gone.cancelled, 5 * SECOND), back.refund), paid >= 0))
    closed = _close(lot, back, refunds)
    touched.update(numbers.hoard(lot))
    rosters.plan_shifts(world, day, lot.story)
    return Orders(
        wishes=wishes,
        whom=lot.whom,
        created=made.created,
        amount=made.amount,
        due=due,
        paid=paid,
        accepted=way.accepted,
        allocated=way.allocated,
        shipped=way.shipped,
        delivered=way.delivered,
        activated=way.activated,
        ended=latest(way.done, given_up, _given(lot, refunds), closed),
        cancelled=gone.cancelled,
        returned=back.asked,
        late=late,
        bills=bills,
        payments=payments,
        refunds=refunds,
        after=DayState(clerks),
        story=lot.story,
        touched=touched,
    )


def _ask_money(lot: Lot, made: making.Made) -> tuple[Bills, Payments]:
    """Ask for what is to be paid; return a bill per order, and how they were paid."""
    asked = after(made.open, lot.spread("ask money", making.TO_CREATE), made.amount > 0)
    bills = Bills(lot.whom, lot.row, asked, made.amount, lot.wishes.sub, lot.wishes.customer)
    return bills, pay(lot.world, lot.day, bills)


def _go(lot: Lot, ready: Whole, reserved: Mask, stop: Whole, before: DayState, touched: Counter[str]) -> tuple[_Way, tuple[int, ...]]:
    """Plan the usual way of the orders that may be worked on, and from when on each clerk is free after it."""
    approved = after(ready, SECOND, lot.having(COURIER | ON_SITE | IN_SHOP) & ~reserved)
    lot.story.add("order.approved", approved, attributes={"automatic": Same(True)})
    shop = oto.reserve(lot, either(approved, ready), reserved)
    known = identity.prove(lot, shop.go, shop.in_shop)
    accepted = acceptance.accept(lot, known, shop.in_shop, stop, before.clerks)
    touched.update(accepted.touched)
    carried = lot.having(COURIER) & ~shop.in_shop
    parcel = delivery.deliver(lot, accepted.time, carried)
    touched.update(parcel.touched)
    given = delivery.allocate(lot, accepted.time, lot.having(ON_SITE | IN_SHOP) & ~shop.in_shop)
    opened = activation.activate(lot, given, parcel.delivered, accepted.time, shop.in_shop)
    over = np.where(lot.having(PAYMENT), ready, accepted.time)
    completed = closing.complete(lot, over, ~carried & ~lot.having(ACTIVATED))
    returns.refuse_late(lot, parcel.shipped, parcel.sent_out)
    allocated = latest(parcel.allocated, given, only(accepted.time, shop.in_shop))
    way = _Way(accepted.time, allocated, parcel.shipped, parcel.delivered, opened.asked, opened.done, completed, opened.promised)
    return way, accepted.clerks


def _late(way: _Way, due: Whole) -> Whole:
    """Return by how much what the customers waited for came too late."""
    got = np.where(way.delivered >= 0, way.delivered, np.maximum(way.completed, way.activated))
    return np.where(got >= 0, np.maximum(got - due, 0), 0)


def _given(lot: Lot, refunds: Refunds) -> Whole:
    """Return when each order's money was given back; NONE where it was not."""
    given = np.full(len(lot.row), NONE, dtype=np.int64)
    given[refunds.bill] = refunds.done
    return given


def _close(lot: Lot, back: returns.Returned, refunds: Refunds) -> Whole:
    """Close the returns whose money was given back, or that had none; return when."""
    without = after(back.received, HOUR, lot.wishes.price <= 0)
    closed = np.where(back.received >= 0, np.maximum(after(_given(lot, refunds), 5 * MINUTE), without), NONE)
    returns.close(lot, closed)
    return closed
