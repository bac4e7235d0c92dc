"""The special days of China, held against the notice of the General Office of the State Council for 2026 (国办发明电〔2025〕7号)."""

from __future__ import annotations

from datetime import date, timedelta

from tests.clocks.calendar_cases import office
from tongguan.clocks.holidays_cn import SeededDays, chinese_days
from tongguan.model.calendars import DayKind, Weekday

HOLIDAYS_2026 = [("01-01", 3), ("02-15", 9), ("04-04", 3), ("05-01", 5), ("06-19", 3), ("09-25", 3), ("10-01", 7)]
WORKED_2026 = ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]


def of(seeded: SeededDays, kind: DayKind) -> list[date]:
    return [one.day for one in seeded.days if one.kind is kind]


def test_2026_is_what_was_announced() -> None:
    seeded = chinese_days([2026])
    announced = [date.fromisoformat(f"2026-{first}") + timedelta(days=after) for first, days in HOLIDAYS_2026 for after in range(days)]
    assert of(seeded, DayKind.HOLIDAY) == announced
    assert of(seeded, DayKind.WORKDAY) == [date.fromisoformat(f"2026-{day}") for day in WORKED_2026]
    assert seeded.known_years == {2026}


def test_days_have_names_in_both_languages() -> None:
    named = {one.day: (one.zh, one.en) for one in chinese_days([2026]).days}
    assert all(zh and en for zh, en in named.values())
    assert named[date(2026, 10, 1)] == ("国庆节", "National Day")
    assert named[date(2026, 10, 4)] == ("假期周末", "Weekend of a holiday")
    assert named[date(2026, 10, 6)] == ("休息日（由 2026-09-20 调休）", "Day off (substituted from 2026-09-20)")
    assert named[date(2026, 10, 10)] == ("调休上班", "Make-up workday")


def test_make_up_workdays_are_like_the_weekday_that_is_asked_for() -> None:
    likes = {one.like for one in chinese_days([2026], Weekday.FRIDAY).days if one.kind is DayKind.WORKDAY}
    assert likes == {Weekday.FRIDAY}


def test_a_year_without_a_notice_has_what_the_law_fixes_and_is_not_known() -> None:
    seeded = chinese_days([2099])
    assert seeded.known_years == frozenset()
    assert of(seeded, DayKind.WORKDAY) == []
    days = of(seeded, DayKind.HOLIDAY)
    assert len(days) == 13
    assert {date(2099, 1, 1), date(2099, 5, 1), date(2099, 5, 2), date(2099, 10, 1), date(2099, 10, 2), date(2099, 10, 3)} <= set(days)


def test_years_that_nothing_is_known_of_have_nothing() -> None:
    assert chinese_days([1900, 1949, 2101, 9998]) == SeededDays((), frozenset())
    assert chinese_days([]) == SeededDays((), frozenset())


def test_days_at_a_turn_of_years_do_not_depend_on_which_others_are_asked_for() -> None:
    together = chinese_days(range(2001, 2028)).days
    assert tuple(one for year in range(2001, 2028) for one in chinese_days([year]).days) == together
    ends = {one.day: one.kind for one in chinese_days([2007, 2023]).days if one.day.month == 12}
    off, work = DayKind.HOLIDAY, DayKind.WORKDAY
    assert ends == {
        date(2007, 12, 29): work,
        date(2007, 12, 30): off,
        date(2007, 12, 31): off,
        date(2023, 12, 30): off,
        date(2023, 12, 31): off,
    }


def test_no_day_is_twice_and_all_fit_a_calendar() -> None:
    assert len(office("Asia/Shanghai", *range(1950, 2101)).special) > 1500
