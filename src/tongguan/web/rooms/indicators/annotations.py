"""What is known of the days of an indicator: notes that people wrote, and findings; as marks of the curve, as a list, in files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.model.annotations import LONGEST_TEXT, MOST_NOTES, Annotation, may_write_on_all
from tongguan.model.answers import FlowFilter
from tongguan.model.findings import Finding, FindingFilter, FindingKind, Findings
from tongguan.model.indicator_answers import Grain, IndicatorRow
from tongguan.model.periods import bucket_end
from tongguan.web.kit.access import Handler, Page
from tongguan.web.kit.address import Address
from tongguan.web.kit.annotations import NoteRefusal, NoteRefusedError
from tongguan.web.kit.charts import Mark
from tongguan.web.kit.components import Notice, Status
from tongguan.web.kit.findings import FINDINGS, KINDS, number
from tongguan.web.kit.indicators import NoSuchIndicatorError
from tongguan.web.kit.period import Period, day_of
from tongguan.web.kit.ports import QuestionFailedError
from tongguan.web.kit.tables import Cell, Column
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.indicators.breakdown import place_label
from tongguan.web.rooms.indicators.wanted import PATH, Wanted

REFUSALS: Final = {
    NoteRefusal.TEXT: msg("Write 1 to %(most)s visible characters."),
    NoteRefusal.DAYS: msg("Give days such as 2026-06-18."),
    NoteRefusal.ORDER: msg("The last day lies before the first."),
    NoteRefusal.FULL: msg("This indicator has %(notes)s notes, which is the most. Remove one first."),
    NoteRefusal.EVERYWHERE: msg("Only who sees the indicators of every stage may write on all of them."),
    NoteRefusal.MISSING: msg("This note is not there any more."),
    NoteRefusal.NOT_YOURS: msg("Only its author and administrators may remove this note."),
}

_ASKED: Final = ("refused", "text", "first", "last", "undo", "kept")
"""What an answer to a form tells the page, each name after :data:`_BEFORE`: no dimension is called so."""
_BEFORE: Final = "note-"
_NAMED: Final = 3
"""So many values of one finding's days are named, those that stand out most."""


@dataclass(frozen=True)
class Known:
    """What was found out about the days shown; either may have failed."""

    notes: Panel[Sequence[Annotation]]
    findings: Panel[Findings]


@dataclass(frozen=True)
class DayNote:
    """One line of the list.

    Attributes:
        sign: the number or letter of its mark; empty where the curve has none.
        days: short; ``title`` in full.
        author: empty for findings, which ``href`` leads to.
        everywhere: it stands on every indicator.
        ahead: its days are yet to come.
        removes: where its form leads; empty for those who may not remove it.
    """

    key: str
    sign: str
    days: str
    title: str
    text: str
    author: str = ""
    href: str = ""
    everywhere: bool = False
    ahead: bool = False
    removes: str = ""


@dataclass(frozen=True)
class Draft:
    """What stands in the form: empty, or what was refused."""

    text: str
    first: str
    last: str


@dataclass(frozen=True)
class NotesPart:
    """The list below the curve, and the form.

    Attributes:
        action: where the form leads; ``query`` is the address it comes back to.
        most: characters of a note.
        may_write_on_all: the user may put a note on every indicator.
        undo: where the form leads that brings a note back; empty where none was just removed.
        failed: notes, or findings, could not be asked for.
    """

    lines: Sequence[DayNote]
    marks: Sequence[Mark]
    action: str
    query: str
    draft: Draft
    most: int
    may_write_on_all: bool
    notice: Notice | None
    undo: str
    failed: bool


async def known_days(visit: Visit, wanted: Wanted) -> Known:
    """Ask what is known of the days shown; where today is among them, of days to come as well."""
    period = wanted.period
    until = None if period.until >= wanted.day else period.until
    name, site = wanted.indicator.name, visit.site
    narrow = {field: value for field, value in wanted.where.items() if field in FlowFilter.__dataclass_fields__}
    notes, findings = await asyncio.gather(
        visit.ask(site.annotations.notes(visit.user, name, period.since, until)),
        visit.ask(site.questions.findings(visit.user, FindingFilter(**narrow, watch=name))),
    )
    return Known(notes, findings)


