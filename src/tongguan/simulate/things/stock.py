"""What comes into stock: numbers one by one, handsets and SIM cards by quantity, and how they are moved, counted, corrected."""

from __future__ import annotations

from typing import Final

import numpy as np

from tongguan.simulate.chance import MILLION, Chance, Whole
from tongguan.simulate.clock import HOUR, MINUTE, SECOND, at, date_of, weekday
from tongguan.simulate.columns import Codes, Cohort, Column, Ids, Same
from tongguan.simulate.plans import Orders
from tongguan.simulate.province.goods import NUMBER_POOLS, PRODUCTS, WAREHOUSES, WEIGHTS
from tongguan.simulate.telling import Script
from tongguan.simulate.things.rows import Few, one
from tongguan.simulate.world import World

NUMBERS_RECEIVED: Final = 300_000
"""Millionths of the numbers taken that came into the pools on that day: the others were there before, or come back."""
SPARE: Final = 50_000
"""So many millionths of the usual number of orders that take one come in besides and stay free."""
_NUMBERED: Final = np.array([product.number for product in PRODUCTS])
_CAMPUS: Final = [product.code for product in PRODUCTS].index("card-campus")
_POOL_WEIGHTS: Final = (78, 14, 8)
GRADES: Final = ("ordinary", "good", "premium")
_REFUSED_NUMBERS: Final = 60_000
"""Millionths of these that are in use already."""

SIM_CARD: Final = "sim-card"
"""Product id of SIM cards in stock; one goes with every order that takes a number."""
STOCKED: Final = (*(product.code for product in PRODUCTS if product.business_class == "goods.handset"), SIM_CARD)
_SHARES: Final = (50, 30, 20)
"""Percent of the sales that each warehouse ships."""
_OPENING: Final = 3
"""Weeks of sales that lie in stock on the first day."""
SUPPLIERS: Final = ("supplier-1", "supplier-2", "supplier-3")
_REFUSED: Final = 120_000
"""Millionths of the deliveries of which some pieces are refused."""
_MOVED: Final = 250_000
"""Millionths of the weekly deliveries after which a tenth goes on to another warehouse."""
_DIFFERENT: Final = 300_000
"""Millionths of the counts that find another quantity than the books say."""


def sold_a_week(world: World, product: str) -> int:
    """Return how many pieces of a stocked product a usual week takes."""
    of_product = {each.code: each.weight for each in PRODUCTS}
    weight = sum(each.weight for each in PRODUCTS if each.number) if product == SIM_CARD else of_product[product]
    return world.orders_per_day * 7 * weight // sum(WEIGHTS)


def tell_stock(world: World, day: int, script: Script, orders: Orders) -> None:
    """Tell what comes into stock on a day, weekly per product, and the count on the first of each month."""
    _tell_numbers(world, day, script, orders)
    few, chance = Few(script), world.chance("stock", day)
    if day == world.first or date_of(day).day == 1:
        _count_pools(world, day, chance, few)
    for place, product in enumerate(STOCKED):
        if day == world.first:
            _opening(world, day, product, few)
        elif weekday(day) == place % 5:
            _delivery(world, day, place, product, chance, few)
        if date_of(day).day == 1:
            _count(world, day, place, product, chance, few)
    few.tell()


def _tell_numbers(world: World, day: int, script: Script, orders: Orders) -> None:
    """Tell the numbers that came in overnight: some of those that the day's orders take, and some that nobody takes yet."""
    chance = world.chance("stock", day)
    row = np.flatnonzero(_NUMBERED[orders.wishes.product] & (orders.created >= at(day, 0, 2)))
    row = row[chance.happens("numbers", orders.key[row], NUMBERS_RECEIVED)]
    number = orders.key[row]
    times = at(day) + SECOND + chance.below("numbers/at", number, MINUTE)
    told: dict[str, Column] = {"resource_kind": Same("number")}
    pool = Codes(NUMBER_POOLS, np.where(orders.wishes.product[row] == _CAMPUS, 1, 0))
    script.tell("resource.received", _numbers(world, day, "", number), times, attributes=told | {"pool": pool, "grade": Same("ordinary")})
    usual = world.orders_per_day * sum(product.weight for product in PRODUCTS if product.number) * SPARE // sum(WEIGHTS)
    spare = np.arange(chance.count("spare", 0, usual), dtype=np.int64)
    pool, grade = Codes(NUMBER_POOLS, chance.pick("pool", spare, _POOL_WEIGHTS)), chance.below("grade", spare, len(GRADES))
    refused = chance.happens("refused", spare, _REFUSED_NUMBERS)
    whom, times = _numbers(world, day, "S", spare), at(day) + SECOND + chance.below("spare/at", spare, MINUTE)
    told |= {"pool": pool, "grade": Codes(GRADES, grade)}
    script.tell("resource.received", whom, times, ~refused, attributes=told)
    script.tell("resource.refused", whom, times, refused, attributes=told, reason=Same("known_already"))


