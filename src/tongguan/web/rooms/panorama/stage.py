"""The page of one stage: a day by hour, taken apart, what waits, and the events behind every number."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.model.answers import Breakdown, EventFilter, Flow, FlowFilter, Share, StageDay, StageStatus, TraceEvent
from tongguan.model.vocabulary import Stage
from tongguan.model.waiting import WaitingFilter, WaitingOrder, WaitingPage
from tongguan.web.kit.access import Page
from tongguan.web.kit.address import Address
from tongguan.web.kit.charts import Chart, HeatMap, RegionGrid
from tongguan.web.kit.components import DaySwitch, Filter, HourCell, KpiCard, Way
from tongguan.web.kit.export import FORMATS, Listing, export_response
from tongguan.web.kit.filters import code_filter, code_value, scope_text
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.panorama.day import ShownDay, compared, day_switch, shown_day
from tongguan.web.rooms.panorama.stage_cards import stage_cards
from tongguan.web.rooms.panorama.stage_charts import Switched, curve, failure_curve, heat, heat_choices, hour_strip, measure_choices
from tongguan.web.rooms.panorama.stage_figures import HOURS, stage_numbers
from tongguan.web.rooms.panorama.stage_tables import (
    ShareTable,
    Standout,
    Taken,
    columns,
    region_grid,
    share_table,
    sorted_rows,
    standouts,
    take,
)
from tongguan.web.rooms.panorama.tiles import tile, waiting_href

FILTERS: Final = ("channel", "region", "business_class", "brand")
LOOK: Final = ("measure", "heat", "sort")
"""What the address says of how the day is looked at: the curve, the heat map, the order of rows."""

EVENTS_SHOWN: Final = 50
WAITING_SHOWN: Final = 10


@dataclass(frozen=True)
class DayParts:
    """What a stage's day is drawn as.

    Attributes:
        measures, heats: what curve and heat map can show.
        standouts: where far more fails than usual.
    """

    cards: Sequence[KpiCard]
    curve: Chart
    measures: Sequence[Switched]
    failures: Chart | None
    hours: Sequence[HourCell]
    heat: HeatMap | None
    heats: Sequence[Switched]
    standouts: Sequence[Standout]
    regions: RegionGrid | None
    tables: Sequence[ShareTable]


@dataclass(frozen=True)
class StagePage:
    """Context of the page of one stage; ``day`` is None where the question failed, ``details`` lead to its steps one by one.

    Attributes:
        counted: the day, or the hour of it that is shown, has events, so that none to list does not mean that none came.
    """

    name: str
    label: str
    scope: str
    filters: Sequence[Filter]
    address: Address
    days: DaySwitch
    shown: ShownDay
    panel: Panel[Flow]
    parts: Panel[StageDay | None]
    day: DayParts | None
    chosen: str
    unchosen: str
    filtered: bool
    unfiltered: str
    events: Panel[Sequence[TraceEvent]]
    counted: bool
    can_fail: bool
    failed_href: str
    failed_only: bool
    waiting: Panel[WaitingPage] | None
    waiting_href: str
    data_through: datetime | None
    details: Sequence[Way]


async def stage_page(visit: Visit) -> Response:
    """One stage: its key figures, its hours, where things went wrong, what waits in it, its newest events."""
    declared = _declared(visit)
    if declared is None:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    name, shown = declared.name, shown_day(visit)
    flow_filter = FlowFilter(**{column: code_value(visit, column) for column in FILTERS})
    where = _within(visit, declared, flow_filter, shown)
    address = _address(visit, declared, where, shown)
    questions = visit.site.questions
    panel, parts, events, waiting = await asyncio.gather(
        visit.ask(questions.flow(visit.user, flow_filter, shown.at)),
        visit.ask(questions.stage_day(visit.user, name, where)),
        visit.ask(questions.events_of(visit.user, name, where, EVENTS_SHOWN)),
        _waiting(visit, declared, where, shown),
    )
    page = StagePage(
        name=name,
        label=visit.codes.stage(name),
        scope=scope_text(visit),
        filters=[code_filter(visit, column) for column in FILTERS],
        address=address,
        days=day_switch(visit, shown, address),
        shown=shown,
        panel=panel,
        parts=parts,
        day=_day(visit, declared, parts.value, panel.value, where, address, shown) if parts.value else None,
        chosen=_chosen(visit, where),
        unchosen=address.having(hour="", by="", value=""),
        filtered=any(getattr(where, column) for column in FILTERS),
        unfiltered=address.having(hour="", by="", value="", failed="", **dict.fromkeys(FILTERS, "")),
        events=events,
        counted=parts.value is not None and any(parts.value.volume),
        can_fail=bool(declared.failures),
        failed_href=address.having(failed="" if where.failed else "1"),
        failed_only=where.failed,
        waiting=waiting,
        waiting_href=waiting_href(flow_filter, stage=name),
        data_through=panel.value.data_through if panel.value else None,
        details=_details(visit, declared, address),
    )
    return visit.render("panorama/stage.html", page)


def _declared(visit: Visit) -> Stage | None:
    """Return the stage of the address; None where nobody declares it, or the user does not see it."""
    name = visit.request.path_params["stage"]
    return next((s for s in visit.site.vocabulary.stages if s.name == name and visit.user.scope.sees_stage(name)), None)


def _details(visit: Visit, stage: Stage, address: Address) -> list[Way]:
    """Return the parts of fulfilment that tell of the stage's steps one by one."""
    here = {name: address.values[name] for name in ("channel", "region", "business_class", "day")}
    return [
        Way(part.label.in_language(visit.language), str(Address(f"/fulfilment/{part.name}", here)))
        for part in visit.site.fulfilment.parts
        if part.kind == stage.case_kind and set(part.steps) & set(stage.waiting_at)
    ]


