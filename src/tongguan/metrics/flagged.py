"""Flagged cases as pages tell of them: counts by rule beside other days, and the flags one by one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from tongguan.metrics.flow import data_through, flow_conditions
from tongguan.metrics.step_flow import Moment
from tongguan.model.access import Scope
from tongguan.model.flags import FlagBook, FlagCount, FlagFilter, FlaggedDay, FlaggedOn, FlaggedPage, FlaggedRow, FlaggedRule
from tongguan.warehouse.client import Cancellation, Warehouse

PAST: Final = 14
"""So many days stand side by side, the one asked for among them."""

_RULE: Final = "JSONExtractString(attributes, 'rule')"
_ROW: Final = ("reason", "channel", "region", "business_class", "customer_id", "product_id", "amount", "currency", "attributes")


def moment_of(where: FlagFilter, at: datetime, zone: str) -> Moment:
    """Return up to when a day is counted: now where it is today, else its end.

    Raises:
        ValueError: the day is no ISO date.
    """
    today = at.astimezone(ZoneInfo(zone)).date()
    day = date.fromisoformat(where.day) if where.day else today
    return Moment.of(at if day == today else datetime.combine(day, time.max, ZoneInfo(zone)), zone)


def flagged_day(
    warehouse: Warehouse,
    book: FlagBook,
    where: FlagFilter,
    scope: Scope,
    at: datetime,
    zone: str,
    *,
    cancellation: Cancellation | None = None,
) -> FlaggedDay:
    """Return what was found on a day and in the days before; four queries, whatever there is. What waits now is left to others.

    Raises:
        ValueError: ``where.day`` is no ISO date.
        WarehouseError: see :meth:`Warehouse.query`.
    """
    moment = moment_of(where, at, zone)
    condition, given = flow_conditions(where, scope)
    given |= {"flagged": book.flagged, "made": book.made, "first": moment.days[0] - timedelta(days=PAST - 1), "last": moment.days[0]}
    asked = _Asked(warehouse, f"{book.kind}_id", f" AND {condition}" if condition else "", given, moment, cancellation)
    days, counts = asked.days(), asked.counts()
    reasons = {rule: reason for on in days.values() for rule, (_, reason) in on.items() if rule}
    names = [*(rule.name for rule in book.active), *sorted(set(reasons) - {rule.name for rule in book.active})]
    nothing = FlagCount()
    found = [FlaggedRule(name, reasons.get(name) or _reason(book, name), counts.get(name, nothing)) for name in names]
    made = asked.made()
    past = [moment.days[0] - timedelta(days=back) for back in range(PAST - 1, -1, -1)]
    return FlaggedDay(
        day=moment.days[0].isoformat(),
        data_through=data_through(warehouse, at, zone, cancellation),
        rules=sorted(found, key=lambda one: -one.count.now),
        flagged=counts.get("", nothing),
        made=asked.made_so_far(),
        past=[_on(day, days.get(day, {}), made.get(day, 0)) for day in past],
    )


def _reason(book: FlagBook, name: str) -> str:
    rule = book.rule(name)
    return rule.reason if rule else ""


def _on(day: date, rules: Mapping[str, tuple[int, str]], made: int) -> FlaggedOn:
    return FlaggedOn(day.isoformat(), {name: n for name, (n, _) in rules.items() if name}, rules.get("", (0, ""))[0], made)


class _Asked:
    def __init__(
        self, warehouse: Warehouse, key: str, condition: str, given: dict[str, Any], moment: Moment, cancellation: Cancellation | None
    ) -> None:
        self._warehouse = warehouse
        self._key = key
        self._condition = condition
        self._given = given
        self._moment = moment
        self._cancellation = cancellation

    def _rows(self, sql: str, more: Mapping[str, Any] | None = None) -> Sequence[tuple[Any, ...]]:
        return self._warehouse.query(sql, {**self._given, **(more or {})}, cancellation=self._cancellation).rows

    def days(self) -> dict[date, dict[str, tuple[int, str]]]:
        """Return, by day and rule ("" for all together), how many cases were flagged, and the newest reason."""
        sql = (
            f"SELECT business_date, {_RULE} AS rule, uniqExact({self._key}), argMax(reason, time) FROM events"
            f" WHERE type = {{flagged:String}} AND business_date BETWEEN {{first:Date}} AND {{last:Date}}{self._condition}"
            " GROUP BY GROUPING SETS ((business_date, rule), (business_date))"
        )
        found: dict[date, dict[str, tuple[int, str]]] = {}
        for day, rule, number, reason in self._rows(sql):
            # Flags without a rule and all together would be the same place; the greater one is all.
            before = found.setdefault(day, {}).get(rule or "", (0, ""))
            found[day][rule or ""] = max(before, (int(number), reason))
        return found

    def counts(self) -> dict[str, FlagCount]:
        """Return, by rule ("" for all together), the day so far, and the day and the week before up to the same time."""
        ranges, more = self._moment.ranges("time", self._moment.until)
        sql = (
            f"SELECT {_RULE} AS rule, {self._moment.of_day('time')} AS at_day, uniqExact({self._key}) FROM events"
            f" WHERE type = {{flagged:String}} AND business_date IN {{days:Array(Date)}} AND {ranges}{self._condition}"
            " GROUP BY GROUPING SETS ((rule, at_day), (at_day))"
        )
        found: dict[str, list[int]] = {}
        for rule, place, number in self._rows(sql, {**more, "days": list(self._moment.days)}):
            row = found.setdefault(rule or "", [0, 0, 0])
            row[place] = max(row[place], int(number))
        return {rule: FlagCount(*row) for rule, row in found.items()}

    def made(self) -> dict[date, int]:
        """Return how many cases came into being on each day."""
        sql = (
            "SELECT business_date, sum(events) FROM hourly_counts WHERE type = {made:String}"
            f" AND business_date BETWEEN {{first:Date}} AND {{last:Date}}{self._condition} GROUP BY business_date"
        )
        return {day: int(number) for day, number in self._rows(sql)}

    def made_so_far(self) -> FlagCount:
        """Return how many came into being on the day so far, and the day and the week before up to the same time."""
        ranges, more = self._moment.ranges("time", self._moment.until)
        sql = (
            f"SELECT {self._moment.of_day('time')} AS at_day, count() FROM events WHERE type = {{made:String}}"
            f" AND business_date IN {{days:Array(Date)}} AND {ranges}{self._condition} GROUP BY at_day"
        )
        found = {int(place): int(number) for place, number in self._rows(sql, {**more, "days": list(self._moment.days)})}
        return FlagCount(*(found.get(place, 0) for place in range(3)))


def flagged_page(
    warehouse: Warehouse,
    book: FlagBook,
    where: FlagFilter,
    scope: Scope,
    at: datetime,
    zone: str,
    *,
    limit: int,
    offset: int,
    cancellation: Cancellation | None = None,
) -> FlaggedPage:
    """Return the flags of a day, the newest first, and where their cases stand now.

    Raises:
        ValueError: ``where.day`` is no ISO date.
        WarehouseError: see :meth:`Warehouse.query`.
    """
    moment, key = moment_of(where, at, zone), f"{book.kind}_id"
    condition, given = flow_conditions(where, scope)
    given |= {"flagged": book.flagged, "day": moment.days[0], "limit": limit, "offset": offset}
    texts = ["type = {flagged:String} AND business_date = {day:Date}", *([condition] if condition else [])]
    if where.rule:
        texts.append(f"{_RULE} = {{rule:String}}")
        given["rule"] = where.rule
    chosen = " AND ".join(texts)
    total = warehouse.query(f"SELECT count() FROM events WHERE {chosen}", given, cancellation=cancellation).first()[0]
    sql = (
        f"SELECT time, {key}, {', '.join(_ROW)} FROM events WHERE {chosen}"
        " ORDER BY time DESC, event_id LIMIT {limit:UInt32} OFFSET {offset:UInt64}"
    )
    rows = [_row(row) for row in warehouse.query(sql, given, cancellation=cancellation).rows]
    steps = _steps(warehouse, book.kind, sorted({row.case_id for row in rows}), cancellation)
    return FlaggedPage([replace(row, step=steps.get(row.case_id, "")) for row in rows], int(total), offset, limit)


def _row(found: tuple[Any, ...]) -> FlaggedRow:
    at, case_id, reason, channel, region, business_class, customer_id, product_id, amount, currency, attributes = found
    told: dict[str, Any] = json.loads(attributes) if attributes else {}
    return FlaggedRow(
        *(at, case_id, str(told.get("rule", "")), reason, channel, region, business_class, customer_id, product_id, amount, currency),
        others=_texts(told.get("other_orders")),
        columns=_texts(told.get("compared")),
        found=_number(told.get("found")),
        bound=_number(told.get("bound")),
        usual=told["usual"] if isinstance(told.get("usual"), int) else None,
    )


def _texts(value: object) -> list[str]:
    """Return the texts of an attribute; sources may send what they like."""
    return [str(one) for one in value if one not in (None, "")] if isinstance(value, list) else []


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _steps(warehouse: Warehouse, kind: str, ids: Sequence[str], cancellation: Cancellation | None) -> dict[str, str]:
    if not ids:
        return {}
    sql = "SELECT case_id, step FROM case_rows FINAL WHERE kind = {kind:String} AND case_id IN {ids:Array(String)}"
    return dict(warehouse.query(sql, {"kind": kind, "ids": list(ids)}, cancellation=cancellation).rows)
