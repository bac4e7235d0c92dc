"""Series of days for tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from tongguan.model.findings import Bad, DaySum, Tally, Unit, Watch
from tongguan.model.vocabulary import Label

LAST = date(2026, 11, 20)
"""A Friday."""


def watch(
    unit: Unit = Unit.SHARE, *, bad: Bad = Bad.DOWN, least: float = 0.1, fewest: float = 10, exact: bool = False, drift: bool = False
) -> Watch:
    """Return a watch of a share, or of a count."""
    whole = None if unit is Unit.COUNT else Tally(("payment.succeeded", "payment.failed"))
    part = Tally(("payment.succeeded",))
    return Watch("w", Label("数", "Number"), "payment", "channel", part, whole, unit, bad, least, fewest, exact, drift)


def days(of: Callable[[int], tuple[float, float]], count: int = 60) -> dict[date, DaySum]:
    """Return so many days up to :data:`LAST`; ``of`` gives part and whole by how many days ago."""
    return {LAST - timedelta(days=ago): DaySum(*of(ago)) for ago in range(count)}
