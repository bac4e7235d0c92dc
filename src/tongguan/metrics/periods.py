"""Buckets of time, and the periods that a period is compared with; all in whole days of the operation's zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tongguan.metrics.errors import QuestionError
from tongguan.model.indicator_answers import Compare, Grain
from tongguan.model.periods import after, bucket_end, shifted

MOST: int = 3_000
"""So many buckets are told in one answer."""

_DAY = timedelta(days=1)


def bucket_of(day: date, grain: Grain) -> date:
    """Return the first day of the bucket in which a day lies."""
    match grain:
        case Grain.WEEK:
            return day - timedelta(days=day.weekday())
        case Grain.MONTH:
            return day.replace(day=1)
        case Grain.QUARTER:
            return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
        case Grain.YEAR:
            return day.replace(month=1, day=1)
        case _:
            return day


def buckets(since: date, until: date, grain: Grain, zone: str) -> list[str]:
    """Return every bucket that touches the days, as text, in order; none for the whole period.

    Raises:
        QuestionError: there are more than :data:`MOST`.
    """
    found: list[str] = []
    for one in _moments(since, until, grain, zone) if grain in (Grain.MINUTE, Grain.HOUR) else _days(since, until, grain):
        found.append(one)
        if len(found) > MOST:
            raise QuestionError(f"{since} to {until} has more than {MOST:,} buckets of a {grain}; ask for fewer days or a longer grain")
    return found


def _days(since: date, until: date, grain: Grain) -> Iterator[str]:
    bucket = bucket_of(since, grain)
    while grain is not Grain.TOTAL and bucket <= until:
        yield bucket.isoformat()
        bucket = after(bucket, grain)


def _moments(since: date, until: date, grain: Grain, zone: str) -> Iterator[str]:
    # Steps are taken in UTC: a clock change makes a day of 23 or 25 hours.
    place, step = ZoneInfo(zone), timedelta(minutes=1 if grain is Grain.MINUTE else 60)
    at, end = (datetime.combine(day, time(), place).astimezone(UTC) for day in (since, until + _DAY))
    while at < end:
        yield at.astimezone(place).isoformat()
        at += step


def last_day(bucket: str, grain: Grain, until: date) -> date:
    """Return the last day of a bucket, as far as it is asked for."""
    return min(bucket_end(date.fromisoformat(bucket), grain), until)


def compared(since: date, until: date, compare: Compare) -> tuple[date, date]:
    """Return the period that a period is compared with: whole months with whole months, other days with as many days before."""
    if compare is Compare.YEAR:
        return _year_before(since), _year_before(until)
    return shifted(since, until, -1)


def same_moment(until: date, other: date, at: datetime, zone: str) -> datetime | None:
    """Return the moment of another period's last day up to which it is counted: the time that the clock shows now.

    Args:
        until: last day of the period that is asked for.
        other: last day of the one that it is compared with.

    Returns:
        None where the period does not end today, so that whole days stand beside whole days.
    """
    local = at.astimezone(ZoneInfo(zone))
    return datetime.combine(other, local.timetz()) if local.date() == until else None


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
