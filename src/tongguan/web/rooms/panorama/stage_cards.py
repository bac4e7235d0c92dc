"""Key figures of a stage's page: volume, share of failures, what waits, then what the stage is measured by."""

from __future__ import annotations

from typing import Final

from tongguan.model.answers import EventFilter, StageStatus
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import KpiCard, Spark, StageTile, Status
from tongguan.web.kit.sparkline import parted, pieces
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.panorama.day import ShownDay, compared
from tongguan.web.rooms.panorama.stage_charts import hour_status
from tongguan.web.rooms.panorama.stage_figures import FAILED_SHARE, HOURS, StageNumbers, judge_share
from tongguan.web.rooms.panorama.standing import FLOOR

MOST: Final = 6
"""A page begins with at most so many key figures."""


def stage_cards(
    visit: Visit,
    numbers: StageNumbers,
    status: StageStatus | None,
    tile: StageTile | None,
    where: EventFilter,
    address: Address,
    shown: ShownDay,
    *,
    known: bool,
) -> list[KpiCard]:
    """Return the key figures; each leads to its own curve below, what waits to its list.

    Args:
        known: whether any source ever sent anything; where none did, nothing is known to be 0.
    """
    names = [name for name in numbers.readings if name != "failures"]
    whole = not where.by and where.hour is None
    waiting = [_waiting(visit, status, known=known)] if status and status.backlog is not None and whole else []
    cards = [_card(visit, numbers, name, where, address, shown, known=known) for name in names]
    own = sum(name in ("volume", FAILED_SHARE) for name in names)
    if tile and whole:
        cards[0] = _standing(cards[0], tile)
    return [*cards[:own], *waiting, *cards[own:]][:MOST]


def _standing(card: KpiCard, tile: StageTile) -> KpiCard:
    """Return the first card with how the stage stands."""
    return KpiCard(**{**vars(card), "status": tile.status, "status_word": tile.why or tile.status_word})


def _card(visit: Visit, numbers: StageNumbers, name: str, where: EventFilter, address: Address, shown: ShownDay, *, known: bool) -> KpiCard:
    fmt, reading, day = visit.formats, numbers.readings[name], numbers.days[name]
    now = day.now if known else None
    thin = numbers.thin(name)
    label = compared(visit, shown)
    status = _status(numbers, name, hour=where.hour is not None)
    return KpiCard(
        key=name,
        name=reading.label,
        value=reading.text(fmt, now, short=True),
        title=reading.text(fmt, now),
        href=address.having(measure="" if name == "volume" else name) + "#curve",
        change=reading.change(fmt, label, day.now, day.before),
        spark=_spark(visit, numbers, name) if known else None,
        status=status,
        status_word=visit.text(status.word) if status else "",
        thin="" if thin is None else visit.text("too few: n=%(n)s", n=fmt.full(thin)),
        chosen=(address.values.get("measure") or "volume") == name,
    )


def _status(numbers: StageNumbers, name: str, *, hour: bool) -> Status | None:
    if name != FAILED_SHARE:
        return None
    share, volume = numbers.days[name], numbers.days["volume"].now
    count, now = volume if isinstance(volume, int) else 0, share.now if isinstance(share.now, float) else None
    if hour:  # as the strip of hours judges it, or the two would contradict each other
        return hour_status(count, now, _usual_of_day_before(numbers))
    usual = [one for one in (share.before, share.week) if isinstance(one, float)]
    return judge_share(now, count, min(usual, default=0.0))


def _usual_of_day_before(numbers: StageNumbers) -> float:
    def counted(name: str) -> int:
        return sum(count for count in numbers.days[name].hours_before if isinstance(count, int))

    volume = counted("volume")
    return counted("failures") / volume if volume >= FLOOR else 0.0


def _spark(visit: Visit, numbers: StageNumbers, name: str) -> Spark | None:
    reading, day = numbers.readings[name], numbers.days[name]
    if not day.hours:
        return None
    currency = reading.currency(day.now, day.before)
    here = [reading.number(figure, currency) for figure in day.hours]
    before = [reading.number(figure, currency) for figure in day.hours_before]
    top = max([0, *(value for value in (*here, *before) if value is not None)])
    label = visit.text("%(name)s by hour", name=reading.label)
    earlier = pieces(before, top, HOURS)
    whole, part = parted(here, top, HOURS, numbers.open)
    return Spark("", max(earlier, key=len, default=""), label, whole, part=part)


def _waiting(visit: Visit, status: StageStatus, *, known: bool) -> KpiCard:
    fmt = visit.formats
    waits = status.backlog if known else None
    standing = [
        visit.text(message, n=fmt.full(count))
        for message, count in (
            (msg("%(n)s late"), status.late),
            (msg("%(n)s warned"), status.warned),
            (msg("%(n)s paused"), status.paused),
            (msg("%(n)s silent"), status.silent or None),
        )
        if known and count is not None
    ]
    judged = status.late is not None and bool(status.backlog)
    stands = Status.BAD if status.late else Status.WATCH if status.warned else Status.GOOD if judged else None
    words = {Status.BAD: visit.text("late"), Status.WATCH: visit.text("warned"), Status.GOOD: visit.text("in time")}
    return KpiCard(
        key="waiting",
        name=visit.text("Waiting now"),
        value=fmt.compact(waits),
        title=fmt.full(waits),
        unit="" if waits is None else visit.plural("case", "cases", waits),
        href="#waiting",
        note=" · ".join(standing),
        status=stands,
        status_word=words[stands] if stands else "",
    )
