"""Working calendars as JSON: what the store keeps, the API tells and a YAML file says."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final

from tongguan.model.calendars import Block, CalendarError, DayKind, SpecialDay, Weekday, WorkingCalendar, parse_blocks
from tongguan.model.mistakes import Mistakes, Part, shown

_WEEKDAYS: Final = tuple(day.name.lower() for day in Weekday)
_CALENDAR: Final = ("name", "zone", "week", "special", "known_years")
_DAY: Final = ("day", "kind", "zh", "en", "like", "blocks")


def blocks_text(blocks: tuple[Block, ...]) -> str:
    """Return blocks as :func:`tongguan.model.calendars.parse_blocks` reads them."""
    return ", ".join(str(block) for block in blocks)


def calendar_document(key: str, calendar: WorkingCalendar) -> dict[str, Any]:
    """Return a calendar as JSON; days without work are left out of the week, and the name where it is the key."""
    week = {name: blocks_text(blocks) for name, blocks in zip(_WEEKDAYS, calendar.week, strict=True) if blocks}
    found: dict[str, Any] = {} if calendar.name == key else {"name": calendar.name}
    found |= {"zone": calendar.zone, "week": week, "special": [_special_document(one) for one in calendar.special]}
    return {**found, "known_years": None if calendar.known_years is None else sorted(calendar.known_years)}


def _special_document(one: SpecialDay) -> dict[str, Any]:
    found: dict[str, Any] = {"day": one.day.isoformat(), "kind": one.kind.value}
    found |= {name: text for name, text in (("zh", one.zh), ("en", one.en)) if text}
    if one.like is not None:
        found["like"] = _WEEKDAYS[one.like]
    if one.blocks:
        found["blocks"] = blocks_text(one.blocks)
    return found


def read_calendar(key: str, value: object, path: str, mistakes: Mistakes) -> WorkingCalendar | None:
    """Return the calendar that a JSON value means; None where it cannot be one, with its mistakes noted."""
    part, before = Part(value, path, mistakes, _CALENDAR), len(mistakes.found)
    name = part.text("name") or key
    zone = part.text("zone", needed=True)
    week = _week(part, mistakes)
    special = tuple(one for place, item in part.items("special") if (one := read_special(item, place, mistakes)) is not None)
    known = _known_years(part)
    if len(mistakes.found) > before:
        return None
    try:
        return WorkingCalendar(name, zone, week, special, known)
    except CalendarError as error:
        mistakes.add(path, f"日历不成立：{error.detail}（应为：{error.valid}）", str(error))
        return None


def _week(part: Part, mistakes: Mistakes) -> tuple[tuple[Block, ...], ...]:
    inner = Part(part.get("week"), part.at("week"), mistakes, _WEEKDAYS)
    found = tuple(read_blocks(inner.text(name), inner.at(name), mistakes) for name in _WEEKDAYS)
    if not any(found) and not any(inner.text(name).strip() for name in _WEEKDAYS if isinstance(inner.get(name), str)):
        mistakes.add(part.at("week"), "一周没有任何工作时间，至少要有一段", "there is no work on any weekday; give at least one block")
    return found


def read_blocks(text: str, path: str, mistakes: Mistakes) -> tuple[Block, ...]:
    """Return the blocks that a text means; none where it cannot be, with its mistake noted."""
    try:
        found = parse_blocks(text)
    except CalendarError as error:
        hint = "写法如 08:30–12:00, 13:30–18:00；起点须早于终点，跨夜请分两天写"
        mistakes.add(path, f"{shown(text)} 不是有效的工作时段（{hint}）", f"{error.detail}; valid: {error.valid}")
        return ()
    for first, second in pairwise(found):
        if second.start < first.end:
            mistakes.add(
                path,
                f"时段 {first} 与 {second} 重叠或顺序颠倒；请按先后填写，互不重叠",
                f"blocks {first} and {second} overlap or are out of order; give them in order, apart from each other",
            )
            return ()
    return found


def read_special(value: object, path: str, mistakes: Mistakes) -> SpecialDay | None:
    """Return the special day that a JSON value means; None where it cannot be one, with its mistakes noted."""
    part, before = Part(value, path, mistakes, _DAY), len(mistakes.found)
    day = _day(part)
    kind = DayKind(part.choice("kind", [one.value for one in DayKind]))
    like = Weekday(_WEEKDAYS.index(part.choice("like", _WEEKDAYS))) if "like" in part else None
    blocks = read_blocks(part.text("blocks"), part.at("blocks"), mistakes)
    zh, en = part.text("zh"), part.text("en")
    if day is None or len(mistakes.found) > before:
        return None
    try:
        return SpecialDay(day, kind, zh, en, like, blocks)
    except CalendarError as error:
        zh_hint = "节假日不能有工作时间" if kind is DayKind.HOLIDAY else "调休上班须二选一：参照某个星期几，或自填时段"
        mistakes.add(path, f"{day}：{zh_hint}", f"{error.detail}; valid: {error.valid}")
        return None


def _day(part: Part) -> date | None:
    found = part.get("day")
    # YAML makes a date of what looks like one.
    if isinstance(found, date) and not isinstance(found, datetime):
        return found
    day = iso_day(found)
    if day is None:
        part.wrong("day", f"{shown(found)} 不是日期，应如 2026-10-01", f"{shown(found)} is no date; valid: such as 2026-10-01")
    return day


def iso_day(found: object) -> date | None:
    """Return the day that a text such as 2026-10-01 means; None for anything else."""
    try:
        return date.fromisoformat(found) if isinstance(found, str) and len(found) == len("2026-10-01") else None
    except ValueError:
        return None


def _known_years(part: Part) -> frozenset[int] | None:
    if "known_years" in part and part.get("known_years") is None:
        return None
    found = []
    for path, item in part.items("known_years"):
        if isinstance(item, int) and not isinstance(item, bool) and 1900 <= item <= 2199:
            found.append(item)
        else:
            key = path.removeprefix(f"{part.path}.")
            part.wrong(key, f"{shown(item)} 不是年份（1900–2199）", f"{shown(item)} is no year; valid: 1900 to 2199")
    return frozenset(found)
