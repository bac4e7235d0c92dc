"""What is asked of the warehouse to tell how halls do: six questions, however many halls there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from tongguan.metrics.flow import flow_conditions
from tongguan.model.access import Scope
from tongguan.model.answers import FlowFilter
from tongguan.model.halls import HallWatch
from tongguan.model.vocabulary import Vocabulary
from tongguan.warehouse.case_states import quoted, rows_sql
from tongguan.warehouse.client import Cancellation, Warehouse

ROLLING: Final = timedelta(hours=1)
"""What is asked of the last hour is asked of so long before the moment."""

LOOKED_BACK: Final = timedelta(days=1)
"""So far back failing probes are followed."""

OUTAGES: Final = 30
DEVICES: Final = 60
"""Days within which an outage, or a device's last change, is found."""

INTERFACES: Final = timedelta(minutes=75)
"""Sums of interfaces come once an hour; one of them lies within this."""

NEAR: Final = tuple(range(8))
WEEKS: Final = (14, 21, 28)
"""Days back that are counted: today, those of the last week, and the same weekdays before."""

Row = Sequence[Any]


@dataclass(frozen=True)
class Asked:
    """What is asked for: the filter, the user's scope, the moment (UTC) and the same on the operation's clock."""

    warehouse: Warehouse
    vocabulary: Vocabulary
    watch: HallWatch
    where: FlowFilter
    scope: Scope
    at: datetime
    local: datetime
    cancellation: Cancellation | None

    @property
    def last_hour(self) -> datetime:
        """The last full hour on the operation's clock; it may lie on the day before."""
        return (self.at - ROLLING).astimezone(self.local.tzinfo)

    @property
    def hour_start(self) -> datetime:
        """When the hour that runs began; where a clock change repeats it, the first time."""
        return self.local.replace(minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)

    def days(self) -> list[date]:
        """Return every day that anything is compared with, today and the day of the last full hour among them."""
        beginnings = {self.local.date(), self.last_hour.date()}
        return sorted({day - timedelta(days=back) for day in beginnings for back in (*NEAR, *WEEKS)})

    def recent(self, back: timedelta) -> list[date]:
        """Return the business dates from so long ago until now."""
        first, last = (self.at - back).astimezone(self.local.tzinfo).date(), self.local.date()
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    def own(self) -> tuple[str, dict[str, Any]]:
        """Return the condition that filter and scope put on what customers do; it begins with AND where there is any."""
        text, parameters = flow_conditions(replace(self.where, channel=""), self.scope)
        return (f" AND {text}" if text else ""), parameters

    def outside(self) -> tuple[str, dict[str, Any]]:
        """Return the same for what watches halls: without a region it concerns all of them, and it has neither class nor brand."""
        text, parameters = flow_conditions(FlowFilter(region=self.where.region), self.scope)
        return (f" AND (region = '' OR ({text}))" if text else ""), parameters

    def rows(self, sql: str, parameters: dict[str, Any]) -> Sequence[Row]:
        """Return the rows of a query; ``at`` is known to all."""
        return self.warehouse.query(sql, {"at": self.at, **parameters}, cancellation=self.cancellation).rows


def _pairs(pairs: set[tuple[str, str]]) -> str:
    """Return (channel, type) pairs as an SQL list; a list of nothing holds a pair that nothing has."""
    return ", ".join(f"({quoted(pair)})" for pair in sorted(pairs) or [("", "")])


def _of(watch: HallWatch, *names: str) -> set[tuple[str, str]]:
    return {(hall.channel, kind) for hall in watch.halls for name in names for kind in getattr(hall, name)}


def _types(watch: HallWatch, *names: str) -> str:
    """Return the types alone as an SQL list: by them rows are found quickly."""
    return quoted(sorted({kind for _, kind in _of(watch, *names)})) or _NOTHING


_UNTIL: Final = "time <= {at:DateTime64(6, 'UTC')}"


def _moment(name: str) -> str:
    return f"{{{name}:DateTime64(6, 'UTC')}}"


