"""What is wrong in statements, on purpose: usual noise, and what faults plant. Every break is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tongguan.simulate.chance import MILLION, Mask, Whole
from tongguan.simulate.faults.plan import Fault, FaultKind
from tongguan.simulate.faults.plans import BREAK_CLASSES
from tongguan.simulate.money.moves import REFUND, Moves
from tongguan.simulate.plans import NONE
from tongguan.simulate.province.money import PAYMENT_CODES
from tongguan.simulate.world import World

NOISE: Final = 60
"""Of so many per million lines each class of break is usual."""

CHANNEL_ONLY: Final = BREAK_CLASSES.index("CHANNEL_ONLY")
PLATFORM_ONLY: Final = BREAK_CLASSES.index("PLATFORM_ONLY")
AMOUNT_MISMATCH: Final = BREAK_CLASSES.index("AMOUNT_MISMATCH")
STATUS_MISMATCH: Final = BREAK_CLASSES.index("STATUS_MISMATCH")
DUPLICATE: Final = BREAK_CLASSES.index("DUPLICATE")
DATE_CUT: Final = BREAK_CLASSES.index("DATE_CUT")
BOSS_ONLY: Final = BREAK_CLASSES.index("BOSS_ONLY")
BOSS_MISSING: Final = BREAK_CLASSES.index("BOSS_MISSING")
"""Places in ``BREAK_CLASSES``. The last two are of postings, the others of statement lines."""

NEVER_OURS: Final = 500_000
"""Share of the CHANNEL_ONLY lines that carry no number of ours at all; the others carry one that we never gave."""


@dataclass(frozen=True)
class Break:
    """Something wrong, planted.

    Attributes:
        day: number of the accounting day of the money concerned.
        payment_channel: whose statement, or through whom the money came.
        break_class: one of ``BREAK_CLASSES``.
        payment_id: whose payment; empty for a line that carries no number of ours.
        channel_reference: the payment channel's number on the line concerned.
        amount_difference: by how much what the other side says (successful lines; postings) differs from ours, in fen.
            A DATE_CUT is missing on its day and surplus on the next one; it is recorded once, for its own day.
        fault_id: the fault that planted it; empty for usual noise.
    """

    day: int
    payment_channel: str
    break_class: str
    payment_id: str
    channel_reference: str
    amount_difference: int
    fault_id: str


@dataclass(frozen=True)
class Planted:
    """What is wrong with each move.

    Attributes:
        break_class: place in ``BREAK_CLASSES``; NONE where all is well.
        fault: place in ``faults``; NONE for usual noise.
        faults: those in force.
    """

    break_class: Whole
    fault: Whole
    faults: tuple[Fault, ...]


def planted(world: World, moves: Moves) -> Planted:
    """Return what is wrong with payments and refunds; a refund cannot be unknown to us, and is not posted."""
    chance = world.chance("breaks")
    number = moves.number
    drawn = chance.below("noise", number, MILLION) // NOISE
    found = np.where(drawn < len(BREAK_CLASSES), drawn, NONE)
    by = np.full(len(moves), NONE, dtype=np.int64)
    faults = _faults(world, moves)
    for place, fault in enumerate(faults):
        concerned = (moves.method == PAYMENT_CODES.index(fault.where["payment_channel"])) & fault.during(moves.booked)
        hit = concerned & (found == NONE) & chance.happens(fault.where["break"], number, fault.strength)
        found = np.where(hit, BREAK_CLASSES.index(fault.where["break"]), found)
        by = np.where(hit, place, by)
    cannot = (moves.kind == REFUND) & ((found >= BOSS_ONLY) | (found == CHANNEL_ONLY))
    return Planted(np.where(cannot, NONE, found), np.where(cannot, NONE, by), faults)


def carries_ours(world: World, moves: Moves) -> Mask:
    """Return which CHANNEL_ONLY lines carry a number that looks like ours."""
    return ~world.chance("breaks").happens("never ours", moves.number, NEVER_OURS)


def wrong_amounts(world: World, moves: Moves) -> Whole:
    """Return by how much the amounts of moves would be wrong: never 0, at most half of the amount or one fen, either way."""
    chance = world.chance("breaks")
    size = np.abs(moves.amount)
    wrong = 1 + chance.below("wrong by", moves.number, np.maximum(size // 2, 1))
    less = chance.happens("less", moves.number, MILLION // 2) & (wrong < size)
    return np.where(less, -wrong, wrong) * np.sign(moves.amount)


def _faults(world: World, moves: Moves) -> tuple[Fault, ...]:
    if not world.plan.faults or not len(moves):
        return ()
    first, last = int(moves.booked.min()), int(moves.booked.max()) + 1
    return tuple(world.plan.of(FaultKind.STATEMENT_BREAKS, first, last))
