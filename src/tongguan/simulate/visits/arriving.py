"""Who comes when and where, and which visits a fault prevents."""

from __future__ import annotations

from typing import Final

import numpy as np

from tongguan.simulate.chance import Chance, Mask, Whole
from tongguan.simulate.clock import DAY, within_day
from tongguan.simulate.faults.plan import FaultKind
from tongguan.simulate.plans import NONE
from tongguan.simulate.province.calendar import HOURS, busy
from tongguan.simulate.province.channels import CHANNEL_NAMES
from tongguan.simulate.province.places import DISTRICTS
from tongguan.simulate.visits.habits import choose_sub
from tongguan.simulate.visits.rates import SESSIONS_PER_ORDER, rates
from tongguan.simulate.visits.rows import Came
from tongguan.simulate.world import World

REACHED: Final = 250_000
"""Share of the customers whom a campaign reaches, in millionths."""

_KIOSKS: Final = np.array([name == "kiosk" for name in CHANNEL_NAMES])


def who_comes(world: World, day: int, chance: Chance) -> Came:
    """Return the visits of a day as they begin."""
    count = chance.count("visits", 0, world.per_day(SESSIONS_PER_ORDER * 10 * busy(day)))
    numbers = np.arange(count, dtype=np.int64)
    times = np.sort(within_day(chance, "time", numbers, day, HOURS))
    customer = world.people.choose(chance, "customer", numbers)
    age = world.people.age[customer]
    sub = choose_sub(world, chance, numbers, customer, age)
    there, touched = open_kiosks(world, day, chance, numbers, times, sub, customer)
    recognised = chance.happens("recognised", numbers, rates(world.profile).known[sub])
    campaign = reached(world, day, times, customer)
    if touched:
        numbers, times, sub, customer, age = numbers[there], times[there], sub[there], customer[there], age[there]
        recognised, campaign = recognised[there], campaign[there]
    return Came(numbers, times, sub, customer, age, recognised, campaign, tuple(touched))


def open_kiosks(
    world: World, day: int, chance: Chance, numbers: Whole, times: Whole, sub: Whole, customer: Whole
) -> tuple[Mask, list[tuple[str, int]]]:
    """Return which visits and orders find a kiosk that works, or need none, and how many each KIOSKS_OFFLINE fault prevented."""
    there = np.ones(len(numbers), dtype=np.bool_)
    touched = []
    for fault in world.plan.of(FaultKind.KIOSKS_OFFLINE, day * DAY, (day + 1) * DAY):
        place = DISTRICTS.index(fault.where["region"])
        lost = there & _KIOSKS[sub] & (world.people.district[customer] == place)
        lost &= chance.happens("kiosk_off", numbers, fault.level(times))
        there &= ~lost
        touched.append((fault.id, int(lost.sum())))
    return there, touched


def reached(world: World, day: int, times: Whole, customer: Whole) -> Whole:
    """Return which campaign reached who comes then, the first that did: place among the day's CAMPAIGN faults; NONE for none."""
    found = np.full(len(times), NONE, dtype=np.int64)
    for place, fault in enumerate(world.plan.of(FaultKind.CAMPAIGN, day * DAY, (day + 1) * DAY)):
        whom = world.chance("campaign").happens(fault.id, customer, REACHED) & fault.during(times)
        found = np.where((found == NONE) & whom, place, found)
    return found
