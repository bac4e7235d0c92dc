"""Telephone numbers of the shared pool: held for orders, given to them or given back, and hoarded by a few."""

from __future__ import annotations

from typing import Final

import numpy as np

from tongguan.simulate.chance import MILLION, Quantiles, Whole
from tongguan.simulate.clock import DAY, HOUR, MINUTE, SECOND, at, within_day
from tongguan.simulate.columns import Codes, Cohort, Column, Ids, Moments, Parts, Same
from tongguan.simulate.faults.plan import Fault, FaultKind
from tongguan.simulate.orders.lot import CAMPUS, NUMBER, Lot
from tongguan.simulate.orders.story import NONE, after, only
from tongguan.simulate.province.calendar import HOURS
from tongguan.simulate.province.goods import NUMBER_POOLS
from tongguan.simulate.province.places import CITY_CODES

HELD: Final = DAY
"""So long a number is held for an order that is not paid."""
HOARDERS: Final = 4
"""Customers who hoard, per fault."""
HOARDED: Final = Quantiles({0: 0.5, 40: 6, 80: 24, 100: 48}, HOUR)
"""So long a hoarded number is held until that runs out."""
_KIND: Final[dict[str, Column]] = {"resource_kind": Same("number")}
_GENERAL, _CAMPUS, _PREMIUM = (NUMBER_POOLS.index(f"pool-{name}") for name in ("general", "campus", "premium"))


def hold(lot: Lot, created: Whole, allocated: Whole, ended: Whole, ran_out: Whole) -> None:
    """Plan what becomes of the numbers of orders.

    Args:
        lot: the orders.
        created: when each was made.
        allocated: when it got everything it needs.
        ended: when it was given up; NONE where it was not.
        ran_out: when an unpaid one ran out by itself; NONE where it did not.
    """
    which = lot.having(NUMBER)
    whom = lot.whom.having(resource_id=Ids(f"N{lot.name}-", np.where(which, lot.row, NONE)))
    chosen = np.where(lot.happens("premium", 120_000), _PREMIUM, _GENERAL)
    pool: dict[str, Column] = {**_KIND, "pool": Codes(NUMBER_POOLS, np.where(lot.having(CAMPUS), _CAMPUS, chosen))}
    held = after(created, SECOND, which)
    free = only(ended, allocated < 0)
    lot.story.add("resource.reserved", held, whom=whom, attributes={**pool, "expires": Moments(after(held, HELD))})
    lot.story.add("resource.allocated", after(allocated, 0, which), whom=whom, attributes=pool)
    lot.story.add("resource.reservation_expired", after(free, SECOND, which & (ran_out >= 0)), whom=whom, attributes=pool)
    lot.story.add("resource.released", after(free, SECOND, which & (ran_out < 0)), whom=whom, attributes=pool)


def hoard(lot: Lot) -> dict[str, int]:
    """Plan the reservations of hoarders, ``strength`` millionths of the usual orders of a day.

    Returns:
        How many reservations each fault made, by its id.
    """
    faults = lot.world.plan.of(FaultKind.NUMBERS_HOARDED, at(lot.day), at(lot.day + 1))
    return {fault.id: _hoarded(lot, fault, number) for number, fault in enumerate(faults)}


def _hoarded(lot: Lot, fault: Fault, number: int) -> int:
    chance = lot.chance.of("hoard", fault.id)
    row = np.arange(lot.world.orders_per_day * fault.strength // MILLION, dtype=np.int64)
    times = within_day(chance, "time", row, lot.day, HOURS)
    times = only(times, fault.during(times))
    city = CITY_CODES.index(fault.where["region"])
    there = np.flatnonzero(lot.world.people.city == city)
    # The same few customers on every day of the fault.
    who = there[lot.world.chance("orders").of("hoarders", fault.id).below("who", np.arange(HOARDERS, dtype=np.int64), len(there))]
    columns: dict[str, Column] = {
        **lot.world.people.columns(who[chance.below("hoarder", row, HOARDERS)]),
        "channel": Codes(("app", "web"), chance.pick("channel", row, (7, 3))),
        "resource_id": Parts(f"N{lot.name}-H", np.full(len(row), number, dtype=np.int64), row),
    }
    whom = Cohort(len(row), columns)
    pool: dict[str, Column] = {**_KIND, "pool": Same(fault.where.get("pool", NUMBER_POOLS[_GENERAL]))}
    expires = after(times, np.maximum(chance.spread("held", row, HOARDED), 30 * MINUTE))
    lot.story.add_aside("resource.reserved", whom, times, attributes={**pool, "expires": Moments(expires)})
    lot.story.add_aside("resource.reservation_expired", whom, expires, attributes=pool)
    return int((times >= 0).sum())
