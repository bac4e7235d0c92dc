"""The book of all money that moved, by accounting day, and the statements made from it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np

from tongguan.simulate.chance import MILLION, Whole
from tongguan.simulate.clock import DAY, MINUTE, SECOND
from tongguan.simulate.faults.plans import BREAK_CLASSES
from tongguan.simulate.money.breaks import (
    AMOUNT_MISMATCH,
    BOSS_ONLY,
    CHANNEL_ONLY,
    DATE_CUT,
    DUPLICATE,
    PLATFORM_ONLY,
    STATUS_MISMATCH,
    Break,
    Planted,
    carries_ours,
    planted,
    wrong_amounts,
)
from tongguan.simulate.money.lines import StatementFile, StatementLines
from tongguan.simulate.money.moves import (
    PAYMENT,
    UNPAID_ATTEMPT,
    UNSEEN_ATTEMPT,
    Moves,
    joined,
    payments_of,
    reference,
    refunds_of,
    short_days,
)
from tongguan.simulate.plans import NONE, Bills, Payments, Refunds
from tongguan.simulate.province.money import PAYMENT_CHANNELS, PAYMENT_CODES
from tongguan.simulate.world import World

_FEES: Final = np.array([channel.fee for channel in PAYMENT_CHANNELS], dtype=np.int64)
_LATER: Final = 7 * MINUTE
"""A payment that only the payment channel knows is booked so long after one that we know, within the day."""

_SURPLUS: Final = {CHANNEL_ONLY: 1, DUPLICATE: 1, BOSS_ONLY: 1, AMOUNT_MISMATCH: 0}
_EFFECT: Final = np.array([_SURPLUS.get(place, -1) for place in range(len(BREAK_CLASSES))], dtype=np.int64)
"""How often the amount of the move is surplus on the other side, per class of break; what is not surplus is missing."""


@dataclass(frozen=True)
class _Day:
    """What was made of one accounting day."""

    lines: StatementLines
    breaks: tuple[Break, ...]


class StatementBook:
    """Collects the money of cases day by day, and tells each accounting day's statements.

    Args:
        world: the province.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._moves: dict[int, list[Moves]] = defaultdict(list)
        self._made: tuple[int, _Day] | None = None
        self.files: dict[int, list[StatementFile]] = {}
        """Statements as they were written last, by accounting day; at most one day."""

    def add(self, day: int, bills: Bills, payments: Payments, refunds: Refunds) -> None:
        """Take in the money of the cases that begin in a day; days come in order, each once."""
        self._made, self.files = None, {}
        paid = payments_of(day, bills, payments, payments.paid_by[payments.paid_by >= 0])
        moves = joined([paid, refunds_of(day, bills, payments, refunds)])
        date = moves.booked // DAY
        order = np.argsort(date, kind="stable")
        dates, firsts = np.unique(date[order], return_index=True)
        for found, rows in zip(dates.tolist(), np.split(order, firsts[1:]), strict=False):
            self._moves[found].append(moves.only(rows))

    def moves(self, day: int) -> Moves:
        """Return the money that truly moved on an accounting day, of cases begun on it or earlier; complete once ``day`` was added."""
        found = joined(self._moves.get(day, ()))
        return found.only(np.lexsort((found.number, found.booked, found.method)))

    def lines(self, day: int) -> StatementLines:
        """Return the statement lines of an accounting day with all that is wrong in them; ``day`` was added before."""
        return self._day(day).lines

    def breaks(self, day: int) -> tuple[Break, ...]:
        """Return what is wrong on purpose with the money of an accounting day."""
        return self._day(day).breaks

    def _day(self, day: int) -> _Day:
        if self._made is None or self._made[0] != day:
            moves, before = self.moves(day), self.moves(day - 1)
            wrong = planted(self._world, moves)
            cut = before.only(planted(self._world, before).break_class == DATE_CUT)
            lines = _lines(self._world, moves, wrong, cut)
            self._made = day, _Day(lines, _breaks(self._world, day, moves, wrong))
        return self._made[1]


