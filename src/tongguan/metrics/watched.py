"""Sums of what is watched, day by day: implements :class:`tongguan.model.findings.Numbers`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from tongguan.metrics.measures import column_sql, region_sql
from tongguan.model.findings import DaySum, Of, Series, Tally, Watch
from tongguan.warehouse.client import Limits, Warehouse

MOST: Final = 400
"""So many values of a dimension are watched, those with the most events."""

_LIMITS: Final = Limits(seconds=600)
_SUMS: Final = {
    Of.EVENTS: "1",
    Of.AMOUNT: "ifNull(amount, 0)",
    Of.DURATION: "ifNull(duration, 0) / 1000",
    Of.SCORE: "100 * JSONExtractFloat(attributes, 'score') / nullIf(JSONExtractFloat(attributes, 'best_score'), 0)",
}


class WatchedNumbers:
    """Numbers from the warehouse's events, of all regions.

    Args:
        warehouse: where the events are.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def watched(self, watch: Watch, since: date, until: date) -> Series:
        """Return a watch's sums of the days from ``since`` to ``until``, both included, in the :data:`MOST` frequent values.

        Raises:
            WarehouseError: see :meth:`Warehouse.query`.
        """
        value = region_sql(watch.depth) if watch.by == "region" else column_sql(watch.by)
        parameters: dict[str, Any] = {"since": since, "until": until}
        sides = zip(("part", "whole"), watch.tallies, strict=False)
        rows = " UNION ALL ".join(_side(name, tally, value, parameters) for name, tally in sides)
        sql = (
            "SELECT value, day, sumIf(total, side = 'part'), sumIf(total, side = 'whole'), sum(events)"
            f" FROM ({rows}) GROUP BY value, day ORDER BY value, day"
        )
        found: dict[str, dict[date, DaySum]] = defaultdict(dict)
        events: Counter[str] = Counter()
        for here, day, part, whole, count in self._warehouse.query(sql, parameters, limits=_LIMITS).rows:
            found[str(here)][day] = DaySum(float(part), float(whole))
            events[str(here)] += int(count)
        return {here: found[here] for here, _ in events.most_common(MOST)}

    def events_until(self, since: date, until: date, later: Sequence[str] = ()) -> int:
        """Return how many events these days have, and of the types ``later``, which tell of days before them, those after them.

        Raises:
            WarehouseError: see :meth:`Warehouse.query`.
        """
        sql = (
            "SELECT count() FROM events WHERE business_date >= {since:Date}"
            " AND (business_date <= {until:Date} OR type IN {later:Array(String)})"
        )
        given = {"since": since, "until": until, "later": list(later)}
        return int(self._warehouse.query(sql, given, limits=_LIMITS).first()[0])


def _side(name: str, tally: Tally, value: str, parameters: dict[str, Any]) -> str:
    parameters[f"{name}_types"] = list(tally.types)
    day = f"toDate({_own_day(tally.day)})" if tally.day else "business_date"
    texts = [f"type IN {{{name}_types:Array(String)}}", "business_date >= {since:Date}", "value != ''"]
    # What tells its own day comes in after it.
    texts.append(f"{day} BETWEEN {{since:Date}} AND {{until:Date}}")
    for place, (column, values) in enumerate(tally.only.items()):
        parameters[f"{name}_only{place}"] = list(values)
        texts.append(f"{column_sql(column)} IN {{{name}_only{place}:Array(String)}}")
    if tally.of in (Of.AMOUNT, Of.DURATION):
        texts.append(f"isNotNull({tally.of})")
    source = "events"
    if tally.followed_by:
        parameters[f"{name}_after"] = list(tally.followed_by)
        after = f"type IN {{{name}_after:Array(String)}} AND business_date >= {{since:Date}} AND {tally.by} != ''"
        first = f"SELECT {tally.by} AS after_key, min(time) AS after_time FROM events WHERE {after} GROUP BY after_key"
        source = (
            f"(SELECT * FROM events WHERE {texts[0]} AND {texts[1]}) AS base LEFT JOIN ({first}) AS after ON base.{tally.by} = after_key"
        )
        texts.append(f"after_time <= time + toIntervalHour({tally.hours})")
    total = f"sum(ifNull({_SUMS[tally.of]}, 0))"
    return (
        f"SELECT '{name}' AS side, toString({value}) AS value, {day} AS day, toFloat64({total}) AS total, count() AS events FROM {source}"
        f" WHERE {' AND '.join(texts)} GROUP BY value, day"
    )


def _own_day(attribute: str) -> str:
    return f"toDate32OrZero({column_sql(attribute)})"
