"""What is called off or given back, counted: today beside other days, by day and dimension, and how long each step takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from tongguan.metrics.flow import data_through, flow_conditions
from tongguan.metrics.step_flow import Moment
from tongguan.model.access import Scope
from tongguan.model.returns import (
    EndedReturn,
    EndedReturns,
    ReturnAbout,
    ReturnCounts,
    ReturnEvents,
    ReturnFilter,
    ReturnShare,
    ReturnsOn,
    ReturnsReport,
    ReturnStep,
)
from tongguan.warehouse.client import Cancellation, Warehouse

BY: Final = ("reason", "channel", "business_class", "product_id", "region")
"""Dimensions of a report."""

SHOWN: Final = 12
"""A dimension has so many values, those with the most; regions are all told."""

_BEFORE: Final = timedelta(days=60)
"""A step that ended in the period may have begun so long before."""

_SOLD: Final = "SELECT case_id, sold, currency FROM case_rows FINAL WHERE kind = {kind:String}"

_CITY: Final = 2
_CURRENCY: Final = "CNY"
"""Of amounts whose source names none."""


class Returned:
    """Answers about returns; the number of queries does not depend on how many there are.

    Args:
        warehouse: with events and rows of cases.
        events: which events tell what.
        scope: regions that the asker sees.
        zone: of the operation.
        cancellation: stops queries.
    """

    def __init__(
        self, warehouse: Warehouse, events: ReturnEvents, scope: Scope, zone: str, cancellation: Cancellation | None = None
    ) -> None:
        self._warehouse = warehouse
        self._events = events
        self._scope = scope
        self._zone = zone
        self._cancellation = cancellation
        self._key = f"{events.kind}_id"

    def report(self, where: ReturnFilter, at: datetime) -> ReturnsReport:
        """Return a period, and today so far.

        Raises:
            ValueError: a day is no ISO date.
            WarehouseError: see :meth:`Warehouse.query`.
        """
        moment = Moment.of(at, self._zone)
        today, yesterday, last_week = self._so_far(where, moment)
        return ReturnsReport(
            day=moment.days[0].isoformat(),
            data_through=data_through(self._warehouse, at, self._zone, self._cancellation),
            today=today,
            yesterday=yesterday,
            last_week=last_week,
            days=self._days(where),
            by=self._shares(where),
            steps=self._steps(where),
        )

    def _rows(self, sql: str, given: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        return self._warehouse.query(sql, given, cancellation=self._cancellation).rows

    def _asked(self, where: ReturnFilter) -> tuple[str, str, dict[str, Any]]:
        """Return two conditions and their parameters: on events that call off or ask, and on others of the same cases.

        Why something ended, or what it was paid for, is no reason why it was called off: others are found by their case.
        """
        condition, given = flow_conditions(where, self._scope)
        texts = [condition] if condition else []
        if where.product_id:
            texts.append("product_id = {product_id:String}")
        others = list(texts)
        if where.reason:
            texts.append("reason = {reason:String}")
            ids = f"SELECT {self._key} FROM events WHERE type IN ({{cancelled:String}}, {{asked:String}}) AND reason = {{reason:String}}"
            others.append(f"{self._key} IN ({ids})")
        events = self._events
        given |= {"reason": where.reason, "product_id": where.product_id, "kind": events.kind}
        given |= {"made": events.made, "cancelled": events.cancelled, "asked": events.asked}
        given |= {"ended": list(events.ended), "refunded": list(events.refunded), "wished": list(events.wished)}
        own, other = ("".join(f" AND {text}" for text in some) for some in (texts, others))
        return own, other, given

    def _gone(self, condition: str) -> str:
        """Return a SELECT of the events that call off or ask, with what their cases are worth: their own amount, else what was sold."""
        columns = "type, time, business_date, channel, region, business_class, product_id, reason, customer_id"
        own = f"SELECT {columns}, {self._key} AS id, amount, currency FROM events WHERE type IN ({{cancelled:String}}, {{asked:String}})"
        worth = f"{_SOLD} AND case_id IN (SELECT id FROM ({own}{condition}))"
        return (
            f"SELECT {', '.join(f'e.{name} AS {name}' for name in columns.split(', '))}, e.id AS id, ifNull(e.amount, c.sold) AS worth,"
            f" if(e.currency != '', e.currency, ifNull(c.currency, '')) AS money"
            f" FROM ({own}{condition}) AS e LEFT JOIN ({worth}) AS c ON c.case_id = e.id"
        )

    def _so_far(self, where: ReturnFilter, moment: Moment) -> list[ReturnCounts]:
        """Return today, yesterday and a week ago, up to this time of the day."""
        own, others, given = self._asked(where)
        ranges, more = moment.ranges("time", moment.until)
        days = f" AND business_date IN {{days:Array(Date)}} AND {ranges}"
        given |= {**more, "days": list(moment.days), "others": sorted({self._events.made, *self._events.ended, *self._events.refunded})}
        gone = (
            f"SELECT {moment.of_day('time')} AS at_day, money, uniqExactIf(id, type = {{cancelled:String}}),"
            f" uniqExactIf(id, type = {{asked:String}}), sum(ifNull(worth, 0)) FROM ({self._gone(days + own)}) GROUP BY at_day, money"
        )
        rest = (
            f"SELECT {moment.of_day('time')} AS at_day, currency, uniqExactIf({self._key}, type IN {{ended:Array(String)}}),"
            f" sumIf(ifNull(amount, 0), type IN {{refunded:Array(String)}}), countIf(type = {{made:String}}) FROM events"
            f" WHERE type IN {{others:Array(String)}}{days}{others} GROUP BY at_day, currency"
        )
        found, told = self._rows(gone, given), self._rows(rest, given)
        return [
            ReturnCounts(
                cancelled=sum(int(row[2]) for row in found if row[0] == place),
                asked=sum(int(row[3]) for row in found if row[0] == place),
                value=_money((row[1], int(row[4])) for row in found if row[0] == place),
                ended=sum(int(row[2]) for row in told if row[0] == place),
                refunded=_money((row[1], int(row[3])) for row in told if row[0] == place),
                made=sum(int(row[4]) for row in told if row[0] == place),
            )
            for place in range(len(moment.days))
        ]

    def _days(self, where: ReturnFilter) -> list[ReturnsOn]:
        first, last = _period(where)
        own, others, given = self._asked(where)
        gone = "type IN ({cancelled:String}, {asked:String})"
        which = ("type = {cancelled:String}", "type = {asked:String}", "type IN {ended:Array(String)}")
        sql = (
            f"SELECT business_date, {', '.join(f'uniqExactIf({self._key}, {one})' for one in which)} FROM events"
            " WHERE type IN {types:Array(String)} AND business_date BETWEEN {first:Date} AND {last:Date}"
            f" AND (({gone}{own}) OR (NOT {gone}{others})) GROUP BY business_date"
        )
        types = sorted({self._events.cancelled, self._events.asked, *self._events.ended})
        rows = {row[0]: row[1:] for row in self._rows(sql, {**given, "types": types, "first": first, "last": last})}
        days = [first + timedelta(days=place) for place in range((last - first).days + 1)]
        return [ReturnsOn(day.isoformat(), *(int(n) for n in rows.get(day, (0, 0, 0)))) for day in days]

    def _shares(self, where: ReturnFilter) -> dict[str, list[ReturnShare]]:
        """Return each dimension's values, in the period and in as many days before."""
        first, last = _period(where)
        earlier = first - (last - first) - timedelta(days=1)
        own, others, given = self._asked(where)
        named = max((where.region, *self._scope.regions), key=lambda code: code.count("-"))
        depth = max(_CITY, named.count("-") + 2) if named else _CITY
        values = [f"arrayStringConcat(arraySlice(splitByChar('-', toString(region)), 1, {depth}), '-')"]
        values = [*(f"toString({name})" for name in BY[:-1]), *values]
        split = f"ARRAY JOIN {list(BY)} AS by, [{', '.join(values)}] AS value"
        given |= {"first": first, "earlier": earlier, "last": last}
        between = " AND business_date BETWEEN {earlier:Date} AND {last:Date}"
        gone = (
            "SELECT by, value, business_date >= {first:Date} AS now, money, uniqExactIf(id, type = {cancelled:String}),"
            f" uniqExactIf(id, type = {{asked:String}}), sum(ifNull(worth, 0)) FROM ({self._gone(between + own)}) {split}"
            " GROUP BY by, value, now, money"
        )
        made = (
            f"SELECT by, value, business_date >= {{first:Date}} AS now, count() FROM events {split}"
            f" WHERE type = {{made:String}}{between}{others} GROUP BY by, value, now"
        )
        counts: dict[tuple[str, str], list[list[tuple[Any, ...]]]] = defaultdict(lambda: [[], []])
        for by, value, now, *rest in self._rows(gone, given):
            counts[by, value][0 if now else 1].append(tuple(rest))
        there = {(by, value, bool(now)): int(n) for by, value, now, n in self._rows(made, given) if by != "reason"}
        found: dict[str, list[ReturnShare]] = {name: [] for name in BY}
        for (by, value), (this, before) in counts.items():
            parts = (_counted(rows, there.get((by, value, now), 0)) for rows, now in ((this, True), (before, False)))
            found[by].append(ReturnShare(value, *parts))
        return {by: _most(by, shares) for by, shares in found.items()}

    def _steps(self, where: ReturnFilter) -> list[ReturnStep]:
        """Return how long steps took that ended in the period."""
        first, last = _period(where)
        own, _, given = self._asked(where)
        pairs = self._events.steps
        types = sorted({name for begin, ends in pairs for name in (begin, *ends)})
        wishes = sorted({*self._events.wished, self._events.cancelled})
        given |= {"types": types, "back": first - _BEFORE, "first": first, "last": last, "wishes": wishes}
        columns, tallies = [], []
        for place, (begin, ends) in enumerate(pairs):
            given |= {f"begin{place}": begin, f"ends{place}": list(ends)}
            columns.append(f"minIf(time, type = {{begin{place}:String}}) AS b{place}")
            columns.append(f"minIf(time, type IN {{ends{place}:Array(String)}}) AS e{place}")
            columns.append(f"minIf(business_date, type IN {{ends{place}:Array(String)}}) AS d{place}")
            fits = f"toUnixTimestamp64Micro(b{place}) > 0 AND e{place} >= b{place} AND d{place} BETWEEN {{first:Date}} AND {{last:Date}}"
            seconds = f"(toUnixTimestamp64Micro(e{place}) - toUnixTimestamp64Micro(b{place})) / 1000000"
            tallies.append(f"countIf({fits}), quantileExactIf(0.5)({seconds}, {fits}), quantileExactIf(0.9)({seconds}, {fits})")
        ids = (
            f"SELECT {self._key} FROM events WHERE type IN {{wishes:Array(String)}}"
            f" AND business_date BETWEEN {{back:Date}} AND {{last:Date}}{own}"
        )
        sql = (
            f"SELECT {', '.join(tallies)} FROM (SELECT {self._key}, {', '.join(columns)} FROM events WHERE type IN {{types:Array(String)}}"
            f" AND business_date BETWEEN {{back:Date}} AND {{last:Date}} AND {self._key} IN ({ids}) GROUP BY {self._key})"
        )
        row = self._rows(sql, given)[0]
        return [_step(begin, ends, row[3 * place : 3 * place + 3]) for place, (begin, ends) in enumerate(pairs)]

    def about(self, case_ids: Sequence[str]) -> dict[str, ReturnAbout]:
        """Return what is known of some cases.

        Raises:
            WarehouseError: see :meth:`Warehouse.query`.
        """
        if not case_ids:
            return {}
        events = self._events
        types = sorted({*events.wished, events.cancelled, events.asked})
        sql = (
            f"SELECT id, why, product, ifNull(worth, sold), if(money != '', money, ifNull(currency, '')), wished FROM ("
            f"SELECT {self._key} AS id, argMaxIf(reason, time, reason != '') AS why,"
            " argMaxIf(product_id, time, product_id != '') AS product, argMaxIf(amount, time, amount IS NOT NULL) AS worth,"
            " argMaxIf(currency, time, currency != '') AS money, minOrNullIf(time, type IN {wished:Array(String)}) AS wished"
            f" FROM events WHERE type IN {{types:Array(String)}} AND {self._key} IN {{ids:Array(String)}} GROUP BY id) AS e"
            f" LEFT JOIN ({_SOLD} AND case_id IN {{ids:Array(String)}}) AS c ON c.case_id = e.id"
        )
        given = {"kind": events.kind, "wished": list(events.wished), "types": types, "ids": list(case_ids)}
        return {
            row[0]: ReturnAbout(row[1], row[2], None if row[3] is None else int(row[3]), row[4], row[5]) for row in self._rows(sql, given)
        }

    def fitting(self, where: ReturnFilter) -> set[str] | None:
        """Return which cases have the reason and product asked for; None where neither is.

        Raises:
            WarehouseError: see :meth:`Warehouse.query`.
        """
        if not (where.reason or where.product_id):
            return None
        texts = [f"{name} = {{{name}:String}}" for name in ("reason", "product_id") if getattr(where, name)]
        types = sorted({*self._events.wished, self._events.cancelled, self._events.asked})
        sql = f"SELECT DISTINCT {self._key} FROM events WHERE type IN {{types:Array(String)}} AND {' AND '.join(texts)}"
        return {row[0] for row in self._rows(sql, {"types": types, "reason": where.reason, "product_id": where.product_id})}

    def ended(self, where: ReturnFilter, day: date, limit: int, offset: int) -> EndedReturns:
        """Return one page of what came to an end on a day, the newest first.

        Raises:
            WarehouseError: see :meth:`Warehouse.query`.
        """
        condition, given = flow_conditions(where, self._scope)
        given |= {"types": list(self._events.ended), "day": day, "limit": limit, "offset": offset}
        texts = ["type IN {types:Array(String)} AND business_date = {day:Date}", *([condition] if condition else [])]
        fitting = self.fitting(where)
        if fitting is not None:
            texts.append(f"{self._key} IN {{fitting:Array(String)}}")
            given["fitting"] = sorted(fitting)
        chosen = " AND ".join(texts)
        total = self._rows(f"SELECT count() FROM events WHERE {chosen}", given)[0][0]
        sql = (
            f"SELECT time, {self._key}, type, channel, region, business_class, customer_id FROM events WHERE {chosen}"
            " ORDER BY time DESC, event_id LIMIT {limit:UInt32} OFFSET {offset:UInt64}"
        )
        rows = self._rows(sql, given)
        about = self.about(sorted({row[1] for row in rows}))
        return EndedReturns([_ended(row, about.get(row[1], ReturnAbout())) for row in rows], int(total), offset, limit)


