"""The orders of one day while they are planned: what all modules of their life need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tongguan.simulate.chance import Chance, Mask, Quantiles, Whole
from tongguan.simulate.clock import MINUTE
from tongguan.simulate.columns import Codes, Cohort, Column, Ids
from tongguan.simulate.orders.story import Story
from tongguan.simulate.plans import Wishes
from tongguan.simulate.province.channels import CHANNEL_NAMES, SUB_NAMES, SUBS, Style
from tongguan.simulate.province.goods import CLASSES, PRODUCT_CODES, PRODUCTS
from tongguan.simulate.world import World

OPENS: Final = 8
CLOSES: Final = 21
"""Hours in which people work."""
MORNING: Final = Quantiles({0: 0, 100: 90}, MINUTE)
"""What comes at night is done so long after opening."""

COURIER: Final = np.array([product.delivery == "courier" for product in PRODUCTS])
ON_SITE: Final = np.array([product.delivery == "on_site" for product in PRODUCTS])
IN_SHOP: Final = np.array([product.delivery == "shop" for product in PRODUCTS])
ACTIVATED: Final = np.array([product.activated for product in PRODUCTS])
REAL_NAME: Final = np.array([product.real_name for product in PRODUCTS])
NUMBER: Final = np.array([product.number for product in PRODUCTS])
CARD: Final = np.array([product.business_class == "goods.number_card" for product in PRODUCTS])
CAMPUS: Final = np.array([product.code == "card-campus" for product in PRODUCTS])
SEVERAL: Final = np.array([product.business_class in ("goods.handset", "goods.converged") for product in PRODUCTS])
PAYMENT: Final = np.array([product.business_class.startswith("payment.") for product in PRODUCTS])
OTO: Final = np.array([product.oto for product in PRODUCTS], dtype=np.int64)
"""Percent."""
RETURNED: Final = np.array([product.returned for product in PRODUCTS], dtype=np.int64)
"""Ten-thousandths."""
OF_SHOPS: Final = np.array([sub.style is Style.SHOP for sub in SUBS])
"""Sub-channels that are third parties' shops."""

_CHANNELLED: Final = np.array([place if name else -1 for place, name in enumerate(SUB_NAMES)], dtype=np.int64)


@dataclass(frozen=True)
class End:
    """Orders that the company or the system cancels.

    Attributes:
        times: when; NONE for those that go on.
        reason: the same for all.
        by: ``company`` or ``system``.
    """

    times: Whole
    reason: str
    by: str


@dataclass(frozen=True)
class Lot:
    """Orders of one day, a row each.

    Attributes:
        world, day, wishes: what they are made from.
        name: of the day, part of all ids.
        chance: draws of this room and day.
        row: number of each, whom draws are made for and ids are named by; not its place in the arrays.
        whom: the columns that all their events share.
        story: what is planned to be told.
        ends: how the company and the system end some of them.
    """

    world: World
    day: int
    wishes: Wishes
    name: str
    chance: Chance
    row: Whole
    whom: Cohort
    story: Story
    ends: list[End] = field(default_factory=list)

    def spread(self, name: str, by: Quantiles) -> Whole:
        """Return a value of a distribution for each order."""
        return self.chance.spread(name, self.row, by)

    def happens(self, name: str, share: int | Whole) -> Mask:
        """Return True in ``share`` millionths of the orders."""
        return self.chance.happens(name, self.row, share)

    def having(self, trait: Mask) -> Mask:
        """Return which orders are about a product with a trait, as the arrays above have it."""
        found: Mask = trait[self.wishes.product]
        return found

    def morning(self, name: str) -> Whole:
        """Return how long after opening what came at night is done."""
        return self.chance.spread(f"{name}/morning", self.row, MORNING)


def begin(world: World, day: int, wishes: Wishes) -> Lot:
    """Return the orders that come of wishes, with nothing planned yet."""
    row, name = wishes.key, world.name(day)
    columns: dict[str, Column] = {
        "channel": Codes(CHANNEL_NAMES, wishes.sub),
        "sub_channel": Codes(SUB_NAMES, _CHANNELLED[wishes.sub]),
        **world.people.columns(wishes.customer),
        "business_class": Codes(CLASSES, wishes.product),
        "product_id": Codes(PRODUCT_CODES, wishes.product),
        "order_id": Ids(f"O{name}-", row),
        "session_id": Ids(f"S{name}-", wishes.session),
    }
    whom = Cohort(len(row), columns)
    return Lot(world, day, wishes, name, world.chance("orders", day), row, whom, Story(whom))
