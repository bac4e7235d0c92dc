"""Goods and numbers are allocated, packed, carried and delivered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tongguan.simulate.chance import MILLION, Mask, Quantiles, Whole
from tongguan.simulate.clock import DAY, HOUR, MINUTE, SECOND, at
from tongguan.simulate.columns import Codes, Cohort, Column, Ids, Same
from tongguan.simulate.faults.plan import FaultKind
from tongguan.simulate.orders.lot import CLOSES, OPENS, End, Lot
from tongguan.simulate.orders.story import NONE, after, either, only, working
from tongguan.simulate.province.goods import CARRIERS, WAREHOUSES
from tongguan.simulate.province.places import CITY_CODES

TO_ASK: Final = Quantiles({0: 0.5, 50: 2, 100: 10}, SECOND)
TO_ALLOCATE: Final = Quantiles({0: 1, 50: 12, 90: 60, 100: 240}, MINUTE)
TO_RESTOCK: Final = Quantiles({0: 12, 50: 30, 90: 70, 100: 140}, HOUR)
"""Until goods that were out of stock are there."""
TO_PICK: Final = Quantiles({0: 10, 50: 70, 90: 240, 100: 600}, MINUTE)
TO_PACK: Final = Quantiles({0: 5, 50: 25, 90: 70, 100: 150}, MINUTE)
TO_FETCH: Final = Quantiles({0: 20, 50: 120, 90: 300, 100: 700}, MINUTE)
"""Until the courier fetches the package."""
TO_CARRY: Final = Quantiles({0: 12, 50: 30, 90: 52, 100: 90}, HOUR)
"""From the warehouse to the station next to the receiver."""
TO_DELIVER: Final = Quantiles({0: 15, 50: 80, 100: 175}, MINUTE)
"""From the station to the receiver."""
TO_TRY_AGAIN: Final = Quantiles({0: 14, 50: 22, 100: 30}, HOUR)
TO_RETURN: Final = Quantiles({0: 36, 50: 60, 100: 120}, HOUR)
TO_MISS: Final = Quantiles({0: 5, 50: 7, 100: 10}, DAY)
"""Until a carrier says that a package is lost."""

NO_STOCK: Final = 15_000
"""Of the allocations, in millionths."""
COURIER_WAITED_FOR: Final = 30_000
"""Of the packages, in millionths: told as waiting for the courier."""
NOT_DELIVERED: Final = 45_000
"""Of the first attempts, in millionths."""
UNDELIVERABLE: Final = 80_000
"""Of those whose first attempt failed, in millionths: they go back."""
LOST: Final = 800
"""Of the packages, in millionths."""
LAST_ROUND: Final = 18
"""From this hour on couriers go out on the next day, so that they are done by 21."""

_WHY_NOT: Final = ("nobody_home", "refused", "wrong_address", "no_answer")
_CARRIER_NAMES: Final = tuple(name for name, _ in CARRIERS)
_CARRIER_WEIGHTS: Final = tuple(share for _, share in CARRIERS)
_WAREHOUSE_OF: Final = np.arange(len(CITY_CODES), dtype=np.int64) % len(WAREHOUSES)


@dataclass(frozen=True)
class Delivered:
    """How delivery went; NONE for what did not happen.

    Attributes:
        allocated, shipped, sent_out, delivered: when.
        touched: how many orders each fault met, by its id.
    """

    allocated: Whole
    shipped: Whole
    sent_out: Whole
    delivered: Whole
    touched: dict[str, int]


def allocate(lot: Lot, accepted: Whole, which: Mask) -> Whole:
    """Give goods and numbers to orders; return when."""
    asked = after(accepted, lot.spread("allocation", TO_ASK), which)
    empty = lot.happens("no stock", NO_STOCK)
    tried = after(asked, lot.spread("allocate", TO_ALLOCATE))
    failed = only(tried, empty)
    marked = after(failed, 3 * MINUTE)
    restocked = working(after(marked, lot.spread("restock", TO_RESTOCK)), OPENS, CLOSES, lot.morning("restock"))
    allocated = either(only(tried, ~empty), restocked)
    place: dict[str, Column] = {"warehouse": Codes(WAREHOUSES, _WAREHOUSE_OF[_city(lot)])}
    lot.story.add("allocation.requested", asked, attributes=place)
    lot.story.add("allocation.failed", failed, attributes=place, reason=Same("no_stock"))
    lot.story.add("order.marked_unavailable", marked, reason=Same("no_stock"))
    lot.story.add("allocation.completed", allocated, attributes=place)
    return allocated


def deliver(lot: Lot, accepted: Whole, which: Mask) -> Delivered:
    """Allocate, pack, ship and deliver the orders that ``which`` names."""
    allocated = allocate(lot, accepted, which)
    whom = lot.whom.having(package_id=Ids(f"K{lot.name}-", np.where(which, lot.row, NONE)))
    carrier = lot.chance.pick("carrier", lot.row, _CARRIER_WEIGHTS)
    carried: dict[str, Column] = {"carrier": Codes(_CARRIER_NAMES, carrier)}
    shipped = _ship(lot, allocated, whom, carried)
    took, touched = _travel(lot, shipped, carrier)
    lost = lot.happens("package/lost", LOST)
    half = after(shipped, took * 2 // 5, ~lost)
    arrived = after(shipped, took, ~lost)
    place = {**carried, "place": Codes(CITY_CODES, _city(lot))}
    lot.story.add("package.moved", half, whom=whom, attributes=carried)
    lot.story.add("package.moved", arrived, whom=whom, attributes=place)
    missed = after(shipped, lot.spread("miss", TO_MISS), lost)
    lot.story.add("package.lost", missed, whom=whom, attributes=carried)
    lot.ends.append(End(after(missed, HOUR), "package_lost", "company"))
    sent_out, delivered = _hand_over(lot, arrived, whom, carried)
    return Delivered(allocated, shipped, sent_out, delivered, touched)


def _city(lot: Lot) -> Whole:
    return lot.world.people.city[lot.wishes.customer]


def _ship(lot: Lot, allocated: Whole, whom: Cohort, carried: dict[str, Column]) -> Whole:
    """Pick, pack and hand the packages to the carrier; return when."""
    picked = working(after(allocated, lot.spread("pick", TO_PICK)), OPENS, CLOSES, lot.morning("pick"))
    packed = working(after(picked, lot.spread("pack", TO_PACK)), OPENS, CLOSES, lot.morning("pack"))
    fetched = working(after(packed, lot.spread("fetch", TO_FETCH)), OPENS, CLOSES, lot.morning("fetch"))
    waited = lot.happens("courier waited for", COURIER_WAITED_FOR)
    bill = {**carried, "waybill": Ids(f"WB{lot.name}-", lot.row)}
    lot.story.add("picking.completed", picked, attributes={"warehouse": Codes(WAREHOUSES, _WAREHOUSE_OF[_city(lot)])})
    lot.story.add("package.packed", packed, whom=whom, attributes=bill)
    lot.story.add("order.courier_wait_started", after(packed, 5 * MINUTE, waited))
    lot.story.add("order.courier_wait_ended", after(fetched, 0, waited))
    lot.story.add("package.shipped", after(fetched, SECOND), whom=whom, attributes=bill)
    return after(fetched, SECOND)


def _travel(lot: Lot, shipped: Whole, carrier: Whole) -> tuple[Whole, dict[str, int]]:
    """Return how long the way takes, and how many packages each fault met."""
    took, touched = lot.spread("carry", TO_CARRY), {}
    for fault in lot.world.plan.of(FaultKind.COURIER_DELAY, at(lot.day), int(shipped.max(initial=0)) + 1):
        met = fault.during(shipped)
        if "carrier" in fault.where:
            met = met & (carrier == _CARRIER_NAMES.index(fault.where["carrier"]))
        if "region" in fault.where:
            met = met & (_city(lot) == CITY_CODES.index(fault.where["region"]))
        took = np.where(met, took * fault.strength // MILLION, took)
        touched[fault.id] = int(met.sum())
    return took, touched


def _hand_over(lot: Lot, arrived: Whole, whom: Cohort, carried: dict[str, Column]) -> tuple[Whole, Whole]:
    """Bring the packages to the door, a second time where nobody is there; return when first, and when they were delivered."""
    first = working(after(arrived, 10 * MINUTE), OPENS, LAST_ROUND, lot.morning("round"))
    tried = after(first, lot.spread("deliver", TO_DELIVER))
    unlucky = lot.happens("not delivered", NOT_DELIVERED)
    failed = only(tried, unlucky)
    back = lot.happens("undeliverable", UNDELIVERABLE)
    second = working(after(failed, lot.spread("try again", TO_TRY_AGAIN), ~back), OPENS, LAST_ROUND, lot.morning("round again"))
    delivered = either(only(tried, ~unlucky), after(second, lot.spread("deliver again", TO_DELIVER)))
    returned = working(after(failed, lot.spread("return", TO_RETURN), back), OPENS, CLOSES, lot.morning("return"))
    why = Codes(_WHY_NOT, lot.chance.pick("why not", lot.row, (6, 2, 1, 2)))
    story = lot.story
    story.add("package.sent_out", first, whom=whom, attributes=carried)
    story.add("package.delivery_failed", failed, whom=whom, attributes=carried, reason=why)
    story.add("package.sent_out", second, whom=whom, attributes=carried)
    story.add("package.delivered", delivered, whom=whom, attributes=carried)
    story.add("package.returned", returned, whom=whom, attributes=carried)
    lot.ends.append(End(after(returned, HOUR), "undeliverable", "company"))
    return first, delivered
