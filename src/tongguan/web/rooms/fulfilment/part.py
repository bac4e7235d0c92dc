"""One part of fulfilment 订单履行 in detail (screens 13–18): its steps, its day by hour, where it is late, why it fails, what to act on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from tongguan.model.fulfilment import Ended, FailureReason, Part, PartBreakdown, PartDay, PartNow, PartShare, UrgentRow
from tongguan.model.waiting import Lateness
from tongguan.web.kit import live
from tongguan.web.kit.address import Address
from tongguan.web.kit.charts import Chart, Form, Series
from tongguan.web.kit.components import DaySwitch, Filter, KpiCard, Way
from tongguan.web.kit.export import Listing, export_response
from tongguan.web.kit.filters import code_filter, scope_text
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.fulfilment.addresses import FILTERS, PATH, QUALITY, address_of, filters_of, part_href
from tongguan.web.rooms.fulfilment.tiles import StepRow, cards, rate_now, step_rows
from tongguan.web.rooms.fulfilment.urgent import UrgentPart, file_columns, urgent_filter, urgent_part
from tongguan.web.rooms.fulfilment.words import ON_TIME_TARGET, Rate, StandingBar, age, standing_bar
from tongguan.web.rooms.panorama.day import ShownDay, day_switch, shown_day
from tongguan.web.rooms.panorama.standing import FLOOR

PARTS: Final = ("through", "cards", "steps", "curves", "list", "tables", "reasons")
"""``_part_<part>.html`` is the content of ``#part-<part>``."""

RATES: Final = "part-rate"
"""Key of the chart of shares, which is empty where no hour has enough steps."""

SHOWN: Final = 12
"""Rows of a breakdown."""

_HOURS: Final = [f"{hour:02d}" for hour in range(24)]


@dataclass(frozen=True)
class ShareLine:
    """One value of a dimension."""

    label: str
    title: str
    href: str
    open: str
    bar: StandingBar | None
    oldest: str
    done: str
    rate: Rate
    chosen: bool


@dataclass(frozen=True)
class ShareTable:
    """A part by one dimension; ``more`` tells how many values are left out."""

    by: str
    title: str
    lines: Sequence[ShareLine]
    more: int


@dataclass(frozen=True)
class ReasonLine:
    """Why work failed: how often, which share of all failures, and how often before."""

    label: str
    code: str
    count: str
    share: float
    share_text: str
    before: str


@dataclass(frozen=True)
class DetailPart:
    """What moves on the page."""

    panel: Panel[PartDay | None]
    cards: Sequence[KpiCard]
    steps: Sequence[StepRow]
    charts: Sequence[Chart]
    tables: Sequence[ShareTable]
    reasons: Sequence[ReasonLine] | None
    failures: str
    urgent: UrgentPart | None
    shown: ShownDay
    stale: bool
    retry: str

    @property
    def nothing(self) -> bool:
        """Tell whether no source ever sent anything."""
        return self.panel.value is not None and self.panel.value.now.data_through is None


@dataclass(frozen=True)
class DetailPage:
    """Context of the page.

    Attributes:
        ways: to the other parts; ``beside`` to other pages about the same.
    """

    label: str
    scope: str
    filters: Sequence[Filter]
    address: Address
    days: DaySwitch
    live: str
    back: str
    ways: Sequence[Way]
    beside: Sequence[Way]
    part: DetailPart


def _declared(visit: Visit) -> Part | None:
    """Return the part of the address; None where there is none, or the user sees no step of it."""
    name = visit.request.path_params["part"]
    return next((part for part in seen(visit) if part.name == name), None)


def seen(visit: Visit) -> list[Part]:
    """Return the parts of which the user sees a step."""
    scope = visit.user.scope
    stages = {(stage.case_kind, step): stage.name for stage in visit.site.vocabulary.stages for step in stage.waiting_at}
    return [part for part in visit.site.fulfilment.parts if any(scope.sees_stage(stages[part.kind, step]) for step in part.steps)]


def _address(visit: Visit, part: Part, shown: ShownDay) -> Address:
    where = urgent_filter(visit, part.steps)
    more = {"step": where.step, "lateness": str(where.lateness or ""), "page": visit.query("page")}
    return address_of(visit, f"{PATH}/{part.name}", shown, **more)


