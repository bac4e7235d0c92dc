"""Money that moved: what payment channels booked, payment by payment and refund by refund."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from tongguan.simulate.chance import Mask, Whole
from tongguan.simulate.clock import SECOND, date_of
from tongguan.simulate.plans import Bills, Payments, Refunds

PAYMENT: Final = 0
REFUND: Final = 1
"""Kinds of moves and of statement lines."""

UNSEEN_ATTEMPT: Final = 9
UNPAID_ATTEMPT: Final = 8
"""Numbers of attempts that nobody made: of a payment that only the payment channel knows, and of one that only BOSS knows."""

_REFUND_DIGIT: Final = 4


@dataclass(frozen=True)
class Moves:
    """A row per payment and per refund.

    Attributes:
        begun: number of the day in which the case began.
        key: of the bill.
        attempt: of the payment; refunds carry that of the payment they give back.
        method: place in ``money.PAYMENT_CHANNELS``.
        kind: :data:`PAYMENT` or :data:`REFUND`.
        amount: fen; refunds are negative.
        booked: when the payment channel booked it, whole seconds.
    """

    begun: Whole
    key: Whole
    attempt: Whole
    method: Whole
    kind: Whole
    amount: Whole
    booked: Whole

    def __len__(self) -> int:
        return len(self.key)

    def only(self, which: Mask | Whole) -> Moves:
        """Return some rows."""
        return Moves(*(getattr(self, field.name)[which] for field in fields(self)))

    @property
    def number(self) -> Whole:
        """A number for draws, different for each move of all days."""
        return (self.begun << 40) | (self.key << 5) | (self.attempt << 1) | self.kind


def joined(parts: Sequence[Moves]) -> Moves:
    """Return the rows of all parts."""
    if not parts:
        return Moves(*(np.zeros(0, dtype=np.int64) for _ in fields(Moves)))
    return Moves(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Moves)))


def payments_of(day: int, bills: Bills, payments: Payments, rows: Whole) -> Moves:
    """Return the money of attempts that succeeded.

    Args:
        rows: which attempts.
    """
    bill = payments.bill[rows]
    return Moves(
        np.full(len(rows), day, dtype=np.int64),
        bills.key[bill],
        payments.attempt[rows],
        payments.method[rows],
        np.full(len(rows), PAYMENT, dtype=np.int64),
        bills.amount[bill],
        payments.ended[rows] // SECOND * SECOND,
    )


def refunds_of(day: int, bills: Bills, payments: Payments, refunds: Refunds) -> Moves:
    """Return the money that was given back."""
    paid_by = payments.paid_by[refunds.bill]
    return Moves(
        np.full(len(paid_by), day, dtype=np.int64),
        bills.key[refunds.bill],
        payments.attempt[paid_by],
        payments.method[paid_by],
        np.full(len(paid_by), REFUND, dtype=np.int64),
        -bills.amount[refunds.bill],
        refunds.done // SECOND * SECOND,
    )


def reference(short: Whole, key: Whole, attempt: Whole, method: Whole, kind: Whole) -> Whole:
    """Return the payment channels' own numbers, 19 digits, no two alike.

    Args:
        short: day as :func:`short_days` tells it.
    """
    return (11 + method) * 10**17 + short * 10**11 + (attempt + kind * _REFUND_DIGIT) * 10**10 + key


def short_days(days: Whole) -> Whole:
    """Return days as in ids: 261121 for 2026-11-21."""
    found, places = np.unique(days, return_inverse=True)
    return np.array([int(date_of(day).strftime("%y%m%d")) for day in found.tolist()], dtype=np.int64)[places]
