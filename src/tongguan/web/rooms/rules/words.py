"""Rules, calendars and their differences in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tongguan.model.calendar_documents import blocks_text
from tongguan.model.calendars import DayKind, SpecialDay, Weekday, WorkingCalendar
from tongguan.model.clocks import DIMENSIONS, LimitRule, Mode
from tongguan.model.rule_changes import DayDifference, Difference, Differences, special_differences
from tongguan.model.rule_documents import Contents
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit

MODES: Final = {
    Mode.AUTOMATIC: msg("Automatic"),
    Mode.MANUAL: msg("By hand"),
    Mode.PARTNER: msg("Partner"),
    Mode.CUSTOMER: msg("Customer"),
}

WEEKDAYS: Final = {
    Weekday.MONDAY: msg("Monday"),
    Weekday.TUESDAY: msg("Tuesday"),
    Weekday.WEDNESDAY: msg("Wednesday"),
    Weekday.THURSDAY: msg("Thursday"),
    Weekday.FRIDAY: msg("Friday"),
    Weekday.SATURDAY: msg("Saturday"),
    Weekday.SUNDAY: msg("Sunday"),
}

_MOST_DAYS: Final = 12
"""So many changed dates of a calendar are named; of more, their count."""


@dataclass(frozen=True)
class ChangeWords:
    """One difference in words.

    Attributes:
        sign: ``+`` new, ``−`` gone, ``~`` changed.
        title: what it is about.
        lines: what is new, or from what to what.
        href: where it is shown; empty where it is gone.
    """

    sign: str
    title: str
    lines: list[str]
    href: str = ""


def span(visit: Visit, duration: timedelta) -> str:
    """Write a duration; every unit of it."""
    rest, zh = duration.days * 86_400 + duration.seconds, visit.language == "zh-CN"
    parts = []
    for seconds, chinese, english in ((86_400, "天", "d"), (3_600, "小时", "h"), (60, "分钟", "min"), (1, "秒", "s")):
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{count}{chinese}" if zh else f"{count} {english}")
    return ("" if zh else " ").join(parts) or ("0分钟" if zh else "0 min")


def calendar_label(visit: Visit, key: str, name: str) -> str:
    """Write a calendar's name as its keeper gave it; beside one in Chinese its key, for those who read English."""
    return name if visit.language == "zh-CN" or name.isascii() else f"{name} ({key})"


def calendar_name(visit: Visit, contents: Contents, name: str) -> str:
    """Name the calendar of a rule."""
    if not name:
        return visit.text("All day")
    return calendar_label(visit, name, contents.calendars[name].name) if name in contents.calendars else name


def conditions(visit: Visit, rule: LimitRule) -> list[str]:
    """Return the conditions of a rule by name, the weightiest first; none where it holds for all."""
    return [visit.codes.label(name, code) for name in DIMENSIONS if (code := getattr(rule, name))]


def where_words(visit: Visit, rule: LimitRule) -> str:
    """Say for whom a rule holds."""
    return " · ".join(conditions(visit, rule)) or visit.text("All others")


def rule_title(visit: Visit, rule: LimitRule) -> str:
    """Name a rule."""
    step = visit.codes.milestone(rule.kind, rule.step)
    return f"{visit.codes.kind(rule.kind)} · {step} · {where_words(visit, rule)}"


def limits_words(visit: Visit, rule: LimitRule, contents: Contents) -> str:
    """Say a rule's limits in a sentence."""
    text = visit.text
    if rule.promised:
        before = span(visit, rule.late - rule.warning)
        said = text("late at the promised time, warned %(before)s before; without a promise ", before=before)
    else:
        said = ""
    calendar = calendar_name(visit, contents, rule.calendar)
    values = {"warning": span(visit, rule.warning), "late": span(visit, rule.late), "calendar": calendar}
    said += text("warned after %(warning)s, late after %(late)s (%(calendar)s)", **values)
    if rule.silent is not None:
        said += text("; silent after %(silent)s", silent=span(visit, rule.silent))
    return said


def _field_lines(visit: Visit, one: Difference[LimitRule], was: Contents, now: Contents) -> list[str]:
    before, after = one.before, one.after
    if before is None or after is None:
        return []
    text = visit.text
    never, yes, no = text("not judged"), text("yes"), text("no")
    values = {
        "warning": (text("Warning"), span(visit, before.warning), span(visit, after.warning)),
        "late": (text("Limit"), span(visit, before.late), span(visit, after.late)),
        "calendar": (text("Calendar"), calendar_name(visit, was, before.calendar), calendar_name(visit, now, after.calendar)),
        "promised": (text("Promised time counts"), yes if before.promised else no, yes if after.promised else no),
        "silent": (
            text("Silent after"),
            span(visit, before.silent) if before.silent is not None else never,
            span(visit, after.silent) if after.silent is not None else never,
        ),
    }
    return [_changed(visit, *value) for name, value in values.items() if name in one.changed()]