def counts_by_hour(asked: Asked) -> Sequence[Row]:
    """Return (day, hour, channel, volume, successes, attempts, newest) of every day of comparison; from hourly counts, so whole hours."""
    volume, good, ends = (_pairs(_of(asked.watch, *names)) for names in (("volume",), ("successes",), ("successes", "failures")))
    everything = _pairs(_of(asked.watch, "volume", "successes", "failures"))
    own, parameters = asked.own()
    types = _types(asked.watch, "volume", "successes", "failures")
    # Added up by type first: looking pairs up for every stored count would take most of the time.
    counts = (
        f"SELECT business_date, hour, channel, type, sum(events) AS n, maxIf(newest, newest <= {_moment('at')}) AS latest"
        f" FROM hourly_counts WHERE business_date IN {{days:Array(Date)}} AND type IN ({types}){own}"
        " GROUP BY business_date, hour, channel, type"
    )
    sql = (
        f"SELECT business_date, hour, channel, sumIf(n, (channel, type) IN ({volume})), sumIf(n, (channel, type) IN ({good})),"
        f" sumIf(n, (channel, type) IN ({ends})), max(latest) FROM ({counts}) WHERE (channel, type) IN ({everything})"
        " GROUP BY business_date, hour, channel"
    )
    return asked.rows(sql, {"days": asked.days(), **parameters})


def counts_now(asked: Asked) -> Sequence[Row]:
    """Return (channel, type, sub-channel, reason, in the last 60 minutes, in the hour that runs, first and newest of these 60 minutes)."""
    everything = _pairs(_of(asked.watch, "volume", "successes", "failures", "reasons"))
    since = asked.at - ROLLING
    lower = min(since, asked.hour_start)
    own, parameters = asked.own()
    rolling = f"time > {_moment('since')}"
    sql = (
        f"SELECT channel, type, sub_channel, reason, countIf({rolling}), countIf(time >= {_moment('opens')}), minIf(time, {rolling}),"
        f" max(time) FROM events WHERE business_date IN {{days:Array(Date)}} AND time >= {_moment('lower')} AND {_UNTIL}"
        f" AND type IN ({_types(asked.watch, 'volume', 'successes', 'failures', 'reasons')}) AND (channel, type) IN ({everything}){own}"
        " GROUP BY channel, type, sub_channel, reason"
    )
    given = {"since": since, "opens": asked.hour_start, "lower": lower, "days": asked.recent(asked.at - lower)}
    return asked.rows(sql, {**given, **parameters})


def answers(asked: Asked) -> Sequence[Row]:
    """Return (rolling, day, hour, channel, answers, median ms, 95th percentile ms).

    ``rolling`` is 1 for the last 60 minutes, 0 for the hours of today and this hour of each day of comparison.
    """
    outside, parameters = asked.outside()
    figures = "count(), quantileExact(0.5)(duration), quantileExact(0.95)(duration)"
    rows = f"FROM events WHERE type IN ({quoted(asked.watch.probes_done)}) AND isNotNull(duration) AND channel != '' AND {_UNTIL}{outside}"
    hours = sorted({asked.local.hour, asked.last_hour.hour})
    sql = (
        f"SELECT 0 AS rolling, business_date, hour, channel, {figures} {rows} AND business_date IN {{days:Array(Date)}}"
        " AND (business_date = {today:Date} OR hour IN {hours:Array(UInt8)}) GROUP BY business_date, hour, channel UNION ALL"
        f" SELECT 1 AS rolling, {{today:Date}}, toUInt8(0), channel, {figures} {rows} AND business_date IN {{recent:Array(Date)}}"
        f" AND time > {_moment('since')} GROUP BY channel"
    )
    given = {
        "days": asked.days(),
        "today": asked.local.date(),
        "hours": hours,
        "recent": asked.recent(ROLLING),
        "since": asked.at - ROLLING,
    }
    return asked.rows(sql, {**given, **parameters})


