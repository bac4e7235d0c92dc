"""The working calendars that the first rule book has, to be changed by people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tongguan.clocks.holidays_cn import chinese_days
from tongguan.model.calendars import WorkingCalendar, parse_blocks

_DESK: Final = parse_blocks("08:00–21:00")
_OFFICE: Final = parse_blocks("08:30–12:00, 13:30–18:00")

_CHINA: Final = "Asia/Shanghai"


def default_calendars(zone: str, year: int) -> Mapping[str, WorkingCalendar]:
    """Return a desk that works every day, and an office that rests on weekends and, in China's zone, on public holidays.

    Args:
        zone: of the operation.
        year: the present one; holidays are known from the year before to the year after, as far as they are announced.
    """
    years = range(year - 1, year + 2)
    known = chinese_days(years) if zone == _CHINA else None
    special, known_years = (known.days, known.known_years) if known is not None else ((), frozenset(years))
    return {
        "desk": WorkingCalendar("受理台", zone, (_DESK,) * 7, known_years=None),
        "office": WorkingCalendar("办公室", zone, (*(_OFFICE,) * 5, (), ()), special, known_years),
    }
