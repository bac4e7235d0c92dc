"""Tell what was planned of orders."""

from __future__ import annotations

from tongguan.simulate.plans import Orders
from tongguan.simulate.telling import Script
from tongguan.simulate.world import World


def tell_orders(world: World, day: int, orders: Orders, script: Script) -> None:
    """Tell the life of the orders of a day, its shifts and its hoarded numbers; money tells its own events.

    Args:
        world: the province.
        day: its number.
        orders: as :func:`tongguan.simulate.orders.plan.plan_orders` planned them for that day.
        script: collects the events.
    """
    if script.name != world.name(day):
        raise ValueError(f"the script of {script.name} cannot take the orders of {world.name(day)}; give each day its own script")
    orders.story.tell(script)
    for fault, rows in orders.touched.items():
        script.touch(fault, rows)
