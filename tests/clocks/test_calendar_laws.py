"""What holds for every calendar: working time is additive and monotone, and adding it is the inverse of measuring it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tongguan.clocks.calendar import add_working_time, compiled, first_instant, is_working, next_working, working_time
from tongguan.model.calendars import ALL_DAY, Block, DayKind, SpecialDay, WorkingCalendar

ZONES = ("Asia/Shanghai", "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Africa/Casablanca")
EXAMPLES = settings(max_examples=60, deadline=None)
ZERO, INSTANT = timedelta(0), timedelta(microseconds=1)
FIRST = datetime(2025, 12, 1, tzinfo=UTC)

boundaries = st.lists(st.integers(0, 24 * 60), max_size=6, unique=True).map(sorted)
days = boundaries.map(lambda found: tuple(Block(start, end) for start, end in list(pairwise(found))[::2]))
# Eight hours a week, so that adding days of work does not reach over centuries.
weeks = st.tuples(*[days] * 7).filter(lambda week: sum(block.end - block.start for blocks in week for block in blocks) >= 480)
dates = st.integers(0, 420).map(lambda after: date(2025, 11, 20) + timedelta(days=after))


@st.composite
def special_days(draw: st.DrawFn) -> tuple[SpecialDay, ...]:
    found = []
    for day in draw(st.lists(dates, max_size=12, unique=True)):
        blocks = draw(days)
        found.append(SpecialDay(day, DayKind.WORKDAY, blocks=blocks) if blocks else SpecialDay(day, DayKind.HOLIDAY))
    return tuple(found)


calendars = st.builds(WorkingCalendar, st.just("drawn"), st.sampled_from(ZONES), weeks, special_days()) | st.just(ALL_DAY)
# Whole minutes meet the boundaries of blocks; microseconds lie beside them.
instants = st.builds(
    lambda minutes, beside: FIRST + timedelta(minutes=minutes, microseconds=beside), st.integers(0, 560_000), st.sampled_from((0, 0, -1, 1))
)
durations = st.one_of(
    st.just(ZERO), st.just(INSTANT), st.integers(0, 400).map(lambda q: timedelta(minutes=15 * q)), st.timedeltas(ZERO, timedelta(days=9))
)


@EXAMPLES
@given(calendars, instants, instants, instants)
def test_working_time_is_additive(calendar: WorkingCalendar, a: datetime, b: datetime, c: datetime) -> None:
    assert working_time(calendar, a, b) + working_time(calendar, b, c) == working_time(calendar, a, c)
    assert working_time(calendar, a, b) == -working_time(calendar, b, a)


@EXAMPLES
@given(calendars, instants, st.timedeltas(ZERO, timedelta(days=400)), st.timedeltas(ZERO, timedelta(days=3)))
def test_working_time_is_monotone_and_never_more_than_time(calendar: WorkingCalendar, a: datetime, on: timedelta, more: timedelta) -> None:
    shorter, longer = working_time(calendar, a, a + on), working_time(calendar, a, a + on + more)
    assert ZERO <= shorter <= on
    assert shorter <= longer <= shorter + more


@EXAMPLES
@given(calendars, instants, durations)
def test_what_was_added_is_measured_and_no_earlier_instant_would_do(calendar: WorkingCalendar, start: datetime, added: timedelta) -> None:
    due = add_working_time(calendar, start, added)
    assert due >= start
    assert working_time(calendar, start, due) == added
    if added:
        assert working_time(calendar, start, due - INSTANT) < added
    else:
        assert due == start


@EXAMPLES
@given(calendars, instants, durations, durations)
def test_adding_twice_is_adding_once(calendar: WorkingCalendar, start: datetime, first: timedelta, second: timedelta) -> None:
    once = add_working_time(calendar, start, first + second)
    assert add_working_time(calendar, add_working_time(calendar, start, first), second) == once


@EXAMPLES
@given(calendars, instants, instants, durations)
def test_who_starts_later_is_due_later(calendar: WorkingCalendar, a: datetime, b: datetime, added: timedelta) -> None:
    first, second = sorted((a, b))
    assert add_working_time(calendar, first, added) <= add_working_time(calendar, second, added)


@EXAMPLES
@given(calendars, instants)
def test_the_next_work_is_work_and_none_lies_before_it(calendar: WorkingCalendar, at: datetime) -> None:
    following = next_working(calendar, at)
    assert is_working(calendar, following)
    assert working_time(calendar, at, following) == ZERO
    assert (following == at) is is_working(calendar, at)
    # Its first instant counts, which says the same as "is working" does.
    assert working_time(calendar, following, following + INSTANT) == INSTANT


@EXAMPLES
@given(calendars, st.lists(st.tuples(instants, durations), max_size=12))
def test_many_are_added_as_one_by_one(calendar: WorkingCalendar, asked: list[tuple[datetime, timedelta]]) -> None:
    starts = np.array([start.replace(tzinfo=None) for start, _ in asked], "datetime64[us]")
    added = np.array([added for _, added in asked], "timedelta64[us]")
    found = [at.replace(tzinfo=UTC) for at in compiled(calendar).add_many(starts, added).tolist()]
    assert found == [add_working_time(calendar, start, added) for start, added in asked]


@EXAMPLES
@given(st.builds(WorkingCalendar, st.just("drawn"), st.just("Asia/Shanghai"), weeks, special_days()), instants, st.integers(0, 4000))
def test_it_is_the_count_of_minutes_whose_wall_time_lies_in_a_block(calendar: WorkingCalendar, start: datetime, minutes: int) -> None:
    first, zone = start.replace(microsecond=0, second=0), ZoneInfo(calendar.zone)
    worked = 0
    for minute in range(minutes):
        wall = (first + timedelta(minutes=minute)).astimezone(zone)
        at = wall.hour * 60 + wall.minute
        worked += any(block.start <= at < block.end for block in calendar.blocks_on(wall.date()))
    assert working_time(calendar, first, first + timedelta(minutes=minutes)) == timedelta(minutes=worked)


@EXAMPLES
@given(st.sampled_from(ZONES), st.integers(0, 430 * 24 * 60))
@example("Europe/Berlin", (date(2026, 3, 29) - FIRST.date()).days * 1440 + 150)
@example("Europe/Berlin", (date(2026, 10, 25) - FIRST.date()).days * 1440 + 150)
@example("America/Havana", (date(2026, 3, 8) - FIRST.date()).days * 1440 + 30)
def test_a_boundary_is_the_first_instant_that_shows_its_time_or_a_later_one(name: str, minutes: int) -> None:
    zone, wall = ZoneInfo(name), FIRST.replace(tzinfo=None) + timedelta(minutes=minutes)
    found = first_instant(zone, wall)
    assert found.astimezone(zone).replace(tzinfo=None) >= wall
    # A day is longer than any change of clocks, so no instant further back could show the time.
    before = [found - timedelta(minutes=minute) - INSTANT for minute in range(0, 24 * 60, 7)]
    assert [at for at in before if at.astimezone(zone).replace(tzinfo=None) >= wall] == []
