"""Bills → attempts to pay them, and refunds."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Final

import numpy as np

from tongguan.simulate.chance import MILLION, Chance, Mask, Whole
from tongguan.simulate.clock import DAY
from tongguan.simulate.faults.plan import Fault, FaultKind
from tongguan.simulate.money.habits import (
    AGAIN,
    ATTEMPTS,
    CARD,
    EXPIRES,
    LATENCY,
    NEVER_TRIED,
    OUTAGE_WEIGHTS,
    PAUSE,
    REASON_WEIGHTS,
    REASONS,
    REFUND_HANDLING,
    REFUND_TIME,
    RESUMING,
    SWITCHED,
    THINKING,
    TIMED_OUT,
    WALKED_OFF,
    choices,
    other_choices,
)
from tongguan.simulate.plans import NONE, Bills, Payments, Refunds
from tongguan.simulate.province.money import BANKS, PAYMENT_CHANNELS, PAYMENT_CODES
from tongguan.simulate.world import World

__all__ = ["EXPIRED", "FAILED", "REASONS", "SUCCEEDED", "hit_by_outage", "pay", "refund"]

SUCCEEDED: Final = 0
FAILED: Final = 1
EXPIRED: Final = 2
"""Outcomes of an attempt."""

_FAILING: Final = np.array([channel.failing for channel in PAYMENT_CHANNELS], dtype=np.int64)
_REFUND_DAYS: Final = np.array([channel.refund_days for channel in PAYMENT_CHANNELS], dtype=np.int64)
_CARD: Final = np.array([CARD.get(code, 0) for code in PAYMENT_CODES], dtype=np.int64)
_BANK_WEIGHTS: Final = tuple(weight for _, weight in BANKS)


@dataclass(frozen=True)
class _Round:
    """Attempts of the same number, a row each; see :class:`Payments`."""

    bill: Whole
    attempt: Whole
    method: Whole
    bank: Whole
    asked: Whole
    attempted: Whole
    ended: Whole
    outcome: Whole
    reason: Whole


def pay(world: World, day: int, bills: Bills) -> Payments:
    """Return how the bills of a day are paid: up to three attempts each; bills without ``asked`` or amount have none."""
    chance = world.chance("paying", day)
    rounds = [_first(world, chance, bills)]
    while len(rounds) < ATTEMPTS:
        rounds.append(_again(world, chance, bills, rounds[-1], len(rounds)))
    joined = _Round(*(np.concatenate([getattr(one, field.name) for one in rounds]) for field in fields(_Round)))
    paid_by = np.full(len(bills), NONE, dtype=np.int64)
    won = np.flatnonzero(joined.outcome == SUCCEEDED)
    paid_by[joined.bill[won]] = won
    paid_time = np.full(len(bills), NONE, dtype=np.int64)
    paid_time[joined.bill[won]] = joined.ended[won]
    left_time, expired = _left(chance, bills, joined, paid_by)
    return Payments(**vars(joined), paid_time=paid_time, paid_by=paid_by, left_time=left_time, expired=expired)


def refund(world: World, day: int, bills: Bills, payments: Payments, asked: Whole) -> Refunds:
    """Return the refunds of a day's bills, whole amounts.

    Args:
        asked: per bill, when it is asked for; NONE for no refund. Only bills that are paid are refunded, and not before that.
    """
    chance = world.chance("refunding", day)
    which = np.flatnonzero((asked >= 0) & (payments.paid_by >= 0))
    key = bills.key[which]
    begun = np.maximum(asked[which], payments.paid_time[which] + 1000)
    days = _REFUND_DAYS[payments.method[payments.paid_by[which]]]
    takes = chance.spread("handling", key, REFUND_HANDLING) + chance.spread("takes", key, REFUND_TIME) * days * (DAY // 100)
    return Refunds(which, begun, begun + takes)


def hit_by_outage(world: World, fault: Fault, payments: Payments, bills: Bills, day: int) -> Mask:
    """Return which attempts fail only because of an outage."""
    chance = world.chance("paying", day)
    drawn = np.zeros(len(payments.bill), dtype=np.int64)
    for number in range(1, ATTEMPTS + 1):
        rows = np.flatnonzero(payments.attempt == number)
        drawn[rows] = chance.below(f"failing/{number}", bills.key[payments.bill[rows]], MILLION)
    during = (payments.attempted >= 0) & _concerns(fault, payments.method, payments.attempted)
    found: Mask = during & (drawn >= _FAILING[payments.method]) & (drawn < fault.strength)
    return found


def _first(world: World, chance: Chance, bills: Bills) -> _Round:
    bill = np.flatnonzero((bills.asked >= 0) & (bills.amount > 0))
    key = bills.key[bill]
    asked = bills.asked[bill]
    method = chance.pick_by("method/1", key, bills.sub[bill], choices())
    tried = ~chance.happens("never", key, NEVER_TRIED)
    attempted = np.where(tried, asked + chance.spread("thinking", key, THINKING), NONE)
    return _tried(world, chance, bills, 1, bill, method, asked, attempted)


def _again(world: World, chance: Chance, bills: Bills, before: _Round, done: int) -> _Round:
    """Return the attempts after those of the round ``done``."""
    failed = np.flatnonzero(before.outcome == FAILED)
    failed = failed[chance.happens(f"again/{done}", bills.key[before.bill[failed]], AGAIN[done - 1])]
    bill, had, number = before.bill[failed], before.method[failed], done + 1
    key = bills.key[bill]
    other = chance.pick_by(f"method/{number}", key, bills.sub[bill] * len(PAYMENT_CODES) + had, other_choices())
    method = np.where(chance.happens(f"switched/{number}", key, SWITCHED[done - 1]), other, had)
    asked = before.ended[failed] + chance.spread(f"pause/{number}", key, PAUSE)
    return _tried(world, chance, bills, number, bill, method, asked, asked + chance.spread(f"resuming/{number}", key, RESUMING))


def _tried(world: World, chance: Chance, bills: Bills, number: int, bill: Whole, method: Whole, asked: Whole, attempted: Whole) -> _Round:
    key = bills.key[bill]
    drawn = chance.below(f"failing/{number}", key, MILLION)
    failed = drawn < _FAILING[method]
    reason = chance.pick(f"reason/{number}", key, REASON_WEIGHTS)
    latency = chance.spread(f"latency/{number}", key, LATENCY)
    for fault in _outages(world, attempted):
        during = _concerns(fault, method, attempted)
        latency = np.where(during, chance.spread(f"timed out/{number}", key, TIMED_OUT), latency)
        hit = during & (drawn < fault.strength) & ~failed
        reason = np.where(hit, chance.pick(f"outage/{number}", key, OUTAGE_WEIGHTS), reason)
        failed |= hit
    tried = attempted >= 0
    failed &= tried
    card = tried & chance.happens(f"card/{number}", key, _CARD[method])
    bank = np.where(card, chance.pick("bank", key, _BANK_WEIGHTS), NONE)
    outcome = np.where(tried, np.where(failed, FAILED, SUCCEEDED), EXPIRED)
    ended = np.where(tried, attempted + latency, asked + EXPIRES)
    numbers = np.full(len(bill), number, dtype=np.int64)
    return _Round(bill, numbers, method, bank, asked, attempted, ended, outcome, np.where(failed, reason, NONE))


def _left(chance: Chance, bills: Bills, joined: _Round, paid_by: Whole) -> tuple[Whole, Whole]:
    """Return per bill when it was given up, and whether it ran out by itself."""
    ended = np.full(len(bills), NONE, dtype=np.int64)
    # The attempts come in order, so the last of each bill stays.
    ended[joined.bill] = joined.ended
    expired = np.zeros(len(bills), dtype=np.int64)
    unpaid = (ended >= 0) & (paid_by < 0)
    rows = np.flatnonzero(unpaid)
    key = bills.key[rows]
    tried = np.zeros(len(bills), dtype=np.bool_)
    tried[joined.bill] = joined.attempted >= 0
    walked = tried[rows] & chance.happens("walked off", key, WALKED_OFF)
    left = np.full(len(bills), NONE, dtype=np.int64)
    runs_out = np.maximum(bills.asked[rows] + EXPIRES, ended[rows])
    left[rows] = np.where(walked, np.minimum(ended[rows] + chance.spread("leaving", key, PAUSE), runs_out), runs_out)
    expired[rows] = ~walked
    return left, expired


def _outages(world: World, attempted: Whole) -> list[Fault]:
    if not world.plan.faults or not len(attempted):
        return []
    first = int(attempted.min(initial=1 << 60, where=attempted >= 0))
    return list(world.plan.of(FaultKind.PAYMENT_OUTAGE, first, int(attempted.max()) + 1))


def _concerns(fault: Fault, method: Whole, attempted: Whole) -> Mask:
    found: Mask = (method == _place(fault.where["payment_channel"])) & fault.during(attempted)
    return found


@cache
def _place(code: str) -> int:
    if code not in PAYMENT_CODES:
        raise ValueError(f"fault: no payment channel {code!r}; there are {', '.join(PAYMENT_CODES)}")
    return PAYMENT_CODES.index(code)
