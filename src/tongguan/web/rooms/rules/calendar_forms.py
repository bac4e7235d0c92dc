"""What the forms of a working calendar do: everything goes into the user's draft."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from typing import Final

from starlette.datastructures import UploadFile
from starlette.responses import Response

from tongguan.clocks.holidays_cn import chinese_days
from tongguan.model.access import Permission
from tongguan.model.calendar_documents import read_blocks, read_special
from tongguan.model.calendars import Block, CalendarError, SpecialDay, Weekday, WorkingCalendar
from tongguan.model.mistakes import Mistakes
from tongguan.model.rule_changes import with_calendar
from tongguan.web.kit.access import Page
from tongguan.web.kit.components import Notice, Status
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.rules.calendars import (
    CALENDARS,
    CalendarForm,
    DayForm,
    Given,
    WeekdayField,
    address,
    day_form,
    page_of,
    users_of,
    year_of,
)
from tongguan.web.rooms.rules.day_files import read_days_csv
from tongguan.web.rooms.rules.drafts import State, keep, with_state
from tongguan.web.rooms.rules.words import WEEKDAYS

KEY: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
LARGEST: Final = 1_000_000
"""Bytes of a file of special days."""

NO_NAME: Final = msg("A calendar needs a name.")
NO_ZONE: Final = msg("There is no such time zone; give one such as Asia/Shanghai.")
NO_WORK: Final = msg("There is no work on any weekday; fill in at least one.")
IN_USE: Final = msg("Rules run on this calendar; give them another one first.")
LIKE_FREE: Final = msg("A make-up workday is like a weekday that would have no work then. Change those days first.")
UNUSABLE: Final = msg("This cannot be kept: %(why)s")
NOT_TEXT: Final = msg("The file is not UTF-8 text.")
TOO_LARGE: Final = msg("The file is larger than %(most)s bytes.")
NOTHING_GIVEN: Final = msg("Choose a file, or paste its lines.")


def _wrong(visit: Visit, message: str, **values: object) -> Notice:
    return Notice(visit.text(message, **values), Status.BAD)


def _key_for(state: State, name: str) -> str:
    """Return a short name that rules refer to: of the name where it has Latin letters, else a number."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:36]
    start = plain if KEY.fullmatch(plain) else "calendar"
    taken = state.contents.calendars
    return next(key for key in (start, *(f"{start}_{number}" for number in range(2, len(taken) + 3))) if key not in taken)


def _said(visit: Visit, mistakes: Mistakes) -> str:
    return mistakes.found[0].said.in_language(visit.language) if mistakes.found else ""


async def _week(visit: Visit) -> tuple[tuple[tuple[Block, ...], ...], list[WeekdayField]]:
    blocks, fields = [], []
    for weekday, label in WEEKDAYS.items():
        name, mistakes = weekday.name.lower(), Mistakes()
        typed = (await visit.form_value(name)).strip()
        blocks.append(read_blocks(typed, name, mistakes))
        fields.append(WeekdayField(name, visit.text(label), typed, _said(visit, mistakes)))
    return tuple(blocks), fields


async def _where(visit: Visit) -> tuple[str, int]:
    return await visit.form_value("calendar"), year_of(visit, await visit.form_value("year"))


async def save(visit: Visit, state: State) -> Response:
    """Keep name, zone and week; without a calendar, make one."""
    key, year = await _where(visit)
    name, zone = (await visit.form_value("name")).strip(), (await visit.form_value("zone")).strip()
    week, fields = await _week(visit)
    old = state.contents.calendars.get(key)
    errors: dict[str, str] = {}
    if not name:
        errors["name"] = visit.text(NO_NAME)
    if not any(week) and not any(one.error for one in fields):
        errors["week"] = visit.text(NO_WORK)
    made = None
    if not errors and not any(one.error for one in fields):
        made = _made(visit, old, name, zone, week, errors)
    if made is None:
        form = CalendarForm(name, zone, fields, errors)
        return page_of(visit, state, key if old else "", year, Given(form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY))
    key = key if old else _key_for(state, name)
    await keep(visit, state, with_calendar(state.contents, key, made))
    return visit.go(address(key, year, done="kept"))


def _made(
    visit: Visit, old: WorkingCalendar | None, name: str, zone: str, week: tuple[tuple[Block, ...], ...], errors: dict[str, str]
) -> WorkingCalendar | None:
    try:
        return replace(old, name=name, zone=zone, week=week) if old else WorkingCalendar(name, zone, week)
    except CalendarError as error:
        zoned = "no zone" in error.detail
        like = "workday like" in error.detail
        errors["zone" if zoned else "week"] = visit.text(NO_ZONE) if zoned else visit.text(LIKE_FREE) if like else str(error)
        return None


async def remove(visit: Visit, state: State) -> Response:
    """Take a calendar away; not while rules run on it."""
    key, year = await _where(visit)
    if key not in state.contents.calendars:
        return visit.go(f"{CALENDARS}?done=same")
    if users_of(state, key):
        return page_of(visit, state, key, year, Given(notice=_wrong(visit, IN_USE), status=HTTPStatus.CONFLICT))
    await keep(visit, state, with_calendar(state.contents, key, None))
    return visit.go(f"{CALENDARS}?done=kept")


