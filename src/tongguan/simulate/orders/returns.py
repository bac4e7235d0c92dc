"""Orders are cancelled, get stuck, or come back after delivery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tongguan.simulate.chance import MILLION, Mask, Quantiles, Whole
from tongguan.simulate.clock import HOUR, MINUTE, SECOND
from tongguan.simulate.columns import Codes, Column, Ids, Numbers, Same
from tongguan.simulate.orders.lot import CLOSES, OPENS, PAYMENT, RETURNED, Lot
from tongguan.simulate.orders.story import NEVER, NONE, after, latest, only, until, working

TO_REGRET: Final = Quantiles({0: 2, 30: 25, 70: 400, 95: 2000, 100: 5000}, MINUTE)
"""From payment until the customer wants to cancel."""
TO_CANCEL: Final = Quantiles({0: 2, 50: 20, 90: 120, 100: 400}, MINUTE)
"""Until the company cancels what a customer wants cancelled."""
TO_REFUSE: Final = Quantiles({0: 5, 50: 25, 100: 120}, MINUTE)
TO_SILENCE: Final = Quantiles({0: 0, 45: 0.1, 65: 60, 90: 1500, 100: 3500}, MINUTE)
"""From payment until an order that gets stuck is heard of for the last time."""
TO_SEND_BACK: Final = Quantiles({0: 3, 50: 40, 90: 110, 100: 165}, HOUR)
"""From delivery until the customer wants to give it back: a week at most."""
TO_APPROVE: Final = Quantiles({0: 10, 50: 120, 90: 600, 100: 1500}, MINUTE)
TO_ARRIVE: Final = Quantiles({0: 24, 50: 60, 90: 110, 100: 200}, HOUR)
TO_GIVE_BACK: Final = Quantiles({0: 0.5, 50: 4, 100: 30}, HOUR)
"""From the goods until the money is asked for."""

CANCELLED: Final = 26_000
"""Of the paid orders, in millionths: the customer wants to cancel if it is not too late by then."""
TOO_LATE: Final = 4_000
"""Of the shipped orders, in millionths: the customer wants to cancel, and is refused."""
STUCK: Final = 150
"""Of the orders, in millionths: something stops them, if they are not done by then."""
RETURN_REFUSED, RETURN_WITHDRAWN = 80_000, 70_000
"""Of the returns, in millionths."""
DAMAGED: Final = 100_000

_WHY_CANCEL: Final = ("changed_mind", "too_slow", "cheaper_elsewhere", "ordered_twice")
_WHY_RETURN: Final = ("quality", "not_as_described", "changed_mind", "wrong_goods")
_BY: Final = ("customer", "company", "system")


@dataclass(frozen=True)
class Stops:
    """What stops orders, if they are not done by then; never for most.

    Attributes:
        regret: when the customer wants to cancel.
        silence: when nothing is heard any more.
    """

    regret: Whole
    silence: Whole

    @property
    def first(self) -> Whole:
        """When the first of both stops each."""
        return np.minimum(self.regret, self.silence)


@dataclass(frozen=True)
class Gone:
    """Orders that were given up.

    Attributes:
        stop: from when on nothing of the order's usual way happens; never for most.
        cancelled: when it was cancelled; NONE where it was not.
    """

    stop: Whole
    cancelled: Whole


def draw_stops(lot: Lot, ready: Whole) -> Stops:
    """Draw what would stop each order, from when it was ``ready`` to be worked on."""
    stuck = lot.happens("stuck", STUCK)
    wanted = lot.happens("regret", CANCELLED) & ~lot.having(PAYMENT) & ~stuck
    regret = after(ready, lot.spread("regret", TO_REGRET), wanted)
    silence = after(ready, lot.spread("silence", TO_SILENCE), stuck)
    return Stops(np.where(regret >= 0, regret, NEVER), np.where(silence >= 0, silence, NEVER))


def cancel(lot: Lot, stops: Stops, point: Whole, unpaid: Whole, ran_out: Mask) -> Gone:
    """Cancel orders for everybody's reasons and take away what is planned after them.

    Args:
        lot: the orders.
        stops: what would stop each.
        point: from when on it is too late to cancel.
        unpaid: when it was given up for not being paid.
        ran_out: the system gave it up, not the customer.
    """
    ends, reason, by = np.full(len(lot.row), NONE, dtype=np.int64), np.zeros(len(lot.row), dtype=np.int64), np.full(len(lot.row), 2)
    for place, end in enumerate(lot.ends):
        here = (end.times >= 0) & (end.times < stops.silence)
        ends, reason = np.where(here, end.times, ends), np.where(here, place, reason)
        by = np.where(here, _BY.index(end.by), by)
    in_time = ((point < 0) | (stops.regret < point)) & ((ends < 0) | (stops.regret < ends)) & (stops.regret < NEVER)
    stop = np.where(in_time, stops.regret, stops.silence)
    lot.story.stop(stop)
    asked = only(stops.regret, in_time)
    given = working(after(asked, lot.spread("cancel", TO_CANCEL)), OPENS, CLOSES, lot.morning("cancel"))
    cancelled = latest(given, until(ends, stop), after(unpaid, SECOND))
    why = len(lot.ends) + 1 + lot.chance.pick("regret/why", lot.row, (6, 3, 1, 1))
    reason = np.where(unpaid >= 0, len(lot.ends), np.where(in_time, why, reason))
    by = np.where(unpaid >= 0, np.where(ran_out, 2, 0), np.where(in_time, 0, by))
    reasons = Codes((*(end.reason for end in lot.ends), "not_paid", *_WHY_CANCEL), reason)
    lot.story.add("order.cancellation_requested", asked, reason=reasons)
    lot.story.add("order.cancelled", cancelled, reason=reasons, attributes={"by": Codes(_BY, by)})
    return Gone(stop, cancelled)


def refuse_late(lot: Lot, shipped: Whole, sent_out: Whole) -> None:
    """Plan that a few customers want to cancel what is on its way already."""
    asked = after(shipped, lot.spread("too late", TO_REFUSE), lot.happens("too late", TOO_LATE))
    refused = after(asked, lot.spread("refuse", TO_REFUSE))
    possible = refused < sent_out
    why = Codes(_WHY_CANCEL, lot.chance.pick("too late/why", lot.row, (6, 3, 1, 1)))
    lot.story.add("order.cancellation_requested", only(asked, possible), reason=why)
    lot.story.add("order.cancellation_refused", only(refused, possible), reason=Codes(("shipped",), np.zeros(len(lot.row), dtype=np.int64)))


@dataclass(frozen=True)
class Returned:
    """What came back; NONE for what did not happen.

    Attributes:
        asked: when the customer wanted to give it back.
        received: when the goods came back.
        refund: when the money is asked for.
    """

    asked: Whole
    received: Whole
    refund: Whole


def give_back(lot: Lot, fulfilled: Whole, delivered: Whole, amount: Whole) -> Returned:
    """Plan the returns of what was delivered; ``fulfilled`` is when nothing more was to be done."""
    share = RETURNED[lot.wishes.product] * (MILLION // 10_000)
    asked = after(fulfilled, lot.spread("send back", TO_SEND_BACK), (delivered >= 0) & lot.happens("returned", share))
    answered = working(after(asked, lot.spread("approve", TO_APPROVE)), OPENS, CLOSES, lot.morning("approve"))
    drawn = lot.chance.below("return/answer", lot.row, MILLION)
    approved = only(answered, drawn >= RETURN_REFUSED + RETURN_WITHDRAWN)
    received = working(after(approved, lot.spread("arrive", TO_ARRIVE)), OPENS, CLOSES, lot.morning("arrive"))
    refund = working(after(received, lot.spread("give back", TO_GIVE_BACK)), OPENS, CLOSES, lot.morning("give back"))
    wish = _wish(lot)
    state = Codes(("good", "damaged"), lot.happens("damaged", DAMAGED).astype(np.int64))
    why = Codes(_WHY_RETURN, lot.chance.pick("return/why", lot.row, (5, 3, 4, 1)))
    story = lot.story
    story.add("return.requested", asked, attributes=wish, reason=why, amount=Numbers(amount), currency=Same("CNY"))
    story.add("return.refused", only(answered, drawn < RETURN_REFUSED), attributes=wish, reason=Same("used"))
    withdrawn = only(answered, (drawn >= RETURN_REFUSED) & (drawn < RETURN_REFUSED + RETURN_WITHDRAWN))
    story.add("return.withdrawn", withdrawn, attributes=wish)
    story.add("return.approved", approved, attributes=wish)
    story.add("return.goods_received", received, attributes=wish, result=state)
    return Returned(asked, received, refund)


def close(lot: Lot, over: Whole) -> None:
    """Plan that returns are closed once the money is back."""
    lot.story.add("return.closed", over, attributes=_wish(lot))


def _wish(lot: Lot) -> dict[str, Column]:
    return {"kind": Same("return"), "return": Ids(f"R{lot.name}-", lot.row)}
