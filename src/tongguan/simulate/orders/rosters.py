"""Who accepts orders by hand, and when: shifts from 08:00 to 21:00 every day, filled for the orders to be expected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from tongguan.simulate.chance import MILLION
from tongguan.simulate.clock import HOUR, MINUTE, at
from tongguan.simulate.columns import Codes, Cohort, Column, Numbers, Same
from tongguan.simulate.desk import Roster
from tongguan.simulate.faults.plan import Fault, FaultKind
from tongguan.simulate.orders.story import Story
from tongguan.simulate.province.calendar import busy, is_workday
from tongguan.simulate.world import World

MANUAL: Final = 76
"""Orders to be accepted by hand, per 1,000 orders of a usual day."""
FREE_DAYS: Final = 88
"""Staff on weekends and holidays, in percent of what the orders would need: what is left waits for the next workday."""
AHEAD: Final = 14
"""Rosters are made for so many days."""
BREAK: Final = 30 * MINUTE
SENIORS_PER_CLERK: Final = 6
"""One senior for so many clerks; seniors take what comes back from customers."""

Span = tuple[int, int]


@dataclass(frozen=True)
class Shift:
    """A shift.

    Attributes:
        name: in events.
        starts, ends: hours of the day.
        rest: when the first clerk's break begins, minutes after midnight; 0 for no break.
        clerks: so many per 10,000 orders to be accepted by hand that day.
    """

    name: str
    starts: int
    ends: int
    rest: int
    clerks: int


SHIFTS: Final = (Shift("early", 8, 16, 11 * 60, 60), Shift("morning", 8, 12, 0, 85), Shift("late", 13, 21, 16 * 60 + 30, 85))
"""The morning shift helps with what came at night. Together they are about three quarters busy on a usual day."""


@dataclass(frozen=True)
class Duty:
    """A clerk's work of one day.

    Attributes:
        clerk: number.
        shift: place in :data:`SHIFTS`.
        spans: when they work, from and until.
    """

    clerk: int
    shift: int
    spans: tuple[Span, ...]


def _needed(world: World, percent: int) -> tuple[int, ...]:
    """Return the clerks per shift on a day so many percent busy; at least one each."""
    orders = world.orders_per_day * MANUAL * percent
    return tuple(max(1, -(-orders * shift.clerks // (10_000 * 1000 * 100))) for shift in SHIFTS)


def clerk_count(world: World) -> int:
    """Return how many clerks there are: each works five days of seven."""
    return -(-sum(_needed(world, 100)) * 7 // 5)


def senior_count(world: World) -> int:
    """Return how many seniors there are."""
    return max(1, clerk_count(world) // SENIORS_PER_CLERK)


def names(world: World) -> tuple[str, ...]:
    """Return the names of the clerks, and after them those of the seniors."""
    clerks = [f"clerk-{number:02}" for number in range(1, clerk_count(world) + 1)]
    return (*clerks, *(f"senior-{number:02}" for number in range(1, senior_count(world) + 1)))


def backlog_faults(world: World, day: int) -> tuple[Fault, ...]:
    """Return the faults in which clerks do not come, of the days that a day's rosters are for."""
    found = world.plan.of(FaultKind.ACCEPTANCE_BACKLOG, at(day), at(day + AHEAD))
    return tuple(fault for fault in found if fault.where.get("reason") != "interface")


def duties(world: World, day: int, faults: Iterable[Fault] = ()) -> list[Duty]:
    """Return who works on a day, with what faults leave of it; clerks take turns from day to day."""
    count, percent = clerk_count(world), busy(day) if is_workday(day) else busy(day) * FREE_DAYS // 100
    needed, turn = _needed(world, percent), day * sum(_needed(world, 100))
    absent = [(fault, _absent(world, fault)) for fault in faults]
    found, taken = [], 0
    for place, shift in enumerate(SHIFTS):
        for seat in range(min(needed[place], count - taken)):
            clerk = (turn + taken + seat) % count
            spans = _spans(day, shift, seat)
            for fault, away in absent:
                if clerk in away:
                    spans = _without(spans, fault.start, fault.end)
            found.append(Duty(clerk, place, spans))
        taken += min(needed[place], count - taken)
    return found


def _spans(day: int, shift: Shift, seat: int) -> tuple[Span, ...]:
    starts, ends = at(day, shift.starts), at(day, shift.ends)
    if not shift.rest:
        return ((starts, ends),)
    rest = at(day, 0, shift.rest + seat % 4 * 30)
    return ((starts, rest), (rest + BREAK, ends))


def _absent(world: World, fault: Fault) -> frozenset[int]:
    """Return the clerks who do not come: always the same in one fault."""
    count = clerk_count(world)
    drawn = world.chance("orders").bits(f"absent/{fault.id}", np.arange(count, dtype=np.int64))
    return frozenset(np.argsort(drawn, kind="stable")[: (count * fault.strength + MILLION // 2) // MILLION].tolist())


def _without(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """Return what is left of spans without the time from ``start`` to ``end``."""
    parts = [part for first, last in spans for part in ((first, min(last, start)), (max(first, end), last))]
    return tuple((first, last) for first, last in parts if first < last)


def rosters(world: World, day: int, faults: Sequence[Fault] = ()) -> list[Roster]:
    """Return each clerk's roster from a day on."""
    starts: list[list[int]] = [[] for _ in range(clerk_count(world))]
    ends: list[list[int]] = [[] for _ in starts]
    for ahead in range(day, day + AHEAD):
        for duty in duties(world, ahead, faults):
            starts[duty.clerk] += [first for first, _ in duty.spans]
            ends[duty.clerk] += [last for _, last in duty.spans]
    return [Roster(first, last) for first, last in zip(starts, ends, strict=True)]


def plan_shifts(world: World, day: int, story: Story) -> None:
    """Plan to tell the shifts of a day: those whom a fault keeps away do not start."""
    came = [duty for duty in duties(world, day, backlog_faults(world, day)) if duty.spans]
    who = names(world)
    shared: dict[str, Column] = {"unit": Same("acceptance")}
    worked = _whole([sum(last - first for first, last in duty.spans) for duty in came])
    whom = Cohort(len(came), {"actor_id": Codes(who, _whole([duty.clerk for duty in came]))})
    shift = {**shared, "shift": Codes([shift.name for shift in SHIFTS], _whole([duty.shift for duty in came]))}
    story.add_aside("shift.started", whom, _whole([duty.spans[0][0] for duty in came]), attributes=shift)
    story.add_aside("shift.ended", whom, _whole([duty.spans[-1][1] for duty in came]), attributes=shift, duration=Numbers(worked))
    pauses = [(duty.clerk, one[1], other[0]) for duty in came for one, other in pairwise(duty.spans)]
    resting = Cohort(len(pauses), {"actor_id": Codes(who, _whole([clerk for clerk, _, _ in pauses]))})
    story.add_aside("shift.paused", resting, _whole([first for _, first, _ in pauses]), attributes=shared, reason=Same("break"))
    story.add_aside("shift.resumed", resting, _whole([last for _, _, last in pauses]), attributes=shared)


def evening(day: int) -> int:
    """Return the moment before which what comes in still queues with the orders of a day: the next opening."""
    return at(day + 1) + SHIFTS[0].starts * HOUR


def _whole(values: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)