async def set_day(visit: Visit, state: State) -> Response:
    """Make a date a holiday, a workday, or as its weekday."""
    key = await visit.form_value("calendar")
    calendar = state.contents.calendars.get(key)
    names = ("day", "kind", "zh", "en", "like", "blocks")
    values = {name: (await visit.form_value(name)).strip() for name in names}
    if calendar is None or not _is_day(values["day"]):
        return visit.go(f"{CALENDARS}?done=same")
    day, mistakes, special = date.fromisoformat(values["day"]), Mistakes(), None
    if values["kind"] != "weekday":
        wanted = {"like", "blocks"} if values["kind"] == "workday" else set()
        given = {name: value for name, value in values.items() if value and (name in wanted or name not in ("like", "blocks"))}
        special = read_special(given, "", mistakes)
    changed = (
        None
        if mistakes.found
        else _with_days(calendar, [*(one for one in calendar.special if one.day != day), *([special] if special else [])])
    )
    if not isinstance(changed, WorkingCalendar):
        why = _said(visit, mistakes) or str(changed)
        label = day_form(visit, calendar, day).label
        form = DayForm(values["day"], label, values["kind"], values["zh"], values["en"], values["like"], values["blocks"], {"day": why})
        return page_of(visit, state, key, day.year, Given(day=form, status=HTTPStatus.UNPROCESSABLE_ENTITY))
    await keep(visit, state, with_calendar(state.contents, key, changed))
    return visit.go(address(key, day.year, done="kept"))


def _is_day(text: str) -> bool:
    try:
        return 1900 <= date.fromisoformat(text).year <= 2199
    except ValueError:
        return False


def _with_days(
    calendar: WorkingCalendar, days: Sequence[SpecialDay], known_years: frozenset[int] | None = None
) -> WorkingCalendar | CalendarError:
    """Return a calendar with other special days, or why it cannot be; one that kept no holidays keeps them from now on."""
    known = known_years if known_years is not None else calendar.known_years
    if known is None and days:
        known = frozenset()
    try:
        return replace(calendar, special=tuple(sorted(days, key=lambda one: one.day)), known_years=known)
    except CalendarError as error:
        return error


async def set_known(visit: Visit, state: State) -> Response:
    """Say that a year's special days are complete, or that they are not."""
    key, year = await _where(visit)
    calendar = state.contents.calendars.get(key)
    if calendar is None:
        return visit.go(f"{CALENDARS}?done=same")
    known = calendar.known_years or frozenset()
    wanted = known | {year} if await visit.form_value("known") == "1" else known - {year}
    await keep(visit, state, with_calendar(state.contents, key, replace(calendar, known_years=wanted)))
    return visit.go(address(key, year, done="kept"))


async def seed(visit: Visit, state: State) -> Response:
    """Put the public holidays of a year in the place of what the year had."""
    key, year = await _where(visit)
    calendar = state.contents.calendars.get(key)
    if calendar is None:
        return visit.go(f"{CALENDARS}?done=same")
    like = next(Weekday(place) for place, blocks in enumerate(calendar.week) if blocks)
    found = chinese_days([year], like)
    others = [one for one in calendar.special if one.day.year != year]
    known = ((calendar.known_years or frozenset()) - {year}) | found.known_years
    changed = _with_days(calendar, [*others, *found.days], known)
    if isinstance(changed, CalendarError):
        return page_of(visit, state, key, year, Given(notice=_wrong(visit, UNUSABLE, why=changed), status=HTTPStatus.UNPROCESSABLE_ENTITY))
    await keep(visit, state, with_calendar(state.contents, key, changed))
    return visit.go(address(key, year, done="kept"))


async def _given_text(visit: Visit) -> tuple[str, str]:
    """Return the lines given, and what is wrong with them."""
    pasted = await visit.form_value("lines")
    file = (await visit.form()).get("file")
    if isinstance(file, UploadFile) and file.filename:
        body = await file.read(LARGEST + 1)
        if len(body) > LARGEST:
            return "", visit.text(TOO_LARGE, most=LARGEST)
        try:
            return body.decode("utf-8-sig"), ""
        except UnicodeDecodeError:
            return "", visit.text(NOT_TEXT)
    return pasted, "" if pasted.strip() else visit.text(NOTHING_GIVEN)


async def take_file(visit: Visit, state: State) -> Response:
    """Put the days of a file in the place of those of the years that it names."""
    key, year = await _where(visit)
    calendar = state.contents.calendars.get(key)
    if calendar is None:
        return visit.go(f"{CALENDARS}?done=same")
    text, why = await _given_text(visit)
    mistakes = Mistakes()
    days = () if why else read_days_csv(text, mistakes)
    line = visit.text("Line")
    said = [
        f"{line} {one.path}: {one.said.in_language(visit.language)}" if one.path else one.said.in_language(visit.language)
        for one in mistakes.found
    ]
    if not said and not why:
        years = {one.day.year for one in days}
        changed = _with_days(calendar, [*(one for one in calendar.special if one.day.year not in years), *days])
        if isinstance(changed, WorkingCalendar):
            await keep(visit, state, with_calendar(state.contents, key, changed))
            return visit.go(address(key, min(years, default=year), done="kept"))
        said = [str(changed)]
    return page_of(visit, state, key, year, Given(pasted=text, mistakes=said or [why], status=HTTPStatus.UNPROCESSABLE_ENTITY))


PAGES: Final = tuple(
    Page(f"{CALENDARS}{path}", with_state(answer), Permission.EDIT_RULES, method="POST")
    for path, answer in (
        ("", save),
        ("/remove", remove),
        ("/day", set_day),
        ("/known", set_known),
        ("/seed", seed),
        ("/file", take_file),
    )
)
