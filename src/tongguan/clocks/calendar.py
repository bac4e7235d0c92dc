"""Working time on a calendar: how much of it lies between two instants, and when an amount of it will have passed.

All questions reduce to one function of time: *W(t)*, the working time from a fixed instant until ``t``. It grows by a second a second
during work and rests otherwise. Working time between two instants is a difference of it, which is additive and monotone by construction.
Adding working time is its inverse; where W rests, the inverse is **the earliest instant**:

- What ends exactly with a block is due at the end of that block, not at the start of the next one.
- No working time added gives the start itself, also outside work.
- So ``add(a, x + y) == add(add(a, x), y)`` for every ``a``, ``x``, ``y``.

**Wall time.** A boundary of a block is the first instant at which the zone's clock shows its time *or a later one*. Where clocks go
forward, a boundary that is skipped is the instant of the change, and a block that is skipped whole has no length. Where they go back, a
boundary that is shown twice counts the first time; a block around the change is longer by what clocks went back. Answers are instants,
never wall times: one that was planned stays what it is when an operation moves to another zone, until it is planned anew.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from tongguan.model.calendars import CalendarError, TooFarError, WorkingCalendar

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
"""Calendars of blocks answer from the first to the end of the last of these years, in their own zone."""

Instants = NDArray[np.datetime64]
"""Instants in UTC."""

Durations = NDArray[np.timedelta64]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_DAY: Final = timedelta(days=1)
_NO_TIME: Final = timedelta(0)


class CompiledCalendar(Protocol):
    """A calendar made ready for many questions. Threads may share one."""

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """As :func:`working_time`."""
        ...

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """As :func:`add_working_time`."""
        ...

    def add_many(self, starts: Instants, durations: Durations | np.timedelta64 | timedelta) -> Instants:
        """Add working time to many instants at once.

        Args:
            starts: shape (n,), ``datetime64`` of any unit, UTC.
            durations: shape (n,), or one for all.

        Returns:
            Shape (n,), ``datetime64[us]``, UTC.

        Raises:
            CalendarError: as :func:`add_working_time`; also for not-a-time.
        """
        ...

    def next_working(self, at: datetime) -> datetime:
        """As :func:`next_working`."""
        ...

    def is_working(self, at: datetime) -> bool:
        """As :func:`is_working`."""
        ...


def working_time(calendar: WorkingCalendar, start: datetime, end: datetime) -> timedelta:
    """Return how much working time lies between two instants; negative when the end is the earlier one.

    Raises:
        CalendarError: an instant has no zone, or lies outside the years that calendars answer for.
    """
    return compiled(calendar).working_time(start, end)


def add_working_time(calendar: WorkingCalendar, start: datetime, duration: timedelta) -> datetime:
    """Return the earliest instant, not before the start, by which an amount of working time has passed; in UTC.

    Raises:
        TooFarError: so much is over only after the last year that calendars answer for.
        CalendarError: the start has no zone, the duration is negative, or an instant lies outside the years that calendars answer for.
    """
    return compiled(calendar).add(start, duration)


def next_working(calendar: WorkingCalendar, at: datetime) -> datetime:
    """Return the instant itself during work, else the start of the next block; in UTC.

    Raises:
        CalendarError: as :func:`working_time`.
    """
    return compiled(calendar).next_working(at)


def is_working(calendar: WorkingCalendar, at: datetime) -> bool:
    """Tell whether an instant lies in a block: at its start it does, at its end it does not.

    Raises:
        CalendarError: as :func:`working_time`.
    """
    return compiled(calendar).is_working(at)


def unknown_years(calendar: WorkingCalendar, start: datetime, end: datetime) -> tuple[int, ...]:
    """Return the years, in the calendar's zone, that a span from its start until before its end touches and whose holidays are not known.

    Answers that touch them go by weekdays (and by what is entered of these years so far); a page should say so.

    Raises:
        CalendarError: an instant has no zone.
    """
    zone = ZoneInfo(calendar.zone)
    first, last = sorted((_at(start), _at(end)))
    last = max(first, last - _micros(_MICROSECOND))
    years = range(_instant(first).astimezone(zone).year, _instant(last).astimezone(zone).year + 1)
    return tuple(year for year in years if not calendar.knows(year))


@lru_cache(maxsize=256)
def compiled(calendar: WorkingCalendar) -> CompiledCalendar:
    """Return the form of a calendar that answers fast; equal calendars share one."""
    return _AllDay() if calendar.always else _Blocks(calendar)


def first_instant(zone: ZoneInfo, wall: datetime) -> datetime:
    """Return the first instant, in UTC, at which a zone's clock shows a wall time (naive) or a later one."""
    before = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if before.astimezone(zone).replace(tzinfo=None) == wall:
        return before
    # Skipped: the change lies between this wall time told by the offset after it and told by the offset before it.
    early, late = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), before
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        if middle.astimezone(zone).replace(tzinfo=None) >= wall:
            late = middle
        else:
            early = middle
    return late


