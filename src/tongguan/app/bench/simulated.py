"""``tongguan bench simulate``: how fast the simulator makes events, on one core, at several sizes.

Days are planned, told and written as lines, in memory: what a file or an installation takes is not in it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Final

import pyarrow as pa

from tongguan.lib.now import Ticks
from tongguan.simulate.accounts import Accounts
from tongguan.simulate.clock import day_of
from tongguan.simulate.days import Province
from tongguan.simulate.faults.plans import demo_plan
from tongguan.simulate.world import Setting

FIRST: Final = date(2026, 3, 2)
"""A Monday, far from holidays."""

_MOST_DAYS: Final = 36_500


@dataclass(frozen=True)
class Size:
    """One measurement.

    Attributes:
        orders_per_day: usual orders of a usual day.
        events: about so many are made, in whole days, two days at least.
    """

    orders_per_day: int
    events: int


def measure(sizes: Sequence[Size], seed: int, ticks: Ticks) -> list[dict[str, Any]]:
    """Measure one size after the other; the digests are the same on every machine."""
    # Arrow takes as many threads as there are cores otherwise.
    threads = pa.cpu_count()
    pa.set_cpu_count(1)
    try:
        return [_measured(size, seed, ticks) for size in sizes]
    finally:
        pa.set_cpu_count(threads)


def _measured(size: Size, seed: int, ticks: Ticks) -> dict[str, Any]:
    _made(Setting(seed + 1, FIRST, size.orders_per_day), 1, 1, ticks)
    setting = Setting(seed, FIRST, size.orders_per_day, plan=demo_plan(day_of(FIRST) + 7))
    return {"orders_per_day": size.orders_per_day, **_made(setting, size.events, 2, ticks)}


def _made(setting: Setting, events: int, least_days: int, ticks: Ticks) -> dict[str, Any]:
    """Make days until there are so many events; the digest is not timed."""
    found, made, size, days = sha256(), 0, 0, 0
    seconds = used = 0.0
    stream = Province(setting).stream(_MOST_DAYS, Accounts())
    while made < events or days < least_days:
        began, processor = ticks(), _processor()
        _, block = next(stream)
        text = block.ndjson()
        seconds, used = seconds + ticks() - began, used + _processor() - processor
        found.update(text)
        made, size, days = made + len(block), size + len(text), days + 1
    return {
        "days": days,
        "events": made,
        "bytes": size,
        "seconds": round(seconds, 2),
        "processor_seconds": round(used, 2),
        "events_per_second": round(made / max(seconds, 1e-9)),
        "events_per_processor_second": round(made / max(used, 1e-9)),
        "sha256": found.hexdigest(),
    }


def _processor() -> float:
    """Return the seconds of all processors that this process used."""
    used = os.times()
    return used.user + used.system
