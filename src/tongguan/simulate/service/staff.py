"""Agents: how many are planned, who works when, and what the desk does for its people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import isqrt
from typing import Final

import numpy as np

from tongguan.simulate.chance import Whole
from tongguan.simulate.clock import DAY, HOUR, MINUTE
from tongguan.simulate.desk import Roster
from tongguan.simulate.province.calendar import DESK_HOURS, busy
from tongguan.simulate.province.channels import Profile
from tongguan.simulate.world import World


@dataclass(frozen=True)
class Pool:
    """Agents who take the same contacts.

    Attributes:
        code: its name.
        calls, chats, historical: contacts per 1,000 orders that the plan of staff expects: today's, and calls in the early year.
        work: usual work per contact, seconds.
        seats: contacts that one agent has at a time.
    """

    code: str
    expected: int
    historical: int
    work: int
    seats: int = 1


POOLS: Final = (
    Pool("hotline", 330, 2150, 275),
    Pool("orders", 138, 750, 275),
    Pool("care", 100, 545, 275),
    Pool("online", 150, 135, 420, 3),
)
"""Skills general and bill, order, broadband and complaint, and all chats."""
HOTLINE, ORDERS, CARE, ONLINE = range(4)
POOL_OF_SKILL: Final = (HOTLINE, ORDERS, HOTLINE, CARE, CARE)

SHIFTS: Final = (("early", 7, 15), ("middle", 11, 19), ("late", 15, 23), ("night", 23, 31))
"""Names and hours; the night belongs to the day it begins in."""
BREAKS: Final = ((75, 15), (260, 40))
"""Rest and meal: minutes after the beginning of a shift for the first of its agents, and how long."""
STAGGER: Final = 42
"""So many minutes later the next agent takes a break; the fifth goes with the first."""
TURNS: Final = 4
MARGIN: Final = 580
"""Agents beyond the load, in thousandths of its square root: what keeps the queue short."""
PLANNED_FOR: Final = 140
"""The plan of staff follows how busy a day will be up to so many percent of a usual one."""
SPARE: Final = 140
"""Staff in percent of those on duty on a usual day: the others are off."""
FIRST_AGENT: Final = 101
_TOTAL: Final = sum(DESK_HOURS)


@dataclass(frozen=True)
class Duty:
    """The shifts that begin in a day, a row each.

    Attributes:
        agent: number.
        shift: place in :data:`SHIFTS`.
        start, end: moments.
        pauses, resumes: moments, shape (rows, breaks); equal where there is no break.
    """

    agent: Whole
    shift: Whole
    start: Whole
    end: Whole
    pauses: Whole
    resumes: Whole

    def __len__(self) -> int:
        return len(self.agent)


@cache
def crew(orders_per_day: int, profile: Profile, pool: int, percent: int) -> tuple[int, int, int, int]:
    """Return how many agents of a pool are planned per shift for a day so busy."""
    of = POOLS[pool]
    expected = of.historical if profile is Profile.HISTORICAL else of.expected
    # In thousandths of an agent: contacts per hour × seconds each / 3600.
    load = [orders_per_day * expected * percent * weight * of.work // (_TOTAL * 3600 * 100 * of.seats) for weight in DESK_HOURS]
    need = [-(-(one + MARGIN * isqrt(one * 1000) // 1000) * 100 // (1000 * 88)) for one in load]
    early, late = max(2, *need[7:11]), max(2, *need[19:23])
    middle = max(0, max(need[11:15]) - early, max(need[15:19]) - late)
    return early, middle, late, max(1, *need[:7], need[23])


def planned(world: World, day: int, pool: int) -> tuple[int, int, int, int]:
    """Return how many agents of a pool are planned per shift of a day."""
    return crew(world.orders_per_day, world.profile, pool, min(busy(day), PLANNED_FOR))


@cache
def _staff(orders_per_day: int, profile: Profile) -> tuple[tuple[int, int], ...]:
    """Return number of the first agent, and how many there are, per pool."""
    found, first = [], FIRST_AGENT
    for pool in range(len(POOLS)):
        usual, most = sum(crew(orders_per_day, profile, pool, 104)), sum(crew(orders_per_day, profile, pool, PLANNED_FOR))
        size = max(usual * SPARE // 100 + 1, most)
        found.append((first, size))
        first += size
    return tuple(found)


def staff_count(world: World) -> int:
    """Return how many agents there are in all; their numbers follow each other from :data:`FIRST_AGENT` on."""
    return sum(size for _, size in _staff(world.orders_per_day, world.profile))


def agents(world: World, day: int | Whole, pool: int, place: Whole) -> Whole:
    """Return who has places in the plan of a day: everybody moves on by one place a day, through the shifts and then off."""
    first, size = _staff(world.orders_per_day, world.profile)[pool]
    return first + (place - day) % size


@cache
def _table(counts: tuple[int, int, int, int]) -> tuple[Whole, Whole]:
    """Return the shift of each place of a plan, and its place within the shift."""
    return np.repeat(np.arange(4, dtype=np.int64), counts), np.concatenate([np.arange(count, dtype=np.int64) for count in counts])


def duty(world: World, day: int, pool: int) -> Duty:
    """Return the shifts of a pool that begin in a day."""
    shift, within = _table(planned(world, day, pool))
    start = day * DAY + np.array([begins for _, begins, _ in SHIFTS], dtype=np.int64)[shift] * HOUR
    after = np.array([after for after, _ in BREAKS], dtype=np.int64)
    # Who is alone at night has no break of their own: nobody would take the calls.
    alone = (shift == 3) & (int((shift == 3).sum()) == 1)
    long = np.where(alone[:, None], 0, np.array([long for _, long in BREAKS], dtype=np.int64)[None, :])
    pauses = start[:, None] + (after[None, :] + within[:, None] % TURNS * STAGGER) * MINUTE
    return Duty(agents(world, day, pool, np.arange(len(shift))), shift, start, start + 8 * HOUR, pauses, pauses + long * MINUTE)


def rosters(before: Duty, now: Duty, day: int) -> tuple[list[Roster], Whole]:
    """Return when agents work on a day, and who they are: those whose night goes on, and those whose shift begins.

    The last night shift is taken to work until it has served who came before midnight.
    """
    night = np.flatnonzero(before.shift == 3)
    rows = [(before, row) for row in night.tolist()] + [(now, row) for row in range(len(now))]
    found = [_roster(duty, row, day) for duty, row in rows]
    return found, np.concatenate([before.agent[night], now.agent])


def _roster(duty: Duty, row: int, day: int) -> Roster:
    starts = [int(duty.start[row]), *duty.resumes[row].tolist()]
    ends = [*duty.pauses[row].tolist(), int(duty.end[row])]
    shown = [(max(start, day * DAY), end) for start, end in zip(starts, ends, strict=True) if end > day * DAY]
    return Roster([start for start, _ in shown], [end for _, end in shown])


def on_duty(world: World, pool: int, time: Whole, drawn: Whole) -> Whole:
    """Return an agent of a pool who is on shift at each moment, of any day; ``drawn`` chooses among them."""
    days, hours = time // DAY, time % DAY // HOUR
    found = np.zeros(len(time), dtype=np.int64)
    first = int(days.min()) if len(days) else 0
    for day in range(first, (int(days.max()) if len(days) else first - 1) + 1):
        rows = np.flatnonzero(days == day)
        early, middle, late, night = planned(world, day, pool)
        hour = hours[rows]
        low = np.where(hour < 7, early + middle + late, np.where(hour < 15, 0, np.where(hour < 23, early + middle, early + middle + late)))
        size = np.where((hour < 7) | (hour >= 23), night, np.where(hour < 15, early, late))
        place = low + drawn[rows] % size
        found[rows] = np.where(hour < 7, agents(world, day - 1, pool, place), agents(world, day, pool, place))
    return found


def busy_until(agent: Whole, start: Whole, end: Whole, whom: Whole, moments: Whole) -> Whole:
    """Return until when each of ``whom`` is busy at a moment, or the moment itself.

    Args:
        agent, start, end: what is done by whom, from when to when.
        whom, moments: of equal shape.
    """
    if not len(agent):
        return moments
    base = int(min(start.min(), moments.min()))
    order = np.argsort((agent << 32) + start - base, kind="stable")
    codes, ends = ((agent << 32) + start - base)[order], np.maximum.accumulate(((agent << 32) + end - base)[order])
    place = np.searchsorted(codes, (whom << 32) + moments - base, side="left") - 1
    last = ends[np.maximum(place, 0)]
    same = (place >= 0) & (last >> 32 == whom)
    return np.where(same, np.maximum(moments, (last & 0xFFFFFFFF) + base), moments)
