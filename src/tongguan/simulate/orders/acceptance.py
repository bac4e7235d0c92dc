"""Acceptance: by the interface of the billing system, and by clerks where that fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tongguan.simulate.chance import MILLION, Mask, Quantiles, Whole
from tongguan.simulate.clock import MINUTE, SECOND, at
from tongguan.simulate.columns import Codes, Column, Numbers, Same
from tongguan.simulate.desk import serve
from tongguan.simulate.faults.plan import FaultKind
from tongguan.simulate.orders.lot import CLOSES, OPENS, PAYMENT, End, Lot
from tongguan.simulate.orders.rosters import backlog_faults, clerk_count, evening, names, rosters, senior_count
from tongguan.simulate.orders.story import NONE, after, either, only, working

TO_SEND: Final = Quantiles({0: 0.3, 50: 2, 100: 8}, SECOND)
TO_ANSWER: Final = Quantiles({0: 2, 50: 9, 80: 30, 97: 150, 100: 280}, SECOND)
"""The interface accepts or refuses; it gives up after five minutes."""
WORK: Final = Quantiles({0: 2, 50: 5, 90: 11, 100: 25}, MINUTE)
"""A clerk works on one order."""
TO_CALL_BACK: Final = Quantiles({0: 10, 50: 60, 90: 900, 100: 2400}, MINUTE)
"""The customer brings what was missing."""
SENIOR_WAIT: Final = Quantiles({0: 1, 50: 10, 90: 40, 100: 120}, MINUTE)
"""Until a senior takes what came back; seniors have several orders in hand at a time, so they do not queue."""
TO_CANCEL: Final = Quantiles({0: 2, 50: 25, 100: 180}, MINUTE)

INTERFACE_FAILS: Final = 120_000
"""Of the automatic acceptances, in millionths."""
HANDED_BACK, CANNOT = 45_000, 40_000
"""Of the orders on a clerk's desk, in millionths: given back because the customer is needed; impossible."""

_REASONS: Final = ("timeout", "rule_conflict", "interface_error")
_QUEUE: Final[dict[str, Column]] = {"queue": Same("acceptance")}
_SYSTEM: Final[dict[str, Column]] = {"system": Same("boss")}


@dataclass(frozen=True)
class Accepted:
    """How acceptance went.

    Attributes:
        time: when each order was accepted; NONE where it never was.
        clerks: from when on each clerk is free afterwards.
        touched: how many orders each fault met, by its id.
    """

    time: Whole
    clerks: tuple[int, ...]
    touched: dict[str, int]


def accept(lot: Lot, go: Whole, in_shop: Mask, stop: Whole, clerks: tuple[int, ...]) -> Accepted:
    """Accept what may go on.

    Args:
        lot: the orders.
        go: when each may be accepted; NONE where it may not.
        in_shop: the people of a shop do it, and see to it that it works.
        stop: when the customer stops it; it leaves the queue then.
        clerks: from when on each clerk is free; empty for all from the beginning.
    """
    asked = after(go, lot.spread("accept", TO_SEND), ~lot.having(PAYMENT))
    fails, interface, touched = _failing(lot, asked, in_shop)
    answered = after(asked, lot.spread("answer", TO_ANSWER))
    failed = only(answered, fails)
    queued = after(failed, SECOND)
    reason = np.where(interface, 2, lot.chance.pick("interface/reason", lot.row, (4, 5, 1)))
    story = lot.story
    story.add("acceptance.automatic_requested", asked, attributes=_SYSTEM)
    story.add("acceptance.automatic_done", only(answered, ~fails), attributes=_SYSTEM)
    story.add("acceptance.automatic_failed", failed, attributes=_SYSTEM, reason=Codes(_REASONS, reason))
    story.add("acceptance.manual_queued", queued, attributes=_QUEUE)
    by_hand, free, met = _by_hand(lot, queued, stop, clerks)
    return Accepted(either(only(answered, ~fails), by_hand), free, touched | met)


def _failing(lot: Lot, asked: Whole, in_shop: Mask) -> tuple[Mask, Mask, dict[str, int]]:
    """Return which automatic acceptances fail, which of them by a fault alone, and how many each fault met."""
    drawn, touched = lot.chance.below("interface", lot.row, MILLION), {}
    usual = (drawn < INTERFACE_FAILS) & ~in_shop
    by_fault = np.zeros(len(asked), dtype=np.bool_)
    # What comes late may meet a fault that begins days after the order.
    for fault in lot.world.plan.of(FaultKind.ACCEPTANCE_BACKLOG, at(lot.day), int(asked.max(initial=0)) + 1):
        if fault.where.get("reason") == "interface":
            met = (drawn < fault.level(asked)) & ~usual & ~in_shop & ~by_fault
            touched[fault.id] = int(met.sum())
            by_fault |= met
    return usual | by_fault, by_fault, touched


