"""Tiles of the panorama, made from the answer."""

from __future__ import annotations

from tongguan.model.answers import Flow, FlowFilter, StageStatus
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Change, Spark, StageTile
from tongguan.web.kit.sparkline import parted, points
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.panorama.day import ShownDay, compared
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


def spark(visit: Visit, stage: StageStatus, *, today: bool) -> Spark:
    """Draw the day's hours over those of the day and the week before; today's last one is not over."""
    top = max([0, *(count or 0 for count in stage.hourly), *stage.hourly_yesterday, *stage.hourly_last_week])
    label = visit.text(
        "By hour: today %(today)s so far, yesterday %(before)s until now, a week ago %(week)s",
        today=visit.formats.full(stage.volume),
        before=visit.formats.full(stage.volume_yesterday),
        week=visit.formats.full(stage.volume_last_week),
    )
    before, week = points(stage.hourly_yesterday, top, HOURS), points(stage.hourly_last_week, top, HOURS)
    known = sum(count is not None for count in stage.hourly)
    whole, part = parted(stage.hourly, top, HOURS, known - 1 if today and known else None)
    return Spark("", before, label, whole, week, part)


def orders_href(where: FlowFilter, **values: str) -> str:
    """Lead to the list of orders with the same filters, as far as it knows them: it has none for the brand."""
    return str(Address("/orders", {**values, "channel": where.channel, "region": where.region, "business_class": where.business_class}))


def stage_page_href(name: str, where: FlowFilter, day: str = "", hour: str = "", channel: str = "") -> str:
    """Lead to a stage's own page with the same filters, on a day (empty: today), at an hour, or on another channel."""
    values = {"channel": channel or where.channel, "region": where.region, "business_class": where.business_class, "brand": where.brand}
    return str(Address(f"/stages/{name}", {**values, "day": day, "hour": hour}))


def waiting_href(where: FlowFilter, **values: str) -> str:
    """Lead to the list of what waits, with the same filters."""
    return str(Address("/waiting", {**values, **vars(where)}))


def _changes(visit: Visit, stage: StageStatus, shown: ShownDay) -> tuple[Change, Change]:
    """Compare with the two days of comparison, by the names that they have from the day shown."""
    week = visit.text("vs last week") if shown.today else visit.text("vs week before")
    before = compared(visit, shown)
    return change(visit, before, stage.volume, stage.volume_yesterday), change(visit, week, stage.volume, stage.volume_last_week)


def tile(visit: Visit, stage: StageStatus, place: int, flow: Flow, where: FlowFilter, shown: ShownDay) -> StageTile:
    """Return one stage as the panorama draws it; it leads to the stage's page on the day shown."""
    fmt = visit.formats
    declared = visit.site.vocabulary.stage(stage.name)
    outs = [one for one in flow.standouts if (one.stage, one.day) == (stage.name, flow.day)]
    stands = standing(stage, outs, burden=declared.burden)
    values = {name: visit.codes.label(name, value) if name == "channel" else value for name, value in stands.values.items()}
    # Where no source ever sent anything, nothing is known to be 0.
    known = flow.data_through is not None

    def counted(count: int | None) -> int | None:
        return count if known else None

    def limited(count: int | None) -> str:
        return "" if count is None else fmt.compact(counted(count))

    return StageTile(
        name=stage.name,
        label=visit.codes.stage(stage.name),
        place=place,
        href=stage_page_href(stage.name, where, shown.value),
        status=stands.status,
        status_word=visit.text(stands.status.word),
        why=visit.text(stands.why, **values) if stands.why else "",
        volume=fmt.compact(counted(stage.volume)),
        volume_title=fmt.full(counted(stage.volume)),
        unit=visit.text("today") if shown.today else shown.day.strftime("%m-%d"),
        changes=_changes(visit, stage, shown),
        rate=fmt.compact(counted(stage.rate)) if shown.today else "",
        failures=fmt.compact(counted(stage.failures)),
        has_failures=bool(declared.failures),
        backlog=fmt.compact(counted(stage.backlog)),
        has_backlog=stage.backlog is not None,
        oldest=fmt.duration((flow.at - stage.oldest).total_seconds()) if stage.oldest else fmt.duration(None),
        oldest_title=fmt.iso(stage.oldest),
        late=limited(stage.late),
        warned=limited(stage.warned),
        paused=limited(stage.paused) if known else "",
        silent=limited(stage.silent) if known else "",
        phase=declared.phase.in_language(visit.language),
        spark=spark(visit, stage, today=shown.today) if known else Spark("", "", visit.text("No data yet")),
    )
