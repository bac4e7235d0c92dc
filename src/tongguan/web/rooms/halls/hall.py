"""The page of one hall: its day by hour against what is usual, its probes, what is wrong, and why tries fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from tongguan.model.answers import FlowFilter
from tongguan.model.hall_standing import SIGMAS, volume_spread
from tongguan.model.halls import FLOOR, FailingReason, Halls, HallStatus
from tongguan.web.kit.address import Address
from tongguan.web.kit.charts import Chart, Form, Series
from tongguan.web.kit.colours import COMPARED, channel_colour
from tongguan.web.kit.components import Filter, Status
from tongguan.web.kit.filters import code_filter, code_value, scope_text
from tongguan.web.kit.live import Part, parts_of, stream
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.halls.cards import HallCard, hall_card, has_come
from tongguan.web.rooms.halls.words import REACHES, ProblemLine, problem_line, reason_href

PARTS: Final = ("through", "top", "hours", "troubles", "tried")
"""``_<part>.html`` is the content of ``#hall-<part>``."""


@dataclass(frozen=True)
class ProbeRow:
    """One probe."""

    sub_channel: str
    probe: str
    target: str
    status: Status
    word: str
    tries: str
    failed: str
    last: str
    last_title: str
    since: str


@dataclass(frozen=True)
class ReasonRow:
    """Why tries failed in the last hour."""

    event: str
    reason: str
    code: str
    sub_channel: str
    count: str
    href: str


@dataclass(frozen=True)
class HallPart:
    """What moves on the page."""

    panel: Panel[Halls]
    card: HallCard | None
    charts: Sequence[Chart]
    problems: Sequence[ProblemLine]
    probes: Sequence[ProbeRow]
    reasons: Sequence[ReasonRow]
    ways: Sequence[tuple[str, str]]
    stale: bool
    retry: str


@dataclass(frozen=True)
class HallPage:
    """Context of the page."""

    label: str
    scope: str
    filters: Sequence[Filter]
    address: Address
    back: str
    live: str
    part: HallPart


def _address(visit: Visit) -> Address:
    return Address(f"/halls/{visit.request.path_params['channel']}", {"region": code_value(visit, "region")})


async def _part(visit: Visit) -> HallPart:
    address = _address(visit)
    channel, region = visit.request.path_params["channel"], address.values["region"]
    panel = await visit.ask(visit.site.questions.halls(visit.user, FlowFilter(channel=channel, region=region)))
    halls = panel.value
    hall = next((one for one in halls.halls if one.channel == channel), None) if halls else None
    return HallPart(
        panel=panel,
        card=hall_card(visit, hall, region) if hall else None,
        charts=_charts(visit, hall) if hall else [],
        problems=[problem_line(visit, one, region) for one in hall.problems] if hall else [],
        probes=_probes(visit, hall) if hall else [],
        reasons=[_reason(visit, channel, one, region) for one in hall.reasons] if hall else [],
        ways=_ways(visit, channel, region),
        stale=halls is not None and visit.is_old(halls.at, halls.data_through),
        retry=str(address),
    )


def _charts(visit: Visit, hall: HallStatus) -> list[Chart]:
    hours, title = [f"{one.hour:02d}" for one in hall.hours], visit.text("Hour")
    present = max((one.hour for one in hall.hours if one.volume is not None), default=None)
    colour = channel_colour(hall.channel)
    usual = [one.usual for one in hall.hours]
    reach = [SIGMAS * volume_spread(one) if one else 0.0 for one in usual]
    least = [max(0, round(one.median - width)) if one else None for one, width in zip(usual, reach, strict=True)]
    most = [round(one.median + width) if one else None for one, width in zip(usual, reach, strict=True)]
    volume = Chart(
        "hall-volume",
        "lines",
        visit.text("Volume by hour"),
        hours,
        (
            Series(visit.text("today"), colour, [one.volume if has_come(hall) else None for one in hall.hours]),
            Series(visit.text("usual"), COMPARED, [round(one.median) if one else None for one in usual], "compare"),
            Series(visit.text("usual low"), COMPARED, least, "compare", dotted=True),
            Series(visit.text("usual high"), COMPARED, most, "compare", dotted=True),
        ),
        category_title=title,
        open=present,
    )
    shares = [one.successes / one.attempts if one.attempts >= FLOOR else None for one in hall.hours]
    success = Chart(
        "hall-success",
        "lines",
        visit.text("Succeeded by hour"),
        hours,
        (Series(visit.text("Succeeded"), colour, shares),),
        category_title=title,
        form=Form.RATE,
        open=present,
        note=visit.text("hours with fewer than %(n)s tries are left out", n=FLOOR),
    )
    response = Chart(
        "hall-response",
        "lines",
        visit.text("Answer time by hour"),
        hours,
        (Series(visit.text("median"), colour, [one.response for one in hall.hours]),),
        category_title=title,
        form=Form.DURATION,
        open=present,
    )
    return [volume, success, response]


def _probes(visit: Visit, hall: HallStatus) -> list[ProbeRow]:
    fmt, rows = visit.formats, []
    for one in hall.probes:
        status, word = REACHES[one.reach]
        rows.append(
            ProbeRow(
                sub_channel=visit.codes.label("sub_channel", one.sub_channel),
                probe=one.probe,
                target=one.target,
                status=status,
                word=visit.text(word),
                tries=fmt.full(one.probes),
                failed=fmt.full(one.failed),
                last=fmt.clock(one.last),
                last_title=fmt.iso(one.last),
                since=fmt.short_time(one.since),
            )
        )
    return rows


def _reason(visit: Visit, channel: str, one: FailingReason, region: str) -> ReasonRow:
    return ReasonRow(
        event=visit.codes.event_type(one.type),
        reason=visit.codes.label("reason", one.reason),
        code=one.reason,
        sub_channel=visit.codes.label("sub_channel", one.sub_channel),
        count=visit.formats.full(one.count),
        href=reason_href(visit, channel, one.type, one.reason, region),
    )


def _ways(visit: Visit, channel: str, region: str) -> list[tuple[str, str]]:
    """Return where else the same hall is told of: the stages that are broken down by channel, and its orders."""
    values = {"channel": channel, "region": region}
    return [
        (visit.codes.stage(stage.name), str(Address(f"/stages/{stage.name}", values)))
        for stage in visit.site.vocabulary.stages
        if "channel" in stage.breakdowns and visit.user.scope.sees_stage(stage.name)
    ]


def _known(visit: Visit) -> bool:
    return visit.request.path_params["channel"] in visit.site.vocabulary.codes.get("channel", {})


async def hall_page(visit: Visit) -> Response:
    """One hall."""
    if not _known(visit):
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    address = _address(visit)
    page = HallPage(
        label=visit.codes.label("channel", visit.request.path_params["channel"]),
        scope=scope_text(visit),
        filters=[code_filter(visit, "region")],
        address=address,
        back=str(Address("/halls", address.values)),
        live=str(address.at(f"/live{address.path}")),
        part=await _part(visit),
    )
    return visit.render("halls/hall.html", page)


async def _parts(visit: Visit) -> Sequence[Part]:
    return parts_of(visit, await _part(visit), "halls", "hall", PARTS)


async def live_hall(visit: Visit) -> Response:
    """The stream of one hall's page."""
    return stream(visit, _parts) if _known(visit) else visit.render_error(HTTPStatus.NOT_FOUND, "missing")
