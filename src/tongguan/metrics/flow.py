"""The whole process at a glance: volume, rate, backlog and oldest waiting of every stage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tongguan.metrics.standouts import standouts
from tongguan.model.access import Scope
from tongguan.model.answers import Flow, FlowFilter, StageStatus
from tongguan.model.vocabulary import Stage, Vocabulary
from tongguan.records.open_steps import StepCounts
from tongguan.warehouse.client import Cancellation, Warehouse
from tongguan.warehouse.conditions import SCOPE, code_conditions, scope_sql

Counts = dict[tuple[date, int], dict[str, int]]
"""(business date, hour) → event type → events."""


Standing = Mapping[tuple[str, str], StepCounts]
"""(case kind, step) → what waits there."""


def flow(
    warehouse: Warehouse,
    vocabulary: Vocabulary,
    where: FlowFilter,
    scope: Scope,
    at: datetime,
    zone: str,
    waiting: Standing | None = None,
    *,
    cancellation: Cancellation | None = None,
) -> Flow:
    """Return how every stage within the scope does at ``at``.

    Days and hours are those of ``zone``. All three days are counted up to the same time of day; an hour that a clock change
    repeats is one hour of the day, and one that it leaves out has no events. The number of queries does not depend on the number
    of stages. What waits is known of now only and given as ``waiting``; without it backlogs are None.

    Raises:
        WarehouseError: see :meth:`Warehouse.query`.
    """
    local = at.astimezone(ZoneInfo(zone))
    days = [local.date() - timedelta(days=back) for back in (0, 1, 7)]
    conditions, parameters = flow_conditions(where, scope)
    counts = _hourly(warehouse, days, conditions, parameters, cancellation)
    partial = _this_hour(warehouse, local, days, conditions, parameters, cancellation)
    stages = [_status(stage, local, days, counts, partial, waiting) for stage in vocabulary.stages if scope.sees_stage(stage.name)]
    out = standouts(warehouse, vocabulary, days, conditions, parameters, scope, cancellation=cancellation)
    return Flow(at, local.date().isoformat(), data_through(warehouse, at, zone, cancellation), stages, out)


def flow_conditions(where: FlowFilter, scope: Scope) -> tuple[str, dict[str, Any]]:
    """Return the SQL condition (empty for none) and its parameters that a filter and a scope put on events, counts and cases."""
    texts, given = code_conditions(where, ("channel", "brand"))
    parameters: dict[str, Any] = dict(given)
    if scope.regions:
        texts.append(scope_sql())
        parameters[SCOPE] = sorted(scope.regions)
    return " AND ".join(texts), parameters


def _and(conditions: str) -> str:
    return f" AND {conditions}" if conditions else ""


def _hourly(
    warehouse: Warehouse, days: Sequence[date], conditions: str, parameters: dict[str, Any], cancellation: Cancellation | None
) -> Counts:
    sql = (
        "SELECT business_date, hour, type, sum(events) FROM hourly_counts WHERE business_date IN {days:Array(Date)}"
        f"{_and(conditions)} GROUP BY business_date, hour, type"
    )
    counts: Counts = defaultdict(dict)
    for day, hour, event_type, events in warehouse.query(sql, {"days": list(days), **parameters}, cancellation=cancellation).rows:
        counts[day, hour][event_type] = int(events)
    return counts


def _this_hour(
    warehouse: Warehouse,
    local: datetime,
    days: Sequence[date],
    conditions: str,
    parameters: dict[str, Any],
    cancellation: Cancellation | None,
) -> dict[date, dict[str, int]]:
    """Return, by day, the events of the current hour up to this moment; hourly counts cannot tell."""
    start = _hour_start(local)
    ranges, given = [], {**parameters, "hour": local.hour}
    for index, day in enumerate(days):
        given |= {f"d{index}": day, f"a{index}": _on(day, start), f"b{index}": _on(day, local)}
        bounds = f"time >= {{a{index}:DateTime64(6, 'UTC')}} AND time <= {{b{index}:DateTime64(6, 'UTC')}}"
        ranges.append(f"(business_date = {{d{index}:Date}} AND {bounds})")
    # The hour once more, for a day whose clock leaves this hour out: there the bounds mean the hour after it.
    sql = (
        f"SELECT business_date, type, count() FROM events WHERE ({' OR '.join(ranges)}) AND hour = {{hour:UInt8}}{_and(conditions)}"
        " GROUP BY business_date, type"
    )
    found: dict[date, dict[str, int]] = defaultdict(dict)
    for day, event_type, events in warehouse.query(sql, given, cancellation=cancellation).rows:
        found[day][event_type] = int(events)
    return found


def _hour_start(local: datetime) -> datetime:
    """Return when the hour on the wall began; where a clock change repeats it, the first time."""
    return local.replace(minute=0, second=0, microsecond=0, fold=0)


def _on(day: date, local: datetime) -> datetime:
    """Return the same time of day on another day, in UTC."""
    return local.replace(year=day.year, month=day.month, day=day.day).astimezone(UTC)


def _status(
    stage: Stage,
    local: datetime,
    days: Sequence[date],
    counts: Counts,
    partial: dict[date, dict[str, int]],
    waiting: Standing | None,
) -> StageStatus:
    today, yesterday, last_week = days

    def in_hour(day: date, hour: int, types: Sequence[str] = stage.volume) -> int:
        return _sum(counts.get((day, hour), {}), types)

    def until_now(day: date, types: Sequence[str]) -> int:
        whole = sum(_sum(counts.get((day, hour), {}), types) for hour in range(local.hour))
        return whole + _sum(partial.get(day, {}), types)

    steps = [(stage.case_kind, step) for step in stage.waiting_at]
    here = [waiting[step] for step in steps if step in waiting] if steps and waiting is not None else None
    hourly, failed = ([in_hour(today, hour, types) for hour in range(local.hour)] for types in (stage.volume, stage.failures))
    to_come: list[None] = [None] * (23 - local.hour)
    # An hour before on the clock may be another day, and is not hour − 1 after a clock change.
    last = (local.astimezone(UTC) - timedelta(hours=1)).astimezone(local.tzinfo)
    return StageStatus(
        name=stage.name,
        volume=until_now(today, stage.volume),
        volume_yesterday=until_now(yesterday, stage.volume),
        volume_last_week=until_now(last_week, stage.volume),
        rate=in_hour(last.date(), last.hour),
        failures=until_now(today, stage.failures),
        backlog=None if here is None else sum(one.cases for one in here),
        oldest=min((one.oldest for one in here or ()), default=None),
        warned=None if here is None else sum(one.warned for one in here),
        late=None if here is None else sum(one.late for one in here),
        paused=None if here is None else sum(one.paused for one in here),
        silent=None if here is None else sum(one.silent for one in here),
        hourly=[*hourly, _sum(partial.get(today, {}), stage.volume), *to_come],
        hourly_yesterday=[in_hour(yesterday, hour) for hour in range(24)],
        hourly_last_week=[in_hour(last_week, hour) for hour in range(24)],
        failures_yesterday=until_now(yesterday, stage.failures),
        failures_last_week=until_now(last_week, stage.failures),
        hourly_failures=[*failed, _sum(partial.get(today, {}), stage.failures), *to_come],
        hourly_failures_yesterday=[in_hour(yesterday, hour, stage.failures) for hour in range(24)],
    )


def _sum(by_type: dict[str, int], types: Sequence[str]) -> int:
    return sum(by_type.get(name, 0) for name in types)


def data_through(warehouse: Warehouse, at: datetime, zone: str, cancellation: Cancellation | None) -> datetime | None:
    """Return the time of the newest event not after ``at``; a source whose clock runs ahead does not count."""
    local = at.astimezone(ZoneInfo(zone))
    # Today and yesterday tell nearly always; only an installation that fell silent is read as a whole.
    for bound in ("business_date IN {days:Array(Date)} AND ", ""):
        # An hourly count knows only its newest event. Where that lies ahead, older ones of this hour may stand behind it.
        sql = (
            "SELECT maxOrNull(found) FROM (SELECT max(newest) AS found FROM hourly_counts"
            f" WHERE {bound}newest <= {{at:DateTime64(6, 'UTC')}}"
            " HAVING count() > 0 UNION ALL SELECT max(time) AS found FROM events WHERE business_date = {day:Date}"
            " AND time >= {start:DateTime64(6, 'UTC')} AND time <= {at:DateTime64(6, 'UTC')} HAVING count() > 0)"
        )
        days = [local.date(), local.date() - timedelta(days=1)]
        parameters = {"at": at, "day": local.date(), "days": days, "start": _hour_start(local).astimezone(UTC)}
        found: datetime | None = warehouse.query(sql, parameters, cancellation=cancellation).first()[0]
        if found is not None:
            return found
    return None
