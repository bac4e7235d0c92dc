"""Working calendars: what no case of the field asks for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from tests.clocks.calendar_cases import FREE, OFFICE, office
from tongguan.clocks.calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    add_working_time,
    compiled,
    is_working,
    next_working,
    unknown_years,
    working_time,
)
from tongguan.model.calendars import ALL_DAY, Block, CalendarError, DayKind, SpecialDay, Weekday, WorkingCalendar, parse_blocks

MONDAY = datetime(2026, 11, 23, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_instants_of_any_zone_are_taken_and_answers_are_in_utc() -> None:
    calendar = office()
    start = MONDAY.astimezone(timezone(-5 * HOUR))
    for added in (HOUR, timedelta(0)):
        due = add_working_time(calendar, start, added)
        assert due == MONDAY + added
        assert due.tzinfo is UTC
    assert next_working(calendar, start).tzinfo is UTC
    assert next_working(ALL_DAY, start).tzinfo is UTC


def test_an_operation_that_moves_to_another_zone_keeps_what_was_planned_until_it_is_planned_anew() -> None:
    here = office("Asia/Shanghai")
    there = replace(here, zone="Europe/Berlin")
    friday = datetime(2026, 11, 27, 8, tzinfo=UTC)  # 16:00 in Shanghai, 09:00 in Berlin
    moved = friday + HOUR
    planned = add_working_time(here, friday, 4 * HOUR)
    left = 4 * HOUR - working_time(here, friday, moved)
    assert planned == datetime(2026, 11, 30, 2, 30, tzinfo=UTC)
    assert left == 3 * HOUR
    assert add_working_time(there, moved, left) == datetime(2026, 11, 27, 13, 30, tzinfo=UTC)  # 10:00, and 1.5 hours of lunch
    assert add_working_time(here, friday, 4 * HOUR) == planned


def test_equal_calendars_are_compiled_once_and_a_changed_one_anew() -> None:
    assert compiled(office()) is compiled(office())
    calendar = office()
    changed = replace(calendar, special=(SpecialDay(date(2026, 11, 23), DayKind.HOLIDAY),))
    assert is_working(calendar, MONDAY)
    assert not is_working(changed, MONDAY)
    assert not is_working(replace(changed, special=(replace(changed.special[0], zh="休"),)), MONDAY)


def test_years_are_added_to_both_sides_as_they_are_asked_for() -> None:
    calendar = replace(office(), name="widened")
    asked = [2026, 1999, 2031, 1950, 2027, 2100]
    found = [add_working_time(calendar, datetime(year, 6, 1, tzinfo=UTC), 100 * HOUR) for year in asked]
    assert found == [add_working_time(replace(office(), name=f"{y}"), datetime(y, 6, 1, tzinfo=UTC), 100 * HOUR) for y in asked]
    assert working_time(calendar, found[3], found[1]) + working_time(calendar, found[1], found[0]) == working_time(
        calendar, found[3], found[0]
    )


def test_threads_may_share_a_calendar() -> None:
    calendar = replace(office(), name="shared")
    starts = [datetime(1960 + (37 * number) % 130, 3, 1, tzinfo=UTC) for number in range(64)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda start: add_working_time(calendar, start, 1000 * HOUR), starts))
    assert [working_time(replace(calendar, name="alone"), *pair) for pair in zip(starts, found, strict=True)] == [1000 * HOUR] * 64


def test_a_long_time_reaches_over_years() -> None:
    due = add_working_time(office(), MONDAY, 2080 * 10 * HOUR)
    assert due.year == 2036
    assert working_time(office(), MONDAY, due) == 20_800 * HOUR


def test_years_without_any_work_are_passed_over() -> None:
    free = tuple(SpecialDay(date(2026, 1, 1) + timedelta(days=after), DayKind.HOLIDAY) for after in range(3 * 365))
    calendar = WorkingCalendar("closed", "UTC", (OFFICE,) * 7, free)
    start, opens = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 12, 31, 8, 30, tzinfo=UTC)
    assert next_working(calendar, start) == opens
    assert add_working_time(calendar, start, HOUR) == opens + HOUR
    assert compiled(calendar).add_many(np.array(["2026-01-01"], "datetime64[D]"), np.timedelta64(1, "h")).tolist() == [
        datetime(2028, 12, 31, 9, 30)
    ]
    assert not is_working(calendar, start)
    assert working_time(calendar, start, opens) == timedelta(0)


def test_nothing_is_added_where_no_work_is_known_of_yet() -> None:
    free = tuple(SpecialDay(date(2026, 1, 1) + timedelta(days=after), DayKind.HOLIDAY) for after in range(3 * 365))
    calendar = WorkingCalendar("closed for now", "UTC", (OFFICE,) * 7, free)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert compiled(calendar).add_many(np.array(["2026-01-01"], "datetime64[D]"), timedelta(0)).tolist() == [start.replace(tzinfo=None)]
    assert add_working_time(calendar, start, timedelta(0)) == start


@pytest.mark.parametrize("calendar", [office(), ALL_DAY], ids=["office", "all day"])
def test_what_cannot_be_asked_says_why(calendar: WorkingCalendar) -> None:
    naive = MONDAY.replace(tzinfo=None)
    for ask in (
        lambda: working_time(calendar, naive, MONDAY),
        lambda: add_working_time(calendar, naive, HOUR),
        lambda: next_working(calendar, naive),
        lambda: is_working(calendar, naive),
        lambda: unknown_years(calendar, MONDAY, naive),
    ):
        with pytest.raises(CalendarError, match=r"no time zone \(valid: an aware datetime"):
            ask()
    with pytest.raises(CalendarError, match=r"-1 day, 23:00:00 cannot be added \(valid: 0 or more\)"):
        add_working_time(calendar, MONDAY, -HOUR)
    many = np.array(["2026-11-23T01:00"], "datetime64[us]")
    with pytest.raises(CalendarError, match="cannot be added"):
        compiled(calendar).add_many(many, -HOUR)
    with pytest.raises(CalendarError, match="without NaT"):
        compiled(calendar).add_many(np.array(["NaT"], "datetime64[us]"), HOUR)
    with pytest.raises(CalendarError, match="without NaT"):
        compiled(calendar).add_many(many, np.timedelta64("NaT"))


def test_too_far_away_says_so() -> None:
    calendar = office()
    for year in (FIRST_YEAR - 1, LAST_YEAR + 1):
        with pytest.raises(CalendarError, match=f"'office': {year}-06-01 .* too far away .*years from {FIRST_YEAR} to {LAST_YEAR}"):
            is_working(calendar, datetime(year, 6, 1, tzinfo=UTC))
    assert add_working_time(calendar, datetime(FIRST_YEAR, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")), HOUR).year == FIRST_YEAR
    with pytest.raises(CalendarError, match=f"ends after {LAST_YEAR}"):
        add_working_time(calendar, datetime(LAST_YEAR, 12, 20, tzinfo=UTC), 100 * HOUR)
    with pytest.raises(CalendarError, match="no date"):
        add_working_time(ALL_DAY, MONDAY, timedelta(days=3_000_000))


def test_many_take_one_duration_for_all_any_unit_and_none_at_all() -> None:
    fast = compiled(office())
    starts = np.array(["2026-11-23T01", "2026-11-23T09"], "datetime64[h]")
    found = fast.add_many(starts, 2 * HOUR)
    assert found.dtype == np.dtype("datetime64[us]")
    assert found.tolist() == [datetime(2026, 11, 23, 3), datetime(2026, 11, 24, 1, 30)]
    assert fast.add_many(starts[:0], HOUR).tolist() == []


def test_blocks_that_touch_are_one_stretch() -> None:
    whole = WorkingCalendar("a", "UTC", (parse_blocks("09:00–18:00"),) * 7)
    parts = WorkingCalendar("b", "UTC", (parse_blocks("09:00–12:00, 12:00–18:00"),) * 7)
    for minutes in range(0, 2000, 45):
        added = timedelta(minutes=minutes)
        assert add_working_time(whole, MONDAY, added) == add_working_time(parts, MONDAY, added)


def test_blocks_are_read_as_people_write_them() -> None:
    expected = (Block(510, 720), Block(810, 1440))
    for text in ("08:30–12:00, 13:30–24:00", "8:30-12:00,13:30-24:00", "08：30—12：00，13：30～24：00", " 8:30至12:00、13:30至24:00 "):
        assert parse_blocks(text) == expected
    assert ", ".join(map(str, expected)) == "08:30–12:00, 13:30–24:00"
    assert parse_blocks("  ") == ()


def test_what_is_special_about_a_day() -> None:
    holiday = SpecialDay(date(2026, 10, 1), DayKind.HOLIDAY, "国庆节", "National Day")
    makeup = SpecialDay(date(2026, 10, 10), DayKind.WORKDAY, like=Weekday.MONDAY)
    calendar = WorkingCalendar("c", "UTC", (OFFICE,) * 5 + (FREE,) * 2, (holiday, makeup), frozenset({2026}))
    assert calendar.special_on(date(2026, 10, 1)) is holiday
    assert (holiday.name("zh-CN"), holiday.name("en")) == ("国庆节", "National Day")
    assert calendar.special_on(date(2026, 10, 8)) is None
    assert calendar.blocks_on(date(2026, 10, 1)) == ()
    assert calendar.blocks_on(date(2026, 10, 10)) == OFFICE
    assert calendar.blocks_on(date(2026, 10, 11)) == ()
    assert (calendar.knows(2026), calendar.knows(2027), ALL_DAY.knows(2027)) == (True, False, True)
    assert (calendar.always, ALL_DAY.always, replace(ALL_DAY, special=(holiday,)).always) == (False, True, False)


def test_special_days_that_contradict_themselves_are_refused() -> None:
    day = date(2026, 10, 10)
    with pytest.raises(CalendarError, match="2026-10-10 is a holiday, and yet has work"):
        SpecialDay(day, DayKind.HOLIDAY, blocks=OFFICE)
    with pytest.raises(CalendarError, match="both a weekday to be like and own blocks"):
        SpecialDay(day, DayKind.WORKDAY, like=Weekday.MONDAY, blocks=OFFICE)
    with pytest.raises(CalendarError, match="neither a weekday to be like nor own blocks"):
        SpecialDay(day, DayKind.WORKDAY)
    with pytest.raises(CalendarError, match="2026-10-10 is a special day more than once"):
        WorkingCalendar("c", "UTC", (OFFICE,) * 7, (SpecialDay(day, DayKind.HOLIDAY),) * 2)
    with pytest.raises(CalendarError, match="a week of 5 days"):
        WorkingCalendar("c", "UTC", (OFFICE,) * 5)
