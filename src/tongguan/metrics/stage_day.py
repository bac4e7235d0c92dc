"""One day of one stage: what happened in each hour, what of it went wrong and where, and all that the stage is measured by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from tongguan.metrics.flow import flow_conditions
from tongguan.metrics.measures import Plan, column_sql, planned, region_sql
from tongguan.model.access import Scope
from tongguan.model.answers import Breakdown, DayHours, EventFilter, MeasureDay, Share, StageDay
from tongguan.model.measures import OWN, Figure, How
from tongguan.model.vocabulary import Stage
from tongguan.warehouse.client import Cancellation, Warehouse
from tongguan.warehouse.conditions import below_sql

T = TypeVar("T")

HOURS: Final = 24
SHOWN: Final = 12
"""A breakdown has so many values; the rest is summed up. Regions are all told."""
PAST: Final = 14
"""So many days stand side by side by hour, the one asked for among them."""

_CITY: Final = 2
"""Regions are shown one level below the top, as a list of all districts answers nothing; within a city, its districts are."""
_WHOLE: Final = HOURS
"""The slot of everything that counts for the day, beside those of the hours."""
_OUTCOMES: Final = ("reason", "result")
"""Only bad ends have them: a share within one value would be all or nothing."""
_COUNTED_BY: Final = ("", "channel", "region", "business_class", "brand")
"""Breakdowns that the hourly counts know."""

_Slots = Mapping[tuple[date, int], dict[str, Figure]]


@dataclass(frozen=True)
class _Days:
    """The day asked for and those it is compared with.

    Attributes:
        day, before, week: the day, the one before, and seven days before.
        until: this moment on the operation's clock where the day is today; the other days are cut at the same time of day.
        known: how many hours of the day have begun.
    """

    day: date
    before: date
    week: date
    until: datetime | None
    known: int

    @classmethod
    def of(cls, day: date, at: datetime, zone: str) -> _Days:
        local = at.astimezone(ZoneInfo(zone))
        today = day == local.date()
        known = local.hour + 1 if today else HOURS * (day < local.date())
        return cls(day, day - timedelta(days=1), day - timedelta(days=7), local if today else None, known)

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of :meth:`only`."""
        days = {"this_day": self.day, "day_before": self.before, "week_before": self.week}
        if self.until is None:
            return days
        ends = {f"{name}_end": self._moment(day, self.until) for name, day in days.items()}
        return {**days, **ends, "this_hour": self.until.hour}

    @staticmethod
    def _moment(day: date, until: datetime) -> datetime:
        return until.replace(year=day.year, month=day.month, day=day.day).astimezone(UTC)

    def only(self, name: str) -> str:
        """Return the condition of what counts of a day: ``this_day``, ``day_before`` or ``week_before``."""
        condition = f"business_date = {{{name}:Date}}"
        if self.until is None:
            return condition
        # By hour first, then by time within the hour: a clock change makes the same time of day another stretch of time.
        end = f"(hour < {{this_hour:UInt8}} OR hour = {{this_hour:UInt8}} AND time <= {{{name}_end:DateTime64(6, 'UTC')}})"
        return f"({condition} AND {end})"


