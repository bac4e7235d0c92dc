"""Buckets and compared periods, around year ends, leap days and clock changes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tongguan.metrics.errors import QuestionError
from tongguan.metrics.periods import MOST, bucket_of, buckets, compared, last_day
from tongguan.model.indicator_answers import Compare, Grain
from tongguan.model.periods import after, months_later, shifted

ZONE = "Asia/Shanghai"
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
LONG = st.sampled_from([Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR])


@pytest.mark.parametrize(
    ("grain", "found"),
    [
        (Grain.DAY, ["2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02"]),
        (Grain.WEEK, ["2026-12-28"]),
        (Grain.MONTH, ["2026-12-01", "2027-01-01"]),
        (Grain.QUARTER, ["2026-10-01", "2027-01-01"]),
        (Grain.YEAR, ["2026-01-01", "2027-01-01"]),
        (Grain.TOTAL, []),
    ],
)
def test_buckets_around_new_year(grain: Grain, found: list[str]) -> None:
    assert buckets(date(2026, 12, 30), date(2027, 1, 2), grain, ZONE) == found


def test_a_day_has_as_many_hours_as_its_clock() -> None:
    def hours(day: date) -> list[str]:
        return buckets(day, day, Grain.HOUR, "Europe/Berlin")

    assert len(hours(date(2026, 3, 29))) == 23
    assert len(hours(date(2026, 10, 25))) == 25
    assert hours(date(2026, 10, 25))[2:4] == ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"]
    assert len(buckets(date(2026, 11, 20), date(2026, 11, 20), Grain.MINUTE, ZONE)) == 1440


def test_too_many_buckets_are_refused() -> None:
    with pytest.raises(QuestionError, match=f"more than {MOST:,} buckets"):
        buckets(date(2026, 11, 1), date(2026, 11, 20), Grain.MINUTE, ZONE)


@given(DAYS, LONG)
def test_every_day_lies_in_one_bucket(day: date, grain: Grain) -> None:
    first = bucket_of(day, grain)
    assert first <= day < after(first, grain)
    assert bucket_of(first, grain) == first
    assert bucket_of(after(first, grain) - timedelta(days=1), grain) == first
    assert last_day(first.isoformat(), grain, date.max) == after(first, grain) - timedelta(days=1)


@pytest.mark.parametrize(
    ("since", "until", "before"),
    [
        (date(2026, 11, 1), date(2026, 11, 30), (date(2026, 10, 1), date(2026, 10, 31))),
        (date(2026, 1, 1), date(2026, 3, 31), (date(2025, 10, 1), date(2025, 12, 31))),
        (date(2026, 11, 15), date(2026, 11, 21), (date(2026, 11, 8), date(2026, 11, 14))),
        (date(2026, 11, 1), date(2026, 11, 21), (date(2026, 10, 11), date(2026, 10, 31))),
        (date(2024, 2, 29), date(2024, 2, 29), (date(2024, 2, 28), date(2024, 2, 28))),
    ],
)
def test_the_period_before(since: date, until: date, before: tuple[date, date]) -> None:
    assert compared(since, until, Compare.PREVIOUS) == before


def test_the_year_before_a_leap_day() -> None:
    assert compared(date(2024, 2, 29), date(2024, 3, 1), Compare.YEAR) == (date(2023, 2, 28), date(2023, 3, 1))


@given(DAYS, st.integers(0, 400))
def test_the_period_before_ends_where_the_period_begins(since: date, days: int) -> None:
    first, last = compared(since, since + timedelta(days=days), Compare.PREVIOUS)
    assert last == since - timedelta(days=1)
    assert first <= last


@given(DAYS, st.integers(0, 400), st.integers(-30, 30))
def test_days_are_shifted_by_their_number(since: date, days: int, by: int) -> None:
    until = since + timedelta(days=days)
    assume(since.day > 1)
    assert shifted(since, until, by) == (since + timedelta(days=by * (days + 1)), until + timedelta(days=by * (days + 1)))


@given(DAYS, st.integers(1, 24), st.integers(-30, 30))
def test_whole_months_are_shifted_as_whole_months_and_back(day: date, months: int, by: int) -> None:
    since = day.replace(day=1)
    until = months_later(since, months) - timedelta(days=1)
    moved = shifted(since, until, by)
    assert moved == (months_later(since, by * months), months_later(since, (by + 1) * months) - timedelta(days=1))
    assert shifted(*moved, -by) == (since, until)


@given(DAYS, st.integers(-600, 600))
def test_months_later_and_as_many_before_are_the_same_month(day: date, months: int) -> None:
    first = day.replace(day=1)
    later = months_later(first, months)
    assert months_later(later, -months) == first
    assert (later.year - first.year) * 12 + later.month - first.month == months