def probes(asked: Asked) -> Sequence[Row]:
    """Return (channel, sub-channel, probe, target, tries and failed ones of 60 minutes, newest try, failed ones of a day)."""
    watch = asked.watch
    outside, parameters = asked.outside()
    failed, rolling = f"type IN ({quoted(watch.probes_failed)})", f"time > {_moment('since')}"
    sql = (
        f"SELECT channel, sub_channel, {_text(watch.probe)} AS probe, any({_text(watch.target)}), countIf({rolling}),"
        f" countIf({rolling} AND {failed}), max(time), arraySort(groupArrayIf(2000)(time, {failed})) FROM events"
        f" WHERE type IN ({quoted((*watch.probes_done, *watch.probes_failed))}) AND business_date IN {{days:Array(Date)}}"
        f" AND time > {_moment('back')} AND {_UNTIL} AND channel != ''{outside} GROUP BY channel, sub_channel, probe"
    )
    given = {"since": asked.at - ROLLING, "back": asked.at - LOOKED_BACK, "days": asked.recent(LOOKED_BACK)}
    return asked.rows(sql, {**given, **parameters})


def open_things(asked: Asked, waiting: bool) -> Sequence[Row]:
    """Return (what, channel, name, since, count, of, detail, planned, until) of outages, interfaces, devices and tickets.

    ``what`` is ``outage``, ``interface``, ``off``, ``heard0`` (now, by region), ``heard1`` (yesterday), ``heard7`` or ``tickets``.
    Tickets are known of now only: without ``waiting`` they are not asked for.
    """
    outside, outside_given = asked.outside()
    own, own_given = asked.own()
    arms = [_outages(asked.watch, outside), _interfaces(asked.watch, outside), _off(asked.watch, own), *_heard(asked.watch, own)]
    if waiting and asked.watch.ticket_kind:
        rows = rows_sql(asked.vocabulary.case_kind(asked.watch.ticket_kind))
        arms.append(
            "SELECT 'tickets' AS what, channel, '' AS name, min(first_time) AS since, count() AS n, toUInt64(0) AS whole, '' AS detail,"
            f" toUInt8(0) AS planned, '' AS until FROM ({rows}) WHERE open AND channel != ''{own} GROUP BY channel"
        )
    day = timedelta(days=1)
    given: dict[str, Any] = {
        "outage_days": asked.recent(OUTAGES * day),
        "device_days": asked.recent(DEVICES * day),
        "interface_days": asked.recent(INTERFACES),
        "interfaces": asked.at - INTERFACES,
    }
    for back in (0, 1, 7):
        until = asked.at - back * day
        given |= {f"u{back}": until, f"l{back}": until - ROLLING}
        local = until.astimezone(asked.local.tzinfo).date()
        given[f"d{back}"] = [local - day, local]
    return asked.rows(" UNION ALL ".join(arms), {**given, **outside_given, **own_given})


def _text(name: str) -> str:
    return f"JSONExtractString(attributes, {quoted((name,))})"


def _outages(watch: HallWatch, outside: str) -> str:
    started = quoted((watch.outage_started,))
    return (
        f"SELECT 'outage' AS what, any(channel) AS channel, {_text(watch.outage)} AS name, maxIf(time, type = {started}) AS since,"
        " toUInt64(1) AS n, toUInt64(0) AS whole,"
        f" any(arrayStringConcat(JSONExtract(attributes, {quoted((watch.parts,))}, 'Array(String)'), ', ')) AS detail,"
        f" toUInt8(max(JSONExtractBool(attributes, {quoted((watch.planned,))}))) AS planned, any({_text(watch.ends)}) AS until FROM events"
        f" WHERE type IN ({quoted((watch.outage_started, *watch.outage_ended))}) AND business_date IN {{outage_days:Array(Date)}}"
        f" AND {_UNTIL}{outside} GROUP BY name HAVING argMax(type, (time, sequence, rank)) = {started}"
    )


