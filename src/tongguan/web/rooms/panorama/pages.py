"""Panorama 全流程业务全景 (screen 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.web.kit.access import NavEntry, Page, Room
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import DaySwitch, Filter
from tongguan.web.kit.filters import code_filter, scope_text
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.panorama.day import day_switch, shown_day
from tongguan.web.rooms.panorama.live import FlowPart, flow_address, flow_part, live_flow, live_stage
from tongguan.web.rooms.panorama.stage import FILTERS
from tongguan.web.rooms.panorama.stage import PAGES as STAGE_PAGES


@dataclass(frozen=True)
class PanoramaPage:
    """Context of the panorama.

    Attributes:
        halls: where the strip of halls is asked for; empty for days that are past.
    """

    scope: str
    filters: Sequence[Filter]
    address: Address
    live: str
    flow: FlowPart
    days: DaySwitch
    halls: str


async def panorama(visit: Visit) -> Response:
    """The whole process at one look."""
    shown = shown_day(visit)
    address = flow_address(visit, shown)
    page = PanoramaPage(
        scope=scope_text(visit),
        filters=[code_filter(visit, name) for name in FILTERS],
        address=address,
        live=str(address.at("/live/panorama")) if shown.today else "",
        flow=await flow_part(visit, shown),
        days=day_switch(visit, shown, address),
        halls=str(Address("/strips/halls", {"region": address.values["region"]})) if shown.today else "",
    )
    return visit.render("panorama/panorama.html", page)


ROOM: Final = Room(
    name="panorama",
    pages=(
        Page("/", panorama, Permission.SEE_PANORAMA),
        Page("/live/panorama", live_flow, Permission.SEE_PANORAMA),
        Page("/live/stages/{stage}", live_stage, Permission.SEE_PANORAMA),
        *STAGE_PAGES,
    ),
    templates=Path(__file__).parent / "templates",
    navigation=(NavEntry("/", msg("Panorama"), "layout-dashboard", "p", Permission.SEE_PANORAMA, msg("Operation")),),
)