def _numbers(world: World, day: int, letter: str, number: Whole) -> Cohort:
    return Cohort(len(number), {"resource_id": Ids(f"N{world.name(day)}-{letter}", number)})


def _count_pools(world: World, day: int, chance: Chance, few: Few) -> None:
    """Tell how many numbers lie in each pool: about two months' worth."""
    monthly = world.orders_per_day * 30 * sum(product.weight for product in PRODUCTS if product.number) // sum(WEIGHTS)
    for place, pool in enumerate(NUMBER_POOLS):
        booked = monthly * _POOL_WEIGHTS[place] * (150 + one(chance, "pool/counted", place, 100)) // 10_000
        few.add("stock.counted", at(day, 1) + place, {"pool": pool, "booked_quantity": booked}, quantity=booked)


def _opening(world: World, day: int, product: str, few: Few) -> None:
    for place, warehouse in enumerate(WAREHOUSES):
        pieces = sold_a_week(world, product) * _OPENING * _SHARES[place] // 100
        told = {"sku": product, "warehouse": warehouse}
        few.add("stock.received", at(day, 0, 10) + place, told, product_id=product, quantity=pieces, reason="opening")


def _delivery(world: World, day: int, place: int, product: str, chance: Chance, few: Few) -> None:
    """Tell the delivery of a week; it replaces what a usual week sells, a tenth more or less."""
    for row, warehouse in enumerate(WAREHOUSES):
        key = place * len(WAREHOUSES) + row
        pieces = sold_a_week(world, product) * _SHARES[row] * (90 + one(chance, "pieces", key, 22)) // 10_000
        if not pieces:
            continue
        arrived = at(day, 8) + one(chance, "arrived", key, 4 * HOUR)
        supplier = SUPPLIERS[one(chance, "supplier", key, len(SUPPLIERS))]
        told = {"sku": product, "warehouse": warehouse, "supplier": supplier}
        bad = pieces * (1 + one(chance, "bad", key, 5)) // 100 if one(chance, "refused/some", key, MILLION) < _REFUSED else 0
        if bad:
            few.add("stock.refused", arrived, told, product_id=product, quantity=bad, reason="damaged")
        few.add("stock.received", arrived, told, product_id=product, quantity=pieces - bad)
        if one(chance, "moved", key, MILLION) < _MOVED and pieces >= 20:
            other = WAREHOUSES[(row + 1 + one(chance, "moved/to", key, len(WAREHOUSES) - 1)) % len(WAREHOUSES)]
            way = {"sku": product, "warehouse": other, "moved_from": warehouse, "moved_to": other}
            few.add("stock.moved", arrived + 5 * HOUR, way, product_id=product, quantity=pieces // 10)


def _count(world: World, day: int, place: int, product: str, chance: Chance, few: Few) -> None:
    for row, warehouse in enumerate(WAREHOUSES):
        key = place * len(WAREHOUSES) + row
        booked = sold_a_week(world, product) * _SHARES[row] * (150 + one(chance, "booked", key, 200)) // 10_000
        counted = at(day, 19) + one(chance, "counted", key, 3 * HOUR)
        wrong = 1 + one(chance, "wrong", key, max(1, booked // 100)) if one(chance, "differs", key, MILLION) < _DIFFERENT else 0
        wrong = min(booked, wrong) * (-1 if one(chance, "less", key, 3) else 1)
        told: dict[str, str | int] = {"sku": product, "warehouse": warehouse}
        few.add("stock.counted", counted, {**told, "booked_quantity": booked}, product_id=product, quantity=booked + wrong)
        if wrong:
            few.add("stock.adjusted", counted + HOUR, {**told}, product_id=product, quantity=wrong, reason="counted")
