"""Key figures above the stages of the panorama."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tongguan.model.answers import Flow, FlowFilter, StageStatus
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import KpiCard, StageTile, Status
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.panorama.day import ShownDay
from tongguan.web.rooms.panorama.standing import WorstHour, usual_failing, worst_hour
from tongguan.web.rooms.panorama.tiles import orders_href, stage_href, stage_page_href


def cards(
    visit: Visit, flow: Flow, tiles: Sequence[StageTile], where: FlowFilter, address: Address, shown: ShownDay
) -> list[KpiCard]:
    """Return the key figures: what to look at, the worst hour, what waits (today only), what failed."""
    waiting = [_waiting(visit, flow, where), _oldest(visit, flow, where, address)] if shown.today else []
    worst = _worst_hour(visit, flow, where, address, shown)
    return [_attention(visit, tiles, address), worst, *waiting, _failures(visit, flow, where, address, shown)]


def _attention(visit: Visit, tiles: Sequence[StageTile], address: Address) -> KpiCard:
    wrong = [t for status in (Status.BAD, Status.WATCH) for t in tiles if t.status is status]
    worst = next((s for s in (Status.BAD, Status.WATCH, Status.GOOD) if any(t.status is s for t in tiles)), Status.UNKNOWN)
    return KpiCard(
        key="attention",
        name=visit.text("To look at"),
        value=visit.formats.full(len(wrong)),
        unit=visit.text("of %(n)s stages", n=len(tiles)),
        href=wrong[0].href if wrong else str(address),
        note=visit.listing(t.label for t in wrong[:3]),
        status=worst,
        status_word=visit.text(worst.word),
    )


def _waiting(visit: Visit, flow: Flow, where: FlowFilter) -> KpiCard:
    waiting = sum(stage.backlog or 0 for stage in flow.stages)
    return KpiCard(
        key="waiting",
        name=visit.text("Waiting now"),
        value=visit.formats.compact(waiting),
        title=visit.formats.full(waiting),
        unit=visit.text("cases"),
        href=orders_href(where, open="1"),
        note=visit.text("in all stages together"),
    )


def _oldest(visit: Visit, flow: Flow, where: FlowFilter, address: Address) -> KpiCard:
    fmt = visit.formats
    oldest = min((s for s in flow.stages if s.oldest), key=lambda s: s.oldest or flow.at, default=None)
    since = oldest.oldest if oldest else None
    return KpiCard(
        key="oldest",
        name=visit.text("Waiting longest"),
        value=fmt.duration((flow.at - since).total_seconds() if since else None),
        title=fmt.iso(since) if since else "",
        href=stage_href(visit, oldest, where, sort="last") if oldest else str(address),
        note=visit.codes.stage(oldest.name) if oldest else visit.text("nothing waits"),
    )


def _failures(visit: Visit, flow: Flow, where: FlowFilter, address: Address, shown: ShownDay) -> KpiCard:
    failures = sum(stage.failures for stage in flow.stages)
    most = max(flow.stages, key=lambda s: s.failures, default=None)
    some = most if most and most.failures else None
    return KpiCard(
        key="failures",
        name=visit.text("Failures today") if shown.today else visit.text("Failures of the day"),
        value=visit.formats.compact(failures),
        title=visit.formats.full(failures),
        unit=visit.text("events"),
        href=stage_page_href(some.name, where, shown.value) if some else str(address),
        note=visit.text("most in %(stage)s", stage=visit.codes.stage(some.name)) if some else "",
    )


def _worst_hour(visit: Visit, flow: Flow, where: FlowFilter, address: Address, shown: ShownDay) -> KpiCard:
    """Return the hour, of the day shown and the one before, in which most went wrong beyond what is usual; it leads there."""
    found: list[tuple[int, str, StageStatus, WorstHour]] = []
    for stage in flow.stages:
        usual = usual_failing(stage)
        before = shown.day - timedelta(days=1)
        days = (
            (shown.day, stage.hourly, stage.hourly_failures),
            (before, stage.hourly_yesterday, stage.hourly_failures_yesterday),
        )
        for on, volume, failures in days:
            worst = worst_hour(volume, failures, usual)
            if worst is not None:
                found.append((worst.failures, on.isoformat(), stage, worst))
    name = visit.text("Worst hour")
    if not found:
        return KpiCard(key="worst", name=name, value=visit.formats.rate(None), href=str(address), note=visit.text("no hour stands out"))
    _, day, stage, worst = max(found, key=lambda one: one[:2])
    return KpiCard(
        key="worst",
        name=name,
        value=visit.formats.rate(worst.share),
        unit=visit.text("failed"),
        title=visit.text("%(n)s failures", n=visit.formats.full(worst.failures)),
        href=stage_page_href(stage.name, where, day, str(worst.hour)),
        note=f"{visit.codes.stage(stage.name)} · {day[5:]} {worst.hour:02d}:00",
        status=Status.BAD,
        status_word=visit.text(Status.BAD.word),
    )
