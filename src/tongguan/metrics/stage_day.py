"""One day of one stage: what happened in each hour, what of it went wrong, and where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from tongguan.metrics.flow import flow_conditions
from tongguan.model.access import Scope
from tongguan.model.answers import Breakdown, EventFilter, Share, StageDay
from tongguan.model.event import DIMENSIONS, REFERENCES
from tongguan.model.vocabulary import Stage
from tongguan.warehouse.client import Cancellation, Warehouse

HOURS: Final = 24
SHOWN: Final = 12
"""A breakdown has so many values; the rest is summed up."""

_CITY: Final = "arrayStringConcat(arraySlice(splitByChar('-', region), 1, 2), '-')"
"""Regions are shown one level below the top: a list of all districts answers nothing."""


def stage_day(
    warehouse: Warehouse, stage: Stage, where: EventFilter, scope: Scope, *, cancellation: Cancellation | None = None
) -> StageDay:
    """Return a stage's day; ``where.day`` says which.

    Hours are those of the operation's zone. Breakdowns count the hour of ``where`` alone where it names one. The number of
    queries does not depend on the number of breakdowns.

    Raises:
        ValueError: ``where.day`` is no ISO date, or ``where.by`` is no breakdown of the stage.
        WarehouseError: see :meth:`Warehouse.query`.
    """
    day = date.fromisoformat(where.day)
    hours = _hours(warehouse, stage, where, scope, (day, day - timedelta(days=1)), cancellation)
    shares = _shares(warehouse, stage, where, scope, cancellation)
    return StageDay(
        day=where.day,
        volume=hours[day][0],
        failures=hours[day][1],
        volume_before=hours[day - timedelta(days=1)][0],
        failures_before=hours[day - timedelta(days=1)][1],
        breakdowns=[Breakdown(name, _cut(shares[name])) for name in stage.breakdowns if shares[name]],
    )


def event_conditions(stage: Stage, where: EventFilter, scope: Scope) -> tuple[str, dict[str, Any]]:
    """Return the SQL condition (empty for none) and its parameters that a filter of a stage's events puts on ``events``.

    Raises:
        ValueError: ``where.by`` is no breakdown of the stage.
    """
    condition, parameters = flow_conditions(where, scope)
    texts = [condition] if condition else []
    if where.day:
        texts.append("business_date = {day:Date}")
        parameters["day"] = date.fromisoformat(where.day)
    if where.hour is not None:
        texts.append("hour = {hour:UInt8}")
        parameters["hour"] = where.hour
    if where.by:
        if where.by not in stage.breakdowns:
            raise ValueError(f"stage {stage.name} has no breakdown {where.by!r}; valid: {', '.join(stage.breakdowns)}")
        texts.append(f"{_expression(where.by)} = {{value:String}}")
        parameters["value"] = where.value
    return " AND ".join(texts), parameters


def event_types(stage: Stage, where: EventFilter) -> tuple[str, ...]:
    """Return the types of events that a filter asks for."""
    return stage.failures if where.failed else tuple(dict.fromkeys((*stage.volume, *stage.failures)))


def _expression(name: str) -> str:
    """Return the SQL of a breakdown: a column, or an attribute. Only names that packs declare come here."""
    if name == "region":
        return _CITY
    return name if name in DIMENSIONS or name in REFERENCES else f"JSONExtractString(attributes, '{name}')"


def _hours(
    warehouse: Warehouse, stage: Stage, where: EventFilter, scope: Scope, days: Sequence[date], cancellation: Cancellation | None
) -> dict[date, tuple[list[int], list[int]]]:
    conditions, parameters = event_conditions(stage, EventFilter(**{**vars(where), "day": "", "hour": None}), scope)
    sql = (
        "SELECT business_date, hour, countIf(type IN {volume:Array(String)}), countIf(type IN {failures:Array(String)}) FROM events"
        f" WHERE business_date IN {{days:Array(Date)}} AND type IN {{types:Array(String)}}{f' AND {conditions}' if conditions else ''}"
        " GROUP BY business_date, hour"
    )
    found = {day: ([0] * HOURS, [0] * HOURS) for day in days}
    given = {**parameters, **_types(stage), "days": list(days)}
    for day, hour, volume, failures in warehouse.query(sql, given, cancellation=cancellation).rows:
        found[day][0][hour], found[day][1][hour] = int(volume), int(failures)
    return found


def _shares(
    warehouse: Warehouse, stage: Stage, where: EventFilter, scope: Scope, cancellation: Cancellation | None
) -> dict[str, list[Share]]:
    found: dict[str, list[Share]] = defaultdict(list)
    if not stage.breakdowns:
        return found
    conditions, parameters = event_conditions(stage, where, scope)
    # All breakdowns in one pass over the day: each event gives a pair (breakdown, value) per breakdown.
    pairs = ", ".join(f"('{name}', {_expression(name)})" for name in stage.breakdowns)
    sql = (
        "SELECT pair.1 AS part, pair.2 AS value, countIf(type IN {volume:Array(String)}) AS volume,"
        " countIf(type IN {failures:Array(String)}) AS failed FROM events"
        f" ARRAY JOIN [{pairs}] AS pair WHERE type IN {{types:Array(String)}} AND pair.2 != '' AND {conditions}"
        " GROUP BY part, value ORDER BY part, failed DESC, volume DESC, value"
    )
    for part, value, volume, failed in warehouse.query(sql, {**parameters, **_types(stage)}, cancellation=cancellation).rows:
        found[part].append(Share(value, int(volume), int(failed)))
    return found


def _types(stage: Stage) -> dict[str, list[str]]:
    every = sorted({*stage.volume, *stage.failures})
    return {"volume": list(stage.volume), "failures": list(stage.failures), "types": every}


def _cut(shares: list[Share]) -> list[Share]:
    rest = shares[SHOWN:]
    if not rest:
        return shares
    return [*shares[:SHOWN], Share("", sum(one.volume for one in rest), sum(one.failures for one in rest))]
