"""How every hall does now: reached, answering, succeeding, and its volume against what is usual at this hour."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any, Final
from zoneinfo import ZoneInfo

from tongguan.metrics import hall_queries
from tongguan.metrics.hall_problems import Open, newest_first, own_problems, probe_states, reachability
from tongguan.metrics.hall_queries import NEAR, ROLLING, WEEKS, Asked, Row
from tongguan.model.access import Scope
from tongguan.model.answers import FlowFilter
from tongguan.model.hall_standing import standing
from tongguan.model.halls import (
    FLOOR,
    FailingReason,
    Hall,
    HallHour,
    Halls,
    HallStatus,
    HallWatch,
    Linkage,
    Response,
    Success,
    Usual,
    Volume,
)
from tongguan.model.vocabulary import Vocabulary
from tongguan.warehouse.client import Cancellation, Warehouse

REASONS: Final = 20
"""A hall tells so many of its reasons."""

ENOUGH_DAYS: Final = 3
"""What is usual is taken from at least so many days."""

HOURS: Final = 24
_MILLIS: Final = 1000


def halls(
    warehouse: Warehouse,
    vocabulary: Vocabulary,
    watch: HallWatch,
    where: FlowFilter,
    scope: Scope,
    at: datetime,
    zone: str,
    *,
    waiting: bool = True,
    cancellation: Cancellation | None = None,
) -> Halls:
    """Return how every hall does at ``at``, within a filter and a scope; a channel in the filter leaves that hall alone.

    Probes and outages without a region concern every region. Open tickets are known of now only: without ``waiting`` they are not
    asked for. Six queries, however many halls there are.

    Raises:
        WarehouseError: see :meth:`Warehouse.query`.
    """
    local = at.astimezone(ZoneInfo(zone))
    asked = Asked(warehouse, vocabulary, watch, where, scope, at.astimezone(UTC), local, cancellation)
    past = _Past(hall_queries.counts_by_hour(asked))
    now = hall_queries.counts_now(asked)
    answers = _Answers(hall_queries.answers(asked))
    states = probe_states(hall_queries.probes(asked))
    things = Open(hall_queries.open_things(asked, waiting))
    links = hall_queries.linkage(asked)
    found = []
    for hall in watch.halls:
        if where.channel not in ("", hall.channel):
            continue
        here = [row for row in now if row[0] == hall.channel]
        reach = reachability(states.get(hall.channel, ()), things.outages_of(hall.channel), asked.at)
        status = replace(_figures(asked, hall, past, here, answers), reach=reach, devices=things.devices.get(hall.channel))
        status = replace(status, probes=states.get(hall.channel, ()))
        status = replace(status, problems=own_problems(status, things))
        found.append(replace(status, standing=standing(status)))
    newest = max([row[-1] for row in now] + past.newest, default=None)
    shared = newest_first([*things.outages_of(""), *things.interfaces_of("")])
    return Halls(at, local.date().isoformat(), newest, found, shared, _linkage(links, where.channel))


def _figures(asked: Asked, hall: Hall, past: _Past, now: Sequence[Row], answers: _Answers) -> HallStatus:
    """Return volume, success, response, hours and reasons of one hall; the rest is left as it is without any."""
    middle = (asked.at - ROLLING / 2).astimezone(asked.local.tzinfo)
    tries = Success(_count(now, hall.successes), _count(now, (*hall.successes, *hall.failures)), past.usual_share(hall.channel, middle))
    return HallStatus(
        hall.channel,
        response=answers.now(hall.channel, middle),
        success=tries,
        volume=_volume(asked, hall, past, now),
        hours=_hours(asked, hall, past, now, answers),
        reasons=_reasons(hall, now),
    )


def _count(now: Sequence[Row], types: Collection[str], column: int = 4) -> int:
    """Add up what came of some types: column 4 in the last 60 minutes, column 5 in the hour that runs."""
    return sum(int(row[column]) for row in now if row[1] in types)


def _volume(asked: Asked, hall: Hall, past: _Past, now: Sequence[Row]) -> Volume:
    last, local = asked.last_hour, asked.local
    return Volume(
        last_hour=past.volume(hall.channel, last.date(), last.hour),
        last_usual=past.usual_volume(hall.channel, last),
        current=_count(now, hall.volume, 5),
        current_usual=past.usual_volume(hall.channel, local),
        elapsed=min(1.0, (asked.at - asked.hour_start) / timedelta(hours=1)),
    )


def _hours(asked: Asked, hall: Hall, past: _Past, now: Sequence[Row], answers: _Answers) -> list[HallHour]:
    channel, today, present = hall.channel, asked.local.date(), asked.local.hour
    found = []
    for hour in range(HOURS):
        usual = past.usual_volume(channel, asked.local.replace(hour=hour, minute=0))
        if hour > present:
            found.append(HallHour(hour, usual=usual))
            continue
        if hour == present:
            good, ends = (_count(now, types, 5) for types in (hall.successes, (*hall.successes, *hall.failures)))
            volume = _count(now, hall.volume, 5)
        else:
            volume, good, ends = past.counts.get((today, hour, channel), _NONE)
        found.append(HallHour(hour, volume, usual, good, ends, answers.median(channel, today, hour)))
    return found


def _reasons(hall: Hall, now: Sequence[Row]) -> list[FailingReason]:
    found = [
        FailingReason(kind, reason, sub, int(count), since)
        for _, kind, sub, reason, count, _, since, _ in now
        if kind in hall.reasons and count and reason
    ]
    return sorted(found, key=lambda one: (-one.count, one.type, one.reason, one.sub_channel))[:REASONS]


_NONE: Final = (0, 0, 0)


class _Past:
    """Volumes and tries of the days of comparison, by hour.

    Args:
        rows: of :func:`tongguan.metrics.hall_queries.counts_by_hour`.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.counts = {(day, int(hour), str(channel)): (int(v), int(good), int(ends)) for day, hour, channel, v, good, ends, _ in rows}
        self.newest: list[datetime] = [row[-1] for row in rows if row[-1].year > 1970]
        self._days = {row[0] for row in rows}

    def volume(self, channel: str, day: date, hour: int) -> int:
        """Return the volume of one hour of one day."""
        return self.counts.get((day, hour, channel), _NONE)[0]

    def usual_volume(self, channel: str, local: datetime) -> Usual | None:
        """Return what is usual in the hour of a moment on the operation's clock. A day counts once anything at all is known of it."""
        return _usual(local.date(), {day: float(self.volume(channel, day, local.hour)) for day in self._days})

    def usual_share(self, channel: str, local: datetime) -> Usual | None:
        """Return which share of the tries usually succeeds; a day counts where it has enough of them in that hour."""
        tries = {day: self.counts.get((day, local.hour, channel), _NONE) for day in self._days}
        return _usual(local.date(), {day: good / ends for day, (_, good, ends) in tries.items() if ends >= FLOOR})


