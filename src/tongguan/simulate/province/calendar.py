"""How busy days and hours are: weekdays, holidays, promotions. Lunar holidays are dates in a table; a year without any has none."""

from __future__ import annotations

from datetime import date
from typing import Final

from tongguan.simulate.clock import date_of, weekday

HOURS: Final = (5, 3, 2, 2, 2, 3, 7, 12, 20, 26, 28, 26, 25, 22, 23, 25, 26, 25, 27, 31, 34, 30, 20, 10)
"""Visits and orders per hour of a usual day."""

DESK_HOURS: Final = (2, 1, 1, 1, 1, 2, 4, 12, 30, 38, 38, 32, 24, 26, 32, 34, 32, 26, 22, 20, 16, 12, 8, 4)
"""Calls per hour of a usual day: people call earlier than they browse."""

_WEEKDAYS: Final = (104, 101, 98, 98, 104, 106, 89)
"""Percent of a usual day, Monday first."""

_PROMOTIONS: Final = {(6, 18): 165, (6, 17): 125, (11, 11): 190, (11, 10): 135, (11, 12): 120, (12, 12): 140, (5, 17): 130}
"""Percent on days of promotion: month, day."""

_FIXED: Final = {(1, 1): 80, (5, 1): 78, (5, 2): 80, (5, 3): 84, **{(10, day): 76 + day for day in range(1, 8)}}
"""Percent on holidays with a fixed date."""

_LUNAR: Final = {
    2025: ((1, 28, 8), (4, 4, 3), (5, 31, 3), (10, 6, 1)),
    2026: ((2, 15, 9), (4, 5, 3), (6, 19, 3), (9, 25, 3)),
    2027: ((2, 5, 8), (4, 5, 3), (6, 9, 3), (9, 15, 3)),
}
"""Holidays by the moon: first day and length, per year."""

_CAMPUS: Final = ((8, 25), (9, 15))
"""When students come and number cards sell."""


def is_holiday(day: int) -> bool:
    """Return whether offices are closed for a holiday."""
    found = date_of(day)
    return (found.month, found.day) in _FIXED or _in_lunar(found)


def is_workday(day: int) -> bool:
    """Return whether offices are open."""
    return weekday(day) < 5 and not is_holiday(day)


def busy(day: int) -> int:
    """Return how busy a day is, in percent of a usual one."""
    found = date_of(day)
    key = (found.month, found.day)
    if key in _PROMOTIONS:
        return _PROMOTIONS[key]
    if key in _FIXED:
        return _FIXED[key]
    if _in_lunar(found):
        return 82
    return _WEEKDAYS[weekday(day)]


def campus_season(day: int) -> bool:
    """Return whether students come now."""
    found = date_of(day)
    return _CAMPUS[0] <= (found.month, found.day) <= _CAMPUS[1]


def _in_lunar(found: date) -> bool:
    return any(0 <= (found - date(found.year, month, day)).days < length for month, day, length in _LUNAR.get(found.year, ()))
