"""An indicator compared with other regions, for users who see some regions only: the section of its page, and its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.model.indicators import Better, Indicator, Measured
from tongguan.model.published import PublishedRegion, PublishedRegions
from tongguan.web.kit.access import Page
from tongguan.web.kit.export import FORMATS, Listing, export_response
from tongguan.web.kit.formats import NOTHING
from tongguan.web.kit.indicators import NoSuchIndicatorError, NotAskableError
from tongguan.web.kit.measured import BETTER, full, plain, unit_mark
from tongguan.web.kit.period import Period, asked_period, today
from tongguan.web.kit.tables import Cell, Column
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.indicators.wanted import PATH, Wanted, asked

REGION: Final = "region"


@dataclass(frozen=True)
class PublishedRow:
    """One region.

    Attributes:
        own: that it is the user's, or holds the user's districts, in a word; empty for others.
        bar: a share itself, other numbers as a share of the greatest; None where numbers lie below 0.
    """

    region: str
    code: str
    own: str
    rank: str
    value: str
    bar: float | None


@dataclass(frozen=True)
class PublishedPart:
    """The section.

    Attributes:
        panel: the answer.
        heading: of the column with the number.
        standing: where the user's regions stand, a sentence each.
        order: by what the regions stand in this order.
        few: that some regions are not told, and why; empty where all are.
        narrowed: the page has filters, which do not count here.
        files: of what is shown; empty where none may be had.
    """

    panel: Panel[PublishedRegions]
    heading: str
    rows: Sequence[PublishedRow]
    standing: Sequence[str]
    order: str
    few: str
    narrowed: bool
    files: Sequence[tuple[str, str]]


async def published_part(visit: Visit, wanted: Wanted) -> PublishedPart | None:
    """Return the section; None where it is not for this user, or the indicator knows no regions.

    Who sees every region has them in the table of places, with all that belongs to them.
    """
    if not visit.user.scope.regions or not visit.may(Permission.COMPARE_REGIONS) or REGION not in wanted.dimensions:
        return None
    indicator, period = wanted.indicator, wanted.period
    panel = await asked(visit, visit.site.indicators.published(visit.user, indicator.name, period.since, period.until))
    found = panel.value
    files = wanted.address().at(f"{PATH}/{indicator.name}/regions")
    exports = visit.may(Permission.EXPORT) and found is not None and bool(found.regions)
    return PublishedPart(
        panel=panel,
        heading=indicator.label.in_language(visit.language) + unit_mark(visit, indicator.unit, files=False),
        rows=_rows(visit, indicator, found.regions) if found else (),
        standing=_standing(visit, found.regions) if found else (),
        order=visit.text(BETTER[indicator.better])
        if indicator.better is not Better.NEITHER
        else visit.text("The greatest first, no ranks"),
        few=_few(visit, found) if found else "",
        narrowed=bool(wanted.where),
        files=[(kind.upper(), str(files.at(f"{files.path}.{kind}"))) for kind in FORMATS] if exports else (),
    )


def _own(visit: Visit, code: str) -> str:
    """Say that a region is the user's, or that some of its districts are; empty for others."""
    scope = visit.user.scope
    if scope.sees_region(code):
        return visit.text("yours")
    return visit.text("partly yours") if any(own.startswith(f"{code}-") for own in scope.regions) else ""


def _rows(visit: Visit, indicator: Indicator, regions: Sequence[PublishedRegion]) -> list[PublishedRow]:
    # A share is a bar of itself, as in the table of places.
    most = 1.0 if indicator.unit is Measured.SHARE else max((float(one.value) for one in regions), default=0.0)
    drawn = most > 0 and all(one.value >= 0 for one in regions)
    return [
        PublishedRow(
            region=visit.codes.label(REGION, one.region),
            code=one.region,
            own=_own(visit, one.region),
            rank=_rank(visit, one),
            value=full(visit.formats, indicator.unit, one.value),
            bar=float(one.value) / most if drawn else None,
        )
        for one in regions
    ]


def _rank(visit: Visit, one: PublishedRegion) -> str:
    return NOTHING if one.rank is None else visit.formats.full(one.rank)


def _standing(visit: Visit, regions: Sequence[PublishedRegion]) -> list[str]:
    own = [one for one in regions if _own(visit, one.region)]
    if regions and not own:
        return [visit.text("Your regions are not among these: too little stands behind their numbers.")]
    count = visit.formats.full(len(regions))
    return [
        visit.text("%(region)s: %(rank)s of %(n)s", region=visit.codes.label(REGION, one.region), rank=_rank(visit, one), n=count)
        for one in own
        if one.rank is not None
    ]


def _few(visit: Visit, found: PublishedRegions) -> str:
    if not found.few:
        return ""
    n, floor = visit.formats.full(found.few), visit.formats.full(found.floor)
    return visit.plural(
        "%(n)s region with too few (less than %(floor)s) is not shown.",
        "%(n)s regions with too few (less than %(floor)s) are not shown.",
        found.few,
        n=n,
        floor=floor,
    )


def _columns(visit: Visit, indicator: Indicator) -> list[Column[PublishedRegion]]:
    return [
        Column("rank", visit.text("Ranking"), lambda one: Cell(_rank(visit, one), value=one.rank), True),
        Column("region", visit.codes.column(REGION), lambda one: Cell(visit.codes.label(REGION, one.region))),
        Column("code", visit.text("Code"), lambda one: Cell(one.region)),
        Column("own", visit.text("Yours"), lambda one: Cell(_own(visit, one.region))),
        Column(
            "value",
            indicator.label.in_language(visit.language) + unit_mark(visit, indicator.unit),
            lambda one: _value_cell(visit, indicator, one),
            True,
        ),
    ]


def _value_cell(visit: Visit, indicator: Indicator, one: PublishedRegion) -> Cell:
    value: Decimal | None = plain(indicator.unit, one.value)
    return Cell(full(visit.formats, indicator.unit, one.value), value=value)


async def regions_file(visit: Visit) -> Response:
    """The comparison as a file: regions in the order of the page."""
    name = visit.request.path_params["name"]
    shelf = {one.name: one for one in (await visit.site.indicators.shelf(visit.user)).indicators}
    period, _ = asked_period(visit, today(visit))
    if name not in shelf:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    try:
        panel = await visit.ask(visit.site.indicators.published(visit.user, name, period.since, period.until))
    except (NoSuchIndicatorError, NotAskableError):  # its file was taken away meanwhile, or it knows no regions
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    if panel.value is None:
        return visit.render_error(HTTPStatus.SERVICE_UNAVAILABLE, "fault")
    return await export_response(visit, _listing(visit, shelf[name], period, panel.value.regions))


def _listing(visit: Visit, indicator: Indicator, period: Period, rows: Sequence[PublishedRegion]) -> Listing[PublishedRegion]:
    async def ask(limit: int, offset: int) -> tuple[Sequence[PublishedRegion], int]:
        return rows[offset : offset + limit], len(rows)

    return Listing(
        visit.request.url.path.rpartition(".")[0],
        f"{indicator.name}-regions-{period.since}-{period.until}",
        visit.request.url.query,
        _columns(visit, indicator),
        ask,
        lambda one: one.region,
    )


PAGES: Final = tuple(
    Page(f"{PATH}/{{name}}/regions.{kind}", regions_file, Permission.SEE_PANORAMA, also=(Permission.COMPARE_REGIONS, Permission.EXPORT))
    for kind in FORMATS
)
