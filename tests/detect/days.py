"""Series of days for tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from tongguan.model.findings import DaySum, Watch
from tongguan.model.indicators import Aggregation, Bad, Indicator, IndicatorClass, Measured, Ratio, Simple, Term, WatchRule
from tongguan.model.vocabulary import Label

LAST = date(2026, 11, 20)
"""A Friday."""


PAID = Term("events", Aggregation.COUNT, types=("payment.succeeded",), time="time")
ENDED = Term("events", Aggregation.COUNT, types=("payment.succeeded", "payment.failed"), time="time")


def watch(
    unit: Measured = Measured.SHARE,
    *,
    part: Term = PAID,
    bad: Bad = Bad.DOWN,
    least: float = 0.1,
    fewest: float = 10,
    exact: bool = False,
    drift: bool = False,
) -> Watch:
    """Return a watch of a share, or of a count."""
    kind = Simple(part) if unit is Measured.COUNT else Ratio(part, ENDED)
    rule = WatchRule("channel", bad, least, fewest, exact, drift)
    name = Label("数", "Number")
    return Watch(Indicator("w", name, name, "payments", kind, IndicatorClass.OPERATIONS, unit=unit, owner="payment", watch=rule), rule)


def days(of: Callable[[int], tuple[float, float]], count: int = 60) -> dict[date, DaySum]:
    """Return so many days up to :data:`LAST`; ``of`` gives part and whole by how many days ago."""
    return {LAST - timedelta(days=ago): DaySum(*of(ago)) for ago in range(count)}