def _interfaces(watch: HallWatch, outside: str) -> str:
    failed = f"type = {quoted((watch.interface_failed,))}"
    return (
        f"SELECT 'interface' AS what, channel, {_text(watch.interface)} AS name, minIf(time, {failed}) AS since,"
        f" toUInt64(sumIf(ifNull(quantity, 1), {failed})) AS n, toUInt64(sumIf(ifNull(quantity, 1), NOT {failed})) AS whole,"
        " argMaxIf(toString(reason), time, reason != '') AS detail, toUInt8(0) AS planned, '' AS until FROM events"
        f" WHERE type IN ({quoted((watch.interface_called, watch.interface_failed))}) AND business_date IN {{interface_days:Array(Date)}}"
        f" AND time > {_moment('interfaces')} AND {_UNTIL}{outside} GROUP BY channel, name HAVING n > 0"
    )


def _off(watch: HallWatch, own: str) -> str:
    last = "argMax(type, (time, sequence, rank))"
    devices = (
        f"SELECT device_id, argMax(toString(channel), time) AS channel, {last} AS newest, max(time) AS changed FROM events"
        f" WHERE type IN ({quoted((watch.device_off, *watch.device_other))}) AND business_date IN {{device_days:Array(Date)}}"
        f" AND {_UNTIL}{own} GROUP BY device_id"
    )
    return (
        "SELECT 'off' AS what, channel, '' AS name, min(changed) AS since, count() AS n, toUInt64(0) AS whole, '' AS detail,"
        f" toUInt8(0) AS planned, '' AS until FROM ({devices}) WHERE newest = {quoted((watch.device_off,))} GROUP BY channel"
    )


def _heard(watch: HallWatch, own: str) -> list[str]:
    return [
        f"SELECT 'heard{back}' AS what, channel, toString(region) AS name, max(time) AS since, uniqExact(device_id) AS n,"
        " toUInt64(0) AS whole, '' AS detail, toUInt8(0) AS planned, '' AS until FROM events"
        f" WHERE type IN ({quoted(watch.device_alive)}) AND business_date IN {{d{back}:Array(Date)}}"
        f" AND time > {_moment(f'l{back}')} AND time <= {_moment(f'u{back}')}{own} GROUP BY channel, name"
        for back in (0, 1, 7)
    ]


def linkage(asked: Asked) -> Sequence[Row]:
    """Return (from, to, made, followed, bought, handed over) of the day until the moment."""
    watch = asked.watch
    own, parameters = asked.own()
    today = f"business_date = {{today:Date}} AND {_UNTIL}{own}"
    followed = f"type = {quoted((watch.referral_followed,))}"
    buyers = (
        f"SELECT customer_id AS buyer, toString(channel) AS place, max(time) AS bought FROM events WHERE type IN ({quoted(watch.bought)})"
        f" AND customer_id != '' AND {today} GROUP BY buyer, place"
    )
    referred = (
        f"SELECT toString(channel) AS here, {_text(watch.referral_to)} AS there, type, time, customer_id FROM events"
        f" WHERE type IN ({quoted((watch.referral_made, watch.referral_followed))}) AND {today}"
    )
    moved = ", ".join(f"({quoted(pair)})" for pair in sorted(watch.handed_over.items())) or "('', '')"
    sql = (
        f"SELECT here, there, countIf(NOT {followed}), countIf({followed}), countIf({followed} AND bought >= time), toUInt64(0)"
        f" FROM ({referred}) AS r LEFT JOIN ({buyers}) AS b ON r.customer_id = b.buyer AND r.there = b.place GROUP BY here, there"
        f" UNION ALL SELECT toString(channel), m.2 AS there, toUInt64(0), toUInt64(0), toUInt64(0), count() FROM events"
        f" ARRAY JOIN arrayFilter(x -> x.1 = type, [{moved}]) AS m WHERE type IN ({quoted(watch.handed_over) or _NOTHING}) AND {today}"
        " GROUP BY channel, there"
    )
    return asked.rows(sql, {"today": asked.local.date(), **parameters})


_NOTHING: Final = "''"