def _ended(row: tuple[Any, ...], about: ReturnAbout) -> EndedReturn:
    at, case_id, name, channel, region, business_class, customer_id = row
    seconds = (at - about.wished).total_seconds() if about.wished is not None and about.wished <= at else None
    return EndedReturn(at, case_id, name, channel, region, business_class, customer_id, about, seconds)


def _period(where: ReturnFilter) -> tuple[date, date]:
    return date.fromisoformat(where.since), date.fromisoformat(where.until)


def _money(rows: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return sums by currency; what is worth nothing is left out."""
    found: dict[str, int] = defaultdict(int)
    for currency, amount in rows:
        found[currency or _CURRENCY] += amount
    return {currency: amount for currency, amount in found.items() if amount}


def _counted(rows: Sequence[tuple[Any, ...]], made: int) -> ReturnCounts:
    cancelled, asked = (sum(int(row[place]) for row in rows) for place in (1, 2))
    return ReturnCounts(cancelled, asked, value=_money((row[0], int(row[3])) for row in rows), made=made)


def _most(by: str, shares: Sequence[ReturnShare]) -> list[ReturnShare]:
    ordered = sorted((one for one in shares if one.now.gone), key=lambda one: (-one.now.gone, one.value))
    return ordered if by == "region" else ordered[:SHOWN]


def _step(begin: str, ends: tuple[str, ...], row: Sequence[Any]) -> ReturnStep:
    cases, median, p90 = row
    return ReturnStep(begin, ends, int(cases), float(median) if cases else None, float(p90) if cases else None)
