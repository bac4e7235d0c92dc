"""Key figures above the stages of the panorama."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from tongguan.model.answers import Flow, FlowFilter, Standout
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import KpiCard, StageTile, Status
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.panorama.day import ShownDay
from tongguan.web.rooms.panorama.lately import Lately, lately_card
from tongguan.web.rooms.panorama.standing import usual_failing, worst_hour
from tongguan.web.rooms.panorama.tiles import stage_page_href, waiting_href


def cards(
    visit: Visit, flow: Flow, tiles: Sequence[StageTile], where: FlowFilter, address: Address, shown: ShownDay, found: Lately
) -> list[KpiCard]:
    """Return the key figures: what to look at, the worst hour, what is late and waits (today only), what failed, what stood out."""
    waiting = [_late(visit, flow, where), _waiting(visit, flow, where)] if shown.today else []
    worst = _worst_hour(visit, flow, where, address, shown)
    lost = _failures(visit, flow, where, address, shown)
    told = [_attention(visit, tiles, address), worst, *waiting, lost]
    if flow.data_through is None:
        # Where no source ever sent anything, nothing is known to be 0.
        unknown, word = visit.formats.full(None), visit.text(Status.UNKNOWN.word)
        told = [replace(card, value=unknown, title="", unit="", note="", status=Status.UNKNOWN, status_word=word) for card in told]
    return [*told, lately_card(visit, found, shown)]


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
    oldest = min((stage for stage in flow.stages if stage.oldest), key=lambda stage: stage.oldest or flow.at, default=None)
    note = visit.text("nothing waits")
    if oldest is not None and oldest.oldest is not None:
        age = visit.formats.duration((flow.at - oldest.oldest).total_seconds())
        note = visit.text("longest %(age)s, %(stage)s", age=age, stage=visit.codes.stage(oldest.name))
    return KpiCard(
        key="waiting",
        name=visit.text("Waiting now"),
        value=visit.formats.compact(waiting),
        title=visit.formats.full(waiting),
        unit=visit.plural("case", "cases", waiting),
        href=waiting_href(where),
        note=note,
    )


def _late(visit: Visit, flow: Flow, where: FlowFilter) -> KpiCard:
    late, warned = sum(stage.late or 0 for stage in flow.stages), sum(stage.warned or 0 for stage in flow.stages)
    most = max((stage for stage in flow.stages if stage.late), key=lambda stage: stage.late or 0, default=None)
    status = Status.BAD if late else Status.WATCH if warned else Status.GOOD if flow.data_through else Status.UNKNOWN
    notes = [visit.text("%(n)s warned", n=visit.formats.compact(warned))]
    if silent := sum(stage.silent or 0 for stage in flow.stages):
        notes.append(visit.text("%(n)s silent", n=visit.formats.compact(silent)))
    if most is not None:
        notes.insert(0, visit.text("most in %(stage)s", stage=visit.codes.stage(most.name)))
    return KpiCard(
        key="late",
        name=visit.text("Late now"),
        value=visit.formats.compact(late),
        title=visit.formats.full(late),
        unit=visit.plural("case", "cases", late),
        href=waiting_href(where, lateness="late"),
        note=visit.listing(notes),
        status=status,
        status_word=visit.text(status.word),
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
        unit=visit.plural("event", "events", failures),
        href=stage_page_href(some.name, where, shown.value) if some else str(address),
        note=visit.text("most in %(stage)s", stage=visit.codes.stage(some.name)) if some else "",
    )


def _worst_hour(visit: Visit, flow: Flow, where: FlowFilter, address: Address, shown: ShownDay) -> KpiCard:
    """Return the hour of the day shown (today: of yesterday too) in which most went wrong beyond what is usual; it leads there."""
    found = [*_of_all_channels(flow, shown), *_of_channels(flow, shown)]
    name = visit.text("Worst hour")
    if not found:
        note = visit.text("no hour stands out") if flow.data_through else visit.text(Status.UNKNOWN.word)
        return KpiCard(key="worst", name=name, value=visit.formats.rate(None), href=str(address), note=note)
    worst = max(found, key=lambda one: (one.excess, one.out.day, one.out.hour)).out
    where_from = [visit.codes.stage(worst.stage), visit.codes.label("channel", worst.channel) if worst.channel else ""]
    return KpiCard(
        key="worst",
        name=name,
        value=visit.formats.rate(worst.failures / worst.volume),
        unit=visit.text("failed"),
        title=visit.text("%(n)s failures", n=visit.formats.full(worst.failures)),
        href=stage_page_href(worst.stage, where, worst.day, str(worst.hour), worst.channel),
        note=" · ".join([*filter(None, where_from), f"{worst.day[5:]} {worst.hour:02d}:00"]),
        status=Status.BAD,
        status_word=visit.text(Status.BAD.word),
    )


class _Worst(NamedTuple):
    """An hour that stands out, and how many failures it had beyond the usual."""

    excess: float
    out: Standout


def _of_channels(flow: Flow, shown: ShownDay) -> Iterator[_Worst]:
    for one in flow.standouts:
        if shown.today or one.day == flow.day:
            yield _Worst(one.failures - one.usual * one.volume, one)


def _of_all_channels(flow: Flow, shown: ShownDay) -> Iterator[_Worst]:
    before = (shown.day - timedelta(days=1)).isoformat()
    for stage in flow.stages:
        usual = usual_failing(stage)
        days = [(flow.day, stage.hourly, stage.hourly_failures)]
        if shown.today:  # the morning is short: last evening still tells what goes wrong
            days.append((before, stage.hourly_yesterday, stage.hourly_failures_yesterday))
        for day, volume, failures in days:
            worst = worst_hour(volume, failures, usual)
            if worst is not None:
                count = round(worst.failures / worst.share)
                yield _Worst(worst.failures - usual * count, Standout(stage.name, day, worst.hour, "", count, worst.failures, usual))