class _AllDay:
    """Every instant is work."""

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        return timedelta(microseconds=_at(end) - _at(start))

    def add(self, start: datetime, duration: timedelta) -> datetime:
        _check_duration(duration)
        return _instant(_at(start) + _micros(duration))

    def add_many(self, starts: Instants, durations: Durations | np.timedelta64 | timedelta) -> Instants:
        at, added = _many(starts, durations)
        return (at + added).astype("datetime64[us]")

    def next_working(self, at: datetime) -> datetime:
        return _instant(_at(at))

    def is_working(self, at: datetime) -> bool:
        _at(at)
        return True


@dataclass(frozen=True)
class _Table:
    """The blocks of some whole years, in order; microseconds since 1970, UTC.

    Attributes:
        first, last: years that it covers.
        begin, end: the instants between which it answers.
        starts, ends: of each block.
        before, through: working time from ``begin`` until each block starts, and ends.
        arrays: the four of them for many questions at once; single ones are answered faster by lists.
    """

    first: int
    last: int
    begin: int
    end: int
    starts: list[int]
    ends: list[int]
    before: list[int]
    through: list[int]
    arrays: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]

    @property
    def total(self) -> int:
        """All working time of these years."""
        return self.through[-1] if self.through else 0


class _Blocks:
    """Blocks of wall time, compiled for as many years as were asked about so far."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self._calendar = calendar
        self._zone = ZoneInfo(calendar.zone)
        self._years: dict[int, tuple[list[int], list[int]]] = {}
        # Replaced as a whole, by a wider one: a thread that reads it while another one extends it sees one that is right.
        self._table: _Table | None = None
        self._extending = Lock()

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        first, last = _at(start), _at(end)
        table = self._covering(min(first, last), max(first, last))
        return timedelta(microseconds=_worked(table, last) - _worked(table, first))

    def add(self, start: datetime, duration: timedelta) -> datetime:
        at, added = _at(start), _micros(duration)
        if added <= 0:
            _check_duration(duration)
            return _instant(at)
        table = self._covering(at, at)
        wanted = _worked(table, at) + added
        if wanted > table.total:
            table = self._holding(at, added)
            wanted = _worked(table, at) + added
        found = bisect_left(table.through, wanted)
        return _instant(table.ends[found] - (table.through[found] - wanted))

    def add_many(self, starts: Instants, durations: Durations | np.timedelta64 | timedelta) -> Instants:
        at, added = _many(starts, durations)
        if not at.size:
            return at.astype("datetime64[us]")
        earliest, latest = int(at.min()), int(at.max())
        self._covering(earliest, latest)
        self._holding(latest, max(1, int(added.max())))
        begins, ends, before, through = self._covering(earliest, latest).arrays
        place = np.maximum(np.searchsorted(begins, at, side="right") - 1, 0)
        wanted = before[place] + np.clip(at - begins[place], 0, ends[place] - begins[place]) + added
        found = np.searchsorted(through, wanted, side="left")
        return np.where(added == 0, at, ends[found] - (through[found] - wanted)).astype("datetime64[us]")

    def next_working(self, at: datetime) -> datetime:
        asked = _at(at)
        table = self._covering(asked, asked)
        if not table.ends or asked >= table.ends[-1]:
            table = self._holding(asked, 1)
        return _instant(max(asked, table.starts[bisect_right(table.ends, asked)]))

    def is_working(self, at: datetime) -> bool:
        asked = _at(at)
        table = self._covering(asked, asked)
        place = bisect_right(table.starts, asked) - 1
        return place >= 0 and asked < table.ends[place]

    def _covering(self, first: int, last: int) -> _Table:
        """Return a table that holds two instants."""
        table = self._table
        if table is not None and table.begin <= first and last < table.end:
            return table
        return self._reach(self._year(first), self._year(last) + 1)

    def _holding(self, at: int, added: int) -> _Table:
        """Return a table in which an amount of working time passes after an instant."""
        table = self._covering(at, at)
        while table.total - _worked(table, at) < added:
            if table.last >= LAST_YEAR:
                amount = timedelta(microseconds=added)
                detail = f"calendar {self._calendar.name!r}: {amount} of working time after {_instant(at)} ends after {LAST_YEAR}"
                raise TooFarError(detail, "a shorter time")
            table = self._reach(table.first, table.last + (table.last - table.first + 1))
        return table

    def _year(self, at: int) -> int:
        year = _instant(at).astimezone(self._zone).year
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise CalendarError(
                f"calendar {self._calendar.name!r}: {_instant(at)} is too far away", f"years from {FIRST_YEAR} to {LAST_YEAR}"
            )
        return year

    def _reach(self, first: int, last: int) -> _Table:
        """Widen the table to some years more; years after the last that there is are left out."""
        with self._extending:
            table = self._table
            if table is not None:
                first, last = min(first, table.first), max(last, table.last)
            self._table = table = self._made(first, min(last, LAST_YEAR))
            return table

    def _made(self, first: int, last: int) -> _Table:
        starts: list[int] = []
        ends: list[int] = []
        for year in range(first, last + 1):
            if year not in self._years:
                self._years[year] = self._compile(year)
            starts += self._years[year][0]
            ends += self._years[year][1]
        begins, stops = np.array(starts, np.int64), np.array(ends, np.int64)
        through = np.cumsum(stops - begins)
        before = through - (stops - begins)
        bounds = self._boundary(date(first, 1, 1), 0), self._boundary(date(last + 1, 1, 1), 0)
        arrays = begins, stops, before, through
        return _Table(first, last, *bounds, starts, ends, before.tolist(), through.tolist(), arrays)

    def _compile(self, year: int) -> tuple[list[int], list[int]]:
        starts, ends = [], []
        for day in _days(year):
            for block in self._calendar.blocks_on(day):
                start, end = self._boundary(day, block.start), self._boundary(day, block.end)
                if start < end:
                    starts.append(start)
                    ends.append(end)
        return starts, ends

    def _boundary(self, day: date, minutes: int) -> int:
        wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
        return _at(first_instant(self._zone, wall))


def _worked(table: _Table, at: int) -> int:
    """Return the working time from the beginning of a table until an instant that it covers."""
    place = bisect_right(table.starts, at) - 1
    if place < 0:
        return 0
    return table.through[place] if at >= table.ends[place] else table.before[place] + at - table.starts[place]


def _days(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += _DAY


def _micros(duration: timedelta) -> int:
    return (duration.days * 86_400 + duration.seconds) * 1_000_000 + duration.microseconds


def _at(instant: datetime) -> int:
    """Return an instant as microseconds since 1970, UTC."""
    if instant.tzinfo is None:
        raise CalendarError(f"{instant!r} has no time zone", "an aware datetime such as 2026-01-01T00:00:00+00:00")
    return _micros(instant - _EPOCH)


def _instant(micros: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=micros)
    except OverflowError as error:
        raise CalendarError(f"{micros} microseconds after 1970 is no date", "dates up to the year 9999") from error


def _check_duration(duration: timedelta) -> None:
    if duration < _NO_TIME:
        raise CalendarError(f"working time of {duration} cannot be added", "0 or more")


def _many(starts: Instants, durations: Durations | np.timedelta64 | timedelta) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return instants and durations as microseconds, both in the shape of the instants."""
    given = np.asarray(durations, "timedelta64[us]")
    starts = np.asarray(starts, "datetime64[us]")
    if np.isnat(starts).any() or np.isnat(given).any():
        raise CalendarError("one of the instants or durations is not a time", "instants and durations without NaT")
    at = starts.astype(np.int64)
    added = np.broadcast_to(given.astype(np.int64), at.shape)
    if added.size and int(added.min()) < 0:
        _check_duration(timedelta(microseconds=int(added.min())))
    return at, added
