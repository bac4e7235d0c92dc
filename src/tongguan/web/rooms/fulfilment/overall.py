"""Fulfilment overall 订单履行 (screen 12): every part with its steps, how orders stand at them, and what was done on time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Final, NamedTuple

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.model.fulfilment import FulfilmentNow, PartNow, StepNow
from tongguan.model.waiting import Lateness
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import DaySwitch, Filter, KpiCard
from tongguan.web.kit.export import FORMATS, Listing, export_response
from tongguan.web.kit.filters import code_filter, scope_text
from tongguan.web.kit.live import Part, parts_of, stream
from tongguan.web.kit.saved_views import ViewBar, page_views, view_bar
from tongguan.web.kit.tables import Cell, Column
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.fulfilment.addresses import FILTERS, PATH, address_of, filters_of
from tongguan.web.rooms.fulfilment.tiles import PartTile, StepGroup, cards, groups, tile
from tongguan.web.rooms.fulfilment.words import STATES
from tongguan.web.rooms.panorama.day import ShownDay, day_switch, shown_day

SAVED: Final = (*FILTERS, "day")
"""What a saved view keeps."""

PARTS: Final = ("through", "head", "cards", "flow", "steps")
"""``_<part>.html`` is the content of ``#fulfilment-<part>``."""


@dataclass(frozen=True)
class FulfilmentPart:
    """What moves on the page."""

    panel: Panel[FulfilmentNow]
    cards: Sequence[KpiCard]
    tiles: Sequence[PartTile]
    groups: Sequence[StepGroup]
    shown: ShownDay
    stale: bool
    retry: str
    exports: Sequence[tuple[str, str]]
    quality: str

    @property
    def nothing(self) -> bool:
        """Tell whether no source ever sent anything."""
        return self.panel.value is not None and self.panel.value.data_through is None


@dataclass(frozen=True)
class FulfilmentPage:
    """Context of the page."""

    scope: str
    filters: Sequence[Filter]
    address: Address
    days: DaySwitch
    live: str
    bar: ViewBar
    part: FulfilmentPart


async def fulfilment_part(visit: Visit, shown: ShownDay) -> FulfilmentPart:
    """Ask how fulfilment stands, and lay it out."""
    address = address_of(visit, PATH, shown)
    panel = await visit.ask(visit.site.fulfilment.steps(visit.user, filters_of(visit), shown.at))
    now = panel.value
    return FulfilmentPart(
        panel=panel,
        cards=cards(visit, now.parts, address, shown, known=now.data_through is not None) if now else (),
        tiles=[tile(visit, part, place, address, shown) for place, part in enumerate(now.parts, 1)] if now else (),
        groups=groups(visit, now, address, shown) if now else (),
        shown=shown,
        stale=shown.today and now is not None and visit.is_old(now.at, now.data_through),
        retry=str(address),
        exports=[(kind.upper(), str(address.at(f"{PATH}.{kind}"))) for kind in FORMATS] if visit.may(Permission.EXPORT) else [],
        quality=str(Address("/acceptance", {name: address.values[name] for name in FILTERS})),
    )


async def fulfilment(visit: Visit) -> Response:
    """The page."""
    shown = shown_day(visit)
    address = address_of(visit, PATH, shown)
    part, views = await fulfilment_part(visit, shown), await page_views(visit, PATH)
    page = FulfilmentPage(
        scope=scope_text(visit),
        filters=[code_filter(visit, name) for name in FILTERS],
        address=address,
        days=day_switch(visit, shown, address),
        live=str(address.at(f"/live{PATH}")) if shown.today else "",
        bar=await view_bar(visit, views, PATH, SAVED, dict(address.values)),
        part=part,
    )
    return visit.render("fulfilment/fulfilment.html", page)


async def _parts(visit: Visit) -> Sequence[Part]:
    return parts_of(visit, await fulfilment_part(visit, shown_day(visit)), "fulfilment", "fulfilment", PARTS)


async def live_fulfilment(visit: Visit) -> Response:
    """The stream of the page; days that are past have none."""
    if not shown_day(visit).today:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    return stream(visit, _parts)


class _Step(NamedTuple):
    part: PartNow
    step: StepNow


def _number(value: int | None) -> Cell:
    return Cell("", value=value)


def _columns(visit: Visit) -> list[Column[_Step]]:
    """Return the columns of the file: one number to a column."""
    text = visit.text

    def of_state(state: Lateness) -> Callable[[_Step], Cell]:
        return lambda one: _number(one.step.standing.of(state) if one.step.standing else None)

    def rate(one: _Step) -> Cell:
        share = one.step.ended.rate
        return Cell("", value=None if share is None else Decimal(repr(round(100 * share, 1))))

    return [
        Column("part", text("Part"), lambda one: Cell(one.part.part.label.in_language(visit.language))),
        Column("step", text("Step"), lambda one: Cell(visit.codes.milestone(one.part.part.kind, one.step.step))),
        Column("code", text("Code"), lambda one: Cell(one.step.step)),
        Column("open", text("Open now"), lambda one: _number(one.step.standing.total if one.step.standing else None)),
        *(Column[_Step](str(state), text(look.word), of_state(state)) for state, look in STATES.items()),
        Column("oldest", text("Oldest since"), lambda one: Cell("", value=one.step.standing.oldest if one.step.standing else None)),
        Column("came", text("Came in"), lambda one: _number(one.step.came)),
        Column("done_on_time", text("Done on time"), lambda one: _number(one.step.ended.on_time)),
        Column("done_late", text("Done late"), lambda one: _number(one.step.ended.late)),
        Column("done_free", text("Done, no limit"), lambda one: _number(one.step.ended.unlimited)),
        Column("rate", text("On-time rate") + " (%)", rate),
        Column("before", text("Done day before"), lambda one: _number(one.step.ended_yesterday.total)),
        Column("week", text("Done week before"), lambda one: _number(one.step.ended_last_week.total)),
    ]


async def export(visit: Visit) -> Response:
    """All steps as a file."""
    shown = shown_day(visit)
    where = filters_of(visit)

    async def ask(limit: int, offset: int) -> tuple[Sequence[_Step], int]:
        now = await visit.site.fulfilment.steps(visit.user, where, shown.at)
        rows = [_Step(part, step) for part in now.parts for step in part.steps]
        return rows[offset : offset + limit], len(rows)

    query = visit.request.url.query
    listing = Listing(
        PATH, f"fulfilment-{shown.day.isoformat()}", query, _columns(visit), ask, lambda one: f"{one.part.part.name} {one.step.step}"
    )
    return await export_response(visit, listing)
