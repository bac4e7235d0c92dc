"""All the things of a day, told in one go."""

from __future__ import annotations

from tongguan.simulate.plans import Orders
from tongguan.simulate.telling import Script
from tongguan.simulate.things.aggregates import tell_aggregates
from tongguan.simulate.things.campaigns import tell_campaigns
from tongguan.simulate.things.economics import tell_economics
from tongguan.simulate.things.inspecting import tell_inspecting
from tongguan.simulate.things.instructions import tell_instructions
from tongguan.simulate.things.kiosk_work import tell_kiosk_work
from tongguan.simulate.things.kiosks import tell_kiosks
from tongguan.simulate.things.listing import tell_listing
from tongguan.simulate.things.stock import tell_stock
from tongguan.simulate.things.watching import tell_watching
from tongguan.simulate.world import World


def tell_things(world: World, day: int, orders: Orders, script: Script) -> None:
    """Tell devices, probes, stock, shelves, campaigns, money between us and partners, and instructions of a day.

    Args:
        world: the province.
        day: number of the day.
        orders: those of the day; some of what is told follows from them.
        script: what it is told into.
    """
    tell_kiosks(world, day, script)
    tell_kiosk_work(world, day, script, orders)
    tell_watching(world, day, script)
    tell_inspecting(world, day, script)
    tell_stock(world, day, script, orders)
    tell_listing(world, day, script)
    tell_campaigns(world, day, script, orders)
    tell_economics(world, day, script, orders)
    tell_aggregates(world, day, script)
    tell_instructions(world, day, script)
