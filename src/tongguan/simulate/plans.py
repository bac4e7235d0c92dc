"""What the generators of one day hand to each other: arrays with a row per wish, order, payment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tongguan.simulate.chance import Mask, Whole
from tongguan.simulate.columns import Cohort
from tongguan.simulate.orders.story import Story
from tongguan.simulate.visits.rows import Asking, Looking, SignIns

NONE = -1
"""Stands for no time, no place, no number."""


def _empty() -> Whole:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Wishes:
    """Who made up their mind to order, in order of ``time``; a row becomes an order.

    Attributes:
        time: when they were done choosing.
        customer: number of the customer.
        sub: place in ``channels.SUBS``.
        product: place in ``goods.PRODUCTS``.
        session: number of the day's session or menu dialogue that led to it; NONE where none is seen (shops, desk).
        campaign: place among the CAMPAIGN faults that touch the day of the one that reached them on their visit; NONE for none.
        price: in fen, as shown to them.
        key: number of the wish, 0 or more and below 2³³, different for each of the day, the same with and without a fault; draws are
            made for it and ids named by it. The place in the day is no such number: a fault that adds or removes wishes shifts it.
    """

    time: Whole
    customer: Whole
    sub: Whole
    product: Whole
    session: Whole
    campaign: Whole
    price: Whole
    key: Whole

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True)
class Bills:
    """What is to be paid, a row each.

    Attributes:
        whom: the columns that events of the payment share with the order's: place, class, customer, ``order_id``, ``session_id``.
        key: number for draws and for the ids of payments, different for each bill of the day, 0 or more.
        asked: when payment is asked for; NONE where nothing is to be paid.
        amount: fen.
        sub: place in ``channels.SUBS``; it decides who may take the money.
        customer: number of the customer.
    """

    whom: Cohort
    key: Whole
    asked: Whole
    amount: Whole
    sub: Whole
    customer: Whole

    def __len__(self) -> int:
        return len(self.key)


@dataclass(frozen=True)
class Payments:
    """Attempts to pay, a row each, and what they did to the bills.

    Attributes:
        bill: row in :class:`Bills`.
        attempt: 1 for the first.
        method: place in ``money.PAYMENT_CHANNELS``.
        bank: place in ``money.BANKS``; NONE where no bank is behind it.
        asked, attempted, ended: moments; ``attempted`` is NONE where the customer never tried.
        outcome: 0 succeeded, 1 failed, 2 expired.
        reason: place in ``paying.REASONS``; NONE where it succeeded.
        paid_time: per bill, when it was paid; NONE where it never was.
        paid_by: per bill, the row that paid; NONE where none did.
        left_time: per bill, when the customer or the system gave it up; NONE where paid or nothing was to be paid.
        expired: per bill, 1 where it ran out by itself, 0 where the customer gave up.
    """

    bill: Whole
    attempt: Whole
    method: Whole
    bank: Whole
    asked: Whole
    attempted: Whole
    ended: Whole
    outcome: Whole
    reason: Whole
    paid_time: Whole
    paid_by: Whole
    left_time: Whole
    expired: Whole


@dataclass(frozen=True)
class Refunds:
    """Money given back, a row per refund.

    Attributes:
        bill: row in :class:`Bills`.
        asked: when it was asked for.
        done: when it was given.
    """

    bill: Whole
    asked: Whole
    done: Whole


@dataclass(frozen=True)
class DayState:
    """What one day leaves to the next.

    Attributes:
        clerks: from when on each acceptance clerk is free; empty before the first day.
    """

    clerks: tuple[int, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Orders:
    """Orders of one day, a row each, in the order of :class:`Wishes`, and how they went. Moments are NONE for what did not happen.

    Attributes:
        wishes: what they came from.
        whom: the columns that all events of the order share, ``order_id`` and ``product_id`` among them.
        created: when the order came into being.
        amount: fen.
        due: the moment promised to the customer.
        paid, accepted, allocated, shipped, delivered, activated: when each was done.
        ended: when nothing more was to be done: completed, activated, cancelled, rejected, refunded …
        cancelled, returned: when it was cancelled, when the customer asked to give it back.
        late: how many milliseconds what the customer waited for came after ``due``; 0 where in time or never.
        bills, payments, refunds: the money; a bill per order, in the same order.
        after: what the next day begins with.
        story: what is to be told of them, the events of their money left out.
        touched: how many rows each fault met, by its id.
    """

    wishes: Wishes
    whom: Cohort
    created: Whole
    amount: Whole
    due: Whole
    paid: Whole
    accepted: Whole
    allocated: Whole
    shipped: Whole
    delivered: Whole
    activated: Whole
    ended: Whole
    cancelled: Whole
    returned: Whole
    late: Whole
    bills: Bills
    payments: Payments
    refunds: Refunds
    after: DayState
    story: Story
    touched: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.created)

    @property
    def key(self) -> Whole:
        """Number of each order: that of its wish, for draws and ids."""
        return self.wishes.key


@dataclass(frozen=True)
class Visits:
    """Sessions and menu dialogues of one day, a row each, in order of ``time``, and what came of them.

    Attributes:
        time: when each began.
        ended: when it was over.
        sub: place in ``channels.SUBS``.
        customer: number of the customer behind it (nobody else may know).
        known: 1 where the customer signed in or the channel knows the number that calls; 0 for an anonymous visit.
        service: place in ``visits.services.SERVICES`` of what was asked for by self-service; NONE for none.
        service_asked: when; NONE for none.
        served: 1 completed, 2 failed, 3 left, 4 went on to a human agent; 0 where none was asked for.
        bought: row in ``wishes``; NONE for none.
        wishes: orders to be made: of these visits and of channels whose visits nobody sees.
        session: number in the id of the session, different for each, the same with and without a fault; draws are made for it.
        campaign: place among the CAMPAIGN faults that touch the day of the one that reached the customer; NONE for none.
        recognised: whether the channel knew the customer from the beginning.
        looking: what was looked at and bought on pages.
        signs: who signed in.
        asking: services asked for, in full.
        touched: rows that each fault changed, by its id.
    """

    time: Whole
    ended: Whole
    sub: Whole
    customer: Whole
    known: Whole
    service: Whole
    service_asked: Whole
    served: Whole
    bought: Whole
    wishes: Wishes
    session: Whole
    campaign: Whole = field(default_factory=_empty)
    recognised: Mask = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    looking: Looking = field(default_factory=Looking.nobody)
    signs: SignIns = field(default_factory=SignIns.nobody)
    asking: Asking = field(default_factory=Asking.nobody)
    touched: tuple[tuple[str, int], ...] = ()

    def __len__(self) -> int:
        return len(self.time)
