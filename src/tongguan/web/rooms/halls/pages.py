"""Hall status 四厅运营状态 (screen 27): every hall now, and what goes from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.responses import Response

from tongguan.model import hall_standing
from tongguan.model.access import Permission
from tongguan.model.answers import FlowFilter
from tongguan.model.halls import FLOOR, Grade, Halls
from tongguan.web.kit.access import NavEntry, Page, Room
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Filter, Status
from tongguan.web.kit.filters import code_filter, code_value, scope_text
from tongguan.web.kit.live import Part, parts_of, stream
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.halls.cards import HallCard, hall_card
from tongguan.web.rooms.halls.hall import hall_page, live_hall
from tongguan.web.rooms.halls.linkage import LinkageMatrix, linkage_matrix
from tongguan.web.rooms.halls.strip import STRIP, hall_strip
from tongguan.web.rooms.halls.words import GRADES, ProblemLine, problem_line

PARTS: Final = ("through", "head", "cards", "linkage", "problems")
"""``_<part>.html`` is the content of ``#halls-<part>``."""


@dataclass(frozen=True)
class HallsPart:
    """What moves on the page.

    Attributes:
        counts: how many halls stand how, worst first.
        problems: of all halls, newest first.
    """

    panel: Panel[Halls]
    cards: Sequence[HallCard]
    counts: Sequence[tuple[Status, str, str]]
    linkage: LinkageMatrix | None
    problems: Sequence[ProblemLine]
    as_table: bool
    stale: bool
    retry: str
    as_tiles_href: str
    as_table_href: str


@dataclass(frozen=True)
class HallsPage:
    """Context of the page."""

    scope: str
    filters: Sequence[Filter]
    address: Address
    live: str
    part: HallsPart


def _address(visit: Visit) -> Address:
    return Address("/halls", {"region": code_value(visit, "region"), "view": "table" if visit.query("view") == "table" else ""})


async def halls_part(visit: Visit) -> HallsPart:
    """Ask how the halls do, and lay it out."""
    address = _address(visit)
    region = address.values["region"]
    panel = await visit.ask(visit.site.questions.halls(visit.user, FlowFilter(region=region)))
    halls = panel.value
    return HallsPart(
        panel=panel,
        cards=[hall_card(visit, hall, region) for hall in halls.halls] if halls else [],
        counts=_counts(visit, halls) if halls else [],
        linkage=linkage_matrix(visit, halls) if halls else None,
        problems=_problems(visit, halls, region) if halls else [],
        as_table=bool(address.values["view"]),
        stale=halls is not None and visit.is_old(halls.at, halls.data_through),
        retry=str(address),
        as_tiles_href=address.having(view=""),
        as_table_href=address.having(view="table"),
    )


def _counts(visit: Visit, halls: Halls) -> list[tuple[Status, str, str]]:
    grades = [hall.standing.grade for hall in halls.halls]
    found = []
    for grade in (Grade.BAD, Grade.WATCH, Grade.GOOD, Grade.UNKNOWN):
        if grade in grades:
            status = GRADES[grade]
            found.append((status, visit.text(status.word), visit.formats.full(grades.count(grade))))
    return found


def _problems(visit: Visit, halls: Halls, region: str) -> list[ProblemLine]:
    found = [*halls.shared, *(problem for hall in halls.halls for problem in hall.problems)]
    known = sorted((one for one in found if one.since), key=lambda one: one.since or halls.at, reverse=True)
    return [problem_line(visit, one, region) for one in [*known, *(one for one in found if not one.since)]]


async def halls_page(visit: Visit) -> Response:
    """Every hall at one look."""
    address = _address(visit)
    page = HallsPage(
        scope=scope_text(visit),
        filters=[code_filter(visit, "region")],
        address=address,
        live=str(address.at("/live/halls")),
        part=await halls_part(visit),
    )
    return visit.render("halls/halls.html", page)


async def _parts(visit: Visit) -> Sequence[Part]:
    return parts_of(visit, await halls_part(visit), "halls", "halls", PARTS)


async def live_halls(visit: Visit) -> Response:
    """The stream of the page."""
    return stream(visit, _parts)


@dataclass(frozen=True)
class HallsHelp:
    """Context of the help: the numbers of the rules, so that text and rule cannot differ."""

    floor: int
    drop: str
    half_drop: str
    slump: str
    low: str
    high: str
    slow: str
    slow_by: str
    missing: str
    missing_few: str
    sigmas: str


async def halls_help(visit: Visit) -> Response:
    """What the numbers of this screen mean, and how a hall is marked."""
    fmt, rules = visit.formats, hall_standing
    page = HallsHelp(
        floor=FLOOR,
        drop=fmt.points(rules.DROP).lstrip("+"),
        half_drop=fmt.points(rules.DROP / 2).lstrip("+"),
        slump=fmt.limit(rules.SLUMP),
        low=fmt.limit(rules.LOW),
        high=fmt.limit(rules.HIGH),
        slow=fmt.full(rules.SLOW),
        slow_by=fmt.duration(rules.SLOW_BY),
        missing=fmt.limit(rules.MISSING),
        missing_few=fmt.limit(rules.MISSING_FEW),
        sigmas=fmt.full(rules.SIGMAS),
    )
    return visit.render("halls/help.html", page, HTTPStatus.OK)


ROOM: Final = Room(
    name="halls",
    pages=(
        Page("/halls", halls_page, Permission.SEE_PANORAMA),
        Page(STRIP, hall_strip, Permission.SEE_PANORAMA),
        Page("/live/halls", live_halls, Permission.SEE_PANORAMA),
        Page("/halls/{channel}", hall_page, Permission.SEE_PANORAMA),
        Page("/live/halls/{channel}", live_hall, Permission.SEE_PANORAMA),
        Page("/help/halls", halls_help, Permission.SEE_PANORAMA),
    ),
    templates=Path(__file__).parent / "templates",
    navigation=(NavEntry("/halls", msg("Hall status"), "building-store", "y", Permission.SEE_PANORAMA, msg("Operation")),),
)
