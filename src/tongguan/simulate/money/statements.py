"""Statements as events and as files, and the payouts that follow them."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import Final

import numpy as np

from tongguan.simulate.chance import Whole
from tongguan.simulate.clock import DAY, date_of
from tongguan.simulate.columns import Codes, Cohort, Column, Ids, Moments, Numbers, Parts, Same
from tongguan.simulate.faults.plans import BREAK_CLASSES
from tongguan.simulate.money.book import StatementBook
from tongguan.simulate.money.breaks import BOSS_ONLY
from tongguan.simulate.money.files import written
from tongguan.simulate.money.lines import KINDS, STATUSES, StatementFile, StatementLines, available, statement_id
from tongguan.simulate.province.money import PAYMENT_CODES
from tongguan.simulate.telling import Script
from tongguan.simulate.world import World

__all__ = ["StatementBook", "StatementFile", "StatementLines", "statement_files", "tell_statements"]

PAID_OUT: Final = DAY
"""The money of a statement arrives so long after the statement."""

_PLACES: Final = np.arange(len(PAYMENT_CODES), dtype=np.int64)
_OF_LINES: Final = frozenset(BREAK_CLASSES[:BOSS_ONLY])


def statement_files(world: World, day: int, book: StatementBook) -> list[StatementFile]:
    """Return the statements of an accounting day, one of each payment channel, also where nothing is on it."""
    if day not in book.files:
        lines = book.lines(day)
        named = [written(place, day, lines.of(place)) for place in _PLACES.tolist()]
        files = [StatementFile(name, PAYMENT_CODES[place], available(place, day), content) for place, (name, content) in enumerate(named)]
        book.files = {day: files}
    return book.files[day]


def tell_statements(world: World, day: int, book: StatementBook, script: Script) -> None:
    """Tell the statements of an accounting day when they come, their lines, and a day later the payouts.

    Where the setting says that lines are not told, statements and lines come only from the files.
    """
    lines = book.lines(day)
    names = [statement_id(place, day) for place in _PLACES.tolist()]
    come = np.array([available(place, day) for place in _PLACES.tolist()], dtype=np.int64)
    if world.setting.lines_told:
        _tell_received(world, day, book, lines, names, come, script)
        _tell_lines(day, lines, names, come, script)
    _tell_payouts(day, lines, names, come, script)
    planted = Counter(one.fault_id for one in book.breaks(day) if one.fault_id and one.break_class in _OF_LINES)
    for fault, rows in planted.items():
        script.touch(fault, rows)


def _tell_received(
    world: World, day: int, book: StatementBook, lines: StatementLines, names: list[str], come: Whole, script: Script
) -> None:
    files = statement_files(world, day, book)
    script.tell(
        "statement.received",
        Cohort(len(names), {"currency": Same("CNY")}),
        come,
        amount=Numbers(_sums(lines.channel, lines.amount)),
        quantity=Numbers(np.bincount(lines.channel, minlength=len(names))),
        attributes=_statement(day, names, _PLACES)
        | {
            "file": Codes([file.name for file in files], _PLACES),
            "digest": Codes([sha256(file.content).hexdigest() for file in files], _PLACES),
        },
    )


def _tell_lines(day: int, lines: StatementLines, names: list[str], come: Whole, script: Script) -> None:
    ours = Parts("P", lines.key, lines.attempt, lines.short)
    script.tell(
        "statement.line_recorded",
        Cohort(len(lines), {"payment_id": ours, "amount": Numbers(lines.amount), "currency": Same("CNY")}),
        come[lines.channel],
        attributes=_statement(day, names, lines.channel)
        | {
            "line": Numbers(lines.line),
            "line_kind": Codes(KINDS, lines.kind),
            "line_status": Codes(STATUSES, lines.status),
            "channel_reference": Ids("", lines.reference),
            "merchant_reference": ours,
            "fee": Numbers(lines.fee),
            "booked": Moments(lines.booked),
        },
    )


def _tell_payouts(day: int, lines: StatementLines, names: list[str], come: Whole, script: Script) -> None:
    counted = lines.only(lines.counted)
    fee = _sums(counted.channel, counted.fee)
    script.tell(
        "settlement.completed",
        Cohort(len(names), {"currency": Same("CNY")}),
        come + PAID_OUT,
        np.bincount(lines.channel, minlength=len(names)) > 0,
        amount=Numbers(_sums(counted.channel, counted.amount) - fee),
        attributes=_statement(day, names, _PLACES) | {"fee": Numbers(fee), "final": Same(True)},
    )


def _statement(day: int, names: list[str], channel: Whole) -> dict[str, Column]:
    return {
        "statement": Codes(names, channel),
        "statement_side": Same("payment_channel"),
        "payment_channel": Codes(PAYMENT_CODES, channel),
        "statement_date": Same(date_of(day).isoformat()),
    }


def _sums(channel: Whole, values: Whole) -> Whole:
    """Return exact sums per payment channel; np.bincount would go through floats."""
    found = np.zeros(len(PAYMENT_CODES), dtype=np.int64)
    np.add.at(found, channel, values)
    return found