async def detail_part(visit: Visit, part: Part, shown: ShownDay) -> DetailPart:
    """Ask how the part stands, and lay it out."""
    address = _address(visit, part, shown)
    panel = await visit.ask(visit.site.fulfilment.part(visit.user, part.name, filters_of(visit), shown.at))
    day = panel.value
    known = day is not None and day.now.data_through is not None
    urgent = None
    if shown.today:
        where, files = urgent_filter(visit, part.steps), f"{PATH}/{part.name}"
        urgent = await urgent_part(visit, part.name, where, part.kind, address, files, known=day is None or known)
    most = max([1, *(step.standing.total for step in day.part.steps if step.standing)]) if day else 1
    return DetailPart(
        panel=panel,
        cards=cards(visit, [day.part], address, shown, known=known) if day else (),
        steps=step_rows(visit, day.part, most, address, shown) if day else (),
        charts=_charts(visit, day.part, shown) if day else (),
        tables=[_table(visit, one, address, shown) for one in day.breakdowns] if day else (),
        reasons=reason_lines(visit, day.reasons) if day and day.reasons is not None else None,
        failures=visit.formats.full(sum(one.count for one in day.reasons)) if day and day.reasons else "",
        urgent=urgent,
        shown=shown,
        stale=shown.today and day is not None and visit.is_old(day.now.at, day.now.data_through),
        retry=str(address),
    )


def _charts(visit: Visit, part: PartNow, shown: ShownDay) -> list[Chart]:
    text = visit.text
    here = text("today") if shown.today else shown.day.isoformat()
    before = text("yesterday") if shown.today else text("day before")
    week = text("last week") if shown.today else text("week before")
    open_hour = next((hour for hour in range(len(part.hours)) if hour + 1 == len(part.hours) or part.hours[hour + 1] is None), None)
    present = open_hour if shown.today else None
    done = Chart(
        "part-done",
        "lines",
        text("Steps done by hour"),
        _HOURS,
        (
            Series(here, "accent", [None if one is None else one.total for one in part.hours]),
            Series(before, "grey", [one.total for one in part.hours_yesterday], "compare"),
            Series(week, "grey", [one.total for one in part.hours_last_week], "compare", dotted=True),
        ),
        category_title=text("Hour"),
        open=present,
    )
    return [done, _rates(visit, part, (here, before, week), present)]


def _rates(visit: Visit, part: PartNow, names: tuple[str, str, str], present: int | None) -> Chart:
    """Return the share on time by hour beside its target; the axis begins where the shares do, or all of them lie in one line."""
    text, (here, before, week) = visit.text, names
    days = [[_rate(one) for one in hours] for hours in (part.hours, part.hours_yesterday, part.hours_last_week)]
    told = any(value is not None for day in days for value in day)
    target = [Series(text("target"), "grey", [ON_TIME_TARGET] * len(_HOURS), "target")] if told else []
    left_out = text("hours with fewer than %(n)s steps are left out", n=FLOOR)
    return Chart(
        RATES,
        "lines",
        text("On-time rate by hour"),
        _HOURS,
        (
            Series(here, "accent", days[0]),
            Series(before, "grey", days[1], "compare"),
            Series(week, "grey", days[2], "compare", dotted=True),
            *target,
        ),
        category_title=text("Hour"),
        form=Form.RATE,
        open=present,
        note=f"{left_out} · {text('the axis does not begin at 0')}" if told else left_out,
        zoom=True,
    )


def _rate(ended: Ended | None) -> float | None:
    return None if ended is None or ended.judged < FLOOR else ended.rate


def _table(visit: Visit, found: PartBreakdown, address: Address, shown: ShownDay) -> ShareTable:
    most = max([1, *(row.standing.total for row in found.rows if row.standing)])
    lines = [_line(visit, found.by, row, most, address, shown) for row in found.rows[:SHOWN]]
    return ShareTable(found.by, visit.codes.column(found.by), lines, max(0, len(found.rows) - SHOWN))


