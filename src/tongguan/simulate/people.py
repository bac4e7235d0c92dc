"""The customers: who they are is a function of seed and number, so nobody has to be stored."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np

from tongguan.simulate.chance import Chance, Whole
from tongguan.simulate.columns import Codes, Column, Ids
from tongguan.simulate.province.places import CITY_OF_DISTRICT, DISTRICT_WEIGHTS, DISTRICTS

TIERS: Final = ("high", "middle", "low")
NETWORKS: Final = ("5g", "4g", "3g")
BRANDS: Final = ("youth", "home", "business")
AGES: Final = ("young", "middle", "senior")
FIRST: Final = 100_000
"""Number of the first customer; ids have six digits or more."""


class People:
    """All customers of the province.

    Args:
        chance: family of draws.
        count: how many there are.
    """

    def __init__(self, chance: Chance, count: int) -> None:
        self.chance = chance.of("people")
        self.count = count

    def choose(self, chance: Chance, name: str, whom: Whole) -> Whole:
        """Return a customer for each; a tenth of them come for more than a quarter of the time."""
        drawn = chance.below(name, whom, 1 << 20)
        # The square of an even draw is small more often than not: those with small ranks are the regulars. The tenth that is not
        # squared keeps the very first from coming hundreds of times a day.
        return (9 * (drawn * drawn >> 20) + drawn) // 10 * self.count >> 20

    @cached_property
    def _all(self) -> Whole:
        return np.arange(self.count, dtype=np.int64)

    @cached_property
    def district(self) -> Whole:
        """Place in :data:`DISTRICTS` per customer, shape (count,)."""
        return self.chance.pick("district", self._all, DISTRICT_WEIGHTS)

    @cached_property
    def city(self) -> Whole:
        """Place in :data:`tongguan.simulate.province.places.CITIES` per customer."""
        return np.asarray(CITY_OF_DISTRICT, dtype=np.int64)[self.district]

    @cached_property
    def age(self) -> Whole:
        """Place in :data:`AGES` per customer."""
        return self.chance.pick("age", self._all, (40, 42, 18))

    @cached_property
    def tier(self) -> Whole:
        """Place in :data:`TIERS` per customer."""
        return self.chance.pick("tier", self._all, (10, 32, 58))

    @cached_property
    def network(self) -> Whole:
        """Place in :data:`NETWORKS` per customer: the young are mostly on the newest."""
        weights = np.array([(76, 23, 1), (58, 39, 3), (30, 60, 10)], dtype=np.int64)
        return self.chance.pick_by("network", self._all, self.age, weights)

    @cached_property
    def brand(self) -> Whole:
        """Place in :data:`BRANDS` per customer."""
        weights = np.array([(78, 16, 6), (16, 60, 24), (4, 84, 12)], dtype=np.int64)
        return self.chance.pick_by("brand", self._all, self.age, weights)

    def columns(self, who: Whole) -> dict[str, Column]:
        """Return what events say of customers: region, brand, tier, network, ``customer_id``."""
        return {
            "region": Codes(DISTRICTS, self.district[who]),
            "brand": Codes(BRANDS, self.brand[who]),
            "tier": Codes(TIERS, self.tier[who]),
            "network": Codes(NETWORKS, self.network[who]),
            "customer_id": self.ids(who),
        }

    def ids(self, who: Whole) -> Ids:
        """Return their ids; a negative number means that nobody knows who it is."""
        return Ids("C", np.where(who < 0, -1, who + FIRST))

    def phones(self, who: Whole) -> Ids:
        """Return their made-up telephone numbers, eleven digits, no two alike for 80 million customers."""
        return Ids("199", np.where(who < 0, -1, 10_000_000 + (who * 48_271 + 7_919) % 89_999_999))
