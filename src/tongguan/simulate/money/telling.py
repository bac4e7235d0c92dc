"""Payments and refunds → events of the payment gateway and of BOSS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tongguan.simulate.chance import Chance, Mask, Quantiles, Whole
from tongguan.simulate.clock import DAY, HOUR, MINUTE, SECOND, date_of
from tongguan.simulate.columns import Codes, Cohort, Column, Columns, Ids, Moments, Numbers, Parts, Same
from tongguan.simulate.faults.plan import FaultKind
from tongguan.simulate.money.breaks import BOSS_MISSING, BOSS_ONLY, planted
from tongguan.simulate.money.habits import EXPIRES
from tongguan.simulate.money.moves import PAYMENT, REFUND, UNPAID_ATTEMPT, payments_of, reference, short_days
from tongguan.simulate.money.paying import EXPIRED, FAILED, REASONS, SUCCEEDED, hit_by_outage
from tongguan.simulate.plans import NONE, Bills, Payments, Refunds
from tongguan.simulate.province.money import BANKS, PAYMENT_CODES
from tongguan.simulate.telling import Script
from tongguan.simulate.world import World

FAILURE_CODES: Final = ("NOT_ENOUGH", "BANK_REFUSED", "SYSTEM_TIMEOUT", "PASSWORD_WRONG", "RISK_BLOCKED")
"""What payment channels call the reasons of ``paying.REASONS``."""

METHODS: Final = ("balance", "card", "credit", "cash")
CREDIT: Final = 220_000
"""Share of the payments without a card that are on credit, where the payment channel gives it."""

REMINDED: Final = 600_000
REMINDED_AFTER: Final = 30 * MINUTE
"""Share of the customers who are reminded of a bill that they have not tried to pay so long after it was asked for."""

REFUND_FAILS: Final = 12_000
"""Share of the refunds that fail at first."""
REFUND_REASONS: Final = ("account_closed", "channel_timeout")

SENT_TO_BOSS: Final = Quantiles({0: 1, 50: 3, 95: 15, 100: 60}, SECOND)
POSTING: Final = Quantiles({0: 1, 50: 4, 95: 25, 100: 80}, SECOND)
"""From the payment to asking for its posting, and what posting takes."""
POSTED_LATE: Final = 3_000
LATENESS: Final = Quantiles({0: 1, 50: 3, 100: 9}, HOUR)
"""Share of the postings that are asked for late, and by how much."""
POSTING_FAILS: Final = 6_000
POSTING_REASONS: Final = ("interface_timeout", "account_not_found", "account_suspended")
POSTING_AGAIN: Final = Quantiles({0: 1, 50: 4, 100: 30}, MINUTE)
"""Share of the postings that fail at first, and how long it takes until they are asked for again."""
REVERSING: Final = Quantiles({0: 3, 50: 15, 100: 90}, SECOND)
"""From a refund to taking its posting back."""

_PURPOSES: Final = ("order", "bill", "top_up", "deposit")
_PURPOSE_OF: Final = {"payment.bill": 1, "payment.top_up": 2, "handling.marketing_case": 3}
_LENDS: Final = np.array([code in ("alipay", "jd") for code in PAYMENT_CODES])
_CASH: Final = PAYMENT_CODES.index("cash")
_BANKS: Final = tuple(code for code, _ in BANKS)


@dataclass(frozen=True)
class _Posting:
    """Per attempt, when BOSS was asked and when it posted; NONE where it never did."""

    asked: Whole
    posted: Whole


def tell_payments(world: World, day: int, bills: Bills, payments: Payments, refunds: Refunds, script: Script) -> None:
    """Tell how the bills of a day were paid and given back, and what BOSS posted of it."""
    chance = world.chance("payments", day)
    key = bills.key[payments.bill] * 4 + payments.attempt
    whom = bills.whom.only(payments.bill).having(
        payment_id=Parts(f"P{world.name(day)}-", bills.key[payments.bill], payments.attempt),
        amount=Numbers(bills.amount[payments.bill]),
        currency=Same("CNY"),
    )
    _tell_attempts(chance, day, bills, payments, whom, key, script)
    posting = _tell_postings(world, chance, day, bills, payments, whom, key, script)
    _tell_refunds(world, chance, day, bills, payments, refunds, posting, script)
    for fault in world.plan.of(FaultKind.PAYMENT_OUTAGE, day * DAY, int(payments.ended.max(initial=0)) + 1):
        script.touch(fault.id, int(hit_by_outage(world, fault, payments, bills, day).sum()))


def _tell_attempts(chance: Chance, day: int, bills: Bills, payments: Payments, whom: Cohort, key: Whole, script: Script) -> None:
    through = Codes(PAYMENT_CODES, payments.method)
    purpose = _purposes(whom)
    due = bills.asked[payments.bill] + EXPIRES
    waits = (payments.attempted < 0) | (payments.attempted - payments.asked > REMINDED_AFTER)
    reminded = waits & chance.happens("reminded", key, REMINDED)
    full = _full(chance, day, bills, payments, key) | {"purpose": purpose}
    lean: Columns = {"payment_channel": through}
    script.tell("payment.requested", whom, payments.asked, attributes={"purpose": purpose}, due_time=Moments(due))
    script.tell("payment.reminded", whom, payments.asked + REMINDED_AFTER, reminded)
    script.tell("payment.attempted", whom, payments.attempted, payments.attempted >= 0, attributes=lean)
    script.tell("payment.succeeded", whom, payments.ended, payments.outcome == SUCCEEDED, attributes=full)
    failed = full | {"channel_code": Codes(FAILURE_CODES, payments.reason)}
    script.tell(
        "payment.failed", whom, payments.ended, payments.outcome == FAILED, attributes=failed, reason=Codes(REASONS, payments.reason)
    )
    script.tell("payment.expired", whom, payments.ended, payments.outcome == EXPIRED, attributes=lean)


def _full(chance: Chance, day: int, bills: Bills, payments: Payments, key: Whole) -> dict[str, Column]:
    credit = _LENDS[payments.method] & chance.happens("credit", key, CREDIT)
    method = np.where(payments.method == _CASH, 3, np.where(payments.bank >= 0, 1, np.where(credit, 2, 0)))
    return {
        "payment_channel": Codes(PAYMENT_CODES, payments.method),
        "method": Codes(METHODS, method),
        "bank": Codes(_BANKS, payments.bank),
        "channel_reference": Ids("", _references(day, bills.key[payments.bill], payments, np.arange(len(key)), PAYMENT)),
    }


def _references(day: int, key: Whole, payments: Payments, rows: Whole, kind: int) -> Whole:
    short, kinds = short_days(np.full(1, day, dtype=np.int64)), np.full(1, kind, dtype=np.int64)
    return reference(short, key, payments.attempt[rows], payments.method[rows], kinds)


def _purposes(whom: Cohort) -> Column:
    """Return what is paid for, by the business class of whom it is about."""
    match whom.columns.get("business_class"):
        case Codes() as found:
            places = np.array([*(_PURPOSE_OF.get(name, 0) for name in found.names), 0], dtype=np.int64)
            return Codes(_PURPOSES, places[found.index])
        case Same() as found:
            return Same(_PURPOSES[_PURPOSE_OF.get(str(found.value), 0)])
    return Same(_PURPOSES[0])


def _tell_postings(
    world: World, chance: Chance, day: int, bills: Bills, payments: Payments, whom: Cohort, key: Whole, script: Script
) -> _Posting:
    late = np.where(chance.happens("late", key, POSTED_LATE), chance.spread("lateness", key, LATENESS), 0)
    asked = payments.ended + chance.spread("sent", key, SENT_TO_BOSS) + late
    takes = chance.spread("posting", key, POSTING)
    fails = chance.happens("fails", key, POSTING_FAILS)
    again = asked + takes + chance.spread("again", key, POSTING_AGAIN)
    posted = np.where(fails, again, asked) + takes
    won = np.flatnonzero(payments.outcome == SUCCEEDED)
    alone, missing = _planted(world, day, bills, payments, won, script)
    posts = np.zeros(len(key), dtype=np.bool_)
    posts[won] = True
    posts[missing] = False
    attributes = _boss(world, day, bills.key[payments.bill], posted)
    why = Codes(POSTING_REASONS, chance.pick("why", key, (6, 3, 1)))
    script.tell("boss.posting_requested", whom, asked, posts)
    script.tell("boss.posting_failed", whom, asked + takes, posts & fails, reason=why)
    script.tell("boss.posting_requested", whom, again, posts & fails)
    script.tell("boss.posted", whom, posted, posts, attributes=attributes)
    stray = whom.without("order_id", "session_id").having(
        payment_id=Parts(f"P{world.name(day)}-", bills.key[payments.bill], np.full(len(key), UNPAID_ATTEMPT, dtype=np.int64))
    )
    if len(alone):
        script.tell("boss.posted", stray, posted, alone, attributes=_boss(world, day, bills.key[payments.bill] + 10**9, posted))
    return _Posting(np.where(posts, asked, NONE), np.where(posts, posted, NONE))


def _planted(world: World, day: int, bills: Bills, payments: Payments, won: Whole, script: Script) -> tuple[Whole, Whole]:
    """Return the attempts beside which BOSS posts money that nobody paid, and those that it never posts."""
    wrong = planted(world, payments_of(day, bills, payments, won))
    of_boss = wrong.break_class >= BOSS_ONLY
    for place, fault in enumerate(wrong.faults):
        script.touch(fault.id, int((of_boss & (wrong.fault == place)).sum()))
    return won[wrong.break_class == BOSS_ONLY], won[wrong.break_class == BOSS_MISSING]


def _boss(world: World, day: int, key: Whole, posted: Whole) -> Columns:
    months, index = _months(posted)
    return {"boss_reference": Ids(f"B{world.name(day)}-", key), "account_period": Codes(months, index)}


def _months(times: Whole) -> tuple[tuple[str, ...], Whole]:
    """Return the months of moments, and the place of each one's month among them."""
    if not len(times):
        return (), np.zeros(0, dtype=np.int64)
    days = times // DAY
    first = int(days.min())
    names = [date_of(day).strftime("%Y-%m") for day in range(first, int(days.max()) + 1)]
    months = tuple(dict.fromkeys(names))
    return months, np.array([months.index(name) for name in names], dtype=np.int64)[days - first]


