"""The province's own accounts: what it told, counted before it was written, so that the product's numbers can be held against it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from tongguan.simulate.chance import Whole
from tongguan.simulate.clock import DAY, date_of
from tongguan.simulate.columns import Codes, Column, Numbers, Same
from tongguan.simulate.telling import Batch

_BY_MONEY: Final = frozenset(("payment.succeeded", "payment.failed", "payment.expired", "payment.refunded", "statement.line_recorded"))


@dataclass(frozen=True)
class Line:
    """A line of the accounts: events of one type, day and channel."""

    type: str
    date: str
    channel: str
    events: int
    amount: int


class Accounts:
    """Events and amounts per type, day and channel; and per payment channel where money moved.

    Args:
        until: what happens later than this moment is not counted.
    """

    def __init__(self, until: int | None = None) -> None:
        self._until = until
        self._by_channel: dict[tuple[str, int, str], list[int]] = defaultdict(lambda: [0, 0])
        self._by_money: dict[tuple[str, int, str], list[int]] = defaultdict(lambda: [0, 0])

    def add(self, batches: Iterable[Batch]) -> None:
        """Count all events of some batches."""
        for batch in batches:
            self._count(batch, batch.column("channel"), self._by_channel)
            if batch.type in _BY_MONEY:
                self._count(batch, batch.attributes.get("payment_channel"), self._by_money)

    def _count(self, batch: Batch, column: Column | None, into: dict[tuple[str, int, str], list[int]]) -> None:
        names, index = _names(column, len(batch))
        days, amounts = batch.times // DAY, _amounts(batch.column("amount"), len(batch))
        if self._until is not None:
            told = batch.times <= self._until
            days, amounts, index = days[told], amounts[told], index[told]
        if not len(days):
            return
        first = int(days.min())
        cells = (days - first) * (len(names) + 1) + index + 1
        events = np.bincount(cells)
        sums = np.zeros(len(events), dtype=np.int64)
        np.add.at(sums, cells, amounts)
        for cell in np.flatnonzero(events).tolist():
            day, place = divmod(cell, len(names) + 1)
            line = into[batch.type, first + day, names[place - 1] if place else ""]
            line[0] += int(events[cell])
            line[1] += int(sums[cell])

    def lines(self) -> list[Line]:
        """Return the accounts by channel, sorted."""
        return _sorted(self._by_channel)

    def money(self) -> list[Line]:
        """Return the accounts of money; ``channel`` is the payment channel."""
        return _sorted(self._by_money)

    def total(self, event_type: str) -> int:
        """Return how many events of a type there are."""
        return sum(count for (name, _, _), (count, _) in self._by_channel.items() if name == event_type)

    @property
    def events(self) -> int:
        """How many events there are in all."""
        return sum(count for count, _ in self._by_channel.values())


def _sorted(cells: Mapping[tuple[str, int, str], list[int]]) -> list[Line]:
    return [Line(kind, date_of(day).isoformat(), channel, *cells[kind, day, channel]) for kind, day, channel in sorted(cells)]


def _names(column: Column | None, rows: int) -> tuple[list[str], Whole]:
    match column:
        case Codes():
            return list(column.names), column.index
        case Same():
            return [str(column.value)], np.zeros(rows, dtype=np.int64)
    return [], np.full(rows, -1, dtype=np.int64)


def _amounts(column: Column | None, rows: int) -> Whole:
    match column:
        case Numbers():
            return column.values if column.present is None else np.where(column.present, column.values, 0)
        case Same() if isinstance(column.value, int):
            return np.full(rows, column.value, dtype=np.int64)
    return np.zeros(rows, dtype=np.int64)
