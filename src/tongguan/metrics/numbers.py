"""The numbers of terms by bucket and place, and what indicators make of them.

Engines of analytical stores sum up; quotients, formulas, windows and comparisons are made here, over the few numbers that came back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate

from tongguan.metrics.expressions import formula
from tongguan.metrics.facts import CARRIED
from tongguan.metrics.registry import Registry
from tongguan.metrics.statements import Statement
from tongguan.model.indicator_answers import NOTHING, Amount, Grain
from tongguan.model.indicators import (
    ADDITIVE,
    Aggregation,
    Derived,
    Indicator,
    Ratio,
    Rolling,
    Simple,
    Since,
    Term,
    ToDate,
)

Number = int | float
Place = tuple[str, ...] | None
"""Values of the dimensions; None for all together."""
Cell = tuple[str | None, Place]
"""Bucket (None for the whole period) and place."""
Window = tuple[str, int]
"""``rolling`` with its days, or the name of a :class:`Since` with 0."""

_UNKNOWN = frozenset({Aggregation.PERCENTILE, Aggregation.LATEST})
"""Of no rows at all these are nothing, the others 0."""


class Numbers:
    """Numbers of terms by cell.

    Attributes:
        cells: term → cell → number.
    """

    def __init__(self) -> None:
        self.cells: dict[Term, dict[Cell, Number]] = defaultdict(dict)

    def take(self, statement: Statement, rows: Iterable[Sequence[object]], by: int, bucket_text: object) -> None:
        """Take in the answer of a statement, and sum up what can be summed up."""
        timed = statement.grain is not Grain.TOTAL
        for row in rows:
            at = list(row)
            no_bucket, no_keys = (bool(at.pop(0)), bool(at.pop(0))) if statement.totals else (False, False)
            bucket = _text(at.pop(0), bucket_text) if timed else None
            place = tuple(str(at.pop(0)) for _ in range(by)) if by else None
            cell = (None if no_bucket else bucket, None if no_keys else place)
            for term, value in zip(statement.terms, at, strict=True):
                if value is not None and value == value:  # a percentile of nothing is NaN
                    self._put(term, cell, value)

    def take_stock(self, statement: Statement, rows: Iterable[Sequence[object]], by: int, ends: Mapping[str | None, date]) -> None:
        """Take in what the series of a stock said: a bucket has the sum of the latest value of each up to its end.

        Args:
            rows: in order of days.
            ends: bucket → its last day; None for the whole period.
        """
        told: dict[tuple[Place, str], list[tuple[date, float]]] = defaultdict(list)
        for day, *keys, series, value in rows:
            if isinstance(day, date):
                told[tuple(map(str, keys)) if by else None, str(series)].append((day, float(str(value))))
        cells = self.cells[statement.terms[0]]
        for (place, _), values in told.items():
            for bucket, end in ends.items():
                latest = next((value for day, value in reversed(values) if end - CARRIED <= day <= end), None)
                if latest is not None:
                    for cell in {(bucket, place), (bucket, None)}:
                        cells[cell] = cells.get(cell, 0) + latest

    def _put(self, term: Term, cell: Cell, value: object) -> None:
        number: Number = value if isinstance(value, int) else float(str(value))
        found = self.cells[term]
        if term.aggregation not in ADDITIVE:
            found[cell] = number
            return
        bucket, place = cell
        for one in {(bucket, place), (None, place), (bucket, None), (None, None)}:
            found[one] = found.get(one, 0) + number

    def number(self, term: Term, cell: Cell) -> Number | None:
        """Return the number of a term in a cell."""
        return self.cells[term].get(cell, None if term.aggregation in _UNKNOWN else 0)

    def places(self, terms: Iterable[Term]) -> set[tuple[str, ...]]:
        """Return every combination of dimensions in which any of the terms has a number."""
        return {place for term in terms for _, place in self.cells[term] if place is not None}

    def merged(self, told: set[tuple[str, ...]], into: tuple[str, ...]) -> Numbers:
        """Return numbers in which all places but those told are one; only what can be summed up is in it."""
        found = Numbers()
        for term, cells in self.cells.items():
            if term.aggregation not in ADDITIVE:
                continue
            for (bucket, place), value in cells.items():
                if place is not None and place not in told:
                    found.cells[term][bucket, into] = found.cells[term].get((bucket, into), 0) + value
        return found


def _text(value: object, bucket_text: object) -> str:
    return bucket_text(value) if callable(bucket_text) else str(value)


def windowed(days: Numbers, window: Window, ends: Mapping[str | None, date], first: date) -> Numbers:
    """Return numbers whose bucket is a window that ends with the bucket.

    Args:
        days: by day, from the beginning of the first window on.
        window: how far back.
        ends: bucket → its last day; None for the whole period.
        first: first day of ``days``.
    """
    found = Numbers()
    for term, cells in days.cells.items():
        by_place: dict[Place, dict[date, Number]] = defaultdict(dict)
        for (bucket, place), value in cells.items():
            if bucket is not None:
                by_place[place][date.fromisoformat(bucket)] = value
        for place, counts in by_place.items():
            span = (max(ends.values()) - first).days + 1
            sums = [0, *accumulate(counts.get(first + timedelta(days=one), 0) for one in range(span))]
            for bucket, last in ends.items():
                start = max(window_start(window, last), first)
                found.cells[term][bucket, place] = sums[(last - first).days + 1] - sums[(start - first).days]
    return found


def window_start(window: Window, last: date) -> date:
    """Return the first day of the window that ends on a day; for all data the first day there can be."""
    name, days = window
    match name:
        case Since.MONTH:
            return last.replace(day=1)
        case Since.YEAR:
            return last.replace(month=1, day=1)
        case Since.EVER:
            return date.min
        case _:
            return last - timedelta(days=days - 1)


def window_of(indicator: Indicator) -> Window | None:
    """Return the window of an indicator that runs over days; None for others."""
    match indicator.kind:
        case Rolling(_, days):
            return "rolling", days
        case ToDate(_, since):
            return str(since), 0
        case _:
            return None


class Answers:
    """What indicators are, made of the numbers of their terms.

    Args:
        registry: all indicators.
        plain: numbers by bucket.
        windows: numbers by window.
    """

    def __init__(self, registry: Registry, plain: Numbers, windows: Mapping[Window, Numbers]) -> None:
        self._registry = registry
        self._plain = plain
        self.windows = windows

    def amount(self, name: str, cell: Cell) -> Amount:
        """Return an indicator in a cell."""
        return self._of(self._registry[name], cell, self._plain)

    def _of(self, indicator: Indicator, cell: Cell, numbers: Numbers) -> Amount:
        match indicator.kind:
            case Simple(term):
                return Amount(numbers.number(term, cell))
            case Ratio(part, whole):
                return _ratio(numbers.number(part, cell), numbers.number(whole, cell), indicator.floor)
            case Derived(text, names):
                value, _ = formula(text)
                inner = {name: self._of(self._registry[name], cell, numbers) for name in names}
                return Amount(value({name: one.value for name, one in inner.items()}), thin=any(one.thin for one in inner.values()))
            case Rolling(of, _) | ToDate(of, _):
                window = window_of(indicator)
                return self._of(self._registry[of], cell, self.windows[window]) if window else NOTHING


def _ratio(part: Number | None, whole: Number | None, floor: int) -> Amount:
    if part is None or not whole:
        return Amount(None, part, whole, thin=True)
    return Amount(part / whole, part, whole, thin=whole < floor)
