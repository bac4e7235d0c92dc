"""Sums of what is watched, day by day: implements :class:`tongguan.model.findings.Numbers`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from tongguan.metrics.indicators import IndicatorEngine
from tongguan.model.access import EVERYTHING
from tongguan.model.findings import DaySum, Series, Watch
from tongguan.warehouse.client import Limits

MOST: Final = 400
"""So many values of a dimension are watched, those with the most rows."""

LIMITS: Final = Limits(seconds=600)


class WatchedNumbers:
    """Numbers of indicators, of all regions.

    Args:
        engine: returns what answers questions; indicators of its registry may change while it runs.
    """

    def __init__(self, engine: Callable[[], IndicatorEngine]) -> None:
        self._engine = engine

    def watched(self, watch: Watch, since: date, until: date) -> Series:
        """Return a watch's sums of the days from ``since`` to ``until``, both included, in the :data:`MOST` frequent values.

        Raises:
            WarehouseError: see :meth:`Warehouse.query`.
        """
        sums = self._engine().daily_sums(watch.terms, watch.rule.by, since, until, EVERYTHING, LIMITS)
        found: dict[str, dict[date, DaySum]] = defaultdict(dict)
        for (value, day), (part, *whole) in sums.items():
            if value:
                found[value][day] = DaySum(part, *(whole or (0.0,)))
        sizes = {value: sum(one.whole if watch.shared else one.part for one in days.values()) for value, days in found.items()}
        return {value: found[value] for value in sorted(found, key=lambda one: (-sizes[one], one))[:MOST]}

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
        return int(self._engine().warehouse.query(sql, given, limits=LIMITS).first()[0])
