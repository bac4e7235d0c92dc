"""Tiles and key figures of the panorama, made from the answer."""

from __future__ import annotations

from collections.abc import Sequence

from tongguan.model.answers import Flow, FlowFilter, StageStatus
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Change, KpiCard, Spark, StageTile, Status
from tongguan.web.kit.sparkline import points
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.panorama.standing import standing

HOURS = 24


def change(visit: Visit, label: str, now: int, before: int) -> Change:
    """Compare a count with an earlier one; without one there is nothing to say."""
    fmt = visit.formats
    title = visit.text("%(label)s: %(count)s", label=label, count=fmt.full(before))
    if not before:
        return Change(label, fmt.change(None), "same", title)
    share = now / before - 1
    return Change(label, fmt.change(share), "same" if round(share, 3) == 0 else "up" if share > 0 else "down", title)


def spark(visit: Visit, stage: StageStatus) -> Spark:
    """Draw today's hours over yesterday's."""
    top = max([0, *(count or 0 for count in stage.hourly), *stage.hourly_yesterday])
    label = visit.text(
        "By hour: today %(today)s so far, yesterday %(before)s until now",
        today=visit.formats.full(stage.volume),
        before=visit.formats.full(stage.volume_yesterday),
    )
    return Spark(points(stage.hourly, top, HOURS), points(stage.hourly_yesterday, top, HOURS), label)


def orders_href(where: FlowFilter, **values: str) -> str:
    """Lead to the list of orders with the same filters, as far as it knows them: it has none for the brand."""
    return str(Address("/orders", {**values, "channel": where.channel, "region": where.region, "business_class": where.business_class}))


def stage_page_href(name: str, where: FlowFilter) -> str:
    """Lead to a stage's own page with the same filters."""
    values = {"channel": where.channel, "region": where.region, "business_class": where.business_class, "brand": where.brand}
    return str(Address(f"/stages/{name}", values))


def stage_href(visit: Visit, stage: StageStatus, where: FlowFilter, **values: str) -> str:
    """Lead to the orders that wait in a stage; where nothing can wait, or something else does, to the stage's own page."""
    if visit.site.vocabulary.stage(stage.name).case_kind == "order" and stage.backlog:
        return orders_href(where, stage=stage.name, **values)
    return stage_page_href(stage.name, where)


def tile(visit: Visit, stage: StageStatus, place: int, flow: Flow, where: FlowFilter) -> StageTile:
    """Return one stage as the panorama draws it."""
    fmt = visit.formats
    status, why = standing(stage)
    return StageTile(
        name=stage.name,
        label=visit.codes.stage(stage.name),
        place=place,
        href=stage_href(visit, stage, where),
        status=status,
        status_word=visit.text(status.word),
        why=visit.text(why) if why else "",
        volume=fmt.compact(stage.volume),
        volume_title=fmt.full(stage.volume),
        changes=(
            change(visit, visit.text("vs yesterday"), stage.volume, stage.volume_yesterday),
            change(visit, visit.text("vs last week"), stage.volume, stage.volume_last_week),
        ),
        rate=fmt.compact(stage.rate),
        failures=fmt.compact(stage.failures),
        has_failures=bool(visit.site.vocabulary.stage(stage.name).failures),
        backlog=fmt.compact(stage.backlog),
        has_backlog=stage.backlog is not None,
        oldest=fmt.duration((flow.at - stage.oldest).total_seconds()) if stage.oldest else fmt.duration(None),
        oldest_title=fmt.iso(stage.oldest),
        spark=spark(visit, stage),
    )


def cards(visit: Visit, flow: Flow, tiles: Sequence[StageTile], where: FlowFilter, address: Address) -> list[KpiCard]:
    """Return the key figures above the stages."""
    fmt = visit.formats
    wrong = [t for t in tiles if t.status in {Status.BAD, Status.WATCH}]
    worst = next((s for s in (Status.BAD, Status.WATCH, Status.GOOD) if any(t.status is s for t in tiles)), Status.UNKNOWN)
    waiting = sum(stage.backlog or 0 for stage in flow.stages)
    oldest = min((s for s in flow.stages if s.oldest), key=lambda s: s.oldest or flow.at, default=None)
    failures = sum(stage.failures for stage in flow.stages)
    most = max(flow.stages, key=lambda s: s.failures, default=None)
    return [
        KpiCard(
            key="attention",
            name=visit.text("Stages to look at"),
            value=fmt.full(len(wrong)),
            unit=visit.text("of %(n)s", n=len(tiles)),
            href=wrong[0].href if wrong else str(address),
            note=visit.listing(t.label for t in wrong[:3]),
            status=worst,
            status_word=visit.text(worst.word),
        ),
        KpiCard(
            key="waiting",
            name=visit.text("Waiting now"),
            value=fmt.compact(waiting),
            title=fmt.full(waiting),
            unit=visit.text("cases"),
            href=orders_href(where, open="1"),
            note=visit.text("in all stages together"),
        ),
        KpiCard(
            key="oldest",
            name=visit.text("Waiting longest"),
            value=fmt.duration((flow.at - oldest.oldest).total_seconds()) if oldest and oldest.oldest else fmt.duration(None),
            title=fmt.iso(oldest.oldest) if oldest else "",
            href=stage_href(visit, oldest, where, sort="last") if oldest else str(address),
            note=visit.codes.stage(oldest.name) if oldest else visit.text("nothing waits"),
        ),
        KpiCard(
            key="failures",
            name=visit.text("Failures today"),
            value=fmt.compact(failures),
            title=fmt.full(failures),
            unit=visit.text("events"),
            href=stage_page_href(most.name, where) if most and most.failures else str(address),
            note=visit.text("most in %(stage)s", stage=visit.codes.stage(most.name)) if most and most.failures else "",
        ),
    ]
