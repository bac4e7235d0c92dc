"""Working calendars: blocks of each weekday, and the table of holidays and make-up workdays, a year at a time."""

from __future__ import annotations

import calendar as months
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.model.calendar_documents import blocks_text
from tongguan.model.calendars import DayKind, Weekday, WorkingCalendar
from tongguan.model.clocks import LimitRule
from tongguan.web.kit.access import Page
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Empty, Notice, Status, Way
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.rules.day_files import days_csv
from tongguan.web.rooms.rules.drafts import PATH, Head, State, head, with_state
from tongguan.web.rooms.rules.words import WEEKDAYS, calendar_name, day_words, rule_title

CALENDARS: Final = f"{PATH}/calendars"

_FIRST, _LAST = 2000, 2199


@dataclass(frozen=True)
class DayCell:
    """One date of a month.

    Attributes:
        css: ``work``, ``free``, ``holiday``, ``makeup``; what it is.
        mark: 休 or 班; empty for days as their weekday.
        title: what it is, in words.
    """

    day: int
    css: str
    mark: str
    title: str
    href: str
    chosen: bool
    today: bool


@dataclass(frozen=True)
class Month:
    """A month as weeks; None before its first day and after its last."""

    label: str
    weeks: Sequence[Sequence[DayCell | None]]


@dataclass(frozen=True)
class WeekdayField:
    """The blocks of a weekday; ``error`` says what is wrong with them."""

    name: str
    label: str
    value: str
    error: str = ""


@dataclass(frozen=True)
class DayForm:
    """What a date is, to be changed.

    Attributes:
        kind: ``weekday``, ``holiday`` or ``workday``.
    """

    day: str
    label: str
    kind: str
    zh: str
    en: str
    like: str
    blocks: str
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CalendarForm:
    """Name, zone and week of a calendar; ``error`` says what is wrong with the whole."""

    name: str
    zone: str
    week: Sequence[WeekdayField]
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CalendarsPage:
    """Context of the calendars.

    Attributes:
        key, title: the calendar shown; empty where there is none, or a new one is made.
        known: its holidays of the year are complete.
        keeps: it keeps holidays at all.
        used: rules that run on it.
        pasted: lines of a file that could not be taken, and ``mistakes`` why.
    """

    head: Head
    tabs: Sequence[Way]
    key: str
    title: str
    form: CalendarForm
    year: int
    previous: str
    next: str
    known: bool
    keeps: bool
    months: Sequence[Month]
    weekdays: Sequence[tuple[str, str]]
    day: DayForm | None
    counts: str
    used: Sequence[str]
    exports: str
    empty: Empty | None
    pasted: str = ""
    mistakes: Sequence[str] = ()
    first: int = _FIRST
    last: int = _LAST


def year_of(visit: Visit, text: str) -> int:
    """Return a year that was asked for; this one where it is none."""
    wanted = int(text) if text.isdecimal() and len(text) == len("2026") else 0
    return wanted if _FIRST <= wanted <= _LAST else visit.formats.local(visit.now).year


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def address(key: str, year: int | str = "", day: str = "", done: str = "") -> str:
    """Return the address of a calendar's year."""
    return str(Address(CALENDARS, {"calendar": key, "year": str(year), "day": day, "done": done}))


def _cell(visit: Visit, calendar: WorkingCalendar, key: str, day: date, chosen: str) -> DayCell:
    special = calendar.special_on(day)
    if special is None:
        css, mark = ("work" if calendar.blocks_on(day) else "free"), ""
    elif special.kind is DayKind.HOLIDAY:
        css, mark = "holiday", visit.text("off")
    else:
        css, mark = "makeup", visit.text("on")
    blocks = blocks_text(calendar.blocks_on(day)) or visit.text("free")
    title = f"{day.isoformat()} · {day_words(visit, special) if special else visit.text(WEEKDAYS[Weekday(day.weekday())])} · {blocks}"
    today = day == visit.formats.local(visit.now).date()
    return DayCell(day.day, css, mark, title, address(key, day.year, day.isoformat()) + "#day", day.isoformat() == chosen, today)


def _months(visit: Visit, calendar: WorkingCalendar, key: str, year: int, chosen: str) -> list[Month]:
    found = []
    for number in range(1, 13):
        weeks = months.Calendar().monthdatescalendar(year, number)
        cells = [[_cell(visit, calendar, key, day, chosen) if day.month == number else None for day in week] for week in weeks]
        found.append(Month(f"{year}-{number:02}", cells))
    return found


def form_of(visit: Visit, calendar: WorkingCalendar | None) -> CalendarForm:
    """Return the form of a calendar; of a new one with office hours."""
    usual = "" if calendar is not None else "09:00–12:00, 13:00–18:00"
    week = []
    for weekday, label in WEEKDAYS.items():
        value = blocks_text(calendar.week[weekday]) if calendar is not None else usual if weekday < Weekday.SATURDAY else ""
        week.append(WeekdayField(weekday.name.lower(), visit.text(label), value))
    return CalendarForm(calendar.name if calendar else "", calendar.zone if calendar else visit.site.settings.zone.key, week)


