"""The page of one stage: a day by hour, taken apart, what waits, and the events behind every number."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from tongguan.model.answers import Breakdown, CaseFilter, CasePage, EventFilter, Flow, FlowFilter, Share, StageDay, TraceEvent
from tongguan.model.vocabulary import Stage
from tongguan.web.kit.address import Address
from tongguan.web.kit.charts import Chart, Series
from tongguan.web.kit.components import DaySwitch, Filter, HourCell, ShareRow, ShareTable, StageTile, Status
from tongguan.web.kit.filters import code_filter, code_value, scope_text
from tongguan.web.kit.ports import CaseOrder, CaseSort
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.panorama.day import ShownDay, day_switch, shown_day
from tongguan.web.rooms.panorama.standing import FLOOR, HOUR, HOUR_MORE
from tongguan.web.rooms.panorama.tiles import HOURS, orders_href, tile

FILTERS: Final = ("channel", "region", "business_class", "brand")
WITHIN: Final = ("hour", "by", "value", "failed")
EVENTS_SHOWN: Final = 50
WAITING_SHOWN: Final = 10


@dataclass(frozen=True)
class StagePage:
    """Context of the page of one stage."""

    label: str
    scope: str
    filters: Sequence[Filter]
    address: Address
    days: DaySwitch
    shown: ShownDay
    panel: Panel[Flow]
    tile: StageTile | None
    parts: Panel[StageDay | None]
    charts: Sequence[Chart]
    hours: Sequence[HourCell]
    tables: Sequence[ShareTable]
    chosen: str
    unchosen: str
    events: Panel[Sequence[TraceEvent]]
    failed_href: str
    failed_only: bool
    waiting: Panel[CasePage] | None
    waiting_href: str
    data_through: datetime | None


async def stage_page(visit: Visit) -> Response:
    """One stage: its tile, its hours, where things went wrong, what waits in it, its newest events."""
    name = visit.request.path_params["stage"]
    declared = next((s for s in visit.site.vocabulary.stages if s.name == name and visit.user.scope.sees_stage(name)), None)
    if declared is None:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    shown = shown_day(visit)
    flow_filter = FlowFilter(**{column: code_value(visit, column) for column in FILTERS})
    where = _within(visit, declared, flow_filter, shown)
    address = _address(declared, where, shown)
    questions = visit.site.questions
    panel, parts, events, waiting = await asyncio.gather(
        visit.ask(questions.flow(visit.user, flow_filter, shown.at)),
        visit.ask(questions.stage_day(visit.user, name, where)),
        visit.ask(questions.events_of(visit.user, name, where, EVENTS_SHOWN)),
        _waiting(visit, declared, where, shown),
    )
    day = parts.value
    page = StagePage(
        label=visit.codes.stage(name),
        scope=scope_text(visit),
        filters=[code_filter(visit, column) for column in FILTERS],
        address=address,
        days=day_switch(visit, shown, address),
        shown=shown,
        panel=panel,
        tile=_tile(visit, panel.value, name, flow_filter, shown),
        parts=parts,
        charts=_charts(visit, declared, day, shown) if day else (),
        hours=_hours(visit, day, where, address, shown) if day and declared.failures else (),
        tables=[_table(visit, part, where, address) for part in day.breakdowns] if day else (),
        chosen=_chosen(visit, where),
        unchosen=address.having(hour="", by="", value=""),
        events=events,
        failed_href=address.having(failed="" if where.failed else "1"),
        failed_only=where.failed,
        waiting=waiting,
        waiting_href=orders_href(flow_filter, stage=name, sort="last"),
        data_through=panel.value.data_through if panel.value else None,
    )
    return visit.render("panorama/stage.html", page)


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


def _address(stage: Stage, where: EventFilter, shown: ShownDay) -> Address:
    values = {name: getattr(where, name) for name in FILTERS}
    within = {"hour": "" if where.hour is None else str(where.hour), "by": where.by, "value": where.value}
    return Address(f"/stages/{stage.name}", {**values, "day": shown.value, **within, "failed": "1" if where.failed else ""})


def _tile(visit: Visit, flow: Flow | None, name: str, where: FlowFilter, shown: ShownDay) -> StageTile | None:
    for place, stage in enumerate(flow.stages if flow else (), 1):
        if flow and stage.name == name:
            return tile(visit, stage, place, flow, where, shown)
    return None


async def _waiting(visit: Visit, stage: Stage, where: EventFilter, shown: ShownDay) -> Panel[CasePage] | None:
    if not (stage.case_kind and stage.waiting_at and shown.today) or where.hour is not None or where.by:
        return None
    wanted = CaseFilter(stage=stage.name, channel=where.channel, region=where.region, business_class=where.business_class)
    longest = CaseSort(CaseOrder.LAST_TIME, descending=False)
    return await visit.ask(visit.site.questions.cases(visit.user, stage.case_kind, wanted, longest, WAITING_SHOWN, 0))


def _charts(visit: Visit, stage: Stage, day: StageDay, shown: ShownDay) -> list[Chart]:
    now = visit.now.astimezone(visit.site.settings.zone).hour if shown.today else HOURS
    hours = [f"{hour:02d}" for hour in range(HOURS)]
    here = visit.text("today") if shown.today else day.day
    before = visit.text("yesterday") if shown.today else visit.text("the day before")
    known = [count if hour <= now else None for hour, count in enumerate(day.volume)]
    volume = Chart(
        f"hours-{stage.name}",
        "lines",
        visit.text("Volume by hour"),
        hours,
        (Series(here, "accent", known), Series(before, "grey", day.volume_before, "compare")),
        category_title=visit.text("Hour"),
    )
    if not stage.failures:
        return [volume]
    failed = [count if hour <= now else None for hour, count in enumerate(day.failures)]
    series = (Series(here, "bad", failed), Series(before, "grey", day.failures_before, "compare"))
    title = visit.text("Failures by hour")
    return [volume, Chart(f"failed-{stage.name}", "lines", title, hours, series, category_title=visit.text("Hour"))]


def _hours(visit: Visit, day: StageDay, where: EventFilter, address: Address, shown: ShownDay) -> list[HourCell]:
    """Return the hours as cells coloured by their share of failures beside that of the whole day before."""
    before = sum(day.volume_before)
    usual = sum(day.failures_before) / before if before >= FLOOR else 0.0
    now = visit.now.astimezone(visit.site.settings.zone).hour if shown.today else HOURS
    cells = []
    for hour, (volume, failures) in enumerate(zip(day.volume, day.failures, strict=True)):
        share = failures / volume if volume else None
        cells.append(
            HourCell(
                label=f"{hour:02d}",
                share="" if hour > now else visit.formats.rate(share),
                title=visit.text("%(failed)s of %(volume)s failed", failed=visit.formats.full(failures), volume=visit.formats.full(volume)),
                status=_hour_status(volume, share, usual),
                href=address.having(hour="" if where.hour == hour else str(hour)),
                chosen=where.hour == hour,
            )
        )
    return cells


def _hour_status(volume: int, share: float | None, usual: float) -> Status:
    if share is None or volume < FLOOR:
        return Status.UNKNOWN
    if share >= max(HOUR, HOUR_MORE * usual):
        return Status.BAD
    return Status.WATCH if share >= max(HOUR / 2, HOUR_MORE / 2 * usual) else Status.GOOD


def _table(visit: Visit, part: Breakdown, where: EventFilter, address: Address) -> ShareTable:
    # Only failures have a reason, so each reason's share is that in all failures.
    whole = sum(share.failures for share in part.shares) if part.by == "reason" else None
    return ShareTable(part.by, visit.codes.column(part.by), [_row(visit, part.by, share, whole, where, address) for share in part.shares])


def _row(visit: Visit, by: str, share: Share, whole: int | None, where: EventFilter, address: Address) -> ShareRow:
    fmt, rest, whole = visit.formats, not share.value, share.volume if whole is None else whole
    rate = share.failures / whole if whole else None
    chosen = bool(where.by) and (where.by, where.value) == (by, share.value)
    return ShareRow(
        label=visit.text("others") if rest else visit.codes.label(by, share.value),
        title=share.value,
        volume=fmt.full(share.volume),
        failures=fmt.full(share.failures),
        share=fmt.rate(rate),
        part=rate,
        high=by != "reason" and rate is not None and rate >= HOUR and share.volume >= FLOOR // 3,
        href="" if rest else address.having(by="" if chosen else by, value="" if chosen else share.value),
        chosen=chosen,
    )


def _chosen(visit: Visit, where: EventFilter) -> str:
    """Return in words which part of the day is shown; empty for all of it."""
    parts = [] if where.hour is None else [f"{where.hour:02d}:00–{where.hour:02d}:59"]
    if where.by:
        parts.append(f"{visit.codes.column(where.by)}: {visit.codes.label(where.by, where.value)}")
    return " · ".join(parts)
