"""How the halls stand, in one line beside the flow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from tongguan.model.answers import FlowFilter
from tongguan.model.halls import Halls, HallStatus, ProblemKind
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Status
from tongguan.web.kit.filters import code_value
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.halls.words import GRADES, WHYS, hall_href, problem_text

STRIP: Final = "/strips/halls"

_QUIET: Final = (ProblemKind.TICKETS, ProblemKind.REASON)
"""Every hall has some of these; they say little in a line."""


@dataclass(frozen=True)
class HallChip:
    """One hall: how it stands, why, and which problem comes first."""

    label: str
    status: Status
    status_word: str
    why: str
    problem: str
    href: str


@dataclass(frozen=True)
class HallStrip:
    """Context of the strip."""

    panel: Panel[Halls]
    chips: Sequence[HallChip]
    href: str
    retry: str


async def hall_strip(visit: Visit) -> Response:
    """The strip; pages ask for it beside themselves and do not wait for it."""
    region = code_value(visit, "region")
    panel = await visit.ask(visit.site.questions.halls(visit.user, FlowFilter(region=region)))
    address = Address(STRIP, {"region": region})
    chips = [_chip(visit, hall, region) for hall in panel.value.halls] if panel.value else []
    return visit.render("halls/_strip.html", HallStrip(panel, chips, str(address.at("/halls")), str(address)))


def _chip(visit: Visit, hall: HallStatus, region: str) -> HallChip:
    status = GRADES[hall.standing.grade]
    wrong = status in (Status.BAD, Status.WATCH)
    # A place where all is silent says more than that some device somewhere is off.
    loud = sorted((one for one in hall.problems if one.kind not in _QUIET), key=lambda one: one.kind is ProblemKind.DEVICES_OFF)
    problem = loud[0] if wrong and loud else None
    return HallChip(
        visit.codes.label("channel", hall.channel),
        status,
        visit.text(status.word),
        visit.text(WHYS[hall.standing.why]) if wrong else "",
        problem_text(visit, problem) if problem else "",
        hall_href(hall.channel, region),
    )
