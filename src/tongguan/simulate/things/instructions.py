"""Instructions to all cities: issued every ten days, received, worked on, fulfilled or overdue."""

from __future__ import annotations

from typing import Final

import numpy as np

from tongguan.simulate.chance import Quantiles
from tongguan.simulate.clock import HOUR, MINUTE, at
from tongguan.simulate.columns import Codes, Cohort, Column, Lists, Moments, Numbers, Same
from tongguan.simulate.province.places import CITY_CODES
from tongguan.simulate.telling import Script
from tongguan.simulate.world import World

EVERY: Final = 10
"""Days from one instruction to the next."""
WITHIN: Final = 7
"""Days that the cities have."""
TITLES: Final = (
    "核对自助终端在网清单",
    "清理超时人工受理订单",
    "更新号卡活动价格",
    "复核退单原因",
    "检查营业厅扫码引导",
    "上报宽带预约未处理清单",
)
_RECEIVED: Final = Quantiles({0: 0.1, 60: 3, 90: 20, 100: 40}, HOUR)
_FULFILLED: Final = Quantiles({0: 20, 50: 90, 85: 160, 100: 216}, HOUR)
"""From the receipt on; who needs longer than the time given is overdue first."""


def tell_instructions(world: World, day: int, script: Script) -> None:
    """Tell an instruction and what the cities make of it, where one is issued on the day."""
    if (day - world.first) % EVERY:
        return
    chance, city = world.chance("instructions", day), np.arange(len(CITY_CODES), dtype=np.int64)
    issued, due = at(day, 9, 30), at(day + WITHIN, 18)
    name = f"I{world.name(day)}"
    title = Same(TITLES[(day - world.first) // EVERY % len(TITLES)])
    about: dict[str, Column] = {"instruction": Same(name), "title": title}
    all_units = about | {"units": Lists([list(CITY_CODES)], np.zeros(1, dtype=np.int64))}
    script.tell(
        "instruction.issued",
        Cohort(1, {"actor_id": Same("dispatcher-1"), "due_time": Moments(np.array([due]))}),
        np.array([issued]),
        attributes=all_units,
    )
    whom = Cohort(len(city), {"region": Codes(CITY_CODES, city)})
    about["unit"] = Codes(CITY_CODES, city)
    received = issued + chance.spread("received", city, _RECEIVED)
    fulfilled = received + chance.spread("fulfilled", city, _FULFILLED)
    script.tell("instruction.received", whom, received, attributes=about, due_time=Moments(np.full(len(city), due)))
    for part in (1, 2):
        progress = Numbers(part * 30 + chance.below(f"progress/{part}", city, 25))
        times = received + (fulfilled - received) * part // 3
        script.tell("instruction.progressed", whom, times, attributes=about | {"progress": progress})
    script.tell("instruction.overrun", whom, np.full(len(city), due + MINUTE), fulfilled > due, attributes=about)
    script.tell("instruction.fulfilled", whom, fulfilled, attributes=about | {"progress": Same(100)}, duration=Numbers(fulfilled - issued))
