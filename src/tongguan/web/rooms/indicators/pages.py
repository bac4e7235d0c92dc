"""The room of the indicators."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.web.kit.access import NavEntry, Page, Room
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.indicators.annotations import PAGES as NOTES
from tongguan.web.rooms.indicators.catalogue import PAGES as CATALOGUE
from tongguan.web.rooms.indicators.indicator import PAGES as INDICATOR
from tongguan.web.rooms.indicators.published import PAGES as PUBLISHED
from tongguan.web.rooms.indicators.wanted import PATH


async def help_page(visit: Visit) -> Response:
    """What stands in the catalogue and on the pages of indicators, and how to add one."""
    return visit.render("indicators/help.html", None)


ROOM: Final = Room(
    name="indicators",
    pages=(*CATALOGUE, *INDICATOR, *PUBLISHED, *NOTES, Page("/help/indicators", help_page)),
    templates=Path(__file__).parent / "templates",
    navigation=(NavEntry(PATH, msg("Indicators"), "chart-line", "i", Permission.SEE_PANORAMA, msg("Analysis")),),
)
