"""What moves by itself: the panorama's parts, and on the page of a stage the notice that there is news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from itertools import groupby
from typing import Final

from starlette.responses import Response

from tongguan.model.answers import Flow, FlowFilter
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import KpiCard, StageTile
from tongguan.web.kit.filters import code_value
from tongguan.web.kit.live import Part, parts_of, stream
from tongguan.web.kit.news import Arrived, news
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.panorama.cards import cards
from tongguan.web.rooms.panorama.day import ShownDay, shown_day
from tongguan.web.rooms.panorama.lately import Lately, lately
from tongguan.web.rooms.panorama.stage import FILTERS
from tongguan.web.rooms.panorama.tiles import tile

PARTS: Final = ("through", "stale", "cards", "head", "stages", "lately")
"""``_<part>.html`` is the content of ``#flow-<part>``."""


@dataclass(frozen=True)
class FlowPart:
    """What moves on the panorama."""

    panel: Panel[Flow]
    tiles: Sequence[StageTile]
    cards: Sequence[KpiCard]
    stale: bool
    reset: str
    retry: str
    as_table: bool
    shown: ShownDay
    lately: Lately

    @property
    def phases(self) -> list[tuple[str, list[StageTile]]]:
        """The tiles by phase of the sale, in the order of the flow."""
        return [(name, list(tiles)) for name, tiles in groupby(self.tiles, key=lambda tile: tile.phase)]


def flow_address(visit: Visit, shown: ShownDay) -> Address:
    """Return the panorama's address with its whole state."""
    return Address("/", {**{name: code_value(visit, name) for name in FILTERS}, "day": shown.value, "view": visit.query("view")})


def _where(visit: Visit) -> FlowFilter:
    return FlowFilter(**{name: code_value(visit, name) for name in FILTERS})


async def flow_part(visit: Visit, shown: ShownDay) -> FlowPart:
    """Ask for a day, and lay it out."""
    where, address = _where(visit), flow_address(visit, shown)
    panel = await visit.ask(visit.site.questions.flow(visit.user, where, shown.at))
    flow = panel.value
    found_lately = await lately(visit, where, shown)
    tiles = [tile(visit, stage, place, flow, where, shown) for place, stage in enumerate(flow.stages, 1)] if flow else []
    stale = shown.today and flow is not None and visit.is_old(flow.at, flow.data_through)
    found = cards(visit, flow, tiles, where, address, shown, found_lately) if flow else []
    reset = Address("/", {"view": address.values["view"], "day": shown.value}).having()
    return FlowPart(panel, tiles, found, stale, reset, str(address), visit.query("view") == "table", shown, found_lately)


async def _flow_parts(visit: Visit) -> Sequence[Part]:
    return parts_of(visit, await flow_part(visit, shown_day(visit)), "panorama", "flow", PARTS)


async def live_flow(visit: Visit) -> Response:
    """The stream of the panorama; days that are past have none."""
    if not shown_day(visit).today:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    return stream(visit, _flow_parts)


async def live_stage(visit: Visit) -> Response:
    """The stream of a stage's page."""
    name = visit.request.path_params["stage"]
    declared = any(stage.name == name and visit.user.scope.sees_stage(name) for stage in visit.site.vocabulary.stages)
    if not declared or not shown_day(visit).today:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    return news(visit, partial(_arrived, name))


async def _arrived(name: str, visit: Visit) -> Arrived:
    flow = await visit.site.questions.flow(visit.user, _where(visit), None)
    return Arrived(sum(stage.volume for stage in flow.stages if stage.name == name), flow.data_through)
