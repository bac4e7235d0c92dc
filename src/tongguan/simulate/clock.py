"""Time in the province: whole milliseconds since 1970-01-01 00:00 of its own zone, eight hours before UTC, without summer time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

import numpy as np

from tongguan.simulate.chance import Chance, Whole

SECOND: Final = 1000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

ZONE: Final = timezone(timedelta(hours=8))
ZONE_NAME: Final = "Asia/Shanghai"

_EPOCH: Final = date(1970, 1, 1)
_START: Final = datetime(1970, 1, 1, tzinfo=UTC)


def day_of(day: date) -> int:
    """Return a day's number."""
    return (day - _EPOCH).days


def date_of(day: int) -> date:
    """Return the date of a day's number."""
    return _EPOCH + timedelta(days=day)


def at(day: int, hour: int = 0, minute: int = 0) -> int:
    """Return the moment at an hour of a day."""
    return day * DAY + hour * HOUR + minute * MINUTE


def of_instant(instant: datetime) -> int:
    """Return the province's time of an aware instant."""
    return (instant - _START) // timedelta(milliseconds=1) + 8 * HOUR


def to_instant(moment: int) -> datetime:
    """Return the instant (UTC) of a moment of the province."""
    return _START + timedelta(milliseconds=moment - 8 * HOUR)


def weekday(day: int) -> int:
    """Return 0 for Monday to 6 for Sunday."""
    return (day + 3) % 7


def within_day(chance: Chance, name: str, whom: Whole, day: int, hours: Sequence[int]) -> Whole:
    """Return moments of a day, in each hour as many as its weight says, evenly within the hour."""
    hour = chance.pick(f"{name}/hour", whom, hours)
    return day * DAY + hour * HOUR + chance.below(f"{name}/within", whom, HOUR)


def in_hours(times: Whole, opens: int, closes: int, late: Whole) -> Whole:
    """Return each time moved to when people work: what comes before ``opens`` or from ``closes`` on begins ``late`` after opening.

    Args:
        times: moments.
        opens, closes: hours of the day, ``opens`` < ``closes``.
        late: milliseconds after opening, for those that are moved.
    """
    of_day = times % DAY
    opening = times - of_day + opens * HOUR
    opening = np.where(of_day >= closes * HOUR, opening + DAY, opening)
    closed = (of_day < opens * HOUR) | (of_day >= closes * HOUR)
    return np.where(closed, opening + late, times)
