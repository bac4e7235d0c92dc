"""The whole process at a glance: volume, rate, backlog and oldest waiting of every stage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tongguan.model.access import Scope
from tongguan.model.answers import Flow, FlowFilter, StageStatus
from tongguan.model.vocabulary import Stage, Vocabulary
from tongguan.warehouse.case_states import quoted, states_sql
from tongguan.warehouse.client import Cancellation, Warehouse

Counts = dict[tuple[date, int], dict[str, int]]
"""(business date, hour) → event type → events."""


@dataclass(frozen=True)
class Waiting:
    """Cases that wait at one step: how many, and since when the oldest does."""

    cases: int
    oldest: datetime


def flow(
    warehouse: Warehouse,
    vocabulary: Vocabulary,
    where: FlowFilter,
    scope: Scope,
    at: datetime,
    zone: str,
    *,
    cancellation: Cancellation | None = None,
) -> Flow:
    """Return how every stage within the scope does at ``at``.

    Days and hours are those of ``zone``. Yesterday and last week are counted up to the same time of their day. The number of
    queries does not depend on the number of stages.

    Raises:
        WarehouseError: see :meth:`Warehouse.query`.
    """
    local = at.astimezone(ZoneInfo(zone))
    days = [local.date() - timedelta(days=back) for back in (0, 1, 7)]
    conditions, parameters = flow_conditions(where, scope)
    counts = _hourly(warehouse, days, conditions, parameters, cancellation)
    partial = _this_hour(warehouse, local, days, conditions, parameters, cancellation)
    waiting = _waiting(warehouse, vocabulary, conditions, parameters, cancellation)
    stages = [
        _status(stage, local, days, counts, partial, waiting.get(stage.case_kind, {}))
        for stage in vocabulary.stages
        if scope.sees_stage(stage.name)
    ]
    return Flow(at, local.date().isoformat(), _data_through(warehouse, at, cancellation), stages)


def flow_conditions(where: FlowFilter, scope: Scope) -> tuple[str, dict[str, Any]]:
    """Return the SQL condition (empty for none) and its parameters that a filter and a scope put on events, counts and cases."""
    texts, parameters = [], {}
    for name in ("channel", "business_class", "brand"):
        value = getattr(where, name)
        if value:
            texts.append(f"{name} = {{{name}:String}}")
            parameters[name] = value
    if where.region:
        texts.append("(region = {region:String} OR startsWith(region, concat({region:String}, '-')))")
        parameters["region"] = where.region
    if scope.regions:
        texts.append("arrayExists(r -> region = r OR startsWith(region, concat(r, '-')), {scope_regions:Array(String)})")
        parameters["scope_regions"] = sorted(scope.regions)
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
    """Return, for the days compared with, the events of the current hour up to this minute; hourly counts cannot tell."""
    start = local.replace(minute=0, second=0, microsecond=0)
    ranges, given = [], dict(parameters)
    for index, day in enumerate(days[1:]):
        given |= {f"d{index}": day, f"a{index}": _on(day, start), f"b{index}": _on(day, local)}
        bounds = f"time >= {{a{index}:DateTime64(6, 'UTC')}} AND time < {{b{index}:DateTime64(6, 'UTC')}}"
        ranges.append(f"(business_date = {{d{index}:Date}} AND {bounds})")
    sql = f"SELECT business_date, type, count() FROM events WHERE ({' OR '.join(ranges)}){_and(conditions)} GROUP BY business_date, type"
    found: dict[date, dict[str, int]] = defaultdict(dict)
    for day, event_type, events in warehouse.query(sql, given, cancellation=cancellation).rows:
        found[day][event_type] = int(events)
    return found


def _on(day: date, local: datetime) -> datetime:
    """Return the same time of day on another day, in UTC."""
    return local.replace(year=day.year, month=day.month, day=day.day).astimezone(UTC)


def _waiting(
    warehouse: Warehouse, vocabulary: Vocabulary, conditions: str, parameters: dict[str, Any], cancellation: Cancellation | None
) -> dict[str, dict[str, Waiting]]:
    """Return, per case kind and step, the cases that wait there."""
    by_kind: dict[str, set[str]] = defaultdict(set)
    for stage in vocabulary.stages:
        if stage.case_kind:
            by_kind[stage.case_kind].update(stage.waiting_at)
    found: dict[str, dict[str, Waiting]] = {}
    for kind, steps in by_kind.items():
        sql = (
            f"SELECT step, count(), min(step_time) FROM ({states_sql(vocabulary.case_kind(kind))})"
            f" WHERE step IN ({quoted(sorted(steps))}){_and(conditions)} GROUP BY step"
        )
        rows = warehouse.query(sql, parameters, cancellation=cancellation).rows
        found[kind] = {step: Waiting(int(cases), oldest) for step, cases, oldest in rows}
    return found


def _status(
    stage: Stage,
    local: datetime,
    days: Sequence[date],
    counts: Counts,
    partial: dict[date, dict[str, int]],
    waiting: dict[str, Waiting],
) -> StageStatus:
    today, yesterday, last_week = days
    hours = [_sum(counts.get((today, hour), {}), stage.volume) for hour in range(24)]
    before = [_sum(counts.get((yesterday, hour), {}), stage.volume) for hour in range(24)]

    def until_now(day: date) -> int:
        whole = sum(_sum(counts.get((day, hour), {}), stage.volume) for hour in range(local.hour))
        return whole + _sum(partial.get(day, {}), stage.volume)

    here = [waiting[step] for step in stage.waiting_at if step in waiting]
    return StageStatus(
        name=stage.name,
        volume=sum(hours),
        volume_yesterday=until_now(yesterday),
        volume_last_week=until_now(last_week),
        rate=hours[local.hour - 1] if local.hour else before[23],
        failures=sum(_sum(counts.get((today, hour), {}), stage.failures) for hour in range(24)),
        backlog=sum(w.cases for w in here) if stage.case_kind else None,
        oldest=min((w.oldest for w in here), default=None),
        hourly=[events if hour <= local.hour else None for hour, events in enumerate(hours)],
        hourly_yesterday=before,
    )


def _sum(by_type: dict[str, int], types: Sequence[str]) -> int:
    return sum(by_type.get(name, 0) for name in types)


def _data_through(warehouse: Warehouse, at: datetime, cancellation: Cancellation | None) -> datetime | None:
    """Return the time of the newest event not after ``at``; a source whose clock runs ahead does not count."""
    sql = "SELECT maxOrNull(newest) FROM hourly_counts WHERE newest <= {at:DateTime64(6, 'UTC')}"
    found: datetime | None = warehouse.query(sql, {"at": at}, cancellation=cancellation).first()[0]
    return found
