"""Panorama 全流程业务全景 (screen 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.model.answers import Flow, FlowFilter
from tongguan.web.kit.access import NavEntry, Page, Room
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import DaySwitch, Filter, KpiCard, StageTile
from tongguan.web.kit.filters import code_filter, code_value, scope_text
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.panorama.cards import cards
from tongguan.web.rooms.panorama.day import ShownDay, day_switch, shown_day
from tongguan.web.rooms.panorama.stage import FILTERS, stage_page
from tongguan.web.rooms.panorama.tiles import tile


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
    shown: ShownDay


@dataclass(frozen=True)
class PanoramaPage:
    """Context of the panorama."""

    scope: str
    filters: Sequence[Filter]
    address: Address
    live: str
    refresh_seconds: int
    flow: FlowPart
    days: DaySwitch


def _address(visit: Visit, shown: ShownDay) -> Address:
    return Address("/", {**{name: code_value(visit, name) for name in FILTERS}, "day": shown.value, "view": visit.query("view")})


async def _flow_part(visit: Visit, shown: ShownDay) -> FlowPart:
    where, address = FlowFilter(**{name: code_value(visit, name) for name in FILTERS}), _address(visit, shown)
    panel = await visit.ask(visit.site.questions.flow(visit.user, where, shown.at))
    flow = panel.value
    tiles = [tile(visit, stage, place, flow, where, shown) for place, stage in enumerate(flow.stages, 1)] if flow else []
    stale = bool(shown.today and flow and flow.data_through and flow.at - flow.data_through > visit.site.settings.stale_after)
    found = cards(visit, flow, tiles, where, address, shown) if flow else []
    reset = Address("/", {"view": address.values["view"], "day": shown.value}).having()
    return FlowPart(panel, tiles, found, stale, reset, str(address), visit.query("view") == "table", shown)


async def panorama(visit: Visit) -> Response:
    """The whole process at one look."""
    shown = shown_day(visit)
    address = _address(visit, shown)
    page = PanoramaPage(
        scope=scope_text(visit),
        filters=[code_filter(visit, name) for name in FILTERS],
        address=address,
        live=str(address.at("/live/panorama")),
        refresh_seconds=visit.site.settings.refresh_seconds,
        flow=await _flow_part(visit, shown),
        days=day_switch(visit, shown, address),
    )
    return visit.render("panorama/panorama.html", page)


async def live(visit: Visit) -> Response:
    """The part of the panorama that changes."""
    return visit.render("panorama/_flow.html", await _flow_part(visit, shown_day(visit)))


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
