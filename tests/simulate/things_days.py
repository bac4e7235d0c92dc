"""Days of a small province for the tests of its things."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import msgspec

from tongguan.simulate.clock import DAY, of_instant
from tongguan.simulate.faults.plan import Fault, FaultKind, FaultPlan
from tongguan.simulate.orders.plan import plan_orders
from tongguan.simulate.plans import DayState, Orders
from tongguan.simulate.render import render
from tongguan.simulate.telling import Script
from tongguan.simulate.things.telling import tell_things
from tongguan.simulate.visits.plan import plan_visits
from tongguan.simulate.world import Setting, World

FIRST = date(2026, 9, 1)
_ID = re.compile('"event_id":"[^"]*",')
Told = dict[str, Any]


@dataclass(frozen=True)
class Day:
    """What the things of a day tell."""

    day: int
    orders: Orders
    script: Script
    text: bytes

    @property
    def events(self) -> list[Told]:
        """All events as they are written, in order of time."""
        return [msgspec.json.decode(line) for line in self.text.splitlines()]

    def of(self, *kinds: str) -> list[Told]:
        """The events of some types."""
        heads = tuple(f'{{"type":"{kind}"'.encode() for kind in kinds)
        return [msgspec.json.decode(line) for line in self.text.splitlines() if line.startswith(heads)]

    def about(self, noun: str) -> list[Told]:
        """The events of a noun, such as ``device``."""
        return [msgspec.json.decode(line) for line in self.text.splitlines() if line.startswith(f'{{"type":"{noun}.'.encode())]

    def bare(self) -> Counter[str]:
        """The events without their ids, which count what is told beside them."""
        return Counter(_ID.sub("", self.text.decode()).splitlines())


def world(plan: Sequence[Fault] = (), orders_per_day: int = 400, seed: int = 1) -> World:
    return World(Setting(seed=seed, first=FIRST, orders_per_day=orders_per_day, plan=FaultPlan("test", plan)))


def made(province: World, after: int, orders: Orders | None = None) -> Day:
    """Return a day so many days after the first."""
    day = province.first + after
    if orders is None:
        orders = plan_orders(province, day, plan_visits(province, day).wishes, DayState())
    script = Script(province.name(day))
    tell_things(province, day, orders, script)
    return Day(day, orders, script, render(script.batches).ndjson())


@cache
def quiet(days: int) -> tuple[Day, ...]:
    """Return the first days of a province without faults."""
    province = world()
    return tuple(made(province, after) for after in range(days))


def fault(kind: FaultKind, day: int, hours: tuple[int, int], percent: int, **where: str) -> Fault:
    """Return a fault from one hour to another of the days after the first; hours may be beyond 24."""
    start = (world().first + day) * DAY
    return Fault(kind.value, kind, start + hours[0] * 3_600_000, start + hours[1] * 3_600_000, percent * 10_000, where, "", "")


def moment(event: Told, name: str = "time") -> int:
    """Return a time of an event as a moment of the province."""
    return of_instant(datetime.fromisoformat(event[name]))