def _line(visit: Visit, by: str, row: PartShare, most: int, address: Address, shown: ShownDay) -> ShareLine:
    chosen = address.values[by] == row.value and bool(row.value)

    def leads(lateness: Lateness) -> str:
        return address.having(**{by: row.value, "lateness": str(lateness), "page": ""}) + "#list" if row.value else ""

    return ShareLine(
        label=visit.codes.label(by, row.value) if row.value else visit.text("not told"),
        title=row.value,
        href=address.having(**{by: "" if chosen else row.value, "page": ""}) if row.value else "",
        open=visit.formats.full(None if row.standing is None else row.standing.total),
        bar=standing_bar(visit, row.standing, most, leads, zeros=False) if row.standing else None,
        oldest=age(visit, row.standing),
        done=visit.formats.full(row.ended.total),
        rate=rate_now(visit, row.ended, row.ended_yesterday, Ended(), shown),
        chosen=chosen,
    )


def reason_lines(visit: Visit, reasons: Sequence[FailureReason]) -> list[ReasonLine]:
    """Return reasons with their share in all failures of the time shown."""
    fmt, whole = visit.formats, sum(one.count for one in reasons)
    return [
        ReasonLine(
            visit.codes.label("reason", one.reason) if one.reason else visit.text("not told"),
            one.reason,
            fmt.full(one.count),
            one.count / whole if whole else 0.0,
            fmt.rate(one.count / whole if whole else None),
            fmt.full(one.before),
        )
        for one in reasons
    ]


async def detail(visit: Visit) -> Response:
    """The page."""
    part, shown = _declared(visit), shown_day(visit)
    if part is None:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    address = _address(visit, part, shown)
    plain = address_of(visit, PATH, shown)
    page = DetailPage(
        label=part.label.in_language(visit.language),
        scope=scope_text(visit),
        filters=[code_filter(visit, name) for name in FILTERS],
        address=address,
        days=day_switch(visit, shown, address),
        live=str(address.at(f"/live{PATH}/{part.name}")) if shown.today else "",
        back=str(plain),
        ways=[Way(one.label.in_language(visit.language), part_href(plain, one.name), one is part) for one in seen(visit)],
        beside=_beside(visit, part, address),
        part=await detail_part(visit, part, shown),
    )
    return visit.render("fulfilment/part.html", page)


def _beside(visit: Visit, part: Part, address: Address) -> list[Way]:
    """Return other pages about the same orders: the stage's own, the quality of manual acceptance, all that waits."""
    values = {name: address.values[name] for name in FILTERS}
    found = []
    if visit.user.scope.sees_stage(part.stage):
        name = visit.text("Stage: %(name)s", name=visit.codes.stage(part.stage))
        found.append(Way(name, str(Address(f"/stages/{part.stage}", {**values, "day": address.values["day"]}))))
        if part.name == "manual":
            found.append(Way(visit.text("Acceptance quality"), str(Address(QUALITY, values))))
    return [*found, Way(visit.text("All that wait"), str(Address("/waiting", {**values, "stage": part.stage})))]


async def live_detail(visit: Visit) -> Response:
    """The stream of the page; days that are past have none."""
    if _declared(visit) is None or not shown_day(visit).today:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    return live.stream(visit, _drawn)


async def _drawn(visit: Visit) -> Sequence[live.Part]:
    part = _declared(visit)
    if part is None:
        return []
    context = await detail_part(visit, part, shown_day(visit))
    failed = context.panel.failure is not None
    return [live.Part(f"part-{name}", visit.fragment(f"fulfilment/_part_{name}.html", context), failed) for name in PARTS]


async def export(visit: Visit) -> Response:
    """The list of what stands open as a file."""
    part = _declared(visit)
    if part is None:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    where = urgent_filter(visit, part.steps)

    async def ask(limit: int, offset: int) -> tuple[Sequence[UrgentRow], int]:
        found = await visit.site.fulfilment.urgent(visit.user, part.name, where, limit, offset)
        return (found.rows, found.total) if found else ((), 0)

    path = f"{PATH}/{part.name}"
    listing = Listing(path, f"fulfilment-{part.name}", visit.request.url.query, file_columns(visit), ask, lambda one: one.row.case_id)
    return await export_response(visit, listing)
