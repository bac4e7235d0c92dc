"""Findings 异常发现: what was unlike other days in the last two weeks, by stage and day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.responses import Response

from tongguan.lib.money import exponent
from tongguan.model.access import Permission
from tongguan.model.findings import Finding, FindingFilter, Findings, Watch
from tongguan.model.indicators import Measured
from tongguan.web.kit.access import NavEntry, Page, Room
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Choice, Empty, Filter
from tongguan.web.kit.export import FORMATS, Listing, export_response
from tongguan.web.kit.filters import code_filter, code_value, scope_text
from tongguan.web.kit.findings import FINDINGS, finding_line, signed
from tongguan.web.kit.measured import side_units
from tongguan.web.kit.tables import Cell, Column, Table, filter_chips, headings, pager, rows_of
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Panel, Visit

CODES: Final = ("channel", "region", "business_class")

NAMES: Final = ("stage", "watch", "day", *CODES)
"""Filters as the address names them."""


@dataclass(frozen=True)
class DayCell:
    """One stage on one day: how many findings lie on it, and the address that shows them."""

    day: str
    label: str
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True)
class StageRow:
    """The days of one stage."""

    name: str
    label: str
    href: str
    days: Sequence[DayCell]


@dataclass(frozen=True)
class FindingsPage:
    """Context of the page.

    Attributes:
        days: headings of the matrix: ISO date, short, and the day of the week.
    """

    scope: str
    filters: Sequence[Filter]
    address: Address
    panel: Panel[Findings]
    days: Sequence[tuple[str, str, str]]
    rows: Sequence[StageRow]
    table: Table | None


def _address(visit: Visit) -> Address:
    values = {name: visit.query(name) for name in NAMES} | {"day": _iso_day(visit.query("day"))}
    return Address(FINDINGS, {**values, **{name: code_value(visit, name) for name in CODES}})


def _iso_day(text: str) -> str:
    """Return a day in one way of writing; what is no day filters nothing."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _where(address: Address, **changed: str) -> FindingFilter:
    return FindingFilter(**{name: address.values[name] for name in NAMES} | changed)


def _filters(visit: Visit, address: Address, found: Findings | None) -> list[Filter]:
    text, vocabulary = visit.text, visit.site.vocabulary
    stages = [Choice(one.name, visit.codes.stage(one.name)) for one in vocabulary.stages if visit.user.scope.sees_stage(one.name)]
    known = found.watches if found else {}
    watches = [Choice(name, watch.indicator.label.in_language(visit.language)) for name, watch in known.items()]
    return [
        Filter("stage", text("Stage"), address.values["stage"], stages),
        Filter("watch", text("Indicator"), address.values["watch"], watches),
        Filter("day", text("Day"), address.values["day"], kind="date"),
        *(code_filter(visit, name) for name in CODES),
    ]


def columns(visit: Visit, watches: Mapping[str, Watch]) -> list[Column[Finding]]:
    """Return the columns of the list; ``watches`` are those that found what is listed."""
    text = visit.text

    def told(name: str, heading: str, title: str = "", href: str = "", *, number: bool = False) -> Column[Finding]:
        def cell(row: Finding) -> Cell:
            line = vars(finding_line(visit, row, watches[row.watch]))
            return Cell(line[name], line[title] if title else "", line[href] if href else "")

        return Column(name, heading, cell, number=number)

    return [
        told("days", text("Days"), "days_title", "href"),
        told("stage", text("Stage")),
        told("what", text("Indicator"), href="number_href"),
        told("where", text("Found in"), "where_title"),
        told("observed", text("Worst day"), number=True),
        told("expected", text("Other days"), number=True),
        told("change", text("Difference"), number=True),
        Column("concerned", text("Concerned"), lambda row: _concerned(visit, row, watches[row.watch]), number=True),
        told("kind", text("In which way")),
    ]


def _concerned(visit: Visit, row: Finding, watch: Watch) -> Cell:
    """Write how many events more or fewer than expected a finding makes; sums of points and seconds say nothing to anybody."""
    unit = _concerned_unit(watch)
    return Cell(visit.formats.full(None) if unit is None else signed(visit, unit, row.concerned))


def _concerned_unit(watch: Watch) -> Measured | None:
    unit = watch.indicator.unit
    if unit in (Measured.POINTS, Measured.SECONDS):
        return None
    return Measured.MONEY if unit is Measured.MONEY else side_units(watch.indicator)[1]


def export_columns(visit: Visit, watches: Mapping[str, Watch]) -> list[Column[Finding]]:
    """Return the columns of the list's files: numbers and dates that programs read."""
    text = visit.text

    def exact(value: float, unit: Measured | None = Measured.COUNT) -> Cell:
        if unit is None:
            return Cell("")
        number = Decimal(repr(round(value, 6)))
        # As on the page and in other files, money is not told in minor units.
        return Cell("", value=number.scaleb(-exponent("")) if unit is Measured.MONEY else number)

    def watched(value: float, row: Finding) -> Cell:
        return exact(value, watches[row.watch].indicator.unit)

    return [
        Column("first_day", text("First day"), lambda row: Cell(row.first_day.isoformat())),
        Column("last_day", text("Last day"), lambda row: Cell(row.last_day.isoformat())),
        *[column for column in columns(visit, watches) if column.name in ("stage", "what", "where", "kind")],
        Column("value", text("Code"), lambda row: Cell(row.value)),
        Column("observed", text("Worst day"), lambda row: watched(row.observed, row), number=True),
        Column("expected", text("Other days"), lambda row: watched(row.expected, row), number=True),
        Column("concerned", text("Concerned"), lambda row: exact(row.concerned, _concerned_unit(watches[row.watch])), number=True),
        Column("score", text("Spreads off"), lambda row: exact(row.score), number=True),
    ]