def stage_day(
    warehouse: Warehouse,
    stage: Stage,
    where: EventFilter,
    scope: Scope,
    at: datetime,
    zone: str,
    *,
    cancellation: Cancellation | None = None,
) -> StageDay:
    """Return a stage's day as it is known at ``at``; ``where.day`` says which.

    Hours are those of ``zone``. Where the day is today, it ends at ``at`` and is compared with the same stretch of the other days.
    Where ``where`` names an hour, breakdowns and the totals of measures count that hour alone, on every day; hours do not. The number
    of queries does not depend on the number of breakdowns and measures.

    Raises:
        ValueError: ``where.day`` is no ISO date, ``where.by`` is no breakdown of the stage, or a measure cannot be made.
        WarehouseError: see :meth:`Warehouse.query`.
    """
    days = _Days.of(date.fromisoformat(where.day), at, zone)
    asked = _Asked(warehouse, stage, where, scope, days, planned(stage), cancellation)
    slots = asked.slots()
    measures = {one.name: _measured(one.name, days, slots) for one in asked.plan.measures}
    today, yesterday = ([[_count(slots[day, hour][own]) for hour in range(HOURS)] for own in OWN] for day in (days.day, days.before))
    return StageDay(
        day=where.day,
        volume=today[0],
        failures=today[1],
        volume_before=yesterday[0],
        failures_before=yesterday[1],
        breakdowns=asked.breakdowns({name: measure.now for name, measure in measures.items()}),
        measures=measures,
        past=[*asked.past(), DayHours(where.day, *(_begun(hours, days.known) for hours in today))],
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
        if where.by == "region" and where.value.count("-") + 1 >= _CITY:
            texts.append(below_sql("region", "{value:String}", "-"))
        else:
            texts.append(f"{_expression(where.by, _CITY)} = {{value:String}}")
        parameters["value"] = where.value
    return " AND ".join(texts), parameters


def event_types(stage: Stage, where: EventFilter) -> tuple[str, ...]:
    """Return the types of events that a filter asks for."""
    return stage.failures if where.failed else tuple(dict.fromkeys((*stage.volume, *stage.failures)))


def _expression(name: str, depth: int) -> str:
    """Return the SQL of a breakdown; regions are cut after ``depth`` parts of their code."""
    return region_sql(depth) if name == "region" else column_sql(name)


def _depth(where: EventFilter) -> int:
    """Return how many parts of a region's code are shown: one more than those of the city or district that is asked for."""
    named = (where.region, where.value if where.by == "region" else "")
    parts = max(code.count("-") + 1 for code in named)
    return parts + 1 if parts >= _CITY else _CITY


@dataclass(frozen=True)
class _Asked:
    """The three questions behind a stage's day."""

    warehouse: Warehouse
    stage: Stage
    where: EventFilter
    scope: Scope
    days: _Days
    plan: Plan
    cancellation: Cancellation | None

    def _rows(self, sql: str, parameters: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        return self.warehouse.query(sql, parameters, cancellation=self.cancellation).rows

    def _conditions(self, **changed: Any) -> tuple[str, dict[str, Any]]:
        """Return what the filter says apart from the day, with `` AND `` before it, and all parameters of the questions."""
        where = EventFilter(**{**vars(self.where), "day": "", **changed})
        condition, parameters = event_conditions(self.stage, where, self.scope)
        types = {"types": list(self.plan.types), "volume_types": list(self.stage.volume), "failure_types": list(self.stage.failures)}
        given = {**parameters, **types, **self.plan.parameters, **self.days.parameters()}
        return f" AND {condition}" if condition else "", given

    def slots(self) -> _Slots:
        """Return the figures of every hour of the day and the day before, and, as slot ``_WHOLE``, those of each day as far as it counts.

        Different values and percentiles of a day cannot be had from its hours, so each event stands in both.
        """
        conditions, parameters = self._conditions(hour=None)
        day, before, week = (self.days.only(name) for name in ("this_day", "day_before", "week_before"))
        counts = f"(business_date = {{this_day:Date}} OR {before})"
        if self.where.hour is not None:
            parameters["hour"] = self.where.hour
            counts, week = (f"({one} AND hour = {{hour:UInt8}})" for one in (counts, week))
        slots = f"multiIf(business_date = {{week_before:Date}}, [toUInt8({_WHOLE})], {counts}, [hour, toUInt8({_WHOLE})], [hour])"
        sql = (
            f"SELECT business_date, slot, {', '.join(one.plain() for one in self.plan.aggregates)} FROM events ARRAY JOIN {slots} AS slot"
            " WHERE business_date IN ({this_day:Date}, {day_before:Date}, {week_before:Date}) AND type IN {types:Array(String)}"
            f" AND ({day} OR business_date = {{day_before:Date}} OR {week}){conditions} GROUP BY business_date, slot"
        )
        nothing = self.plan.figures(None)
        every = (self.days.day, self.days.before, self.days.week)
        found = {(day, slot): nothing for day in every for slot in range(HOURS + 1)}
        for day, slot, *values in self._rows(sql, parameters):
            found[day, slot] = self.plan.figures(self.plan.answers(values))
        return found

    def breakdowns(self, whole: Mapping[str, Figure]) -> list[Breakdown]:
        """Return the breakdowns that have any value; ``whole`` is what the measures are of all together."""
        names = self.stage.breakdowns
        if not names:
            return []
        parts: dict[str, list[tuple[str, int, dict[str, Figure]]]] = {name: [] for name in names}
        sql, parameters = self._parts_sql()
        for part, value, before, *values in self._rows(sql, parameters):
            parts[part].append((value, int(before), self.plan.figures(self.plan.answers(values))))
        # A value that fell silent is told beside those that did not; values of the day before alone say nothing of this one.
        alive = [name for name in names if any(any(figures.values()) for _, _, figures in parts[name])]
        return [Breakdown(name, self._shares(name, parts[name], whole)) for name in alive]

    def _parts_sql(self) -> tuple[str, dict[str, Any]]:
        """Return the SQL of all breakdowns in one pass: each event gives a pair (breakdown, value) per breakdown.

        Values past those shown are joined by their states, so that what cannot be added up is right for them, too.
        """
        conditions, parameters = self._conditions()
        depth = _depth(self.where)
        pairs = ", ".join(f"('{name}', {_expression(name, depth)})" for name in self.stage.breakdowns)
        today = "business_date = {this_day:Date}"
        before = "business_date = {day_before:Date} AND type IN {volume_types:Array(String)}"
        values = (
            f"SELECT pair.1 AS part, pair.2 AS found, countIf({before}) AS found_before,"
            f" {', '.join(one.state(today) for one in self.plan.aggregates)} FROM events ARRAY JOIN [{pairs}] AS pair"
            f" WHERE business_date IN ({{this_day:Date}}, {{day_before:Date}}) AND type IN {{types:Array(String)}} AND pair.2 != ''"
            f" AND ({self.days.only('this_day')} OR {self.days.only('day_before')} AND {before}){conditions} GROUP BY part, found"
        )
        volume, failures = (f"finalizeAggregation({one.key}_state)" for one in self.plan.aggregates[: len(OWN)])
        order = f"PARTITION BY part ORDER BY {failures} DESC, {volume} DESC, found_before DESC, found"
        placed = f"SELECT *, row_number() OVER ({order}) AS place FROM ({values})"
        sql = (
            f"SELECT part, if(place <= {SHOWN} OR part = 'region', found, '') AS told, sum(found_before),"
            f" {', '.join(one.merged() for one in self.plan.aggregates)} FROM ({placed}) GROUP BY part, told ORDER BY part, min(place)"
        )
        return sql, parameters

    def _shares(self, by: str, parts: Sequence[tuple[str, int, dict[str, Figure]]], whole: Mapping[str, Figure]) -> list[Share]:
        # What happened, and in none of the values, cannot be taken apart by them. What did not happen at all is none of each.
        apart = {name for name, figure in whole.items() if not figure or any(figures[name] for _, _, figures in parts)}
        shares = {one.name for one in self.plan.measures if one.how is How.SHARE and {one.part, one.whole} <= apart}
        singles = {one.name for one in self.plan.measures if one.how is not How.SHARE and one.name not in OWN} & apart
        told = singles if by in _OUTCOMES else singles | shares
        names = [one.name for one in self.plan.measures if one.name in told]
        return [
            Share(value, _count(figures[OWN[0]]), _count(figures[OWN[1]]), before, {name: figures[name] for name in names})
            for value, before, figures in parts
        ]

    def past(self) -> list[DayHours]:
        """Return the days before the day, oldest first, by hour."""
        conditions, parameters = self._conditions(hour=None)
        table, one = ("hourly_counts", "events") if self.where.by in _COUNTED_BY else ("events", "1")
        sql = (
            f"SELECT business_date, hour, sumIf({one}, type IN {{volume_types:Array(String)}}), sumIf({one}, type IN"
            f" {{failure_types:Array(String)}}) FROM {table} WHERE business_date >= {{first:Date}} AND business_date < {{this_day:Date}}"
            f" AND type IN {{types:Array(String)}}{conditions} GROUP BY business_date, hour"
        )
        first = self.days.day - timedelta(days=PAST - 1)
        own = {"first": first, "types": sorted({*self.stage.volume, *self.stage.failures})}
        found = {first + timedelta(days=day): ([0] * HOURS, [0] * HOURS) for day in range(PAST - 1)}
        for day, hour, volume, failures in self._rows(sql, {**parameters, **own}):
            found[day][0][hour], found[day][1][hour] = int(volume), int(failures)
        return [DayHours(day.isoformat(), volume, failures) for day, (volume, failures) in found.items()]


def _measured(name: str, days: _Days, slots: _Slots) -> MeasureDay:
    hours, before = ([slots[day, hour][name] for hour in range(HOURS)] for day in (days.day, days.before))
    now, then, week = (slots[day, _WHOLE][name] for day in (days.day, days.before, days.week))
    return MeasureDay(now, then, week, _begun(hours, days.known), before)


def _begun(hours: Sequence[T], known: int) -> list[T | None]:
    """Return the hours that have begun, and None for those to come."""
    return [value if hour < known else None for hour, value in enumerate(hours)]


def _count(figure: Figure) -> int:
    return figure if isinstance(figure, int) else 0
