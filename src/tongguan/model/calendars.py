"""Working calendars 工作日历: when people work, as wall time of a zone, with holidays and make-up workdays."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tongguan.lib.suggest import valid_hint

DAY_MINUTES: Final = 24 * 60

_BLOCK: Final = re.compile(r"(\d{1,2})[:：](\d\d)\s*[-–—~～至]\s*(\d{1,2})[:：](\d\d)")
_BETWEEN: Final = re.compile(r"\s*[,，、;；]\s*")


class CalendarError(ValueError):
    """A calendar, a part of one, or a question to one that cannot be; a retry does not help.

    Attributes:
        detail: which calendar, day or block, and the value.
        valid: what would be valid.
    """

    def __init__(self, detail: str, valid: str) -> None:
        super().__init__(f"{detail} (valid: {valid})")
        self.detail = detail
        self.valid = valid


class TooFarError(CalendarError):
    """So much working time is over only after the last year that calendars answer for."""


class Weekday(IntEnum):
    """Days of the week, numbered as :meth:`datetime.date.weekday` does."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


@dataclass(frozen=True, order=True)
class Block:
    """A stretch of working time within one day, wall time; its start belongs to it, its end does not.

    Attributes:
        start: minutes after midnight.
        end: minutes after midnight, up to 1440, which is 24:00.

    Raises:
        CalendarError: it does not end after it starts, or leaves the day.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= DAY_MINUTES:
            night = "; a night is two blocks: 22:00–24:00, and 00:00–06:00 on the next day" if self.end <= self.start else ""
            raise CalendarError(f"block {self} cannot be", f"from 00:00 to 24:00, ending after it starts{night}")

    def __str__(self) -> str:
        return f"{_clock(self.start)}–{_clock(self.end)}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def parse_blocks(text: str) -> tuple[Block, ...]:
    """Read the blocks of a day, ``08:30–12:00, 13:30–18:00``; an empty text is a day without work.

    Dashes, commas and colons may be those of a Chinese keyboard.

    Raises:
        CalendarError: something that is no block.
    """
    found = []
    for part in filter(None, _BETWEEN.split(text.strip())):
        match = _BLOCK.fullmatch(part)
        if not match or int(match[2]) > 59 or int(match[4]) > 59:
            raise CalendarError(f"block {part[:60]!r} in {text[:120]!r} is not understood", "such as 08:30–12:00, 13:30–18:00")
        found.append(Block(int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])))
    return tuple(found)


class DayKind(StrEnum):
    """What a special day is."""

    HOLIDAY = "holiday"
    """节假日: no work."""
    WORKDAY = "workday"
    """调休上班: work on a day that would have none, or other hours than usual."""


@dataclass(frozen=True)
class SpecialDay:
    """A date that is not what its weekday says.

    Attributes:
        day: in the calendar's zone.
        kind: without work, or with work.
        zh, en: what it is called; empty for no name.
        like: the weekday whose blocks a workday has.
        blocks: a workday's own blocks, instead.

    Raises:
        CalendarError: a holiday with work, or a workday with both or neither of ``like`` and ``blocks``.
    """

    day: date
    kind: DayKind
    zh: str = ""
    en: str = ""
    like: Weekday | None = None
    blocks: tuple[Block, ...] = ()

    def __post_init__(self) -> None:
        given = (self.like is not None) + bool(self.blocks)
        if self.kind is DayKind.HOLIDAY and given:
            raise CalendarError(f"{self.day} is a holiday, and yet has work", "a holiday without blocks, or the kind workday")
        if self.kind is DayKind.WORKDAY and given != 1:
            both = "both a weekday to be like and own blocks" if given else "neither a weekday to be like nor own blocks"
            raise CalendarError(f"{self.day} is a workday with {both}", "one of the two")

    def name(self, language: str) -> str:
        """Return the Chinese name for any ``zh…`` language and the English one otherwise."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True)
