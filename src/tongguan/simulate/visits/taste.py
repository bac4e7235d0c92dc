"""What people of each age buy on each channel, and what it costs them there."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from tongguan.simulate.chance import MILLION, Chance, Whole
from tongguan.simulate.clock import DAY
from tongguan.simulate.faults.plan import FaultKind
from tongguan.simulate.people import AGES
from tongguan.simulate.province.calendar import campus_season
from tongguan.simulate.province.channels import SUBS
from tongguan.simulate.province.goods import PRICES, PRODUCT_CODES, PRODUCTS, WEIGHTS
from tongguan.simulate.visits.rates import at_channel
from tongguan.simulate.world import World

IN_SEASON: Final = 500
"""The young buy the campus card so much when they come, in percent of :data:`goods.WEIGHTS`."""

OUT_OF_SEASON: Final = 70
"""And so much at other times."""

_BY_AGE: Final = {
    "goods.number_card": (130, 90, 60),
    "goods.handset": (120, 100, 60),
    "goods.broadband": (70, 125, 110),
    "goods.converged": (60, 135, 105),
    "handling.value_added": (140, 85, 45),
    "points": (80, 110, 125),
    "payment": (90, 100, 125),
}
"""Percent of the weights, per class or family of classes and place in ``people.AGES``."""

_BROWSED: Final = {"payment": 85, "goods.handset": 120}
_SPOKEN: Final = {"goods.handset": 40, "goods.broadband": 180, "goods.converged": 180, "handling": 140, "payment": 60}
_SMALL: Final = {"goods": 0, "handling.number_opening": 0, "handling.broadband_preorder": 60, "points": 60, "payment": 160}
_BY_CHANNEL: Final = {
    "app": _BROWSED,
    "web": _BROWSED,
    "wechat": _BROWSED,
    "sms": _SMALL,
    "phone": _SPOKEN,
    "kiosk": {"goods.handset": 0, "goods.broadband": 0, "goods.converged": 0, "handling": 20, "points": 20, "payment": 260},
    "shop": {"goods.handset": 420, "goods.broadband": 20, "handling": 0, "points": 0, "payment": 110, "goods.converged": 20},
    "hall": {"goods.number_card": 200, "goods.handset": 160, "handling.number_opening": 200, "points": 40, "payment": 50},
}
_BY_SUB: Final = {
    "ivr": {**_SMALL, "payment": 260},
    "ussd": _SMALL,
    "sim_menu": _SMALL,
    "email": _SMALL,
    "card_vendor": {"": 0, "goods.number_card": 100},
}
"""Percent of the weights, per class or family of classes; the longest name that fits counts."""


def _percent(of: dict[str, int], business_class: str) -> int:
    fitting = [name for name in of if business_class == name or not name or business_class.startswith(f"{name}.")]
    return of[max(fitting, key=len)] if fitting else 100


@cache
def tastes(season: bool) -> Whole:
    """Return what is bought how often, shape (subs × ages) × products: the row of a sub-channel and age is ``sub * len(AGES) + age``."""
    rows = []
    for sub in SUBS:
        at_channel = _BY_SUB.get(sub.code) or _BY_CHANNEL[sub.channel]
        for age in range(len(AGES)):
            row = []
            for product, weight in zip(PRODUCTS, WEIGHTS, strict=True):
                percent = _percent(at_channel, product.business_class)
                by_age = _percent({name: shares[age] for name, shares in _BY_AGE.items()}, product.business_class)
                campus = _campus(age, season) if product.code == "card-campus" else 100
                row.append(weight * percent * by_age * campus // 100)
            rows.append(row)
    return np.array(rows, dtype=np.int64)


def _campus(age: int, season: bool) -> int:
    if AGES[age] == "young":
        return IN_SEASON if season else OUT_OF_SEASON
    return 20


def choose_product(chance: Chance, name: str, whom: Whole, day: int, sub: Whole, age: Whole) -> Whole:
    """Return the place in ``goods.PRODUCTS`` that each has in mind."""
    return chance.pick_by(name, whom, sub * len(AGES) + age, tastes(campus_season(day)))


def prices(world: World, day: int, product: Whole, sub: Whole, times: Whole) -> tuple[Whole, list[tuple[str, Whole]]]:
    """Return what products cost where they are sold, in fen, and the places of the rows that each PRICE_MISMATCH fault changed."""
    price = np.asarray(PRICES, dtype=np.int64)[product]
    changed = []
    for fault in world.plan.of(FaultKind.PRICE_MISMATCH, day * DAY, (day + 2) * DAY):
        there = at_channel(fault.where["channel"])[sub] & (product == PRODUCT_CODES.index(fault.where["product"])) & fault.during(times)
        price = np.where(there, price * fault.strength // MILLION, price)
        changed.append((fault.id, np.flatnonzero(there)))
    return price, changed
