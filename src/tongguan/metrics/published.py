"""Published comparisons: an indicator by region whatever the asker's regions, told only where enough stands behind it.

This is the one question that leaves a scope of regions, so it takes nothing from the asker but a name and a period, and gives nothing
but numbers of whole regions: no filter or other dimension, no part and whole, no rows, no SQL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from tongguan.metrics.errors import QuestionError
from tongguan.metrics.expressions import weighed
from tongguan.metrics.indicators import IndicatorEngine
from tongguan.metrics.registry import Registry
from tongguan.model.access import Scope
from tongguan.model.indicator_answers import IndicatorQuery, IndicatorRow
from tongguan.model.indicators import (
    TOTALS,
    Aggregation,
    Better,
    Derived,
    Indicator,
    Measured,
    Ratio,
    Rolling,
    Simple,
    Term,
    ToDate,
)
from tongguan.model.published import LEAST_BEHIND, PublishedRegion, PublishedRegions
from tongguan.warehouse.client import Cancellation

REGION: Final = "region"
"""The only dimension that is published: cities, never districts."""


@dataclass(frozen=True)
class Published:
    """How an indicator is published.

    Attributes:
        registry: the indicator, what it is made of, and indicators that count what stands behind it.
        name: the indicator.
        behind: names of those that count; the least of them decides.
        floor: so much must stand behind a number.
    """

    registry: Registry
    name: str
    behind: tuple[str, ...]
    floor: int

    def query(self, since: date, until: date) -> IndicatorQuery:
        """Return the question that gives all it takes."""
        return IndicatorQuery((self.name, *self.behind), since, until, by=(REGION,))

    def told(self, rows: Sequence[IndicatorRow], since: date, until: date, at: datetime) -> PublishedRegions:
        """Keep of the answer what may be published.

        Rows without a region are left out, and those of a region that others of them lie in: it cannot be compared with its parts.
        """
        places = {row.values[0]: row for row in rows if row.values[0]}
        inner = {code: row for code, row in places.items() if not any(other.startswith(f"{code}-") for other in places)}
        numbers = {code: value for code, row in inner.items() if (value := self._enough(row)) is not None}
        better = self.registry[self.name].better
        return PublishedRegions(self.name, since, until, self.floor, _ranked(numbers, better), len(inner) - len(numbers), at)

    def _enough(self, row: IndicatorRow) -> float | int | None:
        """Return the number of a region; None where too little is behind it, or nothing can be told."""
        enough = all((row.amounts[name].value or 0) >= self.floor for name in self.behind)
        return row.amounts[self.name].value if enough else None


def _ranked(numbers: Mapping[str, float | int], better: Better) -> list[PublishedRegion]:
    sign = 1 if better is Better.DOWN else -1
    order = sorted(numbers, key=lambda code: (sign * numbers[code], code))
    values = [numbers[code] for code in order]
    return [PublishedRegion(code, numbers[code], None if better is Better.NEITHER else values.index(numbers[code]) + 1) for code in order]


def publishing(registry: Registry, name: str) -> Published:
    """Return how an indicator is published.

    Raises:
        UnknownIndicatorError: there is none of this name.
        QuestionError: nobody knows how much stands behind it.
    """
    under = [registry[one] for one in dict.fromkeys(registry.under(name))]
    counted: dict[str, Indicator] = {}
    behind = tuple(dict.fromkeys(_behind(registry, registry[name], counted)))
    floor = max(LEAST_BEHIND, *(one.floor for one in under))
    return Published(Registry([*under, *counted.values()]), name, behind, floor)


def _behind(registry: Registry, indicator: Indicator, counted: dict[str, Indicator]) -> list[str]:
    """Return the names of what counts the rows behind an indicator; they are added to ``counted``."""
    match indicator.kind:
        case Simple(term):
            return [_added(counted, indicator, Simple(_count(term, indicator)))]
        case Ratio(_, whole):
            return [_added(counted, indicator, Simple(_count(whole, replace(indicator, unit=Measured.COUNT))))]
        case Derived(text, names):
            weights = weighed(text) or names
            return [one for name in weights for one in _behind(registry, registry[name], counted)]
        case Rolling(of, days):
            return [_added(counted, indicator, Rolling(one, days), one) for one in _behind(registry, registry[of], counted)]
        case ToDate(of, since):
            return [_added(counted, indicator, ToDate(one, since), one) for one in _behind(registry, registry[of], counted)]


def _added(counted: dict[str, Indicator], indicator: Indicator, kind: Simple | Rolling | ToDate, of: str = "") -> str:
    # With a space no name of a file is like it.
    name = f"behind {indicator.name}" + (f" {of}" if of else "")
    counted[name] = replace(indicator, name=name, kind=kind)
    return name


def _count(term: Term, indicator: Indicator) -> Term:
    """Return what counts the rows behind a term: its different values, what was reported, or rows that have a value.

    Raises:
        QuestionError: it is a reported total of something that is not counted.
    """
    if term.fact == TOTALS:
        if indicator.unit is not Measured.COUNT:
            raise QuestionError(
                f"{indicator.name} is reported as {indicator.unit}, so nobody knows how much stands behind a region's number;"
                " valid: indicators of events, of cases, and of reported counts"
            )
        return term
    if term.aggregation in (Aggregation.COUNT, Aggregation.DISTINCT):
        return term
    known = f"({term.value}) IS NOT NULL"
    condition = f"({term.condition}) AND {known}" if term.condition else known
    return replace(term, aggregation=Aggregation.COUNT, value="", condition=condition, level=0.0)


def published(
    engine: IndicatorEngine, name: str, since: date, until: date, scope: Scope, at: datetime, *, cancellation: Cancellation | None = None
) -> PublishedRegions:
    """Return an indicator in every region with enough behind it; of the scope only the stages count.

    Whether the asker may compare regions is for the caller to check.

    Raises:
        UnknownIndicatorError: there is no such indicator, or the scope's stages do not see it; names the nearest.
        QuestionError: it knows no regions, or cannot be published, or the period ends before it begins.
        WarehouseError: see :meth:`Warehouse.query`.
    """
    engine.check_seen((name,), Scope(stages=scope.stages))
    engine.check_places((name,), (REGION,))
    found = publishing(engine.registry, name)
    table = replace(engine, registry=found.registry).answer(found.query(since, until), Scope(), at, cancellation=cancellation)
    return found.told(table.rows, since, until, at)