def day_form(visit: Visit, calendar: WorkingCalendar, day: date) -> DayForm:
    """Return the form of a date."""
    special = calendar.special_on(day)
    label = f"{day.isoformat()} {visit.text(WEEKDAYS[Weekday(day.weekday())])}"
    if special is None:
        return DayForm(day.isoformat(), label, "weekday", "", "", "", "")
    like = "" if special.like is None else Weekday(special.like).name.lower()
    return DayForm(day.isoformat(), label, special.kind.value, special.zh, special.en, like, blocks_text(special.blocks))


def users_of(state: State, key: str) -> list[LimitRule]:
    """Return the rules that run on a calendar."""
    return [rule for rule in state.contents.rules if rule.calendar == key]


@dataclass(frozen=True)
class Given:
    """What an answer to a form puts in the place of what is kept."""

    form: CalendarForm | None = None
    day: DayForm | None = None
    pasted: str = ""
    mistakes: Sequence[str] = ()
    notice: Notice | None = None
    status: HTTPStatus = HTTPStatus.OK


def _counts(visit: Visit, calendar: WorkingCalendar, year: int) -> str:
    kinds = [one.kind for one in calendar.special if one.day.year == year]
    off, on = kinds.count(DayKind.HOLIDAY), kinds.count(DayKind.WORKDAY)
    return visit.listing(
        (
            visit.plural("%(n)s day off", "%(n)s days off", off, n=off),
            visit.plural("%(n)s make-up workday", "%(n)s make-up workdays", on, n=on),
        )
    )


def page_of(visit: Visit, state: State, key: str, year: int, given: Given) -> Response:
    """Return the page of a calendar; without one that of a new one."""
    calendars = state.contents.calendars
    calendar = calendars.get(key)
    tabs = [Way(calendar_name(visit, state.contents, name), address(name, year), name == key) for name in calendars]
    if visit.may(Permission.EDIT_RULES):
        tabs.append(Way(visit.text("New calendar"), str(Address(CALENDARS, {"calendar": "", "new": "1"})), calendar is None))
    chosen = given.day.day if given.day else visit.query("day")
    day = _day_of(chosen)
    shown_day = given.day or (day_form(visit, calendar, day) if calendar is not None and day is not None else None)
    empty = None
    if calendar is None and not visit.may(Permission.EDIT_RULES):
        empty = Empty(visit.text("No working calendar yet"), visit.text("All limits run all day."))
    page = CalendarsPage(
        head=head(visit, state, given.notice),
        tabs=tabs,
        key=key if calendar is not None else "",
        title=calendar_name(visit, state.contents, key) if calendar is not None else "",
        form=given.form or form_of(visit, calendar),
        year=year,
        previous=address(key, year - 1) if year > _FIRST else "",
        next=address(key, year + 1) if year < _LAST else "",
        known=calendar is None or calendar.knows(year),
        keeps=calendar is not None and calendar.known_years is not None,
        months=_months(visit, calendar, key, year, chosen) if calendar is not None else (),
        weekdays=[(weekday.name.lower(), visit.text(label)) for weekday, label in WEEKDAYS.items()],
        day=shown_day if calendar is not None else None,
        counts=_counts(visit, calendar, year) if calendar is not None else "",
        used=[rule_title(visit, rule) for rule in users_of(state, key)] if calendar is not None else (),
        exports=str(Address(f"{CALENDARS}.csv", {"calendar": key})),
        empty=empty,
        pasted=given.pasted,
        mistakes=given.mistakes,
    )
    return visit.render("rules/calendars.html", page, given.status)


async def calendars(visit: Visit, state: State) -> Response:
    """A calendar's week and a year of its special days."""
    keys = list(state.contents.calendars)
    wanted = visit.query("calendar")
    key = wanted if wanted in keys else "" if visit.query("new") or not keys else keys[0]
    notice = None
    if wanted and wanted not in keys:
        notice = Notice(visit.text("There is no calendar %(name)s; the first one is shown.", name=wanted[:60]), Status.WATCH)
    return page_of(visit, state, key, year_of(visit, visit.query("year") or visit.query("day")[:4]), Given(notice=notice))


async def download(visit: Visit, state: State) -> Response:
    """All special days of a calendar as CSV."""
    key = visit.query("calendar") or next(iter(state.contents.calendars), "")
    calendar = state.contents.calendars.get(key)
    if calendar is None:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    # Header values are Latin-1; names of calendars need not be.
    return Response(
        days_csv(calendar.special),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="special-days.csv"'},
    )


PAGES: Final = (
    Page(CALENDARS, with_state(calendars), Permission.SEE_PANORAMA),
    Page(f"{CALENDARS}.csv", with_state(download), Permission.SEE_PANORAMA),
)