class WorkingCalendar:
    """When there is work.

    Attributes:
        name: how messages and pages call it.
        zone: IANA name of the zone whose wall clock the blocks are told by.
        week: the blocks of Monday to Sunday, each day's in order; a day without any is free.
        special: dates that differ; weekdays hold for all others.
        known_years: years whose special days are complete. Of other years only the weekdays are known, and what of them is in ``special``
            (:meth:`knows`). None for a calendar that keeps no holidays, which knows every year.

    Raises:
        CalendarError: no such zone, no work in any week, not seven days, blocks that overlap or are out of order, a date twice, or a
            workday like a weekday without work.
    """

    name: str
    zone: str
    week: tuple[tuple[Block, ...], ...]
    special: tuple[SpecialDay, ...] = ()
    known_years: frozenset[int] | None = frozenset()

    def __post_init__(self) -> None:
        self._check_zone()
        self._check_week()
        self._check_special()

    def __hash__(self) -> int:
        # Equality still compares everything; hashing a table of holidays would cost more than an answer.
        return hash((self.name, self.zone, len(self.special)))

    @cached_property
    def _by_date(self) -> dict[date, SpecialDay]:
        return {one.day: one for one in self.special}

    @property
    def always(self) -> bool:
        """Whether there is work at every instant."""
        return not self.special and all(_minutes(blocks) == DAY_MINUTES for blocks in self.week)

    def special_on(self, day: date) -> SpecialDay | None:
        """Return what is special about a date, or None."""
        return self._by_date.get(day)

    def blocks_on(self, day: date) -> tuple[Block, ...]:
        """Return the blocks of a date."""
        special = self._by_date.get(day)
        if special is None:
            return self.week[day.weekday()]
        return special.blocks if special.like is None else self.week[special.like]

    def knows(self, year: int) -> bool:
        """Tell whether the holidays of a year are known."""
        return self.known_years is None or year in self.known_years

    def _check_zone(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise CalendarError(f"calendar {self.name!r}: no zone {self.zone!r}", "an IANA name such as Asia/Shanghai") from error

    def _check_week(self) -> None:
        if len(self.week) != len(Weekday):
            raise CalendarError(f"calendar {self.name!r}: a week of {len(self.week)} days", "seven days, Monday first; a free day is empty")
        if not any(self.week):
            raise CalendarError(f"calendar {self.name!r} has no work on any weekday", "at least one block, such as 09:00–18:00 on Monday")
        for weekday, blocks in zip(Weekday, self.week, strict=True):
            _check_order(f"calendar {self.name!r}: {weekday.name.capitalize()}", blocks)

    def _check_special(self) -> None:
        twice = [day for day, times in Counter(one.day for one in self.special).items() if times > 1]
        if twice:
            raise CalendarError(f"calendar {self.name!r}: {twice[0]} is a special day more than once", "every date once")
        working = [weekday.name.capitalize() for weekday in Weekday if self.week[weekday]]
        for one in self.special:
            _check_order(f"calendar {self.name!r}: {one.day}", one.blocks)
            if one.like is not None and not self.week[one.like]:
                free = one.like.name.capitalize()
                valid = f"own blocks, or a weekday with work: {valid_hint(free, working).rpartition('valid: ')[2]}"
                raise CalendarError(f"calendar {self.name!r}: {one.day} is a workday like {free}, which has no work", valid)


def _minutes(blocks: Sequence[Block]) -> int:
    return sum(block.end - block.start for block in blocks)


def _check_order(where: str, blocks: Sequence[Block]) -> None:
    for first, second in pairwise(blocks):
        if second.start < first.end:
            wrong = "overlaps" if first.start < second.end else "comes after"
            raise CalendarError(f"{where}: block {first} {wrong} {second}", "blocks in order, each beginning when the one before has ended")


ALL_DAY: Final = WorkingCalendar("all_day", "UTC", ((Block(0, DAY_MINUTES),),) * len(Weekday), known_years=None)
"""7×24: every instant is work, so working time is elapsed time."""
