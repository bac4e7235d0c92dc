"""The self-service devices: where each stands, what it is, since when. They follow from seed, first day and size alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import numpy as np

from tongguan.simulate.chance import Chance, Mask, Whole
from tongguan.simulate.columns import Codes, Column, Ids, Same
from tongguan.simulate.province.channels import SUB_NAMES, place_of
from tongguan.simulate.province.places import CITY_OF_DISTRICT, DISTRICT_WEIGHTS, DISTRICTS, REGIONS
from tongguan.simulate.world import World

ORDERS_PER_DEVICE: Final = 20
"""So many orders of a usual day, on all channels, come on one device."""
LEAST: Final = 24
"""Devices that there are at least."""
FIRST: Final = 1000
"""Number of the first device in ids."""

KINDS: Final = ("full", "mini", "self_service_hall", "printer", "card_vendor", "networked_pc")
"""Sub-channels of the channel kiosk, one per kind of device."""
KIND_WEIGHTS: Final = (26, 44, 8, 12, 7, 3)

MODELS: Final = ("KX-900", "KX-700", "MT-3", "MT-2", "ZH-20", "PR-8", "CV-5", "PC-1")
_MODELS_OF: Final = ((0, 1), (2, 3), (4, 4), (5, 5), (6, 6), (7, 7))
SOFTWARE: Final = ("6.2.1", "6.2.0", "6.1.4")
OPERATORS: Final = ("partner-kiosk-1", "partner-kiosk-2", "partner-kiosk-3")
_OPERATOR_WEIGHTS: Final = (5, 3, 2)

OPENS: Final = 8
CLOSES: Final = 21
"""Hours between which a device that is not on all day should be on."""
SCHEDULES: Final = ("08:00-21:00", "00:00-24:00")
_ALL_DAY: Final = 220_000
"""Millionths of the devices that are on all day."""

_SUB_OF_KIND: Final = np.array([place_of("kiosk", kind) for kind in KINDS], dtype=np.int64)

_SITES: Final = ("营业厅", "商场", "车站", "校园", "医院", "社区服务站")
SITES: Final = tuple(f"{region.zh}{site}" for region in REGIONS if region.code.count("-") == 2 for site in _SITES)
"""Names of all places where a device can stand: six per district."""

_COME_LATER: Final = 60_000
"""Millionths of the devices that come in the first 400 days."""
_RETIRE: Final = 40_000
"""Millionths of the devices that are used no more after 30 to 430 days."""
_NEVER: Final = 1 << 40


@dataclass(frozen=True)
class Fleet:
    """All devices that there ever are, a row each.

    Attributes:
        kind: place in :data:`KINDS`.
        district: place in ``DISTRICTS``.
        model: place in :data:`MODELS`.
        software: place in :data:`SOFTWARE`.
        operator: place in :data:`OPERATORS`.
        site: place in :data:`SITES`.
        all_day: on around the clock; else from :data:`OPENS` to :data:`CLOSES`.
        since: number of the day on which it is registered.
        until: number of the day on which it is retired.
    """

    kind: Whole
    district: Whole
    model: Whole
    software: Whole
    operator: Whole
    site: Whole
    all_day: Mask
    since: Whole
    until: Whole

    def __len__(self) -> int:
        return len(self.kind)

    def there(self, day: int) -> Mask:
        """Return which devices are registered and not yet retired on a day."""
        found: Mask = (self.since <= day) & (day < self.until)
        return found

    def columns(self, devices: Whole) -> dict[str, Column]:
        """Return what events say of devices: channel, sub-channel, region, ``device_id``."""
        return {
            "channel": Same("kiosk"),
            "sub_channel": Codes(SUB_NAMES, _SUB_OF_KIND[self.kind[devices]]),
            "region": Codes(DISTRICTS, self.district[devices]),
            "device_id": Ids("D", devices + FIRST),
        }

    def about(self, devices: Whole) -> dict[str, Column]:
        """Return the attributes of a registration."""
        return {
            "model": Codes(MODELS, self.model[devices]),
            "software": Codes(SOFTWARE, self.software[devices]),
            "site": Codes(SITES, self.site[devices]),
            "operator": Codes(OPERATORS, self.operator[devices]),
            "schedule": Codes(SCHEDULES, self.all_day[devices].astype(np.int64)),
        }

    def near(self, chance: Chance, whom: Whole, sub: Whole, district: Whole) -> Whole:
        """Return the device that each went to.

        Args:
            chance: family of draws.
            whom: number of each, for the draw.
            sub: place in ``channels.SUBS`` of the kind of device.
            district: place in ``DISTRICTS`` of the customer; where it has no such device, one of the city or of the province is taken.
        """
        kind = np.searchsorted(_SUB_OF_KIND, sub)
        row = kind * len(DISTRICTS) + district
        choices, first, count = self._choices
        found: Whole = choices[first[row] + chance.below("device", whom, count[row])]
        return found

    @cached_property
    def _choices(self) -> tuple[Whole, Whole, Whole]:
        """Per kind and district: the devices of that kind that are always there, nearest place that has any."""
        always = self.until == _NEVER
        always &= self.since == self.since.min()
        cities = np.array(CITY_OF_DISTRICT, dtype=np.int64)
        found = []
        for kind in range(len(KINDS)):
            of_kind = always & (self.kind == kind)
            for district, city in enumerate(CITY_OF_DISTRICT):
                rings = (of_kind & (self.district == district), of_kind & (cities[self.district] == city), of_kind)
                found.append(next(np.flatnonzero(ring) for ring in rings if ring.any()))
        count = np.array([len(devices) for devices in found], dtype=np.int64)
        return np.concatenate(found), np.cumsum(count) - count, count


def fleet_of(world: World) -> Fleet:
    """Return the devices of a province."""
    return _fleet(world.setting.seed, max(LEAST, world.orders_per_day // ORDERS_PER_DEVICE), world.first)


@lru_cache(maxsize=8)
def _fleet(seed: int, count: int, first: int) -> Fleet:
    chance, devices = Chance(seed, "devices"), np.arange(count, dtype=np.int64)
    kind = chance.pick("kind", devices, KIND_WEIGHTS)
    # Each kind exists at any size, and each district has a device where there are enough.
    kind[: len(KINDS)] = np.arange(len(KINDS))
    district = chance.pick("district", devices, DISTRICT_WEIGHTS)
    if count >= len(DISTRICTS):
        district[: len(DISTRICTS)] = np.arange(len(DISTRICTS))
    either = chance.below("model", devices, 2)
    later = chance.happens("later", devices, _COME_LATER) & (devices >= len(KINDS))
    retired = chance.happens("retired", devices, _RETIRE) & ~later & (devices >= len(KINDS))
    return Fleet(
        kind,
        district,
        np.array(_MODELS_OF, dtype=np.int64)[kind, either],
        chance.pick("software", devices, (6, 3, 1)),
        chance.pick("operator", devices, _OPERATOR_WEIGHTS),
        district * len(_SITES) + chance.below("site", devices, len(_SITES)),
        chance.happens("all_day", devices, _ALL_DAY),
        np.where(later, first + 1 + chance.below("since", devices, 400), first),
        np.where(retired, first + 30 + chance.below("until", devices, 400), _NEVER),
    )