async def notes_part(visit: Visit, wanted: Wanted, known: Known, buckets: Sequence[IndicatorRow]) -> NotesPart:
    """Return the list, the marks of the curve, and the form."""
    lines, marks = [], []
    places = [_days(row.bucket, wanted.grain) for row in buckets]
    numbered = 0
    for note in known.notes.value or ():
        found = _places(places, note.first_day, note.last_day)
        numbered += found is not None
        line = _note_line(visit, wanted, note, str(numbered) if found else "")
        lines.append(line)
        if found:
            marks.append(Mark(line.sign, *found, note.text, f"#{line.key}"))
    for place, rows in enumerate(_matters(known.findings.value, wanted)):
        found = _places(places, rows[0].first_day, rows[0].last_day)
        line = _finding_line(visit, wanted, rows, _letter(place) if found else "")
        lines.append(line)
        if found:
            marks.append(Mark(line.sign, *found, line.text, line.href, ring=True))
    path = f"{PATH}/{wanted.indicator.name}/notes"
    return NotesPart(
        lines=lines,
        marks=sorted(marks, key=lambda mark: (mark.ring, mark.first)),
        action=path,
        query=str(wanted.address()).partition("?")[2],
        draft=_draft(visit, wanted),
        most=LONGEST_TEXT,
        may_write_on_all=may_write_on_all(visit.user),
        notice=_notice(visit),
        undo=await _undo(visit, path),
        failed=known.notes.value is None or known.findings.value is None,
    )


def note_column(visit: Visit, wanted: Wanted, part: NotesPart, buckets: Sequence[IndicatorRow]) -> Column[IndicatorRow]:
    """Return the column of the curve's file that tells what is known of each bucket."""
    places = {row.bucket: place for place, row in enumerate(buckets)}

    def cell(row: IndicatorRow) -> Cell:
        place = places[row.bucket]
        return Cell("; ".join(mark.text for mark in part.marks if mark.first <= place <= mark.last))

    return Column("note", visit.text("Note"), cell)


def _days(bucket: str, grain: Grain) -> Period:
    start = datetime.fromisoformat(bucket)
    day = start.date()
    return Period(day, day if start.tzinfo else bucket_end(day, grain))


def _places(buckets: Sequence[Period], first: date, last: date) -> tuple[int, int] | None:
    """Return the first and the last bucket with a day of these; None where no bucket has any."""
    found = [place for place, days in enumerate(buckets) if days.since <= last and first <= days.until]
    return (found[0], found[-1]) if found else None


def _span(first: date, last: date) -> str:
    """Write days short; the year where the span crosses it."""
    if first == last:
        return f"{first:%m-%d}"
    return f"{first:%m-%d} – {last:%m-%d}" if first.year == last.year else f"{first.isoformat()} – {last.isoformat()}"


def _in_full(visit: Visit, first: date, last: date) -> str:
    if first == last:
        return first.isoformat()
    return visit.text("%(first)s to %(last)s", first=first.isoformat(), last=last.isoformat())


def _note_line(visit: Visit, wanted: Wanted, note: Annotation, sign: str) -> DayNote:
    name = wanted.indicator.name
    return DayNote(
        key=f"note-{note.id}",
        sign=sign,
        days=_span(note.first_day, note.last_day),
        title=_in_full(visit, note.first_day, note.last_day),
        text=note.text,
        author=note.author_name or note.author,
        everywhere=not note.indicator,
        ahead=note.first_day > wanted.day,
        removes=f"{PATH}/{name}/notes/{note.id}/delete" if note.may_be_removed_by(visit.user) else "",
    )


def _matters(found: Findings | None, wanted: Wanted) -> list[list[Finding]]:
    """Return the findings of the indicator within the period, those of the same days together, by their days."""
    together: dict[tuple[date, date], list[Finding]] = {}
    for row in found.rows if found else ():
        within = row.first_day <= wanted.period.until and row.last_day >= wanted.period.since
        if within and row.watch == wanted.indicator.name and _fits(row, wanted.where):
            together.setdefault((row.first_day, row.last_day), []).append(row)
    return [sorted(together[days], key=lambda row: -row.score) for days in sorted(together)]


def _fits(row: Finding, where: Mapping[str, str]) -> bool:
    """Tell whether a finding is one of what the page is narrowed to; values that lie in each other were narrowed where it was asked."""
    return all(row.by == name and (name in FlowFilter.__dataclass_fields__ or row.value == value) for name, value in where.items())


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else f"{chr(ord('A') + place // 26 - 1)}{chr(ord('A') + place % 26)}"


def _finding_line(visit: Visit, wanted: Wanted, rows: Sequence[Finding], sign: str) -> DayNote:
    first = rows[0]
    told = [_told(visit, wanted, row) for row in rows[:_NAMED]]
    if len(rows) > _NAMED:
        told.append(visit.text("%(n)s more", n=len(rows) - _NAMED))
    slow = all(row.kind is FindingKind.DRIFT for row in rows)
    kind = visit.text(KINDS[FindingKind.DRIFT if slow else FindingKind.DAYS])
    address = Address(FINDINGS, {"watch": wanted.indicator.name, "day": first.last_day.isoformat()})
    return DayNote(
        key=f"finding-{first.first_day.isoformat()}-{first.last_day.isoformat()}",
        sign=sign,
        days=_span(first.first_day, first.last_day),
        title=_in_full(visit, first.first_day, first.last_day),
        text=visit.text("%(kind)s: %(places)s", kind=kind, places=visit.listing(told)),
        href=str(address),
    )


