"""The catalogue of indicators: every one that the user sees, with its number of the last seven whole days."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.model.indicator_answers import (
    NOTHING,
    Amount,
    Compare,
    Grain,
    IndicatorQuery,
    IndicatorTable,
)
from tongguan.model.indicators import (
    Better,
    Indicator,
    IndicatorClass,
    Rolling,
    Tier,
    ToDate,
)
from tongguan.web.kit.access import Page
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Change, Choice, Failure, Filter, Spark
from tongguan.web.kit.export import FORMATS, Listing, export_response
from tongguan.web.kit.filters import scope_text
from tongguan.web.kit.measured import (
    BETTER,
    CLASSES,
    TIERS,
    UNITS,
    Told,
    amount_cell,
    difference,
    drawn,
    gap_cell,
    told,
)
from tongguan.web.kit.period import Period, full_days, today
from tongguan.web.kit.ports import QuestionFailedError
from tongguan.web.kit.sparkline import pieces
from tongguan.web.kit.tables import Cell, Column, FilterChip, filter_chips
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.indicators.definition import area_label
from tongguan.web.rooms.indicators.wanted import PATH, asked

NAMES: Final = ("q", "class", "tier", "area", "owner")
DAYS: Final = 7
ROWS: Final = "/live/indicators"


@dataclass(frozen=True)
class Figure:
    """The number of an indicator over the last days, and by day."""

    now: Amount
    before: Amount
    days: Sequence[Amount]


@dataclass(frozen=True)
class Line:
    """One indicator as the catalogue shows it; ``told`` is None where its number was not answered, ``better`` says which way is good."""

    indicator: Indicator
    label: str
    meaning: str
    href: str
    tier: str
    unit: str
    better: str
    owner: str
    by: str
    told: Told | None
    change: Change | None
    spark: Spark | None


@dataclass(frozen=True)
class CataloguePage:
    """Context of the page; ``groups`` are the classes with their indicators.

    Attributes:
        some: numbers of others were answered where ``failures`` tell why some were not.
        nothing: no source ever sent anything, so no number is known.
        rows: where the rows with their numbers are; empty where they stand here already. ``still`` is the page with them.
    """

    scope: str
    filters: Sequence[Filter]
    chips: Sequence[FilterChip]
    address: Address
    shelf: Panel[int]
    problems: Sequence[str]
    groups: Sequence[tuple[str, Sequence[Line]]]
    shown: int
    period: str
    failures: Sequence[Failure]
    some: bool
    nothing: bool
    exports: Sequence[tuple[str, str]]
    rows: str
    still: str


def _address(visit: Visit) -> Address:
    return Address(PATH, {name: visit.query(name) for name in NAMES})


def _fits(visit: Visit, one: Indicator, values: Mapping[str, str]) -> bool:
    wanted = (values["class"], values["tier"], values["area"], values["owner"])
    if any(value and value != own for value, own in zip(wanted, (one.group, one.tier, one.area, one.owner), strict=True)):
        return False
    texts = (one.name, one.label.zh, one.label.en, one.meaning.zh, one.meaning.en)
    return all(any(word in text.casefold() for text in texts) for word in values["q"].casefold().split())


def _filters(visit: Visit, address: Address, every: Sequence[Indicator]) -> list[Filter]:
    text = visit.text
    owners = {one.owner for one in every if one.owner}
    stages = [stage.name for stage in visit.site.vocabulary.stages if stage.name in owners]
    return [
        Filter("q", text("Name or meaning"), address.values["q"], kind="search", hint=text("Find an indicator")),
        Filter("class", text("Class"), address.values["class"], [Choice(one, text(CLASSES[one])) for one in IndicatorClass]),
        Filter("tier", text("Tier"), address.values["tier"], [Choice(one, text(TIERS[one])) for one in Tier]),
        Filter(
            "area",
            text("Area"),
            address.values["area"],
            [Choice(one, area_label(visit, one)) for one in dict.fromkeys(one.area for one in every)],
        ),
        Filter(
            "owner",
            text("Owner"),
            address.values["owner"],
            [Choice(one, visit.codes.stage(one)) for one in (*stages, *sorted(owners - set(stages)))],
        ),
    ]


async def figures(visit: Visit, indicators: Sequence[Indicator], period: Period) -> tuple[dict[str, Figure], list[Failure]]:
    """Ask for the numbers of indicators in two questions: those of days, and those that run over days before them.

    Returns:
        Name → figure of those that were answered, and why others were not.
    """
    running = [one.name for one in indicators if isinstance(one.kind, (Rolling, ToDate))]
    plain = [one.name for one in indicators if one.name not in running]

    def question(names: Sequence[str]) -> IndicatorQuery:
        return IndicatorQuery(tuple(names), period.since, period.until, Grain.DAY, compare=(Compare.PREVIOUS,))

    panels = await asyncio.gather(
        *(asked(visit, visit.site.indicators.answer(visit.user, question(names))) for names in (plain, running) if names)
    )
    found: dict[str, Figure] = {}
    failures: dict[str, Failure] = {}
    for panel in panels:
        if panel.value:
            found |= _figures_of(panel.value)
        elif panel.failure:
            failures.setdefault(panel.failure.message, panel.failure)
    return found, list(failures.values())


def _figures_of(table: IndicatorTable) -> dict[str, Figure]:
    *days, whole = table.totals
    before = whole.before.get(Compare.PREVIOUS, {})
    return {name: Figure(whole.amounts[name], before.get(name, NOTHING), [day.amounts[name] for day in days]) for name in table.query.names}


def _line(visit: Visit, one: Indicator, figure: Figure | None) -> Line:
    text, label = visit.text, one.label.in_language(visit.language)
    return Line(
        indicator=one,
        label=label,
        meaning=one.meaning.in_language(visit.language),
        href=f"{PATH}/{one.name}",
        tier=text(TIERS[one.tier]),
        unit=text(UNITS[one.unit]),
        better=text(BETTER[one.better]) if one.better is not Better.NEITHER else "",
        owner=visit.codes.stage(one.owner) if one.owner else "",
        by=visit.listing(visit.codes.column(name) for name in one.by),
        told=told(visit, one, figure.now) if figure else None,
        change=difference(visit, one, figure.now, figure.before, text("the 7 days before")) if figure else None,
        spark=_spark(visit, one, figure, label) if figure else None,
    )


def _spark(visit: Visit, one: Indicator, figure: Figure, label: str) -> Spark | None:
    values = [drawn(one.unit, day.value) for day in figure.days]
    known = [value for value in values if value is not None]
    if not known:
        return None
    return Spark("", "", visit.text("%(name)s by day", name=label), pieces(values, max(known), len(values)))


async def catalogue(visit: Visit) -> Response:
    """Every indicator that the user sees, by class; their numbers follow by themselves, without scripts by a link."""
    return visit.render("indicators/catalogue.html", await _page(visit, numbers=visit.query("numbers") == "1"))


async def catalogue_rows(visit: Visit) -> Response:
    """The rows of the catalogue with their numbers."""
    await visit.site.freshness.refresh()
    return visit.render("indicators/_catalogue.html", await _page(visit, numbers=True))


async def _page(visit: Visit, *, numbers: bool) -> CataloguePage:
    address = _address(visit)
    shelf = await visit.ask(visit.site.indicators.shelf(visit.user))
    every = shelf.value.indicators if shelf.value else ()
    chosen = [one for one in every if _fits(visit, one, address.values)]
    period = full_days(today(visit), DAYS)
    nothing = visit.site.freshness.nothing
    found, failures = await figures(visit, chosen, period) if numbers and not nothing else ({}, [])
    shown_filters = _filters(visit, address, every)
    files = str(address).removeprefix(PATH)
    return CataloguePage(
        scope=scope_text(visit),
        filters=shown_filters,
        chips=filter_chips(shown_filters, address),
        address=address,
        shelf=Panel(value=len(every)) if shelf.value else Panel(failure=shelf.failure),
        problems=shelf.value.problems if shelf.value else (),
        groups=[
            (visit.text(CLASSES[group]), [_line(visit, one, found.get(one.name)) for one in chosen if one.group is group])
            for group in IndicatorClass
            if any(one.group is group for one in chosen)
        ],
        shown=len(chosen),
        period=f"{period.since:%m-%d} – {period.until:%m-%d}",
        failures=failures,
        some=bool(found),
        nothing=nothing,
        exports=[(kind.upper(), f"{PATH}.{kind}{files}") for kind in FORMATS] if visit.may(Permission.EXPORT) else [],
        rows="" if numbers or nothing or not chosen else f"{ROWS}{files}",
        still=address.having(numbers="1"),
    )


def export_columns(visit: Visit, found: Mapping[str, Figure]) -> list[Column[Indicator]]:
    """Return the columns of the catalogue's files."""
    text = visit.text
    nothing = Figure(NOTHING, NOTHING, ())

    def figure(one: Indicator) -> Figure:
        return found.get(one.name, nothing)

    return [
        Column[Indicator]("name", text("Code"), lambda one: Cell(one.name)),
        Column("zh", text("Name in Chinese"), lambda one: Cell(one.label.zh)),
        Column("en", text("Name in English"), lambda one: Cell(one.label.en)),
        Column("meaning", text("Meaning"), lambda one: Cell(one.meaning.in_language(visit.language))),
        Column("class", text("Class"), lambda one: Cell(text(CLASSES[one.group]))),
        Column("tier", text("Tier"), lambda one: Cell(text(TIERS[one.tier]))),
        Column("area", text("Area"), lambda one: Cell(area_label(visit, one.area))),
        Column("unit", text("Unit"), lambda one: Cell(text(UNITS[one.unit]))),
        Column("value", text("Last 7 days"), lambda one: amount_cell(visit, one, figure(one).now), True),
        Column("before", text("The 7 days before"), lambda one: amount_cell(visit, one, figure(one).before), True),
        Column("change", text("Difference (% or pp)"), lambda one: gap_cell(visit, one, figure(one).now, figure(one).before, ""), True),
        Column("better", text("Good is"), lambda one: Cell(text(BETTER[one.better]))),
        Column("floor", text("Floor"), lambda one: Cell(str(one.floor) if one.floor else "", value=one.floor or None), True),
        Column("owner", text("Owner"), lambda one: Cell(visit.codes.stage(one.owner) if one.owner else "")),
        Column("by", text("Taken apart by"), lambda one: Cell(visit.listing(visit.codes.column(name) for name in one.by))),
        Column("written", text("Declared in"), lambda one: Cell(one.written)),
    ]


async def export(visit: Visit) -> Response:
    """The catalogue as a file."""
    address = _address(visit)
    shelf = await visit.ask(visit.site.indicators.shelf(visit.user))
    chosen = [one for one in (shelf.value.indicators if shelf.value else ()) if _fits(visit, one, address.values)]
    found, failures = await figures(visit, chosen, full_days(today(visit), DAYS))
    failed = shelf.failure or next(iter(failures), None)

    async def ask(limit: int, offset: int) -> tuple[Sequence[Indicator], int]:
        if failed:
            raise QuestionFailedError(failed.message, since=failed.since, retry=failed.retry)
        return chosen[offset : offset + limit], len(chosen)

    query = str(address).removeprefix(PATH).removeprefix("?")
    return await export_response(visit, Listing(PATH, "indicators", query, export_columns(visit, found), ask, lambda one: one.name))


PAGES: Final = (
    Page(PATH, catalogue, Permission.SEE_PANORAMA, through=True),
    Page(ROWS, catalogue_rows, Permission.SEE_PANORAMA),
    *(Page(f"{PATH}.{kind}", export, Permission.SEE_PANORAMA, also=(Permission.EXPORT,)) for kind in FORMATS),
)
