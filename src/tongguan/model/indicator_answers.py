"""How indicators are asked for, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from tongguan.model.answers import CaseRow, TraceEvent
from tongguan.model.indicators import Indicator


class Grain(StrEnum):
    """How long a bucket of time is; weeks are ISO weeks, all in the operation's zone."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    TOTAL = "total"


class Compare(StrEnum):
    """With what a period is compared; one that ends today, with the other up to the same time of its last day."""

    PREVIOUS = "prev"
    """The period of the same length before it 环比; whole months with whole months."""
    YEAR = "yoy"
    """The same days of the year before 同比."""


@dataclass(frozen=True)
class IndicatorQuery:
    """What is asked for.

    Attributes:
        names: indicators, all over the same period and dimensions.
        since, until: first and last day, both included.
        grain: buckets of time.
        by: dimensions.
        where: dimension → value; a region and a business class cover those below them.
        compare: with which other periods.
        top: so many combinations of dimensions are told, those with the most; the rest is one row with empty values. 0 for all.
    """

    names: tuple[str, ...]
    since: date
    until: date
    grain: Grain = Grain.TOTAL
    by: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    compare: tuple[Compare, ...] = ()
    top: int = 0


@dataclass(frozen=True)
class Amount:
    """The number of an indicator in one place and bucket.

    Attributes:
        value: None where nothing was there to measure.
        part, whole: of a ratio; None for others.
        thin: the whole is below the indicator's floor.
    """

    value: float | int | None
    part: float | int | None = None
    whole: float | int | None = None
    thin: bool = False


NOTHING: Final = Amount(None)


@dataclass(frozen=True)
class IndicatorRow:
    """Numbers of one combination of dimensions in one bucket.

    Attributes:
        values: of the dimensions, in the order of the question; empty texts are rows without a value.
        bucket: its first instant or day as ISO text; empty for all of the period.
        amounts: indicator → number.
        before: comparison → indicator → number of the same place in the other period.
        others: it stands for all combinations that are not told.
    """

    values: tuple[str, ...]
    bucket: str
    amounts: Mapping[str, Amount]
    before: Mapping[Compare, Mapping[str, Amount]] = field(default_factory=dict)
    others: bool = False


@dataclass(frozen=True)
class IndicatorTable:
    """The answer.

    Attributes:
        query: what was asked.
        rows: by dimensions and bucket; combinations with the most of the first indicator first, buckets in order of time.
        totals: of all dimensions together, a row for each bucket and, last, one for all of the period.
        statements: the SQL that was asked, with values in place.
        at: when it was asked.
    """

    query: IndicatorQuery
    rows: Sequence[IndicatorRow]
    totals: Sequence[IndicatorRow]
    statements: Sequence[str] = ()
    at: datetime | None = None


class Side(StrEnum):
    """Which rows of a ratio."""

    PART = "part"
    WHOLE = "whole"
    REST = "rest"
    """Those of the whole that are not of the part: what went wrong, or is missing."""


@dataclass(frozen=True)
class RowsQuery:
    """Which rows behind a number are asked for.

    Attributes:
        name: the indicator.
        since, until: first and last day.
        where: dimension → value of the number's place; an empty value stands for rows without one.
        side: of a ratio; others have one side only.
        limit: so many, the newest.
    """

    name: str
    since: date
    until: date
    where: Mapping[str, str] = field(default_factory=dict)
    side: Side = Side.PART
    limit: int = 50


@dataclass(frozen=True)
class IndicatorRows:
    """Rows behind a number, newest first: events, or cases of one kind.

    Attributes:
        total: how many there are in all; None for events, which are not counted again.
    """

    events: Sequence[TraceEvent] = ()
    cases: Sequence[CaseRow] = ()
    total: int | None = None


@dataclass(frozen=True)
class IndicatorShelf:
    """Every indicator that a user sees, and what is wrong with files of the installation, as ``file:line: message``."""

    indicators: Sequence[Indicator]
    problems: Sequence[str] = ()