def _day(visit: Visit, stage: Stage, day: StageDay, flow: Flow | None, where: EventFilter, address: Address, shown: ShownDay) -> DayParts:
    status, at = _status(flow, stage.name)
    here = FlowFilter(**{column: getattr(where, column) for column in FILTERS})
    numbers = stage_numbers(visit, stage, day, status, shown)
    tiled = tile(visit, status, at, flow, here, shown) if status and flow else None
    taken = [one for part in day.breakdowns if (one := take(visit, stage, day, part.by, compared(visit, shown)))]
    exports = visit.may(Permission.EXPORT)
    return DayParts(
        cards=stage_cards(visit, numbers, status, tiled, where, address, shown, known=flow is None or flow.data_through is not None),
        curve=curve(visit, numbers, day, address, shown),
        measures=measure_choices(numbers, address),
        failures=failure_curve(visit, numbers, day, shown),
        hours=hour_strip(visit, day, where, address, shown) if stage.failures else (),
        heat=heat(visit, numbers, day, address),
        heats=heat_choices(visit, numbers, day, address),
        standouts=standouts(taken, where, address),
        regions=next((region_grid(one, where, address) for one in taken if one.part.by == "region"), None),
        tables=[share_table(one, where, address, exports) for one in taken],
    )


def _status(flow: Flow | None, name: str) -> tuple[StageStatus | None, int]:
    """Return a stage of the flow and its place in it."""
    return next(((stage, place) for place, stage in enumerate(flow.stages if flow else (), 1) if stage.name == name), (None, 0))


async def share_file(visit: Visit) -> Response:
    """One breakdown of a stage's day as a file: the rows and columns of the table, as the address sorts them."""
    declared = _declared(visit)
    by = visit.request.path_params["by"]
    if declared is None or by not in declared.breakdowns:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    shown = shown_day(visit)
    where = _within(visit, declared, FlowFilter(**{column: code_value(visit, column) for column in FILTERS}), shown)
    panel = await visit.ask(visit.site.questions.stage_day(visit.user, declared.name, where))
    if panel.failure:
        return visit.render_error(HTTPStatus.SERVICE_UNAVAILABLE, "fault")
    beside = compared(visit, shown)
    taken = take(visit, declared, panel.value, by, beside) if panel.value else None
    taken = taken or Taken(visit, Breakdown(by, ()), (), bool(declared.failures), 0.0, None, beside)
    rows, _ = sorted_rows(taken, visit.query("sort"))

    async def ask(limit: int, offset: int) -> tuple[Sequence[Share], int]:
        return rows[offset : offset + limit], len(rows)

    path = visit.request.url.path.rpartition(".")[0]
    name = f"{declared.name}-{by}-{where.day}"
    listing = Listing(path, name, visit.request.url.query, columns(taken, file=True), ask, lambda row: row.value)
    return await export_response(visit, listing)


def _within(visit: Visit, stage: Stage, where: FlowFilter, shown: ShownDay) -> EventFilter:
    """Return which events the address asks for; what cannot be is as if it were not there."""
    hour, by = visit.query("hour"), visit.query("by")
    return EventFilter(
        **vars(where),
        day=shown.day.isoformat(),
        hour=int(hour) if hour.isascii() and hour.isdigit() and len(hour) <= 2 and int(hour) < HOURS else None,
        by=by if by in stage.breakdowns else "",
        value=visit.query("value") if by in stage.breakdowns else "",
        failed=visit.query("failed") == "1" and bool(stage.failures),
    )


def _address(visit: Visit, stage: Stage, where: EventFilter, shown: ShownDay) -> Address:
    values = {name: getattr(where, name) for name in FILTERS}
    within = {"hour": "" if where.hour is None else str(where.hour), "by": where.by, "value": where.value}
    look = {name: visit.query(name) for name in LOOK}
    return Address(f"/stages/{stage.name}", {**values, "day": shown.value, **within, "failed": "1" if where.failed else "", **look})


async def _waiting(visit: Visit, stage: Stage, where: EventFilter, shown: ShownDay) -> Panel[WaitingPage] | None:
    if not (stage.case_kind and stage.waiting_at and shown.today) or where.hour is not None or where.by:
        return None
    wanted = WaitingFilter(where.channel, where.region, where.business_class, where.brand, stage=stage.name)
    return await visit.ask(visit.site.questions.waiting(visit.user, wanted, WaitingOrder.LATE, False, WAITING_SHOWN, 0))


def _chosen(visit: Visit, where: EventFilter) -> str:
    """Return in words which part of the day is shown; empty for all of it."""
    parts = [] if where.hour is None else [f"{where.hour:02d}:00–{where.hour:02d}:59"]
    if where.by:
        parts.append(f"{visit.codes.column(where.by)} {visit.codes.label(where.by, where.value)}")
    return " · ".join(parts)


PAGES: Final = (
    Page("/stages/{stage}", stage_page, Permission.SEE_PANORAMA),
    *(Page(f"/stages/{{stage}}/by/{{by}}.{kind}", share_file, Permission.SEE_PANORAMA, also=(Permission.EXPORT,)) for kind in FORMATS),
)
