"""Lines of statements, and the files that carry them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from tongguan.simulate.chance import Mask, Whole
from tongguan.simulate.clock import MINUTE, at, date_of
from tongguan.simulate.province.money import PAYMENT_CHANNELS, PAYMENT_CODES

KINDS: Final = ("payment", "refund")
STATUSES: Final = ("success", "failed", "pending")
"""What lines are, and what they say of it; lines name them by their places."""


@dataclass(frozen=True)
class StatementLines:
    """The lines of all statements of one accounting day, by payment channel and number.

    Attributes:
        channel: place in ``money.PAYMENT_CHANNELS``.
        line: number within the statement, from 1.
        kind: place in :data:`KINDS`.
        status: place in :data:`STATUSES`.
        amount: fen; refunds are negative.
        fee: what the payment channel keeps, fen.
        booked: when it booked, whole seconds.
        reference: its own number.
        short, key, attempt: parts of our payment's id as it kept it, such as 261121, 17 and 1; ``key`` is NONE where it has none.
    """

    channel: Whole
    line: Whole
    kind: Whole
    status: Whole
    amount: Whole
    fee: Whole
    booked: Whole
    reference: Whole
    short: Whole
    key: Whole
    attempt: Whole

    def __len__(self) -> int:
        return len(self.line)

    def only(self, which: Mask | Whole) -> StatementLines:
        """Return some lines."""
        return StatementLines(*(getattr(self, field.name)[which] for field in fields(self)))

    def of(self, place: int) -> StatementLines:
        """Return the lines of a payment channel, by its place."""
        first, last = np.searchsorted(self.channel, (place, place + 1))
        return self.only(np.arange(first, last, dtype=np.int64))

    @property
    def counted(self) -> Mask:
        """Which lines say that money moved."""
        found: Mask = self.status == 0
        return found


@dataclass(frozen=True)
class StatementFile:
    """A statement as the payment channel sends it.

    Attributes:
        name: of the file.
        payment_channel: who sends it.
        available: moment from which on it can be fetched.
        content: its bytes.
    """

    name: str
    payment_channel: str
    available: int
    content: bytes


def statement_id(place: int, day: int) -> str:
    """Return the id of a payment channel's statement of an accounting day."""
    return f"ST-{PAYMENT_CODES[place]}-{date_of(day).isoformat()}"


def available(place: int, day: int) -> int:
    """Return when the statement of an accounting day comes."""
    return at(day + 1) + PAYMENT_CHANNELS[place].statement * MINUTE