def _lines(world: World, moves: Moves, wrong: Planted, cut: Moves) -> StatementLines:
    """Return the lines of a day's moves, with what is wrong in them, and of the moves that were cut from the day before."""
    stays = (wrong.break_class != PLATFORM_ONLY) & (wrong.break_class != DATE_CUT)
    stay, kind = moves.only(stays), wrong.break_class[stays]
    made = [_plain(stay), _plain(stay.only(kind == DUPLICATE)), _unseen(world, stay.only(kind == CHANNEL_ONLY)), _plain(cut)]
    made[0].amount[:] += np.where(kind == AMOUNT_MISMATCH, wrong_amounts(world, stay), 0)
    pending = world.chance("breaks").happens("pending", stay.number, MILLION // 2)
    made[0].status[:] = np.where(kind == STATUS_MISMATCH, 1 + pending, 0)
    every = StatementLines(*(np.concatenate([getattr(part, field.name) for part in made]) for field in fields(StatementLines)))
    every.fee[:] = _fees(every)
    return _numbered(every)


def _plain(moves: Moves) -> StatementLines:
    """Return lines that tell the truth; without numbers and fees."""
    short = short_days(moves.begun)
    number = reference(short, moves.key, moves.attempt, moves.method, moves.kind)
    none = np.zeros(len(moves), dtype=np.int64)
    return StatementLines(
        moves.method, none, moves.kind, none.copy(), moves.amount.copy(), none.copy(), moves.booked, number, short, moves.key, moves.attempt
    )


def _unseen(world: World, moves: Moves) -> StatementLines:
    """Return lines of payments that nobody told us of, as if the customers of some moves had paid once more."""
    ours = carries_ours(world, moves)
    booked = np.minimum(moves.booked + _LATER, moves.booked // DAY * DAY + DAY - SECOND)
    lines = _plain(replace(moves, attempt=np.full(len(moves), UNSEEN_ATTEMPT, dtype=np.int64), booked=booked))
    return replace(lines, key=np.where(ours, moves.key, NONE))


def _numbered(lines: StatementLines) -> StatementLines:
    """Return the lines in the order of their statements, numbered within each."""
    ordered = lines.only(np.lexsort((lines.reference, lines.booked, lines.channel)))
    return replace(ordered, line=np.arange(1, len(lines) + 1) - np.searchsorted(ordered.channel, ordered.channel))


def _fees(lines: StatementLines) -> Whole:
    """Return fees, half a fen rounded up; refunds cost nothing and give no fee back."""
    return np.where(lines.kind == PAYMENT, (lines.amount * _FEES[lines.channel] + 50_000) // 100_000, 0)


def _breaks(world: World, day: int, moves: Moves, wrong: Planted) -> tuple[Break, ...]:
    """Return the record of what is wrong."""
    rows = np.flatnonzero(wrong.break_class >= 0)
    some, kind, fault = moves.only(rows), wrong.break_class[rows], wrong.fault[rows]
    attempt = np.where(kind == CHANNEL_ONLY, UNSEEN_ATTEMPT, np.where(kind == BOSS_ONLY, UNPAID_ATTEMPT, some.attempt))
    short = short_days(some.begun)
    named = (kind != CHANNEL_ONLY) | carries_ours(world, some)
    numbers = reference(short, some.key, attempt, some.method, some.kind)
    difference = np.where(kind == AMOUNT_MISMATCH, wrong_amounts(world, some), _EFFECT[kind] * some.amount)
    return tuple(
        Break(
            day,
            PAYMENT_CODES[some.method[row]],
            BREAK_CLASSES[kind[row]],
            f"P{short[row]}-{some.key[row]}-{attempt[row]}" if named[row] else "",
            str(numbers[row]) if kind[row] < BOSS_ONLY else "",
            int(difference[row]),
            wrong.faults[fault[row]].id if fault[row] >= 0 else "",
        )
        for row in range(len(rows))
    )