def _told(visit: Visit, wanted: Wanted, row: Finding) -> str:
    observed, expected = (number(visit, wanted.indicator.unit, value) for value in (row.observed, row.expected))
    place = place_label(visit, row.by, row.value)
    return visit.text("%(place)s %(observed)s (%(expected)s on other days)", place=place, observed=observed, expected=expected)


def _draft(visit: Visit, wanted: Wanted) -> Draft:
    day = min(wanted.day, wanted.period.until).isoformat()
    if not _said(visit, "refused"):
        return Draft("", day, "")
    return Draft(_said(visit, "text"), _said(visit, "first") or day, _said(visit, "last"))


def _said(visit: Visit, name: str) -> str:
    return visit.query(_BEFORE + name)


def _notice(visit: Visit) -> Notice | None:
    refused = _said(visit, "refused")
    if refused in set(NoteRefusal):
        text = visit.text(REFUSALS[NoteRefusal(refused)], most=LONGEST_TEXT, notes=MOST_NOTES)
        return Notice(text, Status.WATCH)
    first = day_of(_said(visit, "kept"))
    if first:
        return Notice(visit.text("The note at %(day)s is kept; these are other days.", day=first.isoformat()), Status.GOOD)
    return None


async def _undo(visit: Visit, path: str) -> str:
    gone = _said(visit, "undo")
    note = (await visit.ask(visit.site.annotations.note(visit.user, gone))).value if gone else None
    return f"{path}/{note.id}/restore" if note and note.deleted_time else ""


Work = Callable[[Visit, str], Awaitable[Mapping[str, str]]]
"""Does what a form asks for, and returns what the page is to tell of it."""


def _of_indicator(work: Work) -> Handler:
    """Return a handler that leads back to the page that the form stood on; it answers 404 where there is no such indicator."""

    @wraps(work)
    async def handler(visit: Visit) -> Response:
        name = visit.request.path_params["name"]
        try:
            return await _back(visit, name, await work(visit, name))
        except NoSuchIndicatorError:
            return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
        except NoteRefusedError as error:
            typed = {said: (await visit.form_value(said))[: LONGEST_TEXT * 2] for said in ("text", "first", "last")}
            return await _back(visit, name, {"refused": error.refusal.value, **typed})
        except QuestionFailedError:
            return visit.render_error(HTTPStatus.SERVICE_UNAVAILABLE, "fault")

    return handler


async def _back(visit: Visit, name: str, told: Mapping[str, str]) -> Response:
    address = Address(f"{PATH}/{name}", await _values(visit))
    return visit.go(address.having(**{_BEFORE + said: value for said, value in told.items()}))


async def _values(visit: Visit) -> dict[str, str]:
    """Return what the address of the page said; the page reads of it what it knows."""
    try:
        said = parse_qsl((await visit.form_value("query"))[:4_000], max_num_fields=50, separator="&")
    except ValueError:
        return {}
    return {field: value for field, value in said if not field.startswith(_BEFORE)}


async def _write(visit: Visit, name: str) -> dict[str, str]:
    first = day_of((await visit.form_value("first")).strip())
    typed = (await visit.form_value("last")).strip()
    last = day_of(typed) if typed else first
    if first is None or last is None:
        raise NoteRefusedError(NoteRefusal.DAYS, "no days")
    seen = {one.name for one in (await visit.site.indicators.shelf(visit.user)).indicators}
    if name not in seen:
        raise NoSuchIndicatorError(f"no indicator {name[:100]!r}")
    everywhere = await visit.form_value("everywhere") == "1"
    text = await visit.form_value("text")
    note = await visit.site.annotations.write_note(visit.user, "" if everywhere else name, first, last, text)
    return {} if await _is_shown(visit, note) else {"kept": note.first_day.isoformat()}


async def _is_shown(visit: Visit, note: Annotation) -> bool:
    """Tell whether the page that a form stood on shows a note, as far as its form says."""
    since, until = day_of(await visit.form_value("since")), day_of(await visit.form_value("until"))
    return since is None or until is None or note.lies_in(since, None if until >= visit.formats.local(visit.now).date() else until)


async def _remove(visit: Visit, _name: str) -> dict[str, str]:
    return {"undo": (await visit.site.annotations.remove_note(visit.user, visit.request.path_params["note_id"])).id}


async def _restore(visit: Visit, _name: str) -> dict[str, str]:
    await visit.site.annotations.restore_note(visit.user, visit.request.path_params["note_id"])
    return {}


PAGES: Final = (
    Page(f"{PATH}/{{name}}/notes", _of_indicator(_write), Permission.SEE_PANORAMA, method="POST"),
    Page(f"{PATH}/{{name}}/notes/{{note_id}}/delete", _of_indicator(_remove), Permission.SEE_PANORAMA, method="POST"),
    Page(f"{PATH}/{{name}}/notes/{{note_id}}/restore", _of_indicator(_restore), Permission.SEE_PANORAMA, method="POST"),
)
