"""Cities and districts. Names are made up; codes nest: ``P-03-02`` is a district of the city ``P-03``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tongguan.model.regions import Region


@dataclass(frozen=True)
class City:
    """A city.

    Attributes:
        zh, en: its name.
        weight: share of the customers.
        districts: how many it has.
    """

    zh: str
    en: str
    weight: int
    districts: int


CITIES: Final = (
    City("云泽", "Yunze", 20, 6),
    City("青榆", "Qingyu", 14, 6),
    City("白鹭", "Bailu", 11, 5),
    City("锦澜", "Jinlan", 9, 5),
    City("明湖", "Minghu", 8, 5),
    City("望舒", "Wangshu", 7, 4),
    City("南篁", "Nanhuang", 6, 4),
    City("赤霞", "Chixia", 5, 4),
    City("霁州", "Jizhou", 5, 4),
    City("鹿渚", "Luzhu", 4, 3),
    City("石埠", "Shibu", 4, 3),
    City("柳塘", "Liutang", 3, 3),
    City("岚浦", "Lanpu", 2, 3),
    City("雁岭", "Yanling", 2, 3),
)

_DISTRICT_NAMES: Final = (
    ("城中", "Centre"),
    ("城东", "East"),
    ("城西", "West"),
    ("高新", "High-Tech"),
    ("江北", "North Bank"),
    ("港口", "Port"),
)


def _regions() -> tuple[Region, ...]:
    found = [Region("P", "", "云岭省", "Yunling")]
    for number, city in enumerate(CITIES, 1):
        code = f"P-{number:02}"
        found.append(Region(code, "P", f"{city.zh}市", city.en))
        for place, (zh, en) in enumerate(_DISTRICT_NAMES[: city.districts], 1):
            found.append(Region(f"{code}-{place:02}", code, f"{city.zh}{zh}区", f"{city.en} {en}"))
    return tuple(found)


REGIONS: Final = _regions()
"""The province, its cities and their districts, each before what lies in it."""

DISTRICTS: Final = tuple(region.code for region in REGIONS if region.code.count("-") == 2)
"""Codes of all districts: customers, kiosks and shops lie in one."""

DISTRICT_WEIGHTS: Final = tuple(city.weight * 60 // city.districts for city in CITIES for _ in range(city.districts))
"""Share of the customers per district."""

CITY_OF_DISTRICT: Final = tuple(number for number, city in enumerate(CITIES) for _ in range(city.districts))
"""Place in ``CITIES`` per district."""

CITY_CODES: Final = tuple(f"P-{number:02}" for number in range(1, len(CITIES) + 1))