def _tell_refunds(
    world: World, chance: Chance, day: int, bills: Bills, payments: Payments, refunds: Refunds, posting: _Posting, script: Script
) -> None:
    row = payments.paid_by[refunds.bill]
    key = bills.key[refunds.bill]
    whom = bills.whom.only(refunds.bill).having(
        payment_id=Parts(f"P{world.name(day)}-", key, payments.attempt[row]),
        amount=Numbers(bills.amount[refunds.bill]),
        currency=Same("CNY"),
    )
    refund = Ids(f"R{world.name(day)}-", key)
    through = Codes(PAYMENT_CODES, payments.method[row])
    number = Ids("", _references(day, key, payments, row, REFUND))
    fails: Mask = chance.happens("refund fails", key, REFUND_FAILS)
    halfway = refunds.asked + (refunds.done - refunds.asked) * 2 // 5
    why = Codes(REFUND_REASONS, chance.pick("refund why", key, (1, 2)))
    lean: Columns = {"refund": refund, "payment_channel": through}
    script.tell("payment.refund_requested", whom, refunds.asked, attributes=lean)
    script.tell("payment.refund_failed", whom, halfway, fails, attributes=lean, reason=why)
    script.tell("payment.refunded", whom, refunds.done, attributes={**lean, "channel_reference": number})
    posted = posting.posted[row]
    back = np.maximum(refunds.done, posted) + chance.spread("reversing", key, REVERSING)
    script.tell("boss.reversed", whom, back, posted >= 0, attributes=_boss(world, day, key, back))