def _by_hand(lot: Lot, queued: Whole, stop: Whole, clerks: tuple[int, ...]) -> tuple[Whole, tuple[int, ...], dict[str, int]]:
    """Let clerks accept what is queued; return when each order was accepted, when the clerks are free, and what faults changed."""
    work = lot.spread("work", WORK)
    claimed, person, free, touched = _claim(lot, queued, work, stop, clerks)
    drawn = lot.chance.below("desk/outcome", lot.row, MILLION)
    over = after(claimed, work)
    handed = only(over, drawn < HANDED_BACK)
    cannot = only(over, (drawn >= HANDED_BACK) & (drawn < HANDED_BACK + CANNOT))
    done = only(over, drawn >= HANDED_BACK + CANNOT)
    actor = Codes(names(lot.world), person)
    story = lot.story
    story.add("acceptance.manual_claimed", claimed, attributes=_QUEUE, actor_id=actor)
    story.add("acceptance.manual_handed_back", handed, attributes=_QUEUE, actor_id=actor, reason=Same("needs_customer"))
    reason = Codes(("no_such_account", "plan_conflict", "debt"), lot.chance.pick("desk/reason", lot.row, (4, 3, 2)))
    story.add("acceptance.manual_failed", cannot, attributes=_QUEUE, actor_id=actor, reason=reason, duration=Numbers(work))
    story.add("acceptance.manual_done", done, attributes=_QUEUE, actor_id=actor, duration=Numbers(work))
    given_up = working(after(cannot, lot.spread("give up", TO_CANCEL)), OPENS, CLOSES, lot.morning("give up"))
    lot.ends.append(End(given_up, "cannot_be_accepted", "company"))
    return either(done, _second_time(lot, handed, work)), free, touched


def _second_time(lot: Lot, handed: Whole, work: Whole) -> Whole:
    """Let seniors accept what was handed back, once the customer answered."""
    waiting = after(handed, MINUTE)
    back = working(after(waiting, lot.spread("call back", TO_CALL_BACK)), OPENS, CLOSES, lot.morning("call back"))
    claimed = _later(lot, after(back, SECOND))
    done = after(claimed, work)
    senior = Codes(names(lot.world), _senior(lot))
    lot.story.add("order.customer_wait_started", waiting, reason=Same("acceptance"))
    lot.story.add("order.customer_wait_ended", back)
    lot.story.add("acceptance.manual_claimed", claimed, attributes=_QUEUE, actor_id=senior)
    lot.story.add("acceptance.manual_done", done, attributes=_QUEUE, actor_id=senior, duration=Numbers(work))
    return done


def _claim(
    lot: Lot, queued: Whole, work: Whole, stop: Whole, clerks: tuple[int, ...]
) -> tuple[Whole, Whole, tuple[int, ...], dict[str, int]]:
    """Return when each order is taken and by whom (place in the names), when the clerks are free, and what faults changed.

    What comes in after the next opening is taken by seniors: it belongs between orders of later days, whose queue is not known here.
    """
    rows = np.flatnonzero((queued >= 0) & (queued < evening(lot.day)))
    faults, free = backlog_faults(lot.world, lot.day), clerks or (0,) * clerk_count(lot.world)
    come, takes, patience = queued[rows], work[rows], np.maximum(stop[rows] - queued[rows], -1)
    served = serve(come, takes, rosters(lot.world, lot.day, faults), free, patience)
    late = _later(lot, only(queued, queued >= evening(lot.day)))
    claimed, person = late, np.where(late >= 0, _senior(lot), NONE)
    claimed[rows], person[rows] = np.where(served.taken, served.start, NONE), served.person
    touched: dict[str, int] = {}
    if faults:
        usual = serve(come, takes, rosters(lot.world, lot.day), free, patience)
        changed = usual.start[usual.start != served.start]
        touched = {fault.id: int((changed >= fault.start).sum()) for fault in faults}
    return claimed, person, served.free, touched


def _later(lot: Lot, came: Whole) -> Whole:
    """Return when a senior takes what came."""
    return working(after(came, lot.spread("senior", SENIOR_WAIT)), OPENS, CLOSES, lot.morning("senior"))


def _senior(lot: Lot) -> Whole:
    return clerk_count(lot.world) + lot.chance.below("senior/who", lot.row, senior_count(lot.world))
