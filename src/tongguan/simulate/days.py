"""The days of a province, one by one: what begins in each, with all that comes of it later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tongguan.simulate.accounts import Accounts
from tongguan.simulate.clock import DAY
from tongguan.simulate.money.breaks import Break
from tongguan.simulate.money.statements import StatementBook, StatementFile, statement_files, tell_statements
from tongguan.simulate.money.telling import tell_payments
from tongguan.simulate.orders.plan import plan_orders
from tongguan.simulate.orders.telling import tell_orders
from tongguan.simulate.plans import DayState, Orders, Visits
from tongguan.simulate.render import Block, parted, render, written
from tongguan.simulate.service.telling import tell_service
from tongguan.simulate.systems import SYSTEMS, system_of
from tongguan.simulate.telling import Batch, Script
from tongguan.simulate.things.telling import tell_things
from tongguan.simulate.visits.identities import tell_identities
from tongguan.simulate.visits.plan import plan_visits
from tongguan.simulate.visits.telling import tell_visits
from tongguan.simulate.world import Setting, World

EPOCH: Final = 60
"""Every so many days the clerks begin with an empty desk, so that nobody has to plan further back than to the last such day."""

LONGEST: Final = 45
"""Nothing that begins in a day reaches further than so many days."""


@dataclass(frozen=True)
class Made:
    """A day of the province.

    Attributes:
        day: its number.
        batches: what happens to the cases that begin in this day, by type.
        files: statements of the money that moved in this day.
        breaks: what is wrong in them on purpose.
        touched: fault → rows whose way it changed.
    """

    day: int
    batches: Sequence[Batch]
    files: Sequence[StatementFile]
    breaks: Sequence[Break]
    touched: Counter[str]

    def by_system(self) -> dict[str, Block]:
        """Return the events that each system tells, in order of time."""
        told: dict[str, list[Batch]] = {system: [] for system in SYSTEMS}
        for batch in self.batches:
            told[system_of(batch.type)].append(batch)
        return {system: render(batches) for system, batches in told.items() if batches}


class Province:
    """Makes days; remembers what one leaves to the next.

    Args:
        setting: what decides everything.
        since: number of the first day whose events are wanted, where that is not the first of all: planning starts shortly before it.
    """

    def __init__(self, setting: Setting, since: int | None = None) -> None:
        self.world = World(setting)
        first = self.world.first
        wanted = max(first, (since or first) - LONGEST)
        self._next = first + (wanted - first) // EPOCH * EPOCH
        self.since = self._next
        self._before: dict[int, DayState] = {}
        self._book = StatementBook(self.world)
        self._last: tuple[int, Visits, Orders] | None = None

    def plan(self, until: int) -> Iterator[int]:
        """Plan forward up to and with a day; yields each day planned."""
        while self._next <= until:
            day = self._next
            fresh = (day - self.world.first) % EPOCH == 0
            self._before[day] = DayState() if fresh or self._last is None else self._last[2].after
            visits = plan_visits(self.world, day)
            orders = plan_orders(self.world, day, visits.wishes, self._before[day])
            self._book.add(day, orders.bills, orders.payments, orders.refunds)
            self._last, self._next = (day, visits, orders), day + 1
            yield day

    def day(self, day: int) -> Made:
        """Return a day; days before it are planned where they were not.

        Raises:
            ValueError: the day is before the first one that can be made.
        """
        if day < self.since:
            raise ValueError(f"day {day} is before the first day {self.since} of this province")
        for _ in self.plan(day):
            pass
        visits, orders = self._planned(day)
        script = Script(self.world.name(day))
        tell_identities(self.world, day, script)
        tell_visits(self.world, day, visits, script)
        tell_orders(self.world, day, orders, script)
        tell_payments(self.world, day, orders.bills, orders.payments, orders.refunds, script)
        tell_statements(self.world, day, self._book, script)
        tell_service(self.world, day, visits, orders, script)
        tell_things(self.world, day, orders, script)
        files = statement_files(self.world, day, self._book)
        return Made(day, script.batches, files, self._book.breaks(day), script.touched)

    def _planned(self, day: int) -> tuple[Visits, Orders]:
        if self._last is not None and self._last[0] == day:
            return self._last[1:]
        visits = plan_visits(self.world, day)
        return visits, plan_orders(self.world, day, visits.wishes, self._before[day])

    def stream(self, days: int, accounts: Accounts | None = None) -> Iterator[tuple[Made, Block]]:
        """Yield the first days with all events in order of time; what happens after the last of them is left out."""
        held: list[Block] = []
        for day in range(self.since, self.since + days):
            made = self.day(day)
            if accounts is not None:
                accounts.add(made.batches)
            ready, later = parted([*held, *written(made.batches)], (day + 1) * DAY - 1)
            held = [later]
            yield made, ready
