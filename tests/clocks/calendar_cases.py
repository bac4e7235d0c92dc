"""Calendars as cases write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tongguan.clocks.holidays_cn import chinese_days
from tongguan.model.calendars import Block, DayKind, SpecialDay, Weekday, WorkingCalendar, parse_blocks

OFFICE = parse_blocks("08:30–12:00, 13:30–18:00")
FREE: tuple[Block, ...] = ()

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds", "us": "microseconds"}


def office(zone: str = "Asia/Shanghai", *years: int) -> WorkingCalendar:
    """Return five days of two blocks, with the Chinese holidays of some years."""
    seeded = chinese_days(years)
    return WorkingCalendar("office", zone, (OFFICE,) * 5 + (FREE,) * 2, seeded.days, seeded.known_years)


def calendar_of(told: Mapping[str, Any], name: str = "tried") -> WorkingCalendar:
    """Return a calendar as cases tell it: ``zone``; ``week``: weekday or ``first–last`` → blocks; ``special``: date → ``holiday``, ``like
    <weekday>`` or blocks; ``chinese``: seeded years; ``keeps_no_holidays``."""
    assert told.keys() <= {"zone", "week", "special", "chinese", "keeps_no_holidays"}, told.keys()
    week = [FREE] * 7
    for days, blocks in told["week"].items():
        first, _, last = days.partition("–")
        for weekday in range(Weekday[first.upper()], Weekday[(last or first).upper()] + 1):
            week[weekday] = parse_blocks(blocks)
    seeded = chinese_days(told.get("chinese", ()))
    special = tuple(_special(date.fromisoformat(day), what) for day, what in told.get("special", {}).items())
    known = None if told.get("keeps_no_holidays") else seeded.known_years
    return WorkingCalendar(name, told["zone"], tuple(week), seeded.days + special, known)


def _special(day: date, what: str) -> SpecialDay:
    if what == "holiday":
        return SpecialDay(day, DayKind.HOLIDAY)
    if what.startswith("like "):
        return SpecialDay(day, DayKind.WORKDAY, like=Weekday[what.removeprefix("like ").upper()])
    return SpecialDay(day, DayKind.WORKDAY, blocks=parse_blocks(what))


def moment(text: str | datetime, zone: str) -> datetime:
    """Return an instant: wall time of a zone, or RFC 3339 with ``Z``."""
    given = datetime.fromisoformat(str(text))
    return (given.replace(tzinfo=ZoneInfo(zone)) if given.tzinfo is None else given).astimezone(UTC)


def duration(text: str) -> timedelta:
    """Return a duration such as ``1h30m``."""
    parts = re.findall(r"(\d+)(d|h|m|us|s)", text)
    assert parts and "".join(map("".join, parts)) == text.removeprefix("-"), f"{text!r} is no duration"
    total = sum((timedelta(**{_UNITS[unit]: int(amount)}) for amount, unit in parts), timedelta(0))
    return -total if text.startswith("-") else total
