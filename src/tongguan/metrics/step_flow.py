"""What left the steps of a process, when, and whether on time: counted from the clocks of cases (decision 0013)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from tongguan.model.fulfilment import CaseStay, Ended, FailureReason, QualityDay, ended_of
from tongguan.warehouse.client import Cancellation, Warehouse

HOURS: Final = 24
_DAYS_BACK: Final = (0, 1, 7)
_INSTANT: Final = "DateTime64(6, 'UTC')"
_STAYS: Final = "ARRAY JOIN step AS at_step, since AS began, until AS ended, late_from AS limit_at, limited AS judged"
_TOUCHED: Final = f"case_id IN (SELECT case_id FROM case_rows WHERE kind = {{kind:String}} AND (last_time >= {{heard:{_INSTANT}}} OR open))"
"""Only cases that are open, or of which something was heard since the earliest day: reading the stays of all history would take seconds."""

_FROM: Final = f"case_clocks FINAL {_STAYS} PREWHERE kind = {{kind:String}} AND {_TOUCHED}"
_HOW: Final = "toUInt8(multiIf(NOT judged, 2, ifNull(ended > limit_at, 0), 1, 0))"
_OVERDUE_AT: Final = "if(judged AND ifNull(ended > limit_at, 1), limit_at, NULL)"
_MOMENT: Final = f"arrayJoin([(ended, {_HOW}), ({_OVERDUE_AT}, toUInt8(3))])"
"""What a stay adds to a day: that it ended, and how, and that its limit passed before; NULL where it did not."""

_COUNTS: Final = ", ".join(f"countIf(what = {how})" for how in range(4))
"""The fields of :class:`Ended`."""

Condition = tuple[str, Mapping[str, Any]]
"""A condition on channel, region, class and brand, empty for none, and its parameters."""


@dataclass(frozen=True)
class Moment:
    """A moment of the operation, and the same time of the day on the days that it is compared with.

    Attributes:
        days: the day, the day before, the week before.
        starts, until, ends: of each day: when it began, the same time of the day, and when it was over (of the day itself: the moment).
    """

    at: datetime
    days: Sequence[date]
    starts: Sequence[datetime]
    until: Sequence[datetime]
    ends: Sequence[datetime]
    hour: int

    @classmethod
    def of(cls, at: datetime, zone: str) -> Moment:
        """Return a moment with its days in a zone."""
        local = at.astimezone(ZoneInfo(zone))
        days = [local.date() - timedelta(days=back) for back in _DAYS_BACK]
        starts = [_midnight(day, zone) for day in days]
        until = [local.replace(year=day.year, month=day.month, day=day.day).astimezone(UTC) for day in days]
        until[0] = at.astimezone(UTC)
        ends = [until[0], *(_midnight(day + timedelta(days=1), zone) - timedelta(microseconds=1) for day in days[1:])]
        return cls(at, days, starts, until, ends, local.hour)

    def ranges(self, column: str, ends: Sequence[datetime] | None = None, days: int = len(_DAYS_BACK)) -> Condition:
        """Return the condition that an instant lies on one of the first ``days``, up to ``ends`` (by default their whole length)."""
        texts, given = [], dict[str, Any]()
        for place, (start, end) in enumerate(list(zip(self.starts, ends or self.ends, strict=True))[:days]):
            texts.append(f"({column} >= {{from{place}:{_INSTANT}}} AND {column} <= {{to{place}:{_INSTANT}}})")
            given |= {f"from{place}": start, f"to{place}": end}
        return f"({' OR '.join(texts)})", given

    def of_day(self, column: str) -> str:
        """Return the expression of which day an instant of :meth:`ranges` lies on: 0, 1 or 2."""
        return f"multiIf({column} >= {{from0:{_INSTANT}}}, 0, {column} >= {{from1:{_INSTANT}}}, 1, 2)"

    def so_far(self, column: str) -> Condition:
        """Return the condition that an instant lies before the same time of its day."""
        cases = ", ".join(f"{column} >= {{from{place}:{_INSTANT}}}, {column} <= {{same{place}:{_INSTANT}}}" for place in (0, 1))
        given = {f"same{place}": until for place, until in enumerate(self.until)}
        return f"multiIf({cases}, {column} <= {{same2:{_INSTANT}}})", given


def _midnight(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


@dataclass(frozen=True)
class StepFlow:
    """What went through one step.

    Attributes:
        came: reached it on the day so far.
        last_hour: left it in the last 60 minutes.
        so_far: left it on the day, the day before, the week before, each up to the same time of the day.
        hours: left it by hour on the three days, the days before whole.
    """

    came: int
    last_hour: int
    so_far: Sequence[Ended]
    hours: Sequence[Sequence[Ended]]


def _and(*texts: str) -> str:
    return " AND ".join(text for text in texts if text)


def _moments(where: str, columns: Sequence[str]) -> str:
    """Return the rows of what stays add to days: the columns, ``happened``, and ``what`` of :data:`_COUNTS`."""
    recent = f"ifNull(ended >= {{heard:{_INSTANT}}}, 1)"
    names = ", ".join(columns)
    found = f"SELECT {names}, {_MOMENT} AS moment FROM {_FROM} WHERE {where} AND {recent}"
    return f"(SELECT {names}, moment.1 AS happened, moment.2 AS what FROM ({found}))"


def step_flow(
    warehouse: Warehouse,
    kind: str,
    steps: Collection[str],
    conditions: Condition,
    moment: Moment,
    zone: str,
    *,
    cancellation: Cancellation | None = None,
) -> dict[str, StepFlow]:
    """Return what went through each of some steps of a kind of case, in two statements.

    Raises:
        WarehouseError: see :meth:`Warehouse.query`.
    """
    on_days, days = moment.ranges("happened")
    same_time, times = moment.so_far("happened")
    given = {**conditions[1], **days, **times, "steps": sorted(steps), "kind": kind, "heard": moment.starts[2]}
    where = _and(conditions[0], "has({steps:Array(String)}, at_step)")
    sql = (
        f"SELECT at_step, {moment.of_day('happened')} AS day, toHour(happened, '{zone}') AS hour, {same_time} AS so_far, {_COUNTS}"
        f" FROM {_moments(where, ['at_step'])} WHERE {on_days} GROUP BY at_step, day, hour, so_far"
    )
    counted: dict[tuple[str, int, int], list[Ended]] = defaultdict(list)
    far: dict[tuple[str, int], list[Ended]] = defaultdict(list)
    for step, day, hour, so_far, *numbers in warehouse.query(sql, given, cancellation=cancellation).rows:
        ended = Ended(*map(int, numbers))
        counted[step, int(day), int(hour)].append(ended)
        if so_far:
            far[step, int(day)].append(ended)
    lately = _lately(warehouse, where, {**given, "hour_ago": moment.at - timedelta(hours=1)}, cancellation)
    nothing = (0, 0)
    return {
        step: StepFlow(
            *lately.get(step, nothing),
            [ended_of(far[step, day]) for day in range(len(_DAYS_BACK))],
            [[ended_of(counted[step, day, hour]) for hour in range(HOURS)] for day in range(len(_DAYS_BACK))],
        )
        for step in steps
    }


def _lately(warehouse: Warehouse, where: str, given: Mapping[str, Any], cancellation: Cancellation | None) -> dict[str, tuple[int, int]]:
    came = f"began >= {{from0:{_INSTANT}}} AND began <= {{to0:{_INSTANT}}}"
    left = f"ifNull(ended > {{hour_ago:{_INSTANT}}} AND ended <= {{to0:{_INSTANT}}}, 0)"
    sql = f"SELECT at_step, countIf({came}), countIf({left}) FROM {_FROM} WHERE {where} AND ({came} OR {left}) GROUP BY at_step"
    return {step: (int(reached), int(gone)) for step, reached, gone in warehouse.query(sql, given, cancellation=cancellation).rows}


def ended_by(
    warehouse: Warehouse,
    kind: str,
    steps: Collection[str],
    columns: Sequence[str],
    conditions: Condition,
    moment: Moment,
    *,
    cancellation: Cancellation | None = None,
) -> dict[str, dict[str, tuple[Ended, Ended]]]:
    """Return by dimension and value what left some steps on the day so far, and the day before up to the same time; one statement."""
    on_days, days = moment.ranges("happened", moment.until, 2)
    given = {**conditions[1], **days, "steps": sorted(steps), "kind": kind, "heard": moment.starts[1]}
    where = _and(conditions[0], "has({steps:Array(String)}, at_step)")
    pairs = ", ".join(f"('{name}', toString({name}))" for name in columns)
    sql = (
        f"SELECT part.1 AS by, part.2 AS value, {moment.of_day('happened')} AS day, {_COUNTS}"
        f" FROM {_moments(where, columns)} ARRAY JOIN [{pairs}] AS part WHERE {on_days} GROUP BY by, value, day"
    )
    found: dict[str, dict[str, list[Ended]]] = {name: defaultdict(lambda: [Ended(), Ended()]) for name in columns}
    for name, value, day, *numbers in warehouse.query(sql, given, cancellation=cancellation).rows:
        if int(day) < 2:
            found[name][value][int(day)] = Ended(*map(int, numbers))
    return {name: {value: (now, before) for value, (now, before) in values.items()} for name, values in found.items()}


def failure_reasons(
    warehouse: Warehouse,
    types: Sequence[str],
    conditions: Condition,
    now: tuple[datetime, datetime],
    before: tuple[datetime, datetime],
    zone: str,
    *,
    cancellation: Cancellation | None = None,
) -> list[FailureReason]:
    """Return why events failed in a stretch of time beside an earlier one, the most frequent first.

    Args:
        types: event types.
        now, before: first and last instant of each.
    """
    if not types:
        return []
    instants = dict(zip(("a", "b", "c", "d"), (*now, *before), strict=True))
    days = [instant.astimezone(ZoneInfo(zone)).date() for instant in (before[0], now[1])]
    here, then = (f"time >= {{{a}:{_INSTANT}}} AND time <= {{{b}:{_INSTANT}}}" for a, b in (("a", "b"), ("c", "d")))
    where = _and(
        "business_date >= {first:Date} AND business_date <= {last:Date}",
        "has({types:Array(String)}, type)",
        conditions[0],
        f"({here} OR {then})",
    )
    sql = f"SELECT reason, countIf({here}) AS now, countIf({then}) FROM events WHERE {where} GROUP BY reason ORDER BY now DESC, reason"
    given = {**conditions[1], **instants, "first": days[0], "last": days[1], "types": list(types)}
    rows = warehouse.query(sql, given, cancellation=cancellation).rows
    return [FailureReason(reason, int(count), int(earlier)) for reason, count, earlier in rows]


def ends_by_day(
    warehouse: Warehouse,
    done: Sequence[str],
    failed: Sequence[str],
    conditions: Condition,
    days: Sequence[date],
    *,
    cancellation: Cancellation | None = None,
) -> list[QualityDay]:
    """Return how much work ended well and badly on each of some days, from hourly counts; ``days`` follow each other."""
    where = _and("business_date >= {first:Date} AND business_date <= {last:Date}", "has({types:Array(String)}, type)", conditions[0])
    sql = (
        "SELECT business_date, sumIf(events, has({done:Array(String)}, type)), sumIf(events, NOT has({done:Array(String)}, type))"
        f" FROM hourly_counts WHERE {where} GROUP BY business_date"
    )
    given = {**conditions[1], "first": days[0], "last": days[-1], "done": list(done), "types": [*done, *failed]}
    rows = warehouse.query(sql, given, cancellation=cancellation).rows
    found = {day: (int(well), int(badly)) for day, well, badly in rows}
    return [QualityDay(day.isoformat(), *found.get(day, (0, 0))) for day in days]


def ends_between(
    warehouse: Warehouse,
    done: Sequence[str],
    failed: Sequence[str],
    conditions: Condition,
    day: date,
    until: datetime,
    *,
    cancellation: Cancellation | None = None,
) -> QualityDay:
    """Return how much work ended well and badly on a day up to an instant."""
    where = _and(f"business_date = {{day:Date}} AND time <= {{until:{_INSTANT}}}", "has({types:Array(String)}, type)", conditions[0])
    sql = f"SELECT countIf(has({{done:Array(String)}}, type)), countIf(NOT has({{done:Array(String)}}, type)) FROM events WHERE {where}"
    given = {**conditions[1], "day": day, "until": until, "done": list(done), "types": [*done, *failed]}
    well, badly = warehouse.query(sql, given, cancellation=cancellation).first()
    return QualityDay(day.isoformat(), int(well), int(badly))


_STAY_COLUMNS: Final = tuple(CaseStay.__dataclass_fields__)


def case_stays(
    warehouse: Warehouse, kind: str, case_id: str, conditions: Condition, *, cancellation: Cancellation | None = None
) -> list[CaseStay]:
    """Return the stays of one case in order; none where it is not there."""
    columns = ", ".join(_STAY_COLUMNS)
    where = _and("kind = {kind:String} AND case_id = {case_id:String}", conditions[0])
    sql = f"SELECT {columns} FROM case_clocks WHERE {where} ORDER BY version DESC LIMIT 1"
    given = {**conditions[1], "kind": kind, "case_id": case_id}
    rows: Iterable[Mapping[str, Any]] = warehouse.query(sql, given, cancellation=cancellation).dicts()
    for row in rows:
        return [CaseStay(*values) for values in zip(*(row[name] for name in _STAY_COLUMNS), strict=True)]
    return []
