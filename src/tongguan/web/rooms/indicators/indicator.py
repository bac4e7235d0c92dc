"""The page of one indicator: its number, its curve, its places, what it is, and the rows behind it; and its files."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from tongguan.lib.suggest import nearest
from tongguan.model.access import Permission
from tongguan.model.indicator_answers import (
    Compare,
    Grain,
    IndicatorQuery,
    IndicatorRow,
    IndicatorRows,
    IndicatorTable,
    RowsQuery,
    Side,
)
from tongguan.model.indicators import (
    TOTALS,
    Aggregation,
    Derived,
    Indicator,
    Measured,
    Ratio,
    Rolling,
    Simple,
    Term,
    ToDate,
    has_rest,
    named,
    terms_of,
)
from tongguan.web.kit.access import Page
from tongguan.web.kit.address import Address
from tongguan.web.kit.charts import Chart
from tongguan.web.kit.components import Filter, KpiCard, Way
from tongguan.web.kit.export import FORMATS, Listing, export_response
from tongguan.web.kit.filters import scope_text
from tongguan.web.kit.indicators import NoSuchIndicatorError
from tongguan.web.kit.measured import side_units
from tongguan.web.kit.period import PeriodBar, period_bar
from tongguan.web.kit.tables import FilterChip
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.indicators.annotations import NotesPart, known_days, note_column, notes_part
from tongguan.web.rooms.indicators.breakdown import TOP, BreakdownTable, Taken, breakdown_table, columns, place_label, ranked, sorted_rows
from tongguan.web.rooms.indicators.definition import Definition, NamedLink, definition
from tongguan.web.rooms.indicators.published import PublishedPart, published_part
from tongguan.web.rooms.indicators.trend import cards, trend, trend_chart, trend_columns
from tongguan.web.rooms.indicators.wanted import PATH, Wanted, asked, filters, read, unknown

ROWS_SHOWN: Final = 50

_SIDES: Final = {
    Side.PART: msg("Part"),
    Side.WHOLE: msg("Whole"),
    Side.REST: msg("Not in the part"),
}


@dataclass(frozen=True)
class RowsPart:
    """The rows behind the number.

    Attributes:
        sides: of a ratio, ways to its part, its whole and the rest; empty for others.
        panel: None where the indicator has no rows of its own.
        why: why it has none.
        inner: the indicators whose rows can be asked for instead.
    """

    sides: Sequence[Way]
    panel: Panel[IndicatorRows] | None
    why: str = ""
    inner: Sequence[NamedLink] = ()


@dataclass(frozen=True)
class IndicatorPage:
    """Context of the page.

    Attributes:
        tabs, others: dimensions of the table: those that are offered first, and the rest.
        panel: the answer over time; ``parts`` the one by the dimension, None where there is no dimension.
        published: comparison with other regions; None for those who see every region anyway, or may not.
        nothing: no source ever sent anything, so no number is known.
    """

    indicator: Indicator
    label: str
    scope: str
    address: Address
    bar: PeriodBar
    filters: Sequence[Filter]
    keep: dict[str, str]
    reset: str
    chips: Sequence[FilterChip]
    panel: Panel[IndicatorTable]
    cards: Sequence[KpiCard]
    chart: Chart | None
    trend_files: Sequence[tuple[str, str]]
    notes: NotesPart
    parts: Panel[IndicatorTable] | None
    table: BreakdownTable | None
    tabs: Sequence[Way]
    others: Sequence[Way]
    published: PublishedPart | None
    definition: Definition
    rows: RowsPart
    statements: Sequence[str]
    nothing: bool


@dataclass(frozen=True)
class MissingPage:
    """Context where there is no such indicator; ``nearest`` is the one whose name looks most like it."""

    name: str
    nearest: Indicator | None


async def _wanted(visit: Visit) -> tuple[Wanted, dict[str, Indicator]] | Response:
    """Return what the address asks for and every indicator that the user sees, or the page that says that there is none."""
    name = visit.request.path_params["name"]
    shelf = {one.name: one for one in (await visit.site.indicators.shelf(visit.user)).indicators}
    if name not in shelf:
        near = nearest(name, shelf)
        return visit.render("indicators/missing.html", MissingPage(name, shelf[near] if near else None), HTTPStatus.NOT_FOUND)
    try:
        found = await visit.ask(visit.site.indicators.dimensions(visit.user, (name,)))
    except NoSuchIndicatorError:  # its file was taken away meanwhile
        return visit.render("indicators/missing.html", MissingPage(name, None), HTTPStatus.NOT_FOUND)
    indicator = shelf[name]
    return read(
        visit,
        indicator,
        found.value or indicator.by,
        timed=_timed(indicator, shelf),
        sums=sums(indicator, shelf),
        sides=sides(indicator, shelf),
    ), shelf


def _under(indicator: Indicator, shelf: dict[str, Indicator]) -> list[Indicator]:
    """Return an indicator and those that it is made of, as far as the user sees them."""
    inner = [one for name in named(indicator) if name in shelf for one in _under(shelf[name], shelf)]
    return [indicator, *inner]


def _timed(indicator: Indicator, shelf: dict[str, Indicator]) -> bool:
    """Tell whether hours can be told: what runs over days, and what is reported by day, has none."""
    under = _under(indicator, shelf)
    reported = any(term.fact == TOTALS for one in under for term in terms_of(one.kind))
    return not reported and not any(isinstance(one.kind, (Rolling, ToDate)) for one in under)


def sums(indicator: Indicator, shelf: dict[str, Indicator]) -> bool:
    """Tell whether places can be told as shares of all together: counts, sums, different values, stocks, and what adds those up."""
    match indicator.kind:
        case Simple(term):
            return term.aggregation is not Aggregation.PERCENTILE
        case Derived(formula, names):
            return not set(formula) & set("*/") and all(name in shelf and sums(shelf[name], shelf) for name in names)
        case Rolling(of, _) | ToDate(of, _):
            return of in shelf and sums(shelf[of], shelf)
        case Ratio():
            return False


def sides(indicator: Indicator, shelf: dict[str, Indicator]) -> tuple[Measured, ...]:
    """Return in what part and whole are written; nothing where numbers have neither."""
    match indicator.kind:
        case Ratio():
            return side_units(indicator)
        case Rolling(of, _) | ToDate(of, _):
            return sides(shelf[of], shelf) if of in shelf else ()
        case _:
            return ()


async def indicator_page(visit: Visit) -> Response:
    """One indicator: its number, its curve, where it is better and worse, what it is, and the rows that it counts."""
    found = await _wanted(visit)
    if isinstance(found, Response):
        return found
    wanted, shelf = found
    panel, parts, rows, others, known = await asyncio.gather(
        asked(visit, visit.site.indicators.answer(visit.user, _over_time(wanted))),
        _parts(visit, wanted),
        _rows(visit, wanted, shelf),
        published_part(visit, wanted),
        known_days(visit, wanted),
    )
    nothing = visit.site.freshness.nothing
    if nothing:
        panel, parts = _unknown(panel), _unknown(parts) if parts else None
    over_time = trend(visit, wanted, panel.value) if panel.value else None
    notes = await notes_part(visit, wanted, known, over_time.buckets if over_time else ())
    taken = Taken(visit, wanted, parts.value) if parts and parts.value else None
    address, exports = wanted.address(), visit.may(Permission.EXPORT) and not nothing
    files = address.at(f"{address.path}/trend")
    page = IndicatorPage(
        indicator=wanted.indicator,
        label=wanted.indicator.label.in_language(visit.language),
        scope=scope_text(visit),
        address=address,
        bar=period_bar(visit, wanted.address(), wanted.period, wanted.chosen, wanted.day),
        filters=filters(visit, wanted),
        keep=_kept(wanted),
        reset=address.having(grain="", compare="", **dict.fromkeys(wanted.where, "")),
        chips=_chips(visit, wanted),
        panel=panel,
        cards=cards(visit, wanted, over_time, ranked(taken) if taken else None) if over_time else (),
        chart=replace(trend_chart(visit, wanted, over_time), marks=notes.marks) if over_time else None,
        trend_files=[(kind.upper(), str(files.at(f"{files.path}.{kind}"))) for kind in FORMATS] if exports else (),
        notes=notes,
        parts=parts,
        table=breakdown_table(taken, exports=exports) if taken else None,
        tabs=_tabs(visit, wanted, wanted.tabs),
        others=_tabs(visit, wanted, sorted(set(wanted.dimensions) - set(wanted.tabs))),
        published=others,
        definition=definition(visit, wanted.indicator, shelf),
        rows=rows,
        statements=[one for part in (panel, parts) if part and part.value for one in part.value.statements],
        nothing=nothing,
    )
    return visit.render("indicators/indicator.html", page)


def _unknown(panel: Panel[IndicatorTable]) -> Panel[IndicatorTable]:
    return Panel(unknown(panel.value)) if panel.value else panel


def _over_time(wanted: Wanted) -> IndicatorQuery:
    return wanted.query(compare=(Compare.PREVIOUS, Compare.YEAR))


def _by_place(wanted: Wanted) -> IndicatorQuery:
    return wanted.query(grain=Grain.TOTAL, by=(wanted.by,), compare=(Compare.PREVIOUS,), top=TOP)


async def _parts(visit: Visit, wanted: Wanted) -> Panel[IndicatorTable] | None:
    return await asked(visit, visit.site.indicators.answer(visit.user, _by_place(wanted))) if wanted.by else None


async def _rows(visit: Visit, wanted: Wanted, shelf: dict[str, Indicator]) -> RowsPart:
    terms = terms_of(wanted.indicator.kind)
    if not terms:
        inner = [one for one in definition(visit, wanted.indicator, shelf).made_of if one.href]
        address = wanted.address()
        links = [NamedLink(one.label, one.name, str(address.at(one.href)) + "#rows") for one in inner]
        return RowsPart((), None, visit.text("This number is made of other indicators; they have the rows."), links)
    sides = _sides(visit, wanted, terms)
    side = wanted.side if len(terms) > 1 else Side.PART
    counted = terms[0] if side is Side.PART else terms[-1]
    if counted.fact == TOTALS:
        return RowsPart(sides, None, visit.text("Other systems report this number as it is; there are no rows behind it."))
    query = RowsQuery(wanted.indicator.name, wanted.period.since, wanted.period.until, dict(wanted.where), side, ROWS_SHOWN)
    return RowsPart(sides, await asked(visit, visit.site.indicators.rows(visit.user, query)))


def _sides(visit: Visit, wanted: Wanted, terms: Sequence[Term]) -> list[Way]:
    if len(terms) < 2:
        return []
    address, rest = wanted.address(), has_rest(wanted.indicator)
    return [
        Way(visit.text(label), address.having(side="" if side is Side.PART else side.value) + "#rows", side is wanted.side)
        for side, label in _SIDES.items()
        if rest or side is not Side.REST
    ]


def _kept(wanted: Wanted) -> dict[str, str]:
    """Return what the form of the filters leaves as it is."""
    values = wanted.address().values
    return {name: values.get(name, "") for name in ("since", "until", "period", "by", "sort", "side")}


def _chips(visit: Visit, wanted: Wanted) -> list[FilterChip]:
    address = wanted.address()
    return [
        FilterChip(visit.codes.column(name), place_label(visit, name, value), address.having(**{name: ""}))
        for name, value in wanted.where.items()
    ]


def _tabs(visit: Visit, wanted: Wanted, names: Sequence[str]) -> list[Way]:
    address, first = wanted.address(), next(iter(wanted.tabs), "")
    return [
        Way(visit.codes.column(name), address.having(by="" if name == first else name, sort="") + "#by", name == wanted.by)
        for name in names
    ]


async def trend_file(visit: Visit) -> Response:
    """The curve as a file: a row for each bucket that has begun."""
    found = await _wanted(visit)
    if isinstance(found, Response):
        return found
    wanted, _ = found
    panel, known = await asyncio.gather(
        asked(visit, visit.site.indicators.answer(visit.user, _over_time(wanted))), known_days(visit, wanted)
    )
    if panel.value is None or known.notes.value is None or known.findings.value is None:
        return visit.render_error(HTTPStatus.SERVICE_UNAVAILABLE, "fault")
    rows = trend(visit, wanted, panel.value).buckets
    columns = [*trend_columns(visit, wanted), note_column(visit, wanted, await notes_part(visit, wanted, known, rows), rows)]
    name = f"{wanted.indicator.name}-{wanted.grain}-{wanted.period.since}-{wanted.period.until}"

    async def ask(limit: int, offset: int) -> tuple[Sequence[IndicatorRow], int]:
        return rows[offset : offset + limit], len(rows)

    listing = Listing(_page_path(visit), name, visit.request.url.query, columns, ask, lambda row: row.bucket)
    return await export_response(visit, listing)


async def breakdown_file(visit: Visit) -> Response:
    """The table of one dimension as a file: rows and columns as shown."""
    found = await _wanted(visit)
    if isinstance(found, Response):
        return found
    wanted, _ = found
    by = visit.request.path_params["by"]
    if by not in wanted.dimensions:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    wanted = replace(wanted, by=by)
    panel = await asked(visit, visit.site.indicators.answer(visit.user, _by_place(wanted)))
    if panel.value is None:
        return visit.render_error(HTTPStatus.SERVICE_UNAVAILABLE, "fault")
    taken = Taken(visit, wanted, panel.value)
    rows, _state = sorted_rows(taken)
    name = f"{wanted.indicator.name}-{wanted.by}-{wanted.period.since}-{wanted.period.until}"

    async def ask(limit: int, offset: int) -> tuple[Sequence[IndicatorRow], int]:
        return rows[offset : offset + limit], len(rows)

    listing = Listing(
        _page_path(visit),
        name,
        visit.request.url.query,
        columns(taken, files=True),
        ask,
        lambda row: f"{'others' if row.others else ''} {row.values}",
    )
    return await export_response(visit, listing)


def _page_path(visit: Visit) -> str:
    return visit.request.url.path.rpartition(".")[0]


PAGES: Final = (
    Page(f"{PATH}/{{name}}", indicator_page, Permission.SEE_PANORAMA, through=True),
    *(Page(f"{PATH}/{{name}}/trend.{kind}", trend_file, Permission.SEE_PANORAMA, also=(Permission.EXPORT,)) for kind in FORMATS),
    *(Page(f"{PATH}/{{name}}/by/{{by}}.{kind}", breakdown_file, Permission.SEE_PANORAMA, also=(Permission.EXPORT,)) for kind in FORMATS),
)