class _Answers:
    """Answer times: now, and by day and hour.

    Args:
        rows: of :func:`tongguan.metrics.hall_queries.answers`.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self._now = {str(row[3]): row for row in rows if row[0]}
        self._medians = {(str(channel), day, int(hour)): float(half) / _MILLIS for r, day, hour, channel, _, half, _ in rows if not r}

    def median(self, channel: str, day: date, hour: int) -> float | None:
        """Return the median answer time of one hour of one day, seconds."""
        return self._medians.get((channel, day, hour))

    def now(self, channel: str, local: datetime) -> Response:
        """Return the answer times of the last 60 minutes, whose middle is at ``local``."""
        usual = _usual(local.date(), {day: took for (c, day, hour), took in self._medians.items() if (c, hour) == (channel, local.hour)})
        if channel not in self._now:
            return Response(usual=usual)
        count, half, slow = self._now[channel][4:7]
        return Response(float(half) / _MILLIS, float(slow) / _MILLIS, int(count), usual)


def _usual(day: date, values: dict[date, float]) -> Usual | None:
    """Return median and spread over the same weekdays of four weeks, else over the last seven days; None where there are too few."""
    for weekly, backs in ((True, (7, *WEEKS)), (False, NEAR[1:])):
        known = [values[on] for on in (day - timedelta(days=back) for back in backs) if on in values]
        if len(known) >= ENOUGH_DAYS:
            middle = median(known)
            return Usual(middle, median(abs(value - middle) for value in known), len(known), weekly)
    return None


def _linkage(rows: Sequence[Row], channel: str) -> list[Linkage]:
    """Return pairs of different halls between which anything went, by their codes; those of one hall where one is named."""
    found: dict[tuple[str, str], Any] = {}
    for here, there, *counts in rows:
        before = found.get((here, there), (0, 0, 0, 0))
        found[here, there] = tuple(int(a) + int(b) for a, b in zip(before, counts, strict=True))
    return [
        Linkage(*pair, *counts) for pair, counts in sorted(found.items()) if all(pair) and pair[0] != pair[1] and channel in ("", *pair)
    ]
