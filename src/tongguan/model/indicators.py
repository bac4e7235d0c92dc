"""Indicators 指标: what they are made of, how they are asked for, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from tongguan.model.answers import CaseRow, TraceEvent
from tongguan.model.vocabulary import Label


class Aggregation(StrEnum):
    """How rows of a fact become one number."""

    COUNT = "count"
    SUM = "sum"
    DISTINCT = "distinct"
    """How many different values, exactly; empty ones do not count."""
    PERCENTILE = "percentile"
    """Between two values it lies where the share of the way says (type 7 of Hyndman and Fan 1996)."""
    LATEST = "latest"
    """A stock: per place the latest value, then the sum over places. Never summed over time."""


ADDITIVE: Final = frozenset({Aggregation.COUNT, Aggregation.SUM})
"""Numbers of parts sum up to that of the whole, over time and over dimensions."""


@dataclass(frozen=True)
class Term:
    """One aggregate over the rows of one fact: the leaf of every indicator.

    Attributes:
        fact: name of a fact: ``events``, ``cases.<kind>`` or ``totals``.
        aggregation: how rows become a number.
        value: SQL of what is added up, told apart or ranked; empty for counts.
        types: event types, or names of reported totals; empty for cases.
        condition: SQL of which rows count; empty for all.
        time: column whose day decides to which bucket a row belongs; empty for the fact's own.
        level: of a percentile, between 0 and 1.
        then: what must follow for a row to count, for conversions.
    """

    fact: str
    aggregation: Aggregation
    value: str = ""
    types: tuple[str, ...] = ()
    condition: str = ""
    time: str = ""
    level: float = 0.0
    then: Follow | None = None


@dataclass(frozen=True)
class Follow:
    """An event that must follow a row of ``events`` in time.

    Attributes:
        types: event types that fulfil it.
        condition: SQL of which of them; empty for all.
        by: column that both share.
        within: at most so long after the row; an event of the same instant fulfils it, unless ``strictly``.
        strictly: it must come later, so that an event of one of the row's own types does not fulfil itself.
    """

    types: tuple[str, ...]
    by: str
    within: timedelta
    condition: str = ""
    strictly: bool = False


@dataclass(frozen=True)
class Simple:
    """The number of one term."""

    term: Term


@dataclass(frozen=True)
class Ratio:
    """Part / whole: sums first, then the quotient; nothing where the whole is 0."""

    part: Term
    whole: Term


@dataclass(frozen=True)
class Derived:
    """Arithmetic over other indicators.

    Attributes:
        formula: as written.
        names: the indicators that it names.
    """

    formula: str
    names: tuple[str, ...]


class Since(StrEnum):
    """From when a running total counts."""

    MONTH = "month"
    YEAR = "year"
    EVER = "ever"


@dataclass(frozen=True)
class Rolling:
    """Another indicator over the last ``days`` days, that of the bucket's end among them."""

    of: str
    days: int


@dataclass(frozen=True)
class ToDate:
    """Another indicator from the beginning of the month, the year or all data up to the bucket's end."""

    of: str
    since: Since


Kind = Simple | Ratio | Derived | Rolling | ToDate


class IndicatorClass(StrEnum):
    """The four classes of indicators."""

    SALES = "sales"
    SERVICE = "service"
    OPERATIONS = "operations"
    CAPABILITY = "capability"


class Tier(StrEnum):
    """How much hangs on an indicator."""

    ASSESSED = "assessed"
    PROFESSIONAL = "professional"
    REPORTED = "reported"
    INTERNAL = "internal"


class Measured(StrEnum):
    """In what an indicator is written."""

    COUNT = "count"
    SHARE = "share"
    MONEY = "money"
    SECONDS = "seconds"
    POINTS = "points"
    PER_10K = "per_10k"


class Better(StrEnum):
    """Which way is good."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


@dataclass(frozen=True)
class Indicator:
    """One indicator.

    Attributes:
        name: unique, in ``snake_case``.
        label: display name.
        meaning: what it says, in a sentence.
        area: of the pack that owns it; ``own`` for those of the installation.
        kind: how it is made.
        group: its class.
        tier: how much hangs on it.
        unit: in what it is written.
        better: which way is good.
        floor: of a share, the least whole that says something: below it there is no rank and no status.
        owner: name of the stage whose owner answers for it.
        by: dimensions by which it is usually taken apart, the most telling first.
        written: where it is declared, ``file:line``.
    """

    name: str
    label: Label
    meaning: Label
    area: str
    kind: Kind
    group: IndicatorClass
    tier: Tier = Tier.INTERNAL
    unit: Measured = Measured.COUNT
    better: Better = Better.NEITHER
    floor: int = 0
    owner: str = ""
    by: tuple[str, ...] = ()
    written: str = ""


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
    """With what a period is compared."""

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


def has_rest(indicator: Indicator) -> bool:
    """Return whether rows of the whole that are not of the part can be told: both count rows of one fact, of the same types."""
    match indicator.kind:
        case Ratio(part, whole):
            same = (part.fact, part.time) == (whole.fact, whole.time) and set(part.types) <= set(whole.types)
            return same and part.aggregation is whole.aggregation is Aggregation.COUNT
        case _:
            return False
