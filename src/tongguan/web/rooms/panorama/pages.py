"""Panorama 全流程业务全景 (screen 1) and the page of one stage."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.model.answers import CaseFilter, CasePage, Flow, FlowFilter, StageStatus, TraceEvent
from tongguan.model.vocabulary import Stage
from tongguan.web.kit.access import NavEntry, Page, Room
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Chart, Filter, KpiCard, StageTile
from tongguan.web.kit.filters import code_filter, code_value, scope_text
from tongguan.web.kit.ports import CaseOrder, CaseSort
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.panorama.tiles import HOURS, cards, orders_href, tile

FILTERS: Final = ("channel", "region", "business_class", "brand")
EVENTS_SHOWN: Final = 50


@dataclass(frozen=True)
class FlowPart:
    """What is asked again every few seconds."""

    panel: Panel[Flow]
    tiles: Sequence[StageTile]
    cards: Sequence[KpiCard]
    stale: bool
    reset: str
    retry: str
    as_table: bool


@dataclass(frozen=True)
class PanoramaPage:
    """Context of the panorama."""

    scope: str
    filters: Sequence[Filter]
    address: Address
    live: str
    refresh_seconds: int
    flow: FlowPart


@dataclass(frozen=True)
class StagePage:
    """Context of the page of one stage."""

    label: str
    scope: str
    filters: Sequence[Filter]
    address: Address
    panel: Panel[Flow]
    tile: StageTile | None
    chart: Chart | None
    events: Panel[Sequence[TraceEvent]]
    waiting: Panel[CasePage] | None
    waiting_href: str
    data_through: datetime | None


def _address(visit: Visit, path: str) -> Address:
    return Address(path, {**{name: code_value(visit, name) for name in FILTERS}, "view": visit.query("view")})


def _where(visit: Visit) -> FlowFilter:
    return FlowFilter(**{name: code_value(visit, name) for name in FILTERS})


async def _flow_part(visit: Visit) -> FlowPart:
    where, address = _where(visit), _address(visit, "/")
    panel = await visit.ask(visit.site.questions.flow(visit.user, where, None))
    flow = panel.value
    tiles = [tile(visit, stage, place, flow, where) for place, stage in enumerate(flow.stages, 1)] if flow else []
    stale = bool(flow and flow.data_through and flow.at - flow.data_through > visit.site.settings.stale_after)
    found = cards(visit, flow, tiles, where, address) if flow else []
    return FlowPart(
        panel, tiles, found, stale, Address("/", {"view": address.values["view"]}).having(), str(address), visit.query("view") == "table"
    )


async def panorama(visit: Visit) -> Response:
    """The whole process at one look."""
    address = _address(visit, "/")
    page = PanoramaPage(
        scope=scope_text(visit),
        filters=[code_filter(visit, name) for name in FILTERS],
        address=address,
        live=str(address.at("/live/panorama")),
        refresh_seconds=visit.site.settings.refresh_seconds,
        flow=await _flow_part(visit),
    )
    return visit.render("panorama/panorama.html", page)


async def live(visit: Visit) -> Response:
    """The part of the panorama that changes."""
    return visit.render("panorama/_flow.html", await _flow_part(visit))


def _chart(visit: Visit, stage: StageStatus) -> Chart:
    return Chart(
        key=f"hours-{stage.name}",
        kind="lines",
        title=visit.text("Volume by hour"),
        categories=[f"{hour:02d}" for hour in range(HOURS)],
        series=(
            (visit.text("today"), "accent", stage.hourly),
            (visit.text("yesterday"), "grey", stage.hourly_yesterday),
        ),
        category_title=visit.text("Hour"),
    )


async def _waiting(visit: Visit, stage: Stage, where: FlowFilter) -> Panel[CasePage] | None:
    if not (stage.case_kind and stage.waiting_at):
        return None
    wanted = CaseFilter(stage=stage.name, channel=where.channel, region=where.region, business_class=where.business_class)
    longest = CaseSort(CaseOrder.LAST_TIME, descending=False)
    return await visit.ask(visit.site.questions.cases(visit.user, stage.case_kind, wanted, longest, 10, 0))


async def stage_page(visit: Visit) -> Response:
    """One stage: its tile, its hours, what waits in it, its newest events."""
    name = visit.request.path_params["stage"]
    declared = [s for s in visit.site.vocabulary.stages if s.name == name and visit.user.scope.sees_stage(name)]
    if not declared:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    where, address = _where(visit), _address(visit, f"/stages/{name}")
    questions = visit.site.questions
    panel, events, waiting = await asyncio.gather(
        visit.ask(questions.flow(visit.user, where, None)),
        visit.ask(questions.events_of(visit.user, name, where, EVENTS_SHOWN)),
        _waiting(visit, declared[0], where),
    )
    flow = panel.value
    place, stage = next(((i, s) for i, s in enumerate(flow.stages, 1) if s.name == name), (0, None)) if flow else (0, None)
    page = StagePage(
        label=visit.codes.stage(name),
        scope=scope_text(visit),
        filters=[code_filter(visit, column) for column in FILTERS],
        address=address,
        panel=panel,
        tile=tile(visit, stage, place, flow, where) if flow and stage else None,
        chart=_chart(visit, stage) if stage else None,
        events=events,
        waiting=waiting,
        waiting_href=orders_href(where, stage=name, sort="last"),
        data_through=flow.data_through if flow else None,
    )
    return visit.render("panorama/stage.html", page)


ROOM: Final = Room(
    name="panorama",
    pages=(
        Page("/", panorama, Permission.SEE_PANORAMA),
        Page("/live/panorama", live, Permission.SEE_PANORAMA),
        Page("/stages/{stage}", stage_page, Permission.SEE_PANORAMA),
    ),
    templates=Path(__file__).parent / "templates",
    navigation=(NavEntry("/", msg("Panorama"), "layout-dashboard", "p", Permission.SEE_PANORAMA, msg("Operation")),),
)
