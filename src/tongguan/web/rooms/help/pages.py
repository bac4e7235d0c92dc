"""The help page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.responses import Response

from tongguan.web.kit.access import NavEntry, Page, Room
from tongguan.web.kit.components import Way
from tongguan.web.kit.progress import Progress
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.help.screens import SCREENS, screen_of
from tongguan.web.rooms.help.stages import stage_help
from tongguan.web.rooms.panorama import standing


@dataclass(frozen=True)
class HelpPage:
    """Context of the help page.

    Attributes:
        pages, stages: to the help of each page that the visitor may open, and of each stage.
        floor … hour_more: the thresholds by which stages are marked, so that text and rule cannot differ.
    """

    pages: Sequence[Way]
    stages: Sequence[Way]
    floor: int
    low: str
    watch: str
    failing: str
    failing_badly: str
    high: str
    more: str
    much_more: str
    hour: str
    hour_more: str
    version: str


def _pages(visit: Visit) -> list[Way]:
    own = {page.path for page in visit.site.pages()}
    entries = [one for one in visit.navigation() if f"/help{one.path}" in own or screen_of(one.path.strip("/"))]
    return [Way(visit.text(one.label), f"/help{one.path}") for one in entries]


def _stages(visit: Visit) -> list[Way]:
    seen = [one.name for one in visit.site.vocabulary.stages if visit.user.scope.sees_stage(one.name)]
    return [Way(visit.codes.stage(name), f"/help/stages/{name}") for name in seen]


async def help_page(visit: Visit) -> Response:
    """What each number means."""
    limit = visit.formats.limit
    page = HelpPage(
        pages=_pages(visit),
        stages=_stages(visit),
        floor=standing.FLOOR,
        low=limit(standing.LOW),
        watch=limit(standing.WATCH),
        failing=limit(standing.FAILING),
        failing_badly=limit(2 * standing.FAILING),
        high=visit.formats.full(standing.HIGH),
        more=visit.formats.full(standing.MORE),
        much_more=visit.formats.full(2 * standing.MORE),
        hour=limit(standing.HOUR),
        hour_more=visit.formats.full(standing.HOUR_MORE),
        version=visit.site.settings.version,
    )
    return visit.render("help/help.html", page)


async def screen_help(visit: Visit) -> Response:
    """What one screen is for and what its numbers mean; ``/help`` and the screen's own path is where that is told."""
    path = visit.request.path_params["screen"].strip("/")
    head, _, stage = path.partition("/")
    if head == "stages":
        known = [one for one in visit.site.vocabulary.stages if one.name == stage and visit.user.scope.sees_stage(stage)]
        if not known:
            return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
        return visit.render("help/stage.html", await stage_help(visit, known[0]))
    own = {page.path for page in visit.site.pages()}
    if f"/help/{head}" in own and path != head:
        return visit.go(f"/help/{head}")
    name = screen_of(path)
    return visit.render("help/screen.html", SCREENS[name]) if name else visit.go("/help")


@dataclass(frozen=True)
class ProgressPart:
    """Context of what works in the background."""

    progress: Sequence[Progress]


async def live_progress(visit: Visit) -> Response:
    """What works in the background, asked again while something does."""
    return visit.render("help/_progress.html", ProgressPart(visit.progress))


ROOM: Final = Room(
    name="help",
    pages=(Page("/help", help_page), Page("/help/{screen:path}", screen_help), Page("/live/progress", live_progress)),
    templates=Path(__file__).parent / "templates",
    navigation=(NavEntry("/help", msg("Help"), "help", "h", None, msg("Me")),),
)
