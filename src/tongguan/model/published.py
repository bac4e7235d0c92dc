"""Published comparisons: what an indicator is in every region, for users who otherwise see some regions only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

LEAST_BEHIND: Final = 30
"""No number of a region is published that stands on less, whatever floor its indicator has."""


@dataclass(frozen=True)
class PublishedRegion:
    """What one region may tell of itself: nothing but the number.

    Attributes:
        region: its code.
        value: of the indicator, over the whole period.
        rank: from 1 for the best; equal numbers share one. None where neither way is good.
    """

    region: str
    value: float | int
    rank: int | None


@dataclass(frozen=True)
class PublishedRegions:
    """An indicator in every region with enough behind it.

    Attributes:
        name: the indicator.
        since, until: first and last day.
        floor: so much stands at least behind every number: of a share its whole, else rows or different values.
        regions: the best first; where neither way is good, the greatest.
        few: so many more regions have too little behind them; they are not told.
        at: when it was asked.
    """

    name: str
    since: date
    until: date
    floor: int
    regions: Sequence[PublishedRegion]
    few: int
    at: datetime
