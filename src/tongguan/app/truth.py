"""``tongguan check --truth``: does the warehouse hold what the simulator says it told?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import msgspec

from tongguan.app.installation import Installation
from tongguan.app.loops import RELAY_SOURCE
from tongguan.metrics.daily import DailySum, daily_sums
from tongguan.simulate.clock import ZONE_NAME
from tongguan.simulate.truth import VERSION
from tongguan.warehouse.client import Warehouse

PAYMENT_CHANNEL: Final = "payment_channel"
_OF_POSTINGS: Final = ("BOSS_ONLY", "BOSS_MISSING")
_DATE_CUT: Final = "DATE_CUT"
_SHOWN: Final = 20
_OWN: Final = (RELAY_SOURCE,)
"""What the operation tells itself, such as that a step became late, is no part of what was made up."""

Key = tuple[str, date, str]


class TruthError(ValueError):
    """What was given is no truth file of this release, or counts other days than the home."""


class TruthSetting(msgspec.Struct, frozen=True):
    """The part of a truth file's setting that is needed here."""

    first: date
    days: int


class TruthLine(msgspec.Struct, frozen=True):
    """A line of the accounts."""

    type: str
    date: date
    channel: str
    events: int
    amount: int


class TruthBreak(msgspec.Struct, frozen=True):
    """The part of a planted break that is needed here."""

    day: date
    payment_channel: str
    break_class: str
    amount_difference: int


class TruthAccounts(msgspec.Struct, frozen=True):
    """The accounts."""

    by_channel: list[TruthLine]
    by_payment_channel: list[TruthLine]


class TruthFile(msgspec.Struct, frozen=True):
    """A truth file, as far as it is compared."""

    version: int
    setting: TruthSetting
    breaks: list[TruthBreak]
    accounts: TruthAccounts


@dataclass(frozen=True)
class Difference:
    """A line that differs; the statement account has ``events`` 0 on both sides.

    Attributes:
        account: ``channel``, ``payment_channel``, or ``statement``: that of the statements' money.
        type: of the events; empty in the account of statements.
        date: business date; accounting day in the account of statements.
        channel: channel or payment channel.
        events, amount: by the truth; in the account of statements: payments less refunds.
        found_events, found_amount: in the warehouse; in the account of statements: lines less planted breaks.
    """

    account: str
    type: str
    date: str
    channel: str
    events: int
    found_events: int
    amount: int
    found_amount: int


@dataclass(frozen=True)
class TruthAnswer:
    """What came of comparing.

    Attributes:
        agreeing: lines that agree.
        differing: lines that do not.
        differences: the first of them.
    """

    agreeing: int
    differing: int
    differences: Sequence[Difference]


def read_truth(content: bytes) -> TruthFile:
    """Return a truth file.

    Raises:
        TruthError: it is none.
    """
    try:
        found = msgspec.json.decode(content, type=TruthFile)
    except msgspec.MsgspecError as error:
        raise TruthError(f"no truth file: {error}; `tongguan simulate --truth FILE` writes one") from error
    if found.version != VERSION:
        raise TruthError(f"a truth file of version {found.version}; this release reads {VERSION}")
    return found


def check_truth(installation: Installation, truth: TruthFile, sources: Collection[str] | None = None) -> TruthAnswer:
    """Compare the accounts of a truth file with the stored events of its days.

    Args:
        installation: the opened home.
        truth: what was told.
        sources: only events that came from these count; None for all.

    Raises:
        TruthError: the home's days are those of another zone.
        WarehouseError: see :meth:`tongguan.warehouse.client.Warehouse.query`.
    """
    if installation.settings.zone != ZONE_NAME:
        raise TruthError(f"truth files count days of {ZONE_NAME}, this home those of {installation.settings.zone}")
    with installation.loader.held():
        return compare(installation.warehouse, truth, sources)


def compare(warehouse: Warehouse, truth: TruthFile, sources: Collection[str] | None) -> TruthAnswer:
    """Compare the accounts of a truth file with events of a warehouse; see :func:`check_truth`."""
    agreeing, differences = 0, list[Difference]()
    for same, difference in _lines(warehouse, truth, sources):
        agreeing += same
        if difference is not None:
            differences.append(difference)
    return TruthAnswer(agreeing, len(differences), differences[:_SHOWN])


def _lines(warehouse: Warehouse, truth: TruthFile, sources: Collection[str] | None) -> Iterator[tuple[bool, Difference | None]]:
    first = truth.setting.first
    last = first + timedelta(days=truth.setting.days - 1)
    told = _by_key(truth.accounts.by_channel)
    yield from _compared("channel", told, _sums(daily_sums(warehouse, sources, first, last, but=_OWN)))
    money = _by_key(truth.accounts.by_payment_channel)
    types = {kind for kind, _, _ in money}
    found = _sums(daily_sums(warehouse, sources, first, last, types=types, attribute=PAYMENT_CHANNEL))
    yield from _compared(PAYMENT_CHANNEL, money, found)
    # The statements of the last day come when it is over, and are not told any more.
    until = last - timedelta(days=1)
    if until >= first:
        yield from _compared("statement", _money_moved(found, first, until), _money_stated(warehouse, truth, sources, first, until))


def _compared(
    account: str, told: Mapping[Key, tuple[int, int]], found: Mapping[Key, tuple[int, int]]
) -> Iterator[tuple[bool, Difference | None]]:
    nothing = (0, 0)
    for key in sorted(told.keys() | found.keys()):
        ours, theirs = told.get(key, nothing), found.get(key, nothing)
        kind, day, channel = key
        same = ours == theirs
        yield same, None if same else Difference(account, kind, day.isoformat(), channel, ours[0], theirs[0], ours[1], theirs[1])


def _by_key(lines: Sequence[TruthLine]) -> dict[Key, tuple[int, int]]:
    return {(line.type, line.date, line.channel): (line.events, line.amount) for line in lines}


def _sums(sums: Sequence[DailySum]) -> dict[Key, tuple[int, int]]:
    return {(one.type, one.date, one.value): (one.events, one.amount) for one in sums}


def _money_moved(found: Mapping[Key, tuple[int, int]], first: date, until: date) -> dict[Key, tuple[int, int]]:
    """Return payments less refunds, by day and payment channel, as the warehouse has them."""
    moved: dict[Key, int] = defaultdict(int)
    for (kind, day, channel), (_, amount) in found.items():
        if first <= day <= until and kind in ("payment.succeeded", "payment.refunded"):
            moved["", day, channel] += amount if kind == "payment.succeeded" else -amount
    return {key: (0, amount) for key, amount in moved.items()}


def _money_stated(
    warehouse: Warehouse, truth: TruthFile, sources: Collection[str] | None, first: date, until: date
) -> dict[Key, tuple[int, int]]:
    """Return what successful statement lines say less what was planted in them, by accounting day and payment channel."""
    lines = daily_sums(
        warehouse,
        sources,
        first,
        until,
        types=["statement.line_recorded"],
        attribute=PAYMENT_CHANNEL,
        on="statement_date",
        only=("line_status", "success"),
    )
    stated: dict[Key, int] = defaultdict(int)
    for line in lines:
        stated["", line.date, line.value] += line.amount
    for one in truth.breaks:
        if one.break_class in _OF_POSTINGS:
            continue
        stated["", one.day, one.payment_channel] -= one.amount_difference
        if one.break_class == _DATE_CUT:
            # Missing on its own day, it stands on the next one.
            stated["", one.day + timedelta(days=1), one.payment_channel] += one.amount_difference
    return {key: (0, amount) for key, amount in stated.items() if first <= key[1] <= until}
