"""Inspections of the halls, planned outages of the systems behind them, and the register of entry points."""

from __future__ import annotations

from typing import Final

import numpy as np

from tongguan.simulate.chance import Chance
from tongguan.simulate.clock import DAY, HOUR, MINUTE, at, date_of, weekday
from tongguan.simulate.telling import Script
from tongguan.simulate.things.rows import Few, Moment, Value, one
from tongguan.simulate.world import World

INSPECTED: Final = ("web", "app", "wechat", "sms", "phone", "kiosk")
"""Channels that are inspected, each once a week: the first on Monday, the sixth on Monday again."""
_FINDINGS: Final = (22, 30, 24, 14, 10)
"""Weights of 0, 1, 2 … findings in one inspection."""
FIELDS: Final = ("menu", "flow", "business_design", "network", "other")
_ITEMS: Final = ("menu-depth", "steps-to-pay", "price-shown", "answer-time", "help-text")
_REMARKS: Final = (
    "the wanted entry is more than three levels deep",
    "the flow asks twice for the same",
    "the text does not say what it costs",
    "answers take longer than three seconds",
    "the help is out of date",
)
_SEVERITIES: Final = (("low", 3), ("middle", 6), ("high", 11))
"""How bad a finding is and how many of 100 points it costs."""
_SEVERITY_WEIGHTS: Final = (60, 30, 10)
_MENDED_BY: Final = 7
"""Days within which findings are to be mended; a tenth of them takes up to three more."""

SYSTEMS: Final = ("reporting", "boss-batch", "kiosk-software-store", "archive", "mail-relay")
"""What planned outages concern: nothing that customers use, so that orders go on."""
_ANNOUNCED: Final = 3
"""Days before, that an outage is announced."""

ENTRY_POINTS: Final = (
    ("web", "province_site", "www.example.com", True),
    ("web", "city_site", "city.example.com", False),
    ("web", "product_site", "mall.example.com", False),
    ("web", "group_site", "group.example.com", False),
    ("app", "app", "hall-app", True),
    ("app", "mini_program", "hall-mini", False),
    ("app", "wap", "wap.example.com", False),
    ("app", "ussd", "*100#", False),
    ("wechat", "official_account", "hall-account", True),
    ("wechat", "mini_program", "hall-wechat-mini", False),
    ("sms", "query", "sms-query-code", True),
    ("sms", "transact", "sms-order-code", False),
    ("phone", "ivr", "hotline", True),
    ("phone", "outbound", "call-back-line", False),
    ("kiosk", "full", "kiosk-gateway", True),
)
"""Channel, sub-channel, entry point, and whether it is the one entrance that should be used."""


def tell_inspecting(world: World, day: int, script: Script) -> None:
    """Tell inspections that begin on a day, outages announced on it and, on the first day, the entry points."""
    few = Few(script)
    if day == world.first:
        for place, (channel, sub, point, main) in enumerate(ENTRY_POINTS):
            few.add("entry_point.registered", at(day) + place, {"entry_point": point, "main": main}, channel=channel, sub_channel=sub)
    chance = world.chance("inspecting", day)
    for place, channel in enumerate(INSPECTED):
        if weekday(day) == place % 5:
            _inspect(world, day, place, channel, chance, few)
    _outage(world, day, few)
    few.tell()


def _inspect(world: World, day: int, place: int, channel: str, chance: Chance, few: Few) -> None:
    number = np.array([place], dtype=np.int64)
    start = at(day, 9, 15) + one(chance, "start", place, 60 * MINUTE)
    end = at(day, 15) + one(chance, "end", place, 3 * HOUR)
    about = {"inspection": f"Q{world.name(day)}-{channel}", "checklist": f"{channel}-weekly"}
    few.add("inspection.started", start, about, channel=channel)
    lost = 0
    for finding in range(int(chance.pick("findings", number, _FINDINGS)[0])):
        key = place * 10 + finding
        severity, points = _SEVERITIES[int(chance.pick("severity", np.array([key], dtype=np.int64), _SEVERITY_WEIGHTS)[0])]
        field = one(chance, "field", key, len(FIELDS))
        found = start + (end - start) * (finding + 1) // 6
        due = at(day + _MENDED_BY, 18)
        told = about | {"finding": f"{about['inspection']}-{finding}", "field": FIELDS[field], "item": _ITEMS[field], "severity": severity}
        few.add("inspection.finding_recorded", found, told | {"remark": _REMARKS[field]}, channel=channel, due_time=Moment(due))
        days = 1 + one(chance, "mended", key, _MENDED_BY - 1) + (3 if one(chance, "late", key, 10) == 0 else 0)
        few.add("inspection.finding_resolved", at(day + days, 10) + one(chance, "mended/at", key, 7 * HOUR), told, channel=channel)
        lost += points
    few.add("inspection.completed", end, {**about, "score": 100 - lost, "best_score": 100}, channel=channel)


def _outage(world: World, day: int, few: Few) -> None:
    """Tell the outage of the month: in the night to the second Wednesday."""
    for ahead in range(_ANNOUNCED + 1):
        night = day + ahead
        if weekday(night) != 2 or not 8 <= date_of(night).day <= 14 or max(world.first, night - _ANNOUNCED) != day:
            continue
        chance = world.chance("outage", night)
        system = SYSTEMS[one(chance, "system", 0, len(SYSTEMS))]
        start, end = at(night, 1) + one(chance, "start", 0, 4 * MINUTE), at(night, 2, 30) + one(chance, "end", 0, 85 * MINUTE)
        told: dict[str, Value] = {
            "outage": f"Z{world.name(night)}",
            "starts": Moment(at(night, 1)),
            "ends": Moment(at(night, 4)),
            "parts": (system,),
            "planned": True,
        }
        few.add("outage.planned", max(at(day), min(at(day, 15), start - DAY)), told)
        few.add("outage.started", start, told)
        few.add("outage.ended", end, told, duration=end - start)
