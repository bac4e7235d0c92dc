"""Parts of fulfilment as tiles, their steps as rows, key figures above: made from the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tongguan.model.fulfilment import Ended, FulfilmentNow, PartNow, Standing, StepNow, ended_of, standing_of
from tongguan.model.waiting import Lateness
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Change, KpiCard, Status
from tongguan.web.kit.formats import NOTHING
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.fulfilment.addresses import part_href
from tongguan.web.rooms.fulfilment.words import ON_TIME_TARGET, Rate, StandingBar, age, lateness_status, rate_of, standing_bar
from tongguan.web.rooms.panorama.day import ShownDay, compared
from tongguan.web.rooms.panorama.tiles import change

_WORST: Final = (Status.BAD, Status.WATCH, Status.GOOD, Status.UNKNOWN)


@dataclass(frozen=True)
class PartTile:
    """One part in the flow.

    Attributes:
        bar: what stands there; None for days that are past.
        done: how many left its steps on the day.
    """

    name: str
    label: str
    place: int
    href: str
    status: Status
    status_word: str
    open: str
    bar: StandingBar | None
    oldest: str
    oldest_title: str
    done: str
    done_change: Change
    last_hour: str
    rate: Rate


@dataclass(frozen=True)
class StepRow:
    """One step in the table."""

    label: str
    name: str
    stage: str
    href: str
    open: str
    bar: StandingBar | None
    oldest: str
    oldest_title: str
    came: str
    done: str
    done_title: str
    last_hour: str
    rate: Rate


@dataclass(frozen=True)
class StepGroup:
    """The steps of a part."""

    label: str
    href: str
    rows: Sequence[StepRow]


def earlier_names(visit: Visit, shown: ShownDay) -> tuple[str, str]:
    """Name the comparison with the day before, and with the week before."""
    return compared(visit, shown), visit.text("vs last week") if shown.today else visit.text("vs week before")


def rate_now(visit: Visit, now: Ended, before: Ended, week: Ended, shown: ShownDay) -> Rate:
    """Return the share on time beside the day and the week before."""
    return rate_of(visit, now, list(zip(earlier_names(visit, shown), (before, week), strict=True)))


def tile(visit: Visit, part: PartNow, place: int, address: Address, shown: ShownDay) -> PartTile:
    """Return one part in the flow."""
    fmt, standing = visit.formats, part.standing
    name, ended = part.part.name, part.ended
    rate = rate_now(visit, ended, part.ended_yesterday, part.ended_last_week, shown)
    status = lateness_status(standing) if shown.today else rate.status or Status.UNKNOWN
    word = visit.text(status.word)
    if shown.today and standing and status in (Status.BAD, Status.WATCH):
        word = visit.text("%(late)s late", late=fmt.full(standing.of(Lateness.LATE)))
    # A tile is as bad as the worst that it shows.
    if rate.status and _WORST.index(rate.status) < _WORST.index(status):
        status, word = rate.status, visit.text("On time below target")
    return PartTile(
        name=name,
        label=part.part.label.in_language(visit.language),
        place=place,
        href=part_href(address, name),
        status=status,
        status_word=word,
        open=NOTHING if standing is None else fmt.full(standing.total),
        bar=standing_bar(visit, standing) if standing else None,
        oldest=age(visit, standing),
        oldest_title=fmt.iso(standing.oldest) if standing else "",
        done=fmt.compact(ended.total),
        done_change=change(visit, compared(visit, shown), ended.total, part.ended_yesterday.total),
        last_hour=fmt.compact(part.last_hour),
        rate=rate,
    )


def step_rows(visit: Visit, part: PartNow, most: int, address: Address, shown: ShownDay) -> list[StepRow]:
    """Return the steps of a part; ``most`` open ones fill a bar."""
    return [_row(visit, part, step, most, address, shown) for step in part.steps]


def _row(visit: Visit, part: PartNow, step: StepNow, most: int, address: Address, shown: ShownDay) -> StepRow:
    fmt, name = visit.formats, part.part.name

    def leads(lateness: Lateness) -> str:
        return part_href(address, name, step=step.step, lateness=str(lateness)) + "#list"

    return StepRow(
        label=visit.codes.milestone(part.part.kind, step.step),
        name=step.step,
        stage=visit.codes.stage(step.stage),
        href=part_href(address, name, step=step.step) + "#list" if shown.today else part_href(address, name),
        open=NOTHING if step.standing is None else fmt.full(step.standing.total),
        bar=standing_bar(visit, step.standing, most, leads) if step.standing else None,
        oldest=age(visit, step.standing),
        oldest_title=fmt.iso(step.standing.oldest) if step.standing else "",
        came=fmt.full(step.came),
        done=fmt.full(step.ended.total),
        done_title=visit.text(
            "on time %(good)s, late %(late)s, without a limit %(free)s",
            good=fmt.full(step.ended.on_time),
            late=fmt.full(step.ended.late),
            free=fmt.full(step.ended.unlimited),
        ),
        last_hour=fmt.full(step.last_hour),
        rate=rate_now(visit, step.ended, step.ended_yesterday, step.ended_last_week, shown),
    )


def groups(visit: Visit, now: FulfilmentNow, address: Address, shown: ShownDay) -> list[StepGroup]:
    """Return all steps by part; their bars have one scale."""
    most = max([1, *(step.standing.total for part in now.parts for step in part.steps if step.standing)])
    return [
        StepGroup(
            part.part.label.in_language(visit.language), part_href(address, part.part.name), step_rows(visit, part, most, address, shown)
        )
        for part in now.parts
    ]


def cards(visit: Visit, parts: Sequence[PartNow], address: Address, shown: ShownDay, *, known: bool) -> list[KpiCard]:
    """Return key figures of some parts: share on time, what was done, and of today what is late, warned and how old the oldest is.

    Args:
        visit: who looks.
        parts: those that are summed up.
        address: of the page; cards lead to its list.
        shown: the day.
        known: whether any source ever sent anything; where none did, nothing is known to be 0.
    """
    ended = ended_of(part.ended for part in parts)
    before, week = ended_of(part.ended_yesterday for part in parts), ended_of(part.ended_last_week for part in parts)
    last_hour = sum(part.last_hour for part in parts)
    found = [_on_time(visit, ended, before, week, address, shown), _done(visit, ended, before, last_hour, address, shown)]
    standings = [part.standing for part in parts if part.standing is not None]
    if shown.today and standings:
        found = [*_open_cards(visit, standing_of(standings), address), *found]
    if known:
        return found
    return [KpiCard(key=card.key, name=card.name, value=NOTHING, href=card.href) for card in found]


def _on_time(visit: Visit, ended: Ended, before: Ended, week: Ended, address: Address, shown: ShownDay) -> KpiCard:
    rate = rate_now(visit, ended, before, week, shown)
    target = visit.formats.rate(ON_TIME_TARGET)
    return KpiCard(
        key="rate",
        name=visit.text("On-time rate"),
        value=rate.text,
        title=rate.title,
        href=f"{address}#steps",
        target=visit.text("target %(value)s", value=target),
        attainment=None if ended.rate is None else ended.rate / ON_TIME_TARGET,
        change=rate.changes[0],
        status=rate.status,
        status_word=rate.word,
        thin=rate.thin if ended.judged else "",
    )


def _done(visit: Visit, ended: Ended, before: Ended, last_hour: int, address: Address, shown: ShownDay) -> KpiCard:
    fmt = visit.formats
    note = visit.text("%(n)s in the last hour", n=fmt.full(last_hour)) if shown.today else ""
    return KpiCard(
        key="done",
        name=visit.text("Steps done today") if shown.today else visit.text("Steps done"),
        value=fmt.compact(ended.total),
        title=fmt.full(ended.total),
        href=f"{address}#steps",
        note=note,
        change=change(visit, compared(visit, shown), ended.total, before.total),
    )


def _open_cards(visit: Visit, standing: Standing, address: Address) -> list[KpiCard]:
    fmt = visit.formats
    late, warned = standing.of(Lateness.LATE), standing.of(Lateness.WARNED)
    status = lateness_status(standing)
    beside = [
        visit.text(message, n=fmt.full(standing.of(one)))
        for message, one in ((msg("%(n)s paused"), Lateness.PAUSED), (msg("%(n)s silent"), Lateness.SILENT))
        if standing.of(one)
    ]
    judged = Status.BAD if late and status is Status.BAD else Status.WATCH if late or warned else Status.GOOD
    return [
        KpiCard(
            key="open",
            name=visit.text("Open now"),
            value=fmt.compact(standing.total),
            title=fmt.full(standing.total),
            unit=visit.plural("order", "orders", standing.total),
            href=f"{address}#steps",
            note=visit.listing(beside),
        ),
        KpiCard(
            key="late",
            name=visit.text("Late now"),
            value=fmt.compact(late),
            title=fmt.full(late),
            unit=visit.plural("order", "orders", late),
            href=f"{address}#steps",
            note=visit.text("%(n)s warned", n=fmt.full(warned)),
            status=judged,
            status_word=visit.text(judged.word),
        ),
        KpiCard(
            key="oldest",
            name=visit.text("Waiting longest"),
            value=age(visit, standing),
            title=fmt.iso(standing.oldest),
            href=f"{address}#steps",
        ),
    ]