def _table(visit: Visit, found: Findings, address: Address, filters: Sequence[Filter]) -> Table:
    every = columns(visit, found.watches)
    files = str(address).removeprefix(FINDINGS)
    return Table(
        key="findings",
        caption=visit.text("What was unlike other days"),
        headings=headings(every, None, address),
        rows=rows_of(every, found.rows, lambda row: row.id, lambda row: finding_line(visit, row, found.watches[row.watch]).href),
        pager=pager(0, len(found.rows), len(found.rows), address),
        exports=[(kind.upper(), f"{FINDINGS}.{kind}{files}") for kind in FORMATS] if visit.may(Permission.EXPORT) else [],
        empty=_empty(visit, found, address),
        chips=filter_chips(filters, address),
        reset=FINDINGS,
    )


def _empty(visit: Visit, found: Findings, address: Address) -> Empty:
    text = visit.text
    if not found.through:
        cause = text("Days are looked at once they are over and a week of days before them is known.")
        return Empty(text("Nothing was looked at yet"), cause, text("How to send data"), "/help#data")
    if any(address.values.values()):
        cause = text("With a channel, a region or a class, what was found in another dimension is left out.")
        return Empty(text("Nothing that stands out fits these filters"), cause, text("Remove filters"), FINDINGS)
    return Empty(
        text("Nothing stands out"), text("Every watched number was within what it is on other days."), text("To the panorama"), "/"
    )


def _days(found: Findings) -> list[date]:
    if not found.through:
        return []
    first, last = date.fromisoformat(found.since), date.fromisoformat(found.through)
    return [first + timedelta(days=place) for place in range((last - first).days + 1)]


def _rows(visit: Visit, found: Findings, address: Address) -> list[StageRow]:
    """Return a row per stage, in the order of the flow, whatever day and stage the list is narrowed to."""
    days, chosen = _days(found), (address.values["stage"], address.values["day"])
    rows = []
    for stage in visit.site.vocabulary.stages:
        if not visit.user.scope.sees_stage(stage.name):
            continue
        own = [row for row in found.rows if row.stage == stage.name]
        cells = []
        for day in days:
            iso = day.isoformat()
            count = sum(row.first_day <= day <= row.last_day for row in own)
            here = chosen == (stage.name, iso)
            cells.append(
                DayCell(iso, f"{day:%m-%d}", count, address.having(stage="" if here else stage.name, day="" if here else iso), here)
            )
        rows.append(StageRow(stage.name, visit.codes.stage(stage.name), f"/stages/{stage.name}", cells))
    return rows


async def findings(visit: Visit) -> Response:
    """The matrix of stages and days, and the list."""
    address = _address(visit)
    panel = await visit.ask(visit.site.questions.findings(visit.user, _where(address, stage="", day="")))
    every = panel.value
    filters = _filters(visit, address, every)
    shown = None if every is None else replace(every, rows=_fitting(every.rows, address))
    weekdays = [visit.text(name) for name in (msg("Mo"), msg("Tu"), msg("We"), msg("Th"), msg("Fr"), msg("Sa"), msg("Su"))]
    page = FindingsPage(
        scope=scope_text(visit),
        filters=filters,
        address=address,
        panel=panel,
        days=[(day.isoformat(), f"{day:%m-%d}", weekdays[day.weekday()]) for day in _days(every)] if every else [],
        rows=_rows(visit, every, address) if every else [],
        table=_table(visit, shown, address, filters) if shown else None,
    )
    return visit.render("findings/findings.html", page)


def _fitting(rows: Sequence[Finding], address: Address) -> list[Finding]:
    stage, day = address.values["stage"], address.values["day"]
    return [
        row
        for row in rows
        if (not stage or row.stage == stage) and (not day or row.first_day.isoformat() <= day <= row.last_day.isoformat())
    ]


async def export(visit: Visit) -> Response:
    """The list as a file."""
    address = _address(visit)

    found = (await visit.ask(visit.site.questions.findings(visit.user, _where(address)))).value
    if found is None:
        return visit.render_error(HTTPStatus.SERVICE_UNAVAILABLE, "fault")

    async def ask(limit: int, offset: int) -> tuple[Sequence[Finding], int]:
        return found.rows[offset : offset + limit], len(found.rows)

    query = str(address).removeprefix(FINDINGS).removeprefix("?")
    return await export_response(visit, Listing(FINDINGS, "findings", query, export_columns(visit, found.watches), ask, lambda row: row.id))


ROOM: Final = Room(
    name="findings",
    pages=(
        Page(FINDINGS, findings, Permission.SEE_PANORAMA, through=True),
        *(Page(f"{FINDINGS}.{kind}", export, Permission.SEE_PANORAMA, also=(Permission.EXPORT,)) for kind in FORMATS),
    ),
    templates=Path(__file__).parent / "templates",
    navigation=(NavEntry(FINDINGS, msg("Findings"), "alert-triangle", "x", Permission.SEE_PANORAMA, msg("Analysis")),),
)
