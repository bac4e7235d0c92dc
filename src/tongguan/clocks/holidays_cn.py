"""The holidays and make-up workdays of mainland China, as rows for the editable table of special days.

They come from the package ``holidays``, which follows the yearly notice of the General Office of the State Council
(国务院办公厅关于部分节假日安排的通知). The notice says which weekend days are worked for which days off, and comes out in the autumn
before. Until a release of the package knows it, a year has its statutory holidays only, which the law fixes
(全国年节及纪念日放假办法), and is not among the known years.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from tongguan.model.calendars import DayKind, SpecialDay, Weekday

if TYPE_CHECKING:
    from holidays import HolidayBase

_DAY: Final = timedelta(days=1)
_AMERICAN_DATE: Final = re.compile(r"(\d\d)/(\d\d)/(\d{4})")


@dataclass(frozen=True)
class SeededDays:
    """What is known of some years.

    Attributes:
        days: special days by date.
        known_years: years whose notice is known, so that they are complete.
    """

    days: tuple[SpecialDay, ...]
    known_years: frozenset[int]


def chinese_days(years: Iterable[int], like: Weekday = Weekday.MONDAY) -> SeededDays:
    """Return the special days of some years; years that nothing is known of have none, and never raise.

    A holiday takes in the weekend days beside it, as the notice counts them, so that a desk that works on weekends rests as well.

    Args:
        like: the weekday whose blocks make-up workdays have.
    """
    asked, noticed = frozenset(years), _noticed_years()
    announced = asked & noticed
    chinese, english = _names(asked, announced, "zh_CN"), _names(asked, announced, "en_US")
    found = [SpecialDay(day, DayKind.WORKDAY, "调休上班", "Make-up workday", like) for day in _workdays(announced)]
    found += [SpecialDay(day, DayKind.HOLIDAY, name, _AMERICAN_DATE.sub(r"\3-\1-\2", english[day])) for day, name in chinese.items()]
    found += [SpecialDay(day, DayKind.HOLIDAY, "假期周末", "Weekend of a holiday") for day in _weekends(announced, noticed)]
    return SeededDays(tuple(sorted(found, key=lambda one: one.day)), announced)


def _book(years: Iterable[int], language: str, *, observed: bool = True) -> HolidayBase:
    # Loading it would be a third of the time that a command takes to start, and only seeding needs it.
    from holidays import country_holidays

    return country_holidays("CN", years=years, language=language, expand=False, observed=observed)


def _noticed_years() -> frozenset[int]:
    """Return the years whose notice the package knows."""
    from holidays.countries.china import ChinaStaticHolidays

    return frozenset(ChinaStaticHolidays.special_public_holidays)


def _names(asked: frozenset[int], announced: frozenset[int], language: str) -> dict[date, str]:
    """Return holiday → name; of years without a notice the statutory days, without guesses at what makes up for weekends."""
    return {**_book(announced, language), **_book(asked - announced, language, observed=False)}


def _workdays(announced: frozenset[int]) -> frozenset[date]:
    """Return the make-up workdays of announced years, also those in December that a holiday of the year after asks for."""
    return frozenset(day for day in _book(announced, "en_US").weekend_workdays if day.year in announced)


def _weekends(announced: frozenset[int], noticed: frozenset[int]) -> set[date]:
    """Return the weekend days of announced years, free and not named, that touch a holiday, or each other and then a holiday."""
    near = noticed & {year + beside for year in announced for beside in (-1, 0, 1)}
    named, worked = set(_book(near, "en_US")), _workdays(near)
    found: set[date] = set()
    for holiday in named:
        for step in (-_DAY, _DAY):
            day = holiday + step
            while day.weekday() >= Weekday.SATURDAY and day not in named and day not in worked:
                found.add(day)
                day += step
    return {day for day in found if day.year in announced}