def _changed(visit: Visit, what: str, before: str, after: str) -> str:
    return visit.text("%(what)s: %(before)s → %(after)s", what=what, before=before, after=after)


def rule_words(visit: Visit, one: Difference[LimitRule], was: Contents, now: Contents, href: str = "") -> ChangeWords:
    """Say what differs of a rule."""
    if one.after is None and one.before is not None:
        return ChangeWords("−", rule_title(visit, one.before), [limits_words(visit, one.before, was)])
    if one.after is None:
        raise LookupError(f"difference {one.name!r} has neither side")
    if one.before is None:
        return ChangeWords("+", rule_title(visit, one.after), [limits_words(visit, one.after, now)], href)
    return ChangeWords("~", rule_title(visit, one.after), _field_lines(visit, one, was, now), href)


def day_words(visit: Visit, special: SpecialDay | None) -> str:
    """Say what a date is."""
    if special is None:
        return visit.text("as its weekday")
    name = special.name(visit.language)
    if special.kind is DayKind.HOLIDAY:
        word = visit.text("Holiday")
    elif special.like is not None:
        word = visit.text("work as on %(weekday)s", weekday=visit.text(WEEKDAYS[special.like]))
    else:
        word = visit.text("work %(blocks)s", blocks=blocks_text(special.blocks))
    return f"{word}（{name}）" if name and visit.language == "zh-CN" else f"{word} ({name})" if name else word


def _days_lines(visit: Visit, changed: list[DayDifference]) -> list[str]:
    if len(changed) > _MOST_DAYS:
        years = visit.listing(str(year) for year in sorted({one.day.year for one in changed}))
        return [visit.text("%(n)s dates of %(years)s changed", n=len(changed), years=years)]
    return [_changed(visit, one.day.isoformat(), day_words(visit, one.before), day_words(visit, one.after)) for one in changed]


def _week_lines(visit: Visit, before: WorkingCalendar, after: WorkingCalendar) -> list[str]:
    free, found = visit.text("free"), []
    for weekday in Weekday:
        was, now = (blocks_text(one.week[weekday]) or free for one in (before, after))
        if was != now:
            found.append(_changed(visit, visit.text(WEEKDAYS[weekday]), was, now))
    return found


def calendar_words(visit: Visit, one: Difference[WorkingCalendar]) -> ChangeWords:
    """Say what differs of a calendar."""
    shown = one.after or one.before
    if shown is None:
        raise LookupError(f"difference {one.name!r} has neither side")
    title = visit.text("Calendar %(name)s", name=calendar_label(visit, one.name, shown.name))
    if one.before is None or one.after is None:
        return ChangeWords("+" if one.before is None else "−", title, [])
    lines = []
    for name, what in (("name", visit.text("Name")), ("zone", visit.text("Time zone"))):
        if name in one.changed():
            lines.append(_changed(visit, what, getattr(one.before, name), getattr(one.after, name)))
    lines += _week_lines(visit, one.before, one.after) + _days_lines(visit, special_differences(one.before, one.after))
    if "known_years" in one.changed():
        lines.append(
            _changed(visit, visit.text("Years with known holidays"), years_words(visit, one.before), years_words(visit, one.after))
        )
    return ChangeWords("~", title, lines)


def years_words(visit: Visit, calendar: WorkingCalendar) -> str:
    """Name the years whose holidays a calendar knows."""
    if calendar.known_years is None:
        return visit.text("keeps no holidays")
    return visit.listing(str(year) for year in sorted(calendar.known_years)) or visit.text("none")


def change_words(visit: Visit, found: Differences, was: Contents, now: Contents) -> list[ChangeWords]:
    """Say everything that differs."""
    words = [rule_words(visit, one, was, now) for one in found.rules] + [calendar_words(visit, one) for one in found.calendars]
    for one in found.processes:
        shown = one.after or one.before
        if shown is not None:
            title = visit.text("Reference process %(name)s", name=shown.label.in_language(visit.language))
            words.append(ChangeWords("+" if one.before is None else "−" if one.after is None else "~", title, []))
    return words
