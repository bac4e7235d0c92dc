"""Days of orders, planned and told with their money, from wishes drawn here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from tongguan.simulate.clock import within_day
from tongguan.simulate.money.telling import tell_payments
from tongguan.simulate.orders.plan import plan_orders
from tongguan.simulate.orders.telling import tell_orders
from tongguan.simulate.plans import DayState, Orders, Wishes
from tongguan.simulate.province.calendar import HOURS
from tongguan.simulate.province.channels import order_weights
from tongguan.simulate.province.goods import PRICES, WEIGHTS
from tongguan.simulate.render import render
from tongguan.simulate.telling import Script
from tongguan.simulate.world import World


@dataclass(frozen=True)
class Made:
    """A day as planned, and as told."""

    day: int
    orders: Orders
    script: Script
    lines: list[bytes]


def wishes_of(world: World, day: int, campaign: int = -1) -> Wishes:
    """Return wishes over a usual day, about as many as the world has."""
    chance, row = world.chance("test", day), np.arange(world.orders_per_day, dtype=np.int64)
    time = np.sort(within_day(chance, "time", row, day, HOURS))
    product = chance.pick("product", row, WEIGHTS)
    none = np.full(len(row), -1, dtype=np.int64)
    sub = chance.pick("sub", row, order_weights(world.profile))
    price = np.array(PRICES, dtype=np.int64)[product]
    return Wishes(time, world.people.choose(chance, "who", row), sub, product, none, np.full(len(row), campaign), price, row)


def plans_of(world: World, days: int) -> list[Orders]:
    """Return the plans of the first days, each going on from the one before."""
    found, before = [], DayState()
    for day in range(world.first, world.first + days):
        found.append(plan_orders(world, day, wishes_of(world, day), before))
        before = found[-1].after
    return found


def days_of(world: World, days: int) -> list[Made]:
    """Return the first days, told."""
    return [made_of(world, world.first + place, orders) for place, orders in enumerate(plans_of(world, days))]


def made_of(world: World, day: int, orders: Orders) -> Made:
    """Tell a day of orders and their money."""
    script = Script(world.name(day))
    tell_orders(world, day, orders, script)
    tell_payments(world, day, orders.bills, orders.payments, orders.refunds, script)
    return Made(day, orders, script, render(script.batches).ndjson().splitlines())


def told_of(world: World, made: Made) -> list[dict[str, Any]]:
    """Return what is told of a day, in order of time."""
    return [msgspec.json.decode(line) for line in made.lines]
